"""Which language a text is in, where the input does not say or says only what every page says."""

from collections import Counter

_SAMPLE_CHARS = 6000
_SLICE_CHARS = 500
"""Slices vote, so that a long quotation in another tongue does not decide; a paragraph has about as many."""
_FEWEST_LETTERS = 100
"""Less is guesswork: a headline of two words was taken for Malagasy."""
_UNSAID = "en"


def language_of_text(text: str, *, stated: str) -> str:
    """Return the language of a text.

    Args:
        text: The body of an article, normalised.
        stated: What the input says. ``en`` may mean that it says nothing, and pages in every language
            keep it from their template, so it gives way to the text; any other code is kept.

    Returns:
        ISO 639-1, or 639-3 for the few recognised languages that have no shorter code; `stated` when
        the text is too short, or no language holds more than half of it.
    """
    if stated != _UNSAID:
        return stated
    # Heavy: half a second for the first article, 0.1 ms a slice from then on.
    import py3langid  # type: ignore[import-untyped]

    sample = text[:_SAMPLE_CHARS]
    slices = [sample[start : start + _SLICE_CHARS] for start in range(0, len(sample), _SLICE_CHARS)]
    votes: Counter[str] = Counter()
    for piece in slices:
        n_letters = sum(ch.isalpha() for ch in piece)
        if n_letters:
            votes[py3langid.classify(piece)[0]] += n_letters
    if votes.total() < _FEWEST_LETTERS:
        return stated
    best, n_letters = votes.most_common(1)[0]
    return best if 2 * n_letters > votes.total() else stated
