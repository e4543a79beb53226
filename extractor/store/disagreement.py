"""Where extractors disagree about an article, a person should look sooner."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from extractor.schema import Claim, Value
from extractor.store.claims import claim_row
from extractor.store.tables import UNPLACED, ClaimRow, ExtractionRow, FindRow

NEAR_CHARS = 5_000
"""Claims that begin further away have no words in common with one; no claim is that long."""


class OtherReading(Value):
    """What an extractor has where another one has a claim, if it tells it otherwise."""

    model: str
    found: Claim | None
    """With most of the same words; None where it has none of them."""


def disagreement(claim: Claim, others: Sequence[Sequence[Claim]]) -> float:
    """Return the share of other extractors that do not have a claim so, in [0, 1]; 0 where there is no other.

    One has it so if a claim of its own shares words of the article with it, and has the same source and
    the same type of quotation.

    Args:
        claim: Of one extractor.
        others: The claims of every other one.
    """
    missing = [found for found in others if not any(_same(claim, other) for other in found)]
    return len(missing) / len(others) if others else 0.0


def settle_disagreement(session: Session, *, article_sha256: str) -> None:
    """Hold the extraction of an article that was saved last against the last one by every other model.

    Only rows in the session change; `extractor.store.index.reindex` writes the ranks that follow.
    """
    query = select(ExtractionRow.id, ExtractionRow.model).where(ExtractionRow.article_sha256 == article_sha256)
    by_model = {model: number for number, model in session.exec(query.order_by(col(ExtractionRow.id)))}
    if len(by_model) < 2:
        return
    newest = max(number for number in by_model.values() if number)
    finds = {
        number: session.exec(select(col(FindRow.found)).where(FindRow.extraction_id == number)).all()
        for number in by_model.values()
    }
    of_newest = {claim.id: claim for claim in finds.pop(newest)}
    for row in session.exec(select(ClaimRow).where(col(ClaimRow.article_sha256) == article_sha256)):
        if row.id in of_newest:
            row.disagreement = disagreement(of_newest[row.id], list(finds.values()))


def other_readings(session: Session, *, claim_id: str) -> tuple[OtherReading, ...]:
    """Return what those extractors of the article say that do not have a claim so, in the order of their models.

    A claim that was corrected is compared as its extractor gave it.

    Raises:
        StoreError: There is no such claim.
    """
    row = claim_row(session, claim_id=claim_id)
    query = select(ExtractionRow.id, ExtractionRow.model).where(ExtractionRow.article_sha256 == row.article_sha256)
    latest = {model: number for number, model in session.exec(query.order_by(col(ExtractionRow.id)))}
    if len(latest) < 2:
        return ()
    own = session.exec(select(FindRow).where(FindRow.claim_id == claim_id).order_by(col(FindRow.extraction_id).desc()))
    given = next((find.found for find in own), None)
    if given is None or not given.content.spans:
        return ()
    others: list[OtherReading] = []
    for model, number in sorted(latest.items()):
        found = _finds_near(session, number, given)
        if any(claim.id == claim_id or _same(given, claim) for claim in found):
            continue
        shared = {claim.id: _shared(given, claim) for claim in found}
        best = max(found, key=lambda claim: shared[claim.id], default=None)
        others.append(OtherReading(model=model, found=best if best and shared[best.id] else None))
    return tuple(others)


def _finds_near(session: Session, extraction_id: int | None, claim: Claim) -> Sequence[Claim]:
    at = claim.content.spans[0].start_char
    query = (
        select(col(FindRow.found))
        .join(ClaimRow, col(ClaimRow.id) == FindRow.claim_id)
        .where(FindRow.extraction_id == extraction_id, ClaimRow.start_char != UNPLACED)
        .where(ClaimRow.start_char > at - NEAR_CHARS, ClaimRow.start_char < claim.content.spans[-1].end_char)
        .order_by(col(FindRow.position))
    )
    return session.exec(query).all()


def _shared(claim: Claim, other: Claim) -> int:
    pairs = ((a, b) for a in claim.content.spans for b in other.content.spans)
    return sum(max(0, min(a.end_char, b.end_char) - max(a.start_char, b.start_char)) for a, b in pairs)


def read_by_several() -> SelectOfScalar[str]:
    """Return the query for the articles that several models have read."""
    return (
        select(ExtractionRow.article_sha256)
        .group_by(col(ExtractionRow.article_sha256))
        .having(func.count(func.distinct(col(ExtractionRow.model))) > 1)
    )


def _same(claim: Claim, other: Claim) -> bool:
    return (
        claim.quotation is other.quotation
        and claim.source.name.casefold() == other.source.name.casefold()
        and any(a.overlaps(b) for a in claim.content.spans for b in other.content.spans)
    )
