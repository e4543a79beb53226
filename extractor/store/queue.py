"""The queue of undecided claims: who gets which next, and for how long."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, delete, exists, select

from extractor.schema import ClaimFilter, ClaimOrder, ClaimStatus, StoredClaim, Value
from extractor.store.claims import claim_row, end_lease, lease
from extractor.store.lookup import Place, Slice
from extractor.store.ranking import ARRIVALS, position
from extractor.store.searching import matching
from extractor.store.tables import ClaimRow, SkipRow

LEASE_S = 900.0
"""How long a claim stays with a reviewer who neither decides nor gives it back."""

SKIP_S = 4 * 3600.0
"""How long a skipped claim comes last for the reviewer who skipped it."""

CANDIDATES = 50
"""Claims of a filtered queue that are looked at together; more than reviewers usually hold at once."""


def next_claim(
    session: Session,
    *,
    reviewer: str,
    now: datetime,
    lease_s: float = LEASE_S,
    after: str | None = None,
    where: ClaimFilter | None = None,
) -> StoredClaim | None:
    """Lease the most urgent undecided claim that nobody else holds and nobody else was assigned.

    Claims assigned to the reviewer come first, those that they skipped a while ago last.

    Args:
        session: Where from.
        reviewer: Who asks. Without `after`, a claim they hold already comes back, as after a reload of the page.
        now: Aware.
        lease_s: How long the claim is kept from others, in seconds.
        after: Id of the claim the reviewer has had last, decided or skipped. The ones behind it are
            served first, then those before it again; the reviewer's lease on it ends.
        where: Only such claims; its statuses do not matter.

    Returns:
        The claim, or None when everything is decided or with somebody else.

    Raises:
        StoreError: There is no claim `after`.
    """
    last = None
    if after is not None:
        # First, because it may wait for a lock: whoever holds a claim of the queue already must not wait.
        release(session, claim_id=after, reviewer=reviewer)
        last = claim_row(session, claim_id=after)
    asking = Asking(reviewer=reviewer, now=now, where=where)
    row = next((found for found in _candidates(session, asking, last) if found), None)
    if row is None:
        return None
    lease(row, reviewer=reviewer, now=now, lease_s=lease_s)
    session.add(row)
    session.flush()
    return row.as_value()


class Lease(Value):
    """Who has a claim in hand."""

    holder: str
    until: datetime
    """Aware, UTC."""


def hold(session: Session, *, claim_id: str, reviewer: str, now: datetime, lease_s: float = LEASE_S) -> Lease | None:
    """Lease a claim that was opened by name, or lease it for longer; one that somebody else holds stays theirs.

    Args:
        session: Where to.
        claim_id: The claim's.
        reviewer: Who has it open.
        now: Aware.
        lease_s: How long it is kept from others, in seconds.

    Returns:
        Who holds it now; None where there is nothing to hold, because it is decided.

    Raises:
        StoreError: There is no such claim.
    """
    row = claim_row(session, claim_id=claim_id, lock=True)
    if row.status is not ClaimStatus.PENDING:
        return None
    if row.leased_by not in {None, reviewer} and row.leased_until is not None and row.leased_until > now:
        return Lease(holder=row.leased_by or "", until=row.leased_until)
    until = lease(row, reviewer=reviewer, now=now, lease_s=lease_s)
    session.add(row)
    session.flush()
    return Lease(holder=reviewer, until=until)


def release(session: Session, *, claim_id: str, reviewer: str) -> None:
    """Give a claim back to the queue; nothing happens when the reviewer does not hold it.

    Raises:
        StoreError: There is no such claim.
    """
    row = claim_row(session, claim_id=claim_id, lock=True)
    if row.leased_by == reviewer:
        end_lease(row)
        session.add(row)
        session.flush()


def skip(session: Session, *, claim_id: str, reviewer: str, now: datetime, for_s: float = SKIP_S) -> None:
    """Give a claim back and let it come last for this reviewer; others meet it as before.

    Args:
        session: Where to.
        claim_id: The claim's.
        reviewer: Who does not want to see it now.
        now: Aware.
        for_s: How long, in seconds.

    Raises:
        StoreError: There is no such claim.
    """
    release(session, claim_id=claim_id, reviewer=reviewer)
    session.execute(delete(SkipRow).where(col(SkipRow.reviewer) == reviewer, col(SkipRow.until) <= now))
    session.merge(SkipRow(reviewer=reviewer, claim_id=claim_id, until=now + timedelta(seconds=for_s)))
    session.flush()


class Asking(Value):
    """Who asks for what."""

    reviewer: str
    now: datetime
    where: ClaimFilter | None


def _candidates(session: Session, asking: Asking, last: ClaimRow | None) -> Iterator[ClaimRow | None]:
    """Try one way after the other to find a claim."""
    mine = col(ClaimRow.assigned_to) == asking.reviewer
    common = col(ClaimRow.assigned_to).is_(None)
    wanted = ~_skipped(asking)
    if last is None:
        yield _held(session, asking)
        yield _first(session, _for_me(asking), mine, wanted)
        yield _first(session, asking, common, wanted)
    else:
        yield _first(session, _for_me(asking), mine, wanted, col(ClaimRow.id) != last.id)
        yield _first(session, asking, common, wanted, behind=last)
        yield _first(session, asking, common, wanted)
    yield _first(session, asking, or_(mine, common))


def _for_me(asking: Asking) -> Asking:
    if asking.where is None or asking.where.assignees:
        return asking
    mine = asking.where.model_copy(update={"assignees": (asking.reviewer,)})
    return asking.model_copy(update={"where": mine})


def _held(session: Session, asking: Asking) -> ClaimRow | None:
    # The status is left out: with it, SQLite walks through all that is pending. Only pending claims are leased.
    query = (
        select(ClaimRow)
        .where(ClaimRow.leased_by == asking.reviewer, col(ClaimRow.leased_until) > asking.now)
        .order_by(col(ClaimRow.leased_until).desc())
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    row = session.exec(query).one_or_none()
    if row is None or asking.where is None:
        return row
    place = position(row.rank, row.arrival or 0)
    return row if _positions(session, asking.where, after=place - 1, limit=1) == [place] else None


def _first(
    session: Session, asking: Asking, *conditions: ColumnElement[bool], behind: ClaimRow | None = None
) -> ClaimRow | None:
    free = _free(asking)
    if asking.where is None:
        place = [] if behind is None else [_behind(behind)]
        return _lock_first(session, col(ClaimRow.status) == ClaimStatus.PENDING, free, *conditions, *place)
    after = position(behind.rank, behind.arrival or 0) if behind else None
    while found := _positions(session, asking.where, after=after, limit=CANDIDATES):
        among = col(ClaimRow.arrival).in_([place % ARRIVALS for place in found])
        row = _lock_first(session, among, col(ClaimRow.status) == ClaimStatus.PENDING, free, *conditions)
        if row is not None:
            return row
        after = found[-1]
    return None


def _positions(session: Session, where: ClaimFilter, *, after: int | None, limit: int) -> list[int]:
    pending = where.model_copy(update={"statuses": (ClaimStatus.PENDING,)})
    place = None if after is None else Place(position=after)
    return matching(session, pending, Slice(order=ClaimOrder.QUEUE, after=place, limit=limit))


def _lock_first(session: Session, *conditions: ColumnElement[bool]) -> ClaimRow | None:
    query = (
        select(ClaimRow)
        .where(*conditions)
        .order_by(col(ClaimRow.rank), col(ClaimRow.arrival))
        .limit(1)
        # PostgreSQL: what somebody else is just taking is passed over. SQLite drops it, and has one writer.
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.exec(query).one_or_none()


def _free(asking: Asking) -> ColumnElement[bool]:
    lease = col(ClaimRow.leased_until)
    return or_(lease.is_(None), lease <= asking.now, col(ClaimRow.leased_by) == asking.reviewer)


def _skipped(asking: Asking) -> ColumnElement[bool]:
    return exists().where(
        col(SkipRow.reviewer) == asking.reviewer,
        col(SkipRow.claim_id) == col(ClaimRow.id),
        col(SkipRow.until) > asking.now,
    )


def _behind(passed: ClaimRow) -> ColumnElement[bool]:
    equal_rank = and_(col(ClaimRow.rank) == passed.rank, col(ClaimRow.arrival) > passed.arrival)
    # The first condition alone lets the index begin at the place; the second one is exact.
    return and_(col(ClaimRow.rank) >= passed.rank, or_(col(ClaimRow.rank) > passed.rank, equal_rank))
