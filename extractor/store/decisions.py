"""Decisions: append-only rows, each made on a version of its claim; undo is another row."""

from datetime import datetime, timedelta
from typing import Self, assert_never

from pydantic import Field, model_validator
from sqlmodel import Session, col, select

from extractor.errors import Conflict, LeaseLost, StoreError
from extractor.schema import Claim, ClaimStatus, Decision, DecisionKind, RejectionReason, StoredClaim, Value
from extractor.store.claims import change_claim_row, claim_row
from extractor.store.queue import LEASE_S
from extractor.store.tables import ClaimRow, DecisionRow

DEEDS = {
    DecisionKind.VERIFY: "verified",
    DecisionKind.CORRECT: "corrected",
    DecisionKind.REJECT: "rejected",
    DecisionKind.UNDO: "put back",
}
"""How a message says what somebody did."""


class NewDecision(Value):
    """What a reviewer decides about the claim that was on the screen."""

    claim_id: str
    version: int
    """Of the claim as the reviewer saw it."""
    kind: DecisionKind
    """Not ``undo``, which has a function of its own."""
    reviewer: str = Field(min_length=1)
    reason: RejectionReason | None = None
    """Exactly for a rejection."""
    comment: str = ""
    corrected: Claim | None = None
    """The whole claim as it should be, under the same id; exactly for a correction."""

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        if self.kind is DecisionKind.UNDO:
            raise ValueError("undo is not a decision to make, but one to take back")
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
        Conflict: The claim is not what the reviewer saw; the message says who changed it and when.
        LeaseLost: Somebody else holds the claim.
        StoreError: There is no such claim, or it is superseded.
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
        # What is typed may be pasted from anywhere, and PostgreSQL holds no NUL.
        comment=decision.comment.replace("\0", ""),
        previous_id=row.decision_id,
    )
    if _is_repeat(session, row, step):
        return row.as_value()
    if row.status is ClaimStatus.SUPERSEDED:
        raise StoreError(f"claim {row.id!r} is superseded: the newest extraction does not have it, go on with the next")
    _refuse_foreign_lease(row, decision.reviewer, now)
    _append(session, row, step)
    row.decision_id = step.id
    session.flush()
    return row.as_value()


def undo(session: Session, *, claim_id: str, version: int, reviewer: str, now: datetime) -> StoredClaim:
    """Take the decision in force back; the claim stands again as it did before it.

    A claim that is undecided again is leased to the reviewer, who wants to see it.

    Args:
        session: Where to.
        claim_id: The claim's.
        version: Of the claim as the reviewer saw it.
        reviewer: Who takes it back, the one who decided or another.
        now: Aware.

    Returns:
        The claim as it stands now; the same again for a repeated undo.

    Raises:
        Conflict: The claim is not what the reviewer saw; the message says who changed it and when.
        StoreError: There is no such claim, or nothing to take back.
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
    )
    if _is_repeat(session, row, step):
        return row.as_value()
    if undone is None:
        raise StoreError(f"claim {row.id!r} has no decision to take back")
    _append(session, row, step)
    row.decision_id = undone.previous_id
    if row.status is ClaimStatus.PENDING:
        row.leased_by, row.leased_until = reviewer, now + timedelta(seconds=LEASE_S)
    session.flush()
    return row.as_value()


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
    query = (
        select(DecisionRow)
        .join(ClaimRow, col(ClaimRow.id) == DecisionRow.claim_id)
        .where(DecisionRow.reviewer == reviewer, ClaimRow.decision_id == DecisionRow.id)
        .order_by(col(DecisionRow.id).desc())
        .limit(1)
    )
    row = session.exec(query).one_or_none()
    return row.as_value() if row else None


def _outcome(decision: NewDecision, row: ClaimRow) -> tuple[ClaimStatus, Claim]:
    match decision.kind:
        case DecisionKind.VERIFY:
            return ClaimStatus.VERIFIED, row.claim
        case DecisionKind.CORRECT:
            return ClaimStatus.CORRECTED, decision.corrected or row.claim
        case DecisionKind.REJECT:
            return ClaimStatus.REJECTED, row.claim
        case DecisionKind.UNDO:
            raise ValueError("see `undo`")
        case _:
            assert_never(decision.kind)


def _is_repeat(session: Session, row: ClaimRow, step: DecisionRow) -> bool:
    """Tell whether `step` has been recorded before; raise Conflict when its version is past."""
    if row.version == step.version:
        return False
    known = _step_on(session, row.id, step.version)
    if known is not None and _deed(known) == _deed(step):
        return True
    last = _step_on(session, row.id, row.version - 1)
    what = f"{DEEDS[last.kind]} by {last.reviewer!r}" if last else f"changed by a newer extraction with {row.model!r}"
    raise Conflict(
        f"claim {row.id!r} was {what} at {_clock_time(row.changed_at)}, after it was opened here: look at it again"
    )


def _step_on(session: Session, claim_id: str, version: int) -> DecisionRow | None:
    query = select(DecisionRow).where(DecisionRow.claim_id == claim_id, DecisionRow.version == version)
    return session.exec(query).one_or_none()


def _deed(step: DecisionRow) -> tuple[object, ...]:
    """Return what makes two decisions on the same version the same one."""
    corrected = step.after if step.kind is DecisionKind.CORRECT else None
    return step.kind, step.reviewer, step.reason, step.comment, corrected


def _append(session: Session, row: ClaimRow, step: DecisionRow) -> None:
    session.add(step)
    session.flush()
    change_claim_row(row, status=step.status_after, claim=step.after, at=step.decided_at)
    session.add(row)


def _clock_time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _refuse_foreign_lease(row: ClaimRow, reviewer: str, now: datetime) -> None:
    if row.leased_by not in {None, reviewer} and row.leased_until is not None and row.leased_until > now:
        raise LeaseLost(
            f"claim {row.id!r} is with {row.leased_by!r} until {_clock_time(row.leased_until)}: go on with the next one"
        )
