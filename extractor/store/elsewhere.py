"""A claim's words in near copies of its article, and what is claimed there in the same words."""

import re
from collections.abc import Sequence

from sqlmodel import Session, col, select

from extractor.schema import Appearance, ArticleMetadata, Span, StoredClaim, Value
from extractor.store.claims import list_claims
from extractor.store.tables import ArticleRow

MOST_COPIES = 12
"""Near copies that are looked at; a story that forty papers print is the same in most of them."""

NEAR_CHARS = 600
"""Claims that begin so far before a passage seldom reach into it."""


class Elsewhere(Value):
    """A claim of another article in the same words."""

    stored: StoredClaim
    metadata: ArticleMetadata
    """The other article's."""


def same_words(
    session: Session, *, stored: StoredClaim, text: str, appearances: Sequence[Appearance]
) -> tuple[Elsewhere, ...]:
    """Return the claims of near copies that share most of a claim's words.

    Args:
        session: Where from.
        stored: The claim.
        text: Its article's.
        appearances: Of its article, as `also_in` gives them; the first `MOST_COPIES` articles are looked at.

    Returns:
        One claim an article, in the order in which the articles came in; none for those that lack the words or
        have no claim in them.
    """
    spans = stored.claim.content.spans
    others = {seen.article_sha256 for seen in appearances} - {stored.article_sha256}
    if not spans or not others:
        return ()
    longest = max(spans, key=lambda span: span.end_char - span.start_char).of(text).split()
    if not longest:
        return ()
    # Their very characters but for breaks of lines: an index of each copy would take longer than all the rest.
    words = re.compile(r"\s+".join(map(re.escape, longest)))
    copies = select(ArticleRow).where(col(ArticleRow.sha256).in_(others)).order_by(col(ArticleRow.arrival))
    found: list[Elsewhere] = []
    for row in session.exec(copies.limit(MOST_COPIES)):
        place = words.search(row.text)
        if place and (same := _claim_at(session, row.sha256, Span(start_char=place.start(), end_char=place.end()))):
            found.append(Elsewhere(stored=same, metadata=row.about))
    return tuple(found)


def _claim_at(session: Session, article_sha256: str, at: Span) -> StoredClaim | None:
    """Return the claim that has the most of a passage, if it has at least half of it."""
    near = Span(start_char=max(0, at.start_char - NEAR_CHARS), end_char=at.end_char)
    claims = list_claims(session, article_sha256=article_sha256, within=near)
    best = max(claims, key=lambda other: _shared(other, at), default=None)
    return best if best and 2 * _shared(best, at) >= at.end_char - at.start_char else None


def _shared(other: StoredClaim, at: Span) -> int:
    spans = other.claim.content.spans
    return sum(max(0, min(span.end_char, at.end_char) - max(span.start_char, at.start_char)) for span in spans)
