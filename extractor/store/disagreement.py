"""Where extractors disagree about an article, a person should look sooner."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from extractor.schema import Claim
from extractor.store.tables import ClaimRow, ExtractionRow, FindRow


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
