"""The queue of undecided claims: who gets which next, and for how long."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from extractor.schema import ClaimStatus, StoredClaim
from extractor.store.claims import claim_row
from extractor.store.tables import ClaimRow

LEASE_S = 900.0
"""How long a claim stays with a reviewer who neither decides nor gives it back."""


def next_claim(
    session: Session, *, reviewer: str, now: datetime, lease_s: float = LEASE_S, after: str | None = None
) -> StoredClaim | None:
    """Lease the most urgent undecided claim that nobody else holds.

    Args:
        session: Where from.
        reviewer: Who asks. Without `after`, a claim they hold already comes back, as after a reload of the page.
        now: Aware.
        lease_s: How long the claim is kept from others, in seconds.
        after: Id of the claim the reviewer has had last, decided or skipped. The ones behind it are
            served first, then those before it again; the reviewer's lease on it ends.

    Returns:
        The claim, or None when everything is decided or with somebody else.

    Raises:
        StoreError: There is no claim `after`.
    """
    if after is None:
        row = _held(session, reviewer, now) or _first(session, _free(reviewer, now))
    else:
        # First, because it may wait for a lock: whoever holds a claim of the queue already must not wait.
        release(session, claim_id=after, reviewer=reviewer)
        behind = _behind(claim_row(session, claim_id=after))
        row = _first(session, _free(reviewer, now), behind) or _first(session, _free(reviewer, now))
    if row is None:
        return None
    row.leased_by = reviewer
    row.leased_until = now + timedelta(seconds=lease_s)
    session.add(row)
    session.flush()
    return row.as_value()


def release(session: Session, *, claim_id: str, reviewer: str) -> None:
    """Give a claim back to the queue; nothing happens when the reviewer does not hold it.

    Raises:
        StoreError: There is no such claim.
    """
    row = claim_row(session, claim_id=claim_id, lock=True)
    if row.leased_by == reviewer:
        row.leased_by = row.leased_until = None
        session.add(row)
        session.flush()


def _held(session: Session, reviewer: str, now: datetime) -> ClaimRow | None:
    # The status is left out: with it, SQLite walks through all that is pending. Only pending claims are leased.
    query = (
        select(ClaimRow)
        .where(ClaimRow.leased_by == reviewer, col(ClaimRow.leased_until) > now)
        .order_by(col(ClaimRow.leased_until).desc())
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.exec(query).one_or_none()


def _first(session: Session, *conditions: ColumnElement[bool]) -> ClaimRow | None:
    query = (
        select(ClaimRow)
        .where(ClaimRow.status == ClaimStatus.PENDING, *conditions)
        .order_by(col(ClaimRow.rank), col(ClaimRow.arrival))
        .limit(1)
        # PostgreSQL: what somebody else is just taking is passed over. SQLite drops it, and has one writer.
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.exec(query).one_or_none()


def _free(reviewer: str, now: datetime) -> ColumnElement[bool]:
    lease = col(ClaimRow.leased_until)
    return or_(lease.is_(None), lease <= now, col(ClaimRow.leased_by) == reviewer)


def _behind(passed: ClaimRow) -> ColumnElement[bool]:
    equal_rank = and_(col(ClaimRow.rank) == passed.rank, col(ClaimRow.arrival) > passed.arrival)
    # The first condition alone lets the index begin at the place; the second one is exact.
    return and_(col(ClaimRow.rank) >= passed.rank, or_(col(ClaimRow.rank) > passed.rank, equal_rank))
