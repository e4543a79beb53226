"""Bounded pieces of an article for a model; neighbours overlap, so that no claim loses its speaker."""

from extractor.errors import ModelError, ModelRefused, ModelTruncated
from extractor.schema import PieceState, Sentence, Span

Run = tuple[Sentence, ...]
"""Sentences that follow each other."""


def cut(text: str, sentences: Run, *, max_words: int, overlap_words: int) -> tuple[Run, ...]:
    """Cut the sentences into runs.

    Args:
        text: The article's text.
        sentences: All sentences of the body.
        max_words: Limit for a run; a longer sentence is a run of its own.
        overlap_words: How much of the end of a run the next one repeats, at most.

    Returns:
        The runs in reading order, each sentence in at least one; none for no sentences.
    """
    n_words = [len(sentence.span.of(text).split()) for sentence in sentences]
    runs: list[Run] = []
    start = end = 0
    while end < len(sentences):
        total = sum(n_words[start:end])
        while end < len(sentences) and (end == start or total + n_words[end] <= max_words):
            total += n_words[end]
            end += 1
        runs.append(sentences[start:end])
        repeated = 0
        start = end
        while start > 0 and repeated + n_words[start - 1] <= overlap_words:
            start -= 1
            repeated += n_words[start]
        # The first new sentence must fit beside what is repeated, or the loop would stand still.
        while end < len(sentences) and start < end and sum(n_words[start : end + 1]) > max_words:
            start += 1
    return tuple(runs)


def span_of(sentences: Run) -> Span:
    """Return the range from the first to the last of them."""
    return Span(start_char=sentences[0].span.start_char, end_char=sentences[-1].span.end_char)


def state_after(error: ModelError) -> PieceState:
    """Say what an error makes of a piece."""
    match error:
        case ModelRefused():
            return PieceState.REFUSED
        case ModelTruncated():
            return PieceState.TRUNCATED
        case _:
            return PieceState.FAILED
