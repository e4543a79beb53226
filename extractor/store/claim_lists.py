"""What a list of claims shows beside each claim."""

from collections.abc import Sequence

from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from extractor.schema import ListedClaim
from extractor.store.tables import ArticleRow, ClaimRow, DecisionRow


def listed_claims(session: Session, *, claim_ids: Sequence[str]) -> list[ListedClaim]:
    """Return some claims as a list shows them, in the order given; those that are not there are left out."""
    query = (
        select_columns(ClaimRow, col(ArticleRow.about), col(DecisionRow.reviewer), col(DecisionRow.reason))
        .join(ArticleRow, col(ArticleRow.sha256) == col(ClaimRow.article_sha256))
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ClaimRow.decision_id))
        .where(col(ClaimRow.id).in_(claim_ids))
    )
    listed = {
        row.id: ListedClaim(
            stored=row.as_value(), article=about, changed_at=row.changed_at, reviewer=reviewer, reason=reason
        )
        for row, about, reviewer, reason in session.execute(query)
    }
    return [listed[claim_id] for claim_id in claim_ids if claim_id in listed]
