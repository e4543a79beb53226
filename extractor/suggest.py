"""Guess the claim behind a passage that a person has selected: how it is said, by whom, and in which words.

A person reads the guess before anything is kept, so it may be wrong; it must save typing.
"""

from collections.abc import Sequence

from extractor import rules
from extractor.check import check
from extractor.ground import ground
from extractor.rules.compose import Saying, claim_text
from extractor.rules.features import Statement
from extractor.rules.judged import judge
from extractor.rules.reading import Reading, read
from extractor.schema import (
    Article,
    Claim,
    ClaimDraft,
    PartDraft,
    Quotation,
    Sentence,
    SourceDraft,
    SourceKind,
    Span,
)
from extractor.segment import segment

_ARTICLE = SourceDraft(name="the article", kind=SourceKind.ARTICLE)


def suggest(article: Article, spans: Sequence[Span]) -> Claim:
    """Guess the claim that a passage makes.

    What the rules find at this place gives source and cue; quoted words are given to the name that stands
    nearest in their sentence, all others to the article. Quotation marks tell how it is said.

    Args:
        article: The article.
        spans: The passage, at least one span, in reading order and within the text.

    Returns:
        A whole claim with its flags, its content exactly the passage.
    """
    sentences = segment(article)
    reading = read(article, sentences)
    found = _nearest(rules.find(article, sentences), spans)
    quoted = _quotation(reading, spans)
    source = found.source if found else _speaker(article, sentences, spans, is_quoted=quoted is not None)
    plain = Quotation.NONE if source.kind is SourceKind.ARTICLE else Quotation.INDIRECT
    quotation = quoted or plain
    content = PartDraft(text=" ".join(span.of(article.text) for span in spans), spans=tuple(spans))
    cue = found.cue if found else None
    cue_words = cue.text if cue else ""
    judgement = judge(
        Statement(text=content.text, cue=cue_words, quotation=quotation, source=source.kind), reading.language
    )
    saying = Saying(content=content.text, quotation=quotation, cue=cue_words, source=source)
    draft = ClaimDraft(
        text=claim_text(saying, reading.language),
        content=content,
        quotation=quotation,
        source=source,
        cue=cue,
        chain=found.chain if found else (),
        kind=judgement.kind,
        check_worthiness=judgement.score,
        check_worthiness_reason=judgement.reason,
        sentences=tuple(s.index for s in sentences if any(s.span.overlaps(span) for span in spans)),
    )
    return check(article, ground(article, sentences, draft))


def _nearest(drafts: Sequence[ClaimDraft], spans: Sequence[Span]) -> ClaimDraft | None:
    """Return the draft that shares most characters with the passage, or none where none shares any."""
    shared = [(sum(_shared(a, b) for a in draft.content.spans for b in spans), draft) for draft in drafts]
    best = max(shared, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] else None


def _shared(a: Span, b: Span) -> int:
    return max(0, min(a.end_char, b.end_char) - max(a.start_char, b.start_char))


def _quotation(reading: Reading, spans: Sequence[Span]) -> Quotation | None:
    """Tell by the marks; None where no quoted word is in the passage."""
    quoted = [quote.outer for span in spans for quote in reading.quotes_between(span.start_char, span.end_char)]
    if not quoted:
        return None
    inside = all(any(outer.contains(span) for outer in quoted) for span in spans)
    return Quotation.DIRECT if inside else Quotation.MIXED


def _speaker(article: Article, sentences: Sequence[Sentence], spans: Sequence[Span], *, is_quoted: bool) -> SourceDraft:
    """Return who may speak where the rules found nobody."""
    at = spans[0]
    home = next((s for s in sentences if s.span.overlaps(at)), None)
    if home is None or not is_quoted:
        return _ARTICLE
    near = [
        (min(abs(mention.start_char - at.end_char), abs(at.start_char - mention.end_char)), name, mention)
        for name in rules.names(article, sentences)
        for mention in name.mentions
        if home.span.contains(mention) and not any(span.overlaps(mention) for span in spans)
    ]
    if not near:
        return _ARTICLE
    _, name, mention = min(near, key=lambda entry: entry[0])
    return SourceDraft(
        name=name.name,
        kind=name.kind,
        role=name.role,
        mention=PartDraft(text=mention.of(article.text), spans=(mention,)),
        uncertain="the nearest name in its sentence",
    )
