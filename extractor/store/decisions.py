"""Decisions: append-only rows, each made on a version of its claim; undo is another row."""

from datetime import datetime
from typing import Self, assert_never

from pydantic import Field, model_validator
from sqlalchemy import or_
from sqlmodel import Session, col, select

from extractor.errors import Conflict, LeaseLost, StoreError
from extractor.schema import Claim, ClaimStatus, Decision, DecisionKind, RejectionReason, StoredClaim, Value
from extractor.store.claims import change_claim_row, claim_row, is_held, lease
from extractor.store.index import reindex
from extractor.store.queue import LEASE_S
from extractor.store.tables import ClaimRow, DecisionRow
from extractor.store.work import count_work, maker_of

DEEDS = {
    DecisionKind.VERIFY: "verified",
    DecisionKind.CORRECT: "corrected",
    DecisionKind.REJECT: "rejected",
    DecisionKind.ADD: "added",
    DecisionKind.UNDO: "put back",
}
"""How a message says what somebody did."""

JOINT = (RejectionReason.SPLIT, RejectionReason.MERGE)
"""Reasons of rejections that are half of something."""


class NewDecision(Value):
    """What a reviewer decides about the claim that was on the screen."""

    claim_id: str
    version: int
    """Of the claim as the reviewer saw it."""
    kind: DecisionKind
    """Not ``undo`` or ``add``, which have functions of their own."""
    reviewer: str = Field(min_length=1)
    reason: RejectionReason | None = None
    """Exactly for a rejection."""
    comment: str = ""
    corrected: Claim | None = None
    """The whole claim as it should be, under the same id; exactly for a correction."""

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        if self.kind in {DecisionKind.UNDO, DecisionKind.ADD}:
            raise ValueError(f"{self.kind} has a function of its own")
        if (self.reason is not None) != (self.kind is DecisionKind.REJECT):
            raise ValueError("a reason goes with a rejection and with nothing else")
        if (self.corrected is not None) != (self.kind is DecisionKind.CORRECT):
            raise ValueError("a corrected claim goes with a correction and with nothing else")
        if self.corrected is not None and self.corrected.id != self.claim_id:
            raise ValueError(f"the correction of claim {self.claim_id!r} has another id, {self.corrected.id!r}")
        return self


def decide(session: Session, *, decision: NewDecision, now: datetime) -> StoredClaim:
    """Record a decision and end the lease.

    The same decision again, by the same reviewer on the same version, changes nothing: a key pressed
    twice decides once.

    Args:
        session: Where to.
        decision: What, on which version, by whom.
        now: Aware.

    Returns:
        The claim as it stands now.

    Raises:
        Conflict: The claim is not what the reviewer saw; the error says who changed it, when, and to what.
        LeaseLost: Somebody else holds the claim.
        StoreError: There is no such claim, or it is superseded.
    """
    row, is_new = record(session, decision=decision, now=now)
    if is_new:
        reindex(session, [row])
    return row.as_value()


def undo(session: Session, *, claim_id: str, version: int, reviewer: str, now: datetime) -> StoredClaim:
    """Take the decision in force back; the claim stands again as it did before it.

    A claim that is undecided again is leased to the reviewer, who wants to see it. A claim that was added
    is superseded again.

    Args:
        session: Where to.
        claim_id: The claim's.
        version: Of the claim as the reviewer saw it.
        reviewer: Who takes it back, the one who decided or another.
        now: Aware.

    Returns:
        The claim as it stands now; the same again for a repeated undo.

    Raises:
        Conflict: The claim is not what the reviewer saw; the error says who changed it, when, and to what.
        StoreError: There is no such claim, or nothing to take back, or only together with others, as for
            the parts of a split: see `extractor.store.batches.undo_batch`.
    """
    row, is_new = take_back(session, claim_id=claim_id, version=version, reviewer=reviewer, now=now)
    if is_new:
        if row.status is ClaimStatus.PENDING:
            lease(row, reviewer=reviewer, now=now, lease_s=LEASE_S)
        reindex(session, [row])
    return row.as_value()


def record(
    session: Session, *, decision: NewDecision, now: datetime, batch_id: str | None = None
) -> tuple[ClaimRow, bool]:
    """Record a decision, for this package only; the caller reindexes.

    Returns:
        The row, and whether anything changed.
    """
    row = claim_row(session, claim_id=decision.claim_id, lock=True)
    status, claim = _outcome(decision, row)
    step = DecisionRow(
        claim_id=row.id,
        version=decision.version,
        kind=decision.kind,
        reviewer=decision.reviewer,
        decided_at=now,
        status_before=row.status,
        status_after=status,
        before=row.claim,
        after=claim,
        reason=decision.reason,
        comment=typed(decision.comment),
        previous_id=row.decision_id,
        batch_id=batch_id,
    )
    if _is_repeat(session, row, step):
        return row, False
    if row.status is ClaimStatus.SUPERSEDED:
        raise StoreError(f"claim {row.id!r} is superseded: the newest extraction does not have it, go on with the next")
    _refuse_foreign_lease(row, decision.reviewer, now)
    if is_held(row, reviewer=decision.reviewer, now=now):
        step.opened_at = row.leased_at
    append(session, row, step)
    return row, True


def take_back(
    session: Session, *, claim_id: str, version: int, reviewer: str, now: datetime, batch_id: str | None = None
) -> tuple[ClaimRow, bool]:
    """Take the decision in force back, for this package only; the caller reindexes.

    Args:
        session: Where to.
        claim_id: The claim's.
        version: As the reviewer saw it.
        reviewer: Who takes it back.
        now: Aware.
        batch_id: The batch that is taken back as a whole; a split or merge is not undone without.

    Returns:
        The row, and whether anything changed.
    """
    row = claim_row(session, claim_id=claim_id, lock=True)
    undone = session.get(DecisionRow, row.decision_id) if row.decision_id is not None else None
    step = DecisionRow(
        claim_id=row.id,
        version=version,
        kind=DecisionKind.UNDO,
        reviewer=reviewer,
        decided_at=now,
        status_before=row.status,
        status_after=undone.status_before if undone else row.status,
        before=row.claim,
        after=undone.before if undone else row.claim,
        previous_id=undone.previous_id if undone else None,
        batch_id=batch_id,
    )
    if _is_repeat(session, row, step):
        return row, False
    if undone is None:
        raise StoreError(f"claim {row.id!r} has no decision to take back")
    if undone.batch_id != batch_id and _is_joint(session, undone):
        raise StoreError(f"claim {row.id!r} was decided together with others: take the whole step back")
    append(session, row, step)
    return row, True


def history(session: Session, *, claim_id: str) -> list[Decision]:
    """Return every step of a claim's review, the oldest first; empty for one that nobody has decided.

    Raises:
        StoreError: There is no such claim.
    """
    claim_row(session, claim_id=claim_id)
    query = select(DecisionRow).where(DecisionRow.claim_id == claim_id).order_by(col(DecisionRow.version))
    return [row.as_value() for row in session.exec(query)]


def last_decision(session: Session, *, reviewer: str) -> Decision | None:
    """Return the reviewer's latest decision that is still in force, the one that undo would take back."""
    # A few at a time, since PostgreSQL would join all of a reviewer's decisions with their claims first: half a
    # second for 50,000.
    made = select(DecisionRow.id).where(DecisionRow.reviewer == reviewer).order_by(col(DecisionRow.id).desc())
    before: int | None = None
    while ids := session.exec((made if before is None else made.where(col(DecisionRow.id) < before)).limit(20)).all():
        in_force = (
            select(DecisionRow)
            .join(ClaimRow, col(ClaimRow.id) == DecisionRow.claim_id)
            .where(col(DecisionRow.id).in_(ids), ClaimRow.decision_id == DecisionRow.id)
            .order_by(col(DecisionRow.id).desc())
            .limit(1)
        )
        if row := session.exec(in_force).one_or_none():
            return row.as_value()
        before = ids[-1]
    return None


def _outcome(decision: NewDecision, row: ClaimRow) -> tuple[ClaimStatus, Claim]:
    match decision.kind:
        case DecisionKind.VERIFY:
            return ClaimStatus.VERIFIED, row.claim
        case DecisionKind.CORRECT:
            return ClaimStatus.CORRECTED, decision.corrected or row.claim
        case DecisionKind.REJECT:
            return ClaimStatus.REJECTED, row.claim
        case DecisionKind.UNDO | DecisionKind.ADD:
            raise AssertionError("NewDecision takes neither")
        case _:
            assert_never(decision.kind)


def typed(text: str) -> str:
    """Return what somebody typed as it can be kept: it may be pasted from anywhere, PostgreSQL holds no NUL."""
    return text.replace("\0", "")


def append(session: Session, row: ClaimRow, step: DecisionRow) -> None:
    """Add a step, let its claim follow, and count the work, for this package only."""
    step.model, step.prompt = maker_of(session, row)
    session.add(step)
    session.flush()
    gone, row.decision_id = row.decision_id, step.previous_id if step.kind is DecisionKind.UNDO else step.id
    count_work(session, gone=gone, come=row.decision_id)
    change_claim_row(row, status=step.status_after, claim=step.after, at=step.decided_at)
    session.add(row)


def conflict(session: Session, row: ClaimRow) -> Conflict:
    """Return the error that a claim is not what a reviewer saw: who changed it, when, and to what."""
    last = _step_on(session, row.id, row.version - 1)
    what = f"{DEEDS[last.kind]} by {last.reviewer!r}" if last else f"changed by a newer extraction with {row.model!r}"
    return Conflict(
        f"claim {row.id!r} was {what} at {_clock_time(row.changed_at)}, after it was opened here: look at it again",
        current=row.as_value(),
        changed_by=last.reviewer if last else row.model,
        changed_at=row.changed_at,
    )


def _is_repeat(session: Session, row: ClaimRow, step: DecisionRow) -> bool:
    """Tell whether `step` has been recorded before; raise Conflict when its version is past."""
    if row.version == step.version:
        return False
    known = _step_on(session, row.id, step.version)
    if known is not None and _deed(known) == _deed(step):
        return True
    raise conflict(session, row)


def _is_joint(session: Session, step: DecisionRow) -> bool:
    """Tell whether a step is half of something without its batch; one of many verified in bulk is not."""
    if step.batch_id is None:
        return False
    joint = or_(col(DecisionRow.kind) == DecisionKind.ADD, col(DecisionRow.reason).in_(JOINT))
    return session.exec(select(DecisionRow.id).where(DecisionRow.batch_id == step.batch_id, joint)).first() is not None


def _step_on(session: Session, claim_id: str, version: int) -> DecisionRow | None:
    query = select(DecisionRow).where(DecisionRow.claim_id == claim_id, DecisionRow.version == version)
    return session.exec(query).one_or_none()


def _deed(step: DecisionRow) -> tuple[object, ...]:
    """Return what makes two decisions on the same version the same one."""
    corrected = step.after if step.kind is DecisionKind.CORRECT else None
    return step.kind, step.reviewer, step.reason, step.comment, corrected


def _clock_time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _refuse_foreign_lease(row: ClaimRow, reviewer: str, now: datetime) -> None:
    if row.leased_by not in {None, reviewer} and row.leased_until is not None and row.leased_until > now:
        raise LeaseLost(
            f"claim {row.id!r} is with {row.leased_by!r} until {_clock_time(row.leased_until)}: go on with the next one"
        )
