"""Claims in the database, as they stand now."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from extractor.errors import StoreError
from extractor.schema import Claim, ClaimStatus, Span, StoredClaim
from extractor.store import tally
from extractor.store.ranking import rank
from extractor.store.tables import UNPLACED, ArticleRow, ClaimRow


def list_claims(
    session: Session,
    *,
    article_sha256: str | None = None,
    status: ClaimStatus | None = None,
    within: Span | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[StoredClaim]:
    """Return claims, articles in the order in which they came in, each in reading order.

    Args:
        session: Where from.
        article_sha256: Only those of this article.
        status: Only those in this state; when None, all but the superseded ones.
        within: Only those whose content begins in this stretch of the article.
        limit: At most so many.
        offset: So many are left out at the beginning.
    """
    wanted = ClaimRow.status != ClaimStatus.SUPERSEDED if status is None else ClaimRow.status == status
    query = select(ClaimRow).where(wanted)
    if article_sha256 is None:
        query = query.join(ArticleRow, col(ArticleRow.sha256) == ClaimRow.article_sha256)
        query = query.order_by(col(ArticleRow.arrival))
    else:
        query = query.where(ClaimRow.article_sha256 == article_sha256)
    if within is not None:
        query = query.where(ClaimRow.start_char >= within.start_char, ClaimRow.start_char < within.end_char)
    query = query.order_by(col(ClaimRow.start_char), col(ClaimRow.arrival)).limit(limit).offset(offset)
    return [row.as_value() for row in session.exec(query)]


def get_claim(session: Session, *, claim_id: str) -> StoredClaim:
    """Return one claim.

    Raises:
        StoreError: There is none of this id.
    """
    return claim_row(session, claim_id=claim_id).as_value()


def count_by_status(session: Session) -> dict[ClaimStatus, int]:
    """Return how many claims stand where; every status is named, in the order of a review."""
    counts = tally.by_status(session)
    return {status: counts.get(status, 0) for status in ClaimStatus}


def claim_row(session: Session, *, claim_id: str, lock: bool = False) -> ClaimRow:
    """Return a claim's row, for this package only.

    Args:
        session: Where from.
        claim_id: The claim's.
        lock: Keep it from all other writers until the transaction ends, and read it afresh.

    Raises:
        StoreError: There is none of this id.
    """
    row = find_claim_row(session, claim_id=claim_id, lock=lock)
    if row is None:
        raise StoreError(f"no claim {claim_id!r} in the database: `claimdesk claims` lists them")
    return row


def find_claim_row(session: Session, *, claim_id: str, lock: bool = False) -> ClaimRow | None:
    """Return a claim's row as `claim_row` does, or None."""
    query = select(ClaimRow).where(ClaimRow.id == claim_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.exec(query).one_or_none()


def new_claim_row(claim: Claim, *, article_sha256: str, model: str, at: datetime) -> ClaimRow:
    """Return the row of a claim that was not there before, for this package only.

    Whoever adds or changes one calls `extractor.store.index.reindex`, which sets its rank for good.
    """
    return ClaimRow(
        id=claim.id,
        article_sha256=article_sha256,
        model=model,
        status=ClaimStatus.PENDING,
        version=1,
        changed_at=at,
        start_char=_start_char(claim),
        rank=rank(claim),
        claim=claim,
    )


def change_claim_row(row: ClaimRow, *, status: ClaimStatus, claim: Claim, at: datetime) -> None:
    """Change what a reviewer sees of a claim, so that a decision on what was there before is stale.

    A claim that is no longer pending is no longer leased.
    """
    row.status = status
    row.claim = claim
    row.start_char = _start_char(claim)
    row.version += 1
    row.changed_at = at
    if status is not ClaimStatus.PENDING:
        end_lease(row)


def lease(row: ClaimRow, *, reviewer: str, now: datetime, lease_s: float) -> datetime:
    """Keep a claim for a reviewer, and return until when; who holds it already has held it since they opened it."""
    if not is_held(row, reviewer=reviewer, now=now):
        row.leased_at = now
    row.leased_by, row.leased_until = reviewer, now + timedelta(seconds=lease_s)
    return row.leased_until


def is_held(row: ClaimRow, *, reviewer: str, now: datetime) -> bool:
    """Tell whether a reviewer has a claim in hand."""
    return row.leased_by == reviewer and row.leased_until is not None and row.leased_until > now


def end_lease(row: ClaimRow) -> None:
    """Let anybody have a claim."""
    row.leased_by = row.leased_until = row.leased_at = None


def _start_char(claim: Claim) -> int:
    return claim.content.spans[0].start_char if claim.content.spans else UNPLACED
