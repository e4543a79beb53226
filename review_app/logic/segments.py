"""The article as it is shown: marked stretches that do not overlap, cut into paragraphs."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise

from extractor.schema import Appearance, Article, Claim, ClaimStatus, Span, StoredClaim, Value
from review_app.logic import words
from review_app.logic.correction import Form
from review_app.logic.ledger import Reading
from review_app.logic.visible import STEERING, visible

SHOWN_CHARS = 60_000
"""How much of an article is shown around the claim; ten times a long report, and a browser still
lays it out in one line without a pause."""


NAMED = 4
"""Other places of an article that are named."""


class MarkKind(StrEnum):
    """What a marked stretch of the article is; also its class in the page."""

    CONTENT = "content"
    SOURCE = "source"
    CUE = "cue"
    OTHER = "other"
    """Content of another claim of the same article that waits for a decision."""
    DONE = "done"
    """Content of another claim that is decided."""
    MISSED = "missed"
    """A sentence that may hold a claim that was not found."""


class Mark(Value):
    """A span of the article to be marked; marks may overlap."""

    span: Span
    kind: MarkKind
    claim_id: str | None = None
    """Set for kinds other and done: the claim to open when it is clicked."""
    note: str | None = None
    """Set for kind missed: why it is suspected."""


class Run(Value):
    """A stretch of text under the same marks throughout."""

    text: str
    """Safe to show: a steering character is a run of its own, written out."""
    start_char: int
    """In the article, inclusive."""
    end_char: int
    """Exclusive. Where this is not the length of `text` in code points, the run is a steering character."""
    kinds: tuple[MarkKind, ...] = ()
    """In the order of `MarkKind`; empty for plain text."""
    claim_id: str | None = None
    note: str | None = None
    """Safe to show, as `text`."""


class Paragraph(Value):
    """One paragraph of the article."""

    runs: tuple[Run, ...]
    is_head: bool = False
    """It stands before the body: section line, headline, deck, dateline."""
    is_title: bool = False
    """It is the heading of the view, and need not be drawn twice."""


class ArticleView(Value):
    """An article ready to be drawn."""

    claim_id: str
    """The claim in focus; when it changes, the page scrolls to the content."""
    heading: str | None
    """The title; it stays in sight while the text is scrolled."""
    byline: str
    """Publisher, date and address, as far as they are known."""
    appearances: str = ""
    """Where else it appeared."""
    paragraphs: tuple[Paragraph, ...]
    reading: Reading | None = None
    """What was read; its misses are marked in the paragraphs."""
    n_chars_before: int = 0
    """Left out at the beginning, because the article is too long to be shown whole."""
    n_chars_after: int = 0


class Focus(Value):
    """The parts of one claim as they are marked."""

    content: tuple[Span, ...] = ()
    source: tuple[Span, ...] = ()
    cue: tuple[Span, ...] = ()


def focus_of(claim: Claim) -> Focus:
    """Return the parts of a claim."""
    mention, cue = claim.source.mention, claim.cue
    return Focus(content=claim.content.spans, source=mention.spans if mention else (), cue=cue.spans if cue else ())


def focus_of_forms(forms: Sequence[Form]) -> Focus:
    """Return what is selected for claims that are being written."""
    content = [span for form in forms for span in form.content_spans]
    return Focus(content=tuple(content), source=forms[0].mention_spans, cue=forms[0].cue_spans)


def marks_of(focus: Focus, others: Iterable[StoredClaim] = (), reading: Reading | None = None) -> tuple[Mark, ...]:
    """Return the marks for one claim in focus, for the article's other claims, and for what may be missed."""
    marks = [Mark(span=s, kind=MarkKind.CONTENT) for s in focus.content]
    marks += [Mark(span=s, kind=MarkKind.SOURCE) for s in focus.source]
    marks += [Mark(span=s, kind=MarkKind.CUE) for s in focus.cue]
    for other in others:
        kind = MarkKind.OTHER if other.status is ClaimStatus.PENDING else MarkKind.DONE
        marks += [Mark(span=s, kind=kind, claim_id=other.claim.id) for s in other.claim.content.spans]
    for miss in reading.misses if reading else ():
        marks.append(Mark(span=miss.span, kind=MarkKind.MISSED, note=miss.reason))
    return tuple(marks)


def runs(text: str, marks: Sequence[Mark], within: Span | None = None) -> tuple[Run, ...]:
    """Cut a text at every border of a mark.

    Args:
        text: The article's text.
        marks: In any order; overlaps, equal spans and spans beyond the text are allowed.
        within: The part of the text wanted; the whole by default.

    Returns:
        Runs in reading order; their texts, joined, are the wanted text made visible. Where two other
        claims overlap, the run belongs to the one that begins last (the innermost).
    """
    start, end = (within.start_char, min(within.end_char, len(text))) if within else (0, len(text))
    shown = [m for m in marks if m.span.start_char < end and start < m.span.end_char]
    borders = {start, end}
    for mark in shown:
        borders |= {max(start, mark.span.start_char), min(end, mark.span.end_char)}
    for steering in STEERING.finditer(text, start, end):
        borders |= {steering.start(), steering.end()}
    cuts = sorted(borders)
    opening = sorted(shown, key=lambda m: m.span.start_char, reverse=True)
    active: list[Mark] = []
    result: list[Run] = []
    for left, right in pairwise(cuts):
        while opening and opening[-1].span.start_char <= left:
            active.append(opening.pop())
        active = [m for m in active if m.span.end_char > left]
        marked = {m.kind for m in active}
        kinds = tuple(kind for kind in MarkKind if kind in marked)
        innermost = next((m.claim_id for m in reversed(active) if m.claim_id), None)
        note = next((visible(m.note) for m in active if m.note), None)
        result.append(
            Run(
                text=visible(text[left:right]),
                start_char=left,
                end_char=right,
                kinds=kinds,
                claim_id=innermost,
                note=note,
            )
        )
    return tuple(result)


def article_view(
    article: Article,
    claim: Claim | None,
    others: Iterable[StoredClaim] = (),
    reading: Reading | None = None,
    *,
    focus: Focus | None = None,
    appearances: Sequence[Appearance] = (),
) -> ArticleView:
    """Lay out an article for the claim in focus.

    Args:
        article: Where all spans point to.
        claim: The one in focus; None shows the article from its beginning.
        others: The article's other claims, faintly marked.
        reading: What was read of the article.
        focus: What is marked as the claim's parts, where that is not what the claim has.
        appearances: Where else the article, or a near copy, appeared.

    Returns:
        Paragraphs in reading order. An article longer than `SHOWN_CHARS` is cut around the claim, and
        the view says how much is left out.
    """
    own = focus_of(claim) if claim else Focus()
    window = window_of(article.text, own.content)
    marks = marks_of(focus or own, others, reading)
    title = article.metadata.title
    paragraphs = []
    for found in re.finditer(r"[^\n]+", article.text):
        left, right = max(found.start(), window.start_char), min(found.end(), window.end_char)
        if left < right and not article.text[left:right].isspace():
            cut = runs(article.text, marks, Span(start_char=left, end_char=right))
            is_head = right <= article.body_start_char
            is_title = is_head and found.group().strip() == title and not any(run.kinds for run in cut)
            paragraphs.append(Paragraph(runs=cut, is_head=is_head, is_title=is_title))
    return ArticleView(
        claim_id=claim.id if claim else article.sha256,
        heading=visible(title) if title else None,
        byline=_byline(article),
        appearances=_also(appearances),
        paragraphs=tuple(paragraphs),
        reading=reading,
        n_chars_before=window.start_char,
        n_chars_after=len(article.text) - window.end_char,
    )


def window_of(text: str, spans: Sequence[Span]) -> Span:
    """Return the stretch of an article that is shown around some spans: all of it but where it is very long."""
    if len(text) <= SHOWN_CHARS:
        return Span(start_char=0, end_char=max(1, len(text)))
    place = spans[0].start_char if spans else 0
    start = max(0, min(place - SHOWN_CHARS // 2, len(text) - SHOWN_CHARS))
    return Span(start_char=start, end_char=start + SHOWN_CHARS)


def _also(appearances: Sequence[Appearance]) -> str:
    places = (a.metadata.publisher or a.metadata.url or a.metadata.origin for a in appearances)
    named = list(dict.fromkeys(place for place in places if place))
    if not named:
        return ""
    more = len(named) - NAMED
    tail = f" and {words.count(more, 'more place')}" if more > 0 else ""
    return visible(f"Also in {', '.join(named[:NAMED])}{tail}")


def _byline(article: Article) -> str:
    known = article.metadata
    published = f"{known.published.day} {known.published:%B %Y}" if known.published else None
    parts = [known.publisher, known.byline, published, known.url or known.origin]
    return visible(" · ".join(part for part in parts if part))
