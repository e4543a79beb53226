"""Second looks: who gets which claim to decide again, blind; what came of it; how an editor settles a difference."""

from datetime import datetime, timedelta

from pydantic import Field
from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, exists, select

from extractor.errors import Conflict, NotAllowed, NotReady, StoreError
from extractor.schema import Claim, ClaimStatus, DecisionKind, StoredClaim, Value
from extractor.secondlook import (
    Choice,
    Look,
    LookDeed,
    LookState,
    LookStep,
    Outcome,
    SecondLook,
    Settlement,
    agree,
    sample_end,
)
from extractor.store.claims import claim_row, end_lease
from extractor.store.decisions import JOINT, NewDecision, decide, typed, undo
from extractor.store.queue import LEASE_S
from extractor.store.tables import ClaimRow, DecisionRow, SecondLookRow, SecondLookStepRow

MADE = (LookState.AGREED, LookState.DIFFERS, LookState.SETTLED)
"""States of looks that have been compared."""

STATUS = {
    DecisionKind.VERIFY: ClaimStatus.VERIFIED,
    DecisionKind.CORRECT: ClaimStatus.CORRECTED,
    DecisionKind.REJECT: ClaimStatus.REJECTED,
}


class Blind(Value):
    """A claim for a second look: nothing in it tells what was decided."""

    claim: Claim
    """As it was before anybody had decided it."""
    article_sha256: str
    version: int
    """Of the look: what a decision on it names."""


class NewSettlement(Value):
    """What an editor makes of two decisions that differ."""

    claim_id: str
    version: int
    """Of the look as the editor saw it."""
    by: str = Field(min_length=1)
    choice: Choice
    other: NewDecision | None = None
    """The third decision, on the claim's own version; exactly for choice other."""
    comment: str = ""


class LookCounts(Value):
    """How second looks stand."""

    in_sample: int
    """Decided claims that the sample holds."""
    made: int
    differing: int
    """Of those made, that wait for an editor."""


class LookPair(Value):
    """How often two reviewers decided so, the one first and the other second."""

    first: str
    second: str
    first_status: ClaimStatus
    second_status: ClaimStatus
    n: int


class Differing(Value):
    """A claim whose two decisions differ."""

    stored: StoredClaim
    look: SecondLook


def next_second_look(
    session: Session,
    *,
    reviewer: str,
    share: float,
    now: datetime,
    after: str | None = None,
    lease_s: float = LEASE_S,
) -> Blind | None:
    """Give a reviewer a claim of the sample that somebody else has decided and nobody has looked at again.

    Args:
        session: Where from.
        reviewer: Who asks; never gets what they have decided themselves, at whatever time.
        share: Of decided claims, in [0, 1]; which ones follows from their ids.
        now: Aware.
        after: Id of the claim they have had last; without, one they hold already comes back.
        lease_s: How long it is kept from others, in seconds.

    Returns:
        The claim as it was before the first decision, or None when nothing waits.
    """
    held = _held(session, reviewer, now)
    if held is not None and after is None:
        return _blind(session, held)
    if held is not None:
        held.open_until = None
        session.add(held)
        session.flush()
    for begin, end in ((after or "", sample_end(share)), ("", after or "")):
        while found := _waiting(session, reviewer, now, begin=begin, end=min(end, sample_end(share))):
            if row := _lease(session, found, reviewer, now + timedelta(seconds=lease_s), now):
                return _blind(session, row)
            begin = found
    return None


def make_look(session: Session, *, decision: NewDecision, now: datetime) -> SecondLook:
    """Record what the second reviewer decides, and compare; the claim does not change.

    The same decision again changes nothing.

    Args:
        session: Where to.
        decision: On the version of the look.
        now: Aware.

    Raises:
        Conflict: Somebody else has looked at it meanwhile.
        NotReady: The first decision was taken back meanwhile: there is nothing to compare with.
        NotAllowed: The reviewer made the first decision.
        StoreError: There is no such claim, or nobody has opened it for a second look.
    """
    claim = claim_row(session, claim_id=decision.claim_id, lock=True)
    row = session.get(SecondLookRow, decision.claim_id, populate_existing=True)
    if row is None:
        raise StoreError(f"claim {decision.claim_id!r} is not open for a second look: go on with the next one")
    if row.version != decision.version or row.state is not LookState.OPEN or row.reviewer != decision.reviewer:
        made = row.look.second if row.look else None
        if made is not None and (made.reviewer, made.status) == (decision.reviewer, STATUS[decision.kind]):
            return row.as_value(decision_id=claim.decision_id)
        raise Conflict(f"somebody else has claim {claim.id!r} for a second look: go on with the next one")
    first = session.get(DecisionRow, claim.decision_id) if claim.decision_id is not None else None
    if first is None:
        raise NotReady("the first decision was taken back meanwhile: go on with the next claim")
    if first.reviewer == decision.reviewer:
        raise NotAllowed(f"{decision.reviewer!r} has decided this claim; a second look is somebody else's")
    shown = _before_all(session, first)
    look = Look(
        looked_at=now,
        shown=shown,
        first=_outcome_of(first),
        second=Outcome(
            reviewer=decision.reviewer,
            status=STATUS[decision.kind],
            claim=decision.corrected or shown,
            reason=decision.reason,
            comment=typed(decision.comment),
        ),
    )
    row.look = look
    row.state = LookState.AGREED if agree(look.first, look.second) else LookState.DIFFERS
    row.open_until = None
    row.first_reviewer, row.first_status = look.first.reviewer, look.first.status
    row.second_status = look.second.status
    row.decision_id = row.first_decision_id = claim.decision_id
    _append(session, row, LookDeed.LOOK, decision.reviewer, now)
    return row.as_value(decision_id=claim.decision_id)


def undo_look(session: Session, *, claim_id: str, version: int, reviewer: str, now: datetime) -> Blind:
    """Take a second look back, before anybody has settled it; the claim is open to its reviewer again.

    Raises:
        Conflict: It is not what the reviewer saw.
        NotAllowed: It is somebody else's.
    """
    claim_row(session, claim_id=claim_id, lock=True)
    row = _row(session, claim_id, version)
    if row.reviewer != reviewer:
        raise NotAllowed(f"the second look is {row.reviewer!r}'s to take back")
    if row.state not in {LookState.AGREED, LookState.DIFFERS}:
        raise NotReady(f"the second look is {row.state}: there is nothing to take back")
    row.state, row.look = LookState.OPEN, None
    row.first_reviewer = row.first_status = row.second_status = row.decision_id = row.first_decision_id = None
    row.open_until = now + timedelta(seconds=LEASE_S)
    _append(session, row, LookDeed.UNDO, reviewer, now)
    return _blind(session, row)


def settle(session: Session, *, new: NewSettlement, now: datetime) -> SecondLook:
    """Settle a difference: keep the first decision, put the second in its place, or make a third.

    Raises:
        Conflict: The look or the claim is not what the editor saw.
        NotAllowed: The editor made one of the two decisions.
        NotReady: There is no difference to settle.
    """
    claim = claim_row(session, claim_id=new.claim_id, lock=True)
    row = session.get(SecondLookRow, new.claim_id, populate_existing=True)
    if row is not None and row.settlement is not None and row.version == new.version + 1:
        same = (row.settlement.by, row.settlement.choice) == (new.by, new.choice)
        if same:
            return row.as_value(decision_id=claim.decision_id)
    row = _row(session, new.claim_id, new.version)
    if row.state is not LookState.DIFFERS or row.look is None or row.decision_id != claim.decision_id:
        raise NotReady("the two decisions no longer stand against each other: there is nothing to settle")
    if new.by in {row.look.first.reviewer, row.look.second.reviewer}:
        raise NotAllowed(f"{new.by!r} made one of the two decisions: somebody else has to settle it")
    decision = _settling(new, row.look, claim.version)
    if decision is not None:
        decide(session, decision=decision, now=now)
    row.decision_id = claim.decision_id
    row.settlement = Settlement(by=new.by, at=now, choice=new.choice, comment=typed(new.comment))
    row.state = LookState.SETTLED
    _append(session, row, LookDeed.SETTLE, new.by, now)
    return row.as_value(decision_id=claim.decision_id)


def undo_settlement(session: Session, *, claim_id: str, version: int, person: str, now: datetime) -> SecondLook:
    """Take a settlement back, with the decision that it made; the two decisions differ again.

    Raises:
        Conflict: The look is not what the person saw, or the claim was decided anew since.
        NotReady: It is not settled.
    """
    claim = claim_row(session, claim_id=claim_id, lock=True)
    row = _row(session, claim_id, version)
    if row.state is not LookState.SETTLED:
        raise NotReady(f"the second look is {row.state}: there is no settlement to take back")
    if row.decision_id != row.first_decision_id:
        if claim.decision_id != row.decision_id:
            raise Conflict(f"claim {claim_id!r} was decided anew since it was settled: look at it again")
        undo(session, claim_id=claim_id, version=claim.version, reviewer=person, now=now)
        # An undo leases a claim that waits again; this one does not.
        end_lease(claim)
    row.decision_id, row.settlement, row.state = row.first_decision_id, None, LookState.DIFFERS
    _append(session, row, LookDeed.UNDO, person, now)
    return row.as_value(decision_id=claim.decision_id)


def find_look(session: Session, *, claim_id: str) -> SecondLook | None:
    """Return the second look at a claim, once it has been made."""
    row = session.get(SecondLookRow, claim_id)
    if row is None or row.look is None:
        return None
    return row.as_value(decision_id=claim_row(session, claim_id=claim_id).decision_id)


def look_steps(session: Session, *, claim_id: str) -> list[LookStep]:
    """Return every step of the second look at a claim, the oldest first."""
    query = select(SecondLookStepRow).where(SecondLookStepRow.claim_id == claim_id)
    return [row.as_value() for row in session.exec(query.order_by(col(SecondLookStepRow.version)))]


def last_look(session: Session, *, reviewer: str) -> SecondLook | None:
    """Return the last second look that a reviewer made and nobody has settled: the one an undo would take back."""
    query = (
        select(SecondLookRow)
        .where(SecondLookRow.reviewer == reviewer, col(SecondLookRow.state).in_([LookState.AGREED, LookState.DIFFERS]))
        .order_by(col(SecondLookRow.changed_at).desc())
        .limit(1)
    )
    row = session.exec(query).one_or_none()
    return find_look(session, claim_id=row.claim_id) if row else None


def list_differing(session: Session, *, limit: int = 50) -> list[Differing]:
    """Return what waits to be settled, the oldest first."""
    query = (
        select(SecondLookRow, ClaimRow)
        .join(ClaimRow, col(ClaimRow.id) == col(SecondLookRow.claim_id))
        .where(_is_differing())
        .order_by(col(SecondLookRow.changed_at), col(SecondLookRow.claim_id))
        .limit(limit)
    )
    return [
        Differing(stored=claim.as_value(), look=row.as_value(decision_id=claim.decision_id))
        for row, claim in session.exec(query)
    ]


def count_looks(session: Session, *, share: float) -> LookCounts:
    """Count what the sample holds, what has been looked at again, and what waits for an editor."""
    sampled = select_columns(func.count()).where(
        col(ClaimRow.decision_id).is_not(None), col(ClaimRow.id) < sample_end(share)
    )
    made = select_columns(func.count()).where(col(SecondLookRow.state).in_(MADE))
    differing = (
        select_columns(func.count())
        .select_from(SecondLookRow)
        .join(ClaimRow, col(ClaimRow.id) == col(SecondLookRow.claim_id))
        .where(_is_differing())
    )
    counts = [int(session.execute(query).scalar_one()) for query in (sampled, made, differing)]
    return LookCounts(in_sample=counts[0], made=counts[1], differing=counts[2])


def look_pairs(session: Session) -> list[LookPair]:
    """Return how often each pair of reviewers decided how, of all second looks that have been made."""
    columns = (
        col(SecondLookRow.first_reviewer),
        col(SecondLookRow.reviewer),
        col(SecondLookRow.first_status),
        col(SecondLookRow.second_status),
    )
    query = select_columns(*columns, func.count()).where(col(SecondLookRow.state).in_(MADE))
    return [
        LookPair(first=first, second=second, first_status=one, second_status=other, n=n)
        for first, second, one, other, n in session.execute(query.group_by(*columns).order_by(*columns))
    ]


def _held(session: Session, reviewer: str, now: datetime) -> SecondLookRow | None:
    query = select(SecondLookRow).where(
        SecondLookRow.state == LookState.OPEN,
        SecondLookRow.reviewer == reviewer,
        col(SecondLookRow.open_until) > now,
    )
    row = session.exec(query.order_by(col(SecondLookRow.open_until).desc()).limit(1)).one_or_none()
    if row is None:
        return None
    # Somebody may have taken the first decision back since.
    claim = claim_row(session, claim_id=row.claim_id)
    return row if claim.decision_id is not None else None


def _waiting(session: Session, reviewer: str, now: datetime, *, begin: str, end: str) -> str | None:
    """Return the first claim between two ids that waits for a second look by this reviewer."""
    look = (
        exists()
        .where(col(SecondLookRow.claim_id) == col(ClaimRow.id))
        .where(
            or_(
                col(SecondLookRow.state) != LookState.OPEN,
                and_(col(SecondLookRow.open_until) > now, col(SecondLookRow.reviewer) != reviewer),
            )
        )
    )
    own = exists().where(col(DecisionRow.claim_id) == col(ClaimRow.id), col(DecisionRow.reviewer) == reviewer)
    joint = exists().where(col(DecisionRow.id) == col(ClaimRow.decision_id), col(DecisionRow.reason).in_(JOINT))
    query = (
        select(ClaimRow.id)
        .where(col(ClaimRow.decision_id).is_not(None), col(ClaimRow.id) > begin, col(ClaimRow.id) < end)
        .where(~look, ~own, ~joint)
        .order_by(col(ClaimRow.id))
        .limit(1)
    )
    return session.exec(query).one_or_none()


def _lease(session: Session, claim_id: str, reviewer: str, until: datetime, now: datetime) -> SecondLookRow | None:
    """Keep a claim for a reviewer, unless somebody was faster since it was found."""
    claim = claim_row(session, claim_id=claim_id, lock=True)
    row = session.get(SecondLookRow, claim_id, populate_existing=True)
    if claim.decision_id is None:
        return None
    if row is None:
        row = SecondLookRow(claim_id=claim_id, state=LookState.OPEN, reviewer=reviewer, changed_at=now)
    elif row.state is not LookState.OPEN or (row.reviewer != reviewer and row.open_until and row.open_until > now):
        return None
    row.reviewer, row.open_until = reviewer, until
    session.add(row)
    session.flush()
    return row


def _blind(session: Session, row: SecondLookRow) -> Blind:
    claim = claim_row(session, claim_id=row.claim_id)
    first = session.get(DecisionRow, claim.decision_id) if claim.decision_id is not None else None
    shown = _before_all(session, first) if first else claim.claim
    return Blind(claim=shown, article_sha256=claim.article_sha256, version=row.version)


def _before_all(session: Session, step: DecisionRow) -> Claim:
    """Return the claim as it was before the first decision in force; one that a reviewer added, as it was added."""
    while step.previous_id is not None and (previous := session.get(DecisionRow, step.previous_id)) is not None:
        step = previous
    return step.after if step.kind is DecisionKind.ADD else step.before


def _outcome_of(step: DecisionRow) -> Outcome:
    return Outcome(
        reviewer=step.reviewer,
        status=step.status_after,
        claim=step.after,
        reason=step.reason,
        comment=step.comment,
    )


def _settling(new: NewSettlement, look: Look, claim_version: int) -> NewDecision | None:
    """Return the decision that a settlement makes on the claim; none where the first one stays."""
    match new.choice:
        case Choice.FIRST:
            return None
        case Choice.OTHER:
            if new.other is None or new.other.reviewer != new.by:
                raise ValueError("a third decision is the editor's own")
            return new.other
        case Choice.SECOND:
            kind = next(kind for kind, status in STATUS.items() if status is look.second.status)
            # The first reviewer may have corrected the claim: to put it back as it was is a correction, too.
            verified = kind is DecisionKind.VERIFY and look.first.claim != look.second.claim
            return NewDecision(
                claim_id=new.claim_id,
                version=claim_version,
                kind=DecisionKind.CORRECT if verified else kind,
                reviewer=new.by,
                reason=look.second.reason if kind is DecisionKind.REJECT else None,
                comment=new.comment,
                corrected=look.second.claim if verified or kind is DecisionKind.CORRECT else None,
            )


def _row(session: Session, claim_id: str, version: int) -> SecondLookRow:
    row = session.get(SecondLookRow, claim_id, populate_existing=True)
    if row is None:
        raise StoreError(f"claim {claim_id!r} has had no second look")
    if row.version != version:
        raise Conflict(f"the second look at claim {claim_id!r} was changed after it was opened here: look at it again")
    return row


def _append(session: Session, row: SecondLookRow, deed: LookDeed, person: str, now: datetime) -> None:
    row.version += 1
    row.changed_at = now
    session.add(row)
    session.add(
        SecondLookStepRow(
            claim_id=row.claim_id,
            version=row.version,
            deed=deed,
            person=person,
            at=now,
            state=row.state,
            look=row.look,
            settlement=row.settlement,
        )
    )
    session.flush()


def _is_differing() -> ColumnElement[bool]:
    return and_(
        col(SecondLookRow.state) == LookState.DIFFERS,
        col(ClaimRow.decision_id) == col(SecondLookRow.decision_id),
    )
