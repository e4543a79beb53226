"""Everything that happened to a claim, by machines and people, in one line of time."""

from datetime import datetime, timedelta

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from extractor.factcheck import CheckStep
from extractor.schema import Claim, Decision, Identity, Value
from extractor.secondlook import LookStep
from extractor.store.claims import claim_row
from extractor.store.decisions import history
from extractor.store.factchecks import check_steps
from extractor.store.notes import Comment, comments
from extractor.store.secondlooks import look_steps
from extractor.store.tables import AssignmentRow, ClaimLinkRow, ExtractionRow, FindRow


class Found(Value):
    """An extraction gave the claim."""

    at: datetime
    """Aware, UTC."""
    identity: Identity
    """The extractor's."""
    before: Claim | None
    """As the extraction before gave it; None for the first."""
    after: Claim


class Decided(Value):
    """A reviewer made a decision, or took one back; it holds before and after."""

    at: datetime
    decision: Decision


class Commented(Value):
    """Somebody said something."""

    at: datetime
    comment: Comment


class Assigned(Value):
    """The claim was sent to somebody, or back to all."""

    at: datetime
    by: str
    before: str | None
    """Whose it was; None for all."""
    after: str | None


class Looked(Value):
    """Somebody decided the claim again, blind; an editor settled a difference; or one of them took it back."""

    at: datetime
    step: LookStep


class Checked(Value):
    """The fact-check went a step on, or back."""

    at: datetime
    step: CheckStep


Step = Found | Decided | Commented | Assigned | Looked | Checked


class Timeline(Value):
    """The history of a claim."""

    steps: tuple[Step, ...]
    """The oldest first."""
    parents: tuple[str, ...]
    """Ids of the claims it was made from by splits and merges."""
    children: tuple[str, ...]
    """Ids of those that were made from it."""


def timeline(session: Session, *, claim_id: str) -> Timeline:
    """Return everything that happened to a claim.

    Raises:
        StoreError: There is no such claim.
    """
    claim_row(session, claim_id=claim_id)
    steps: list[Step] = [
        *_found(session, claim_id),
        *_assigned(session, claim_id),
        *(Commented(at=said.written_at, comment=said) for said in comments(session, claim_id=claim_id)),
        *(Decided(at=step.decided_at, decision=step) for step in history(session, claim_id=claim_id)),
        *(Looked(at=step.at, step=step) for step in look_steps(session, claim_id=claim_id)),
        *(Checked(at=step.at, step=step) for step in check_steps(session, claim_id=claim_id)),
    ]
    # Each kind is in order already, and sorting keeps it among equal times.
    steps.sort(key=lambda step: step.at)
    parents = select(ClaimLinkRow.parent_id).where(ClaimLinkRow.child_id == claim_id)
    children = select(ClaimLinkRow.child_id).where(ClaimLinkRow.parent_id == claim_id)
    return Timeline(
        steps=tuple(steps),
        parents=tuple(session.exec(parents.order_by(col(ClaimLinkRow.parent_id)))),
        children=tuple(session.exec(children.order_by(col(ClaimLinkRow.child_id)))),
    )


def _found(session: Session, claim_id: str) -> list[Found]:
    query = (
        select_columns(
            col(ExtractionRow.started_at), col(ExtractionRow.seconds), col(ExtractionRow.identity), col(FindRow.found)
        )
        .join(FindRow, col(FindRow.extraction_id) == col(ExtractionRow.id))
        .where(col(FindRow.claim_id) == claim_id)
        .order_by(col(ExtractionRow.id))
    )
    steps: list[Found] = []
    for started_at, seconds, identity, found in session.execute(query):
        before = steps[-1].after if steps else None
        at = started_at + timedelta(seconds=seconds)
        steps.append(Found(at=at, identity=identity, before=before, after=found))
    return steps


def _assigned(session: Session, claim_id: str) -> list[Assigned]:
    query = select(AssignmentRow).where(AssignmentRow.claim_id == claim_id).order_by(col(AssignmentRow.id))
    steps: list[Assigned] = []
    for row in session.exec(query):
        before = steps[-1].after if steps else None
        steps.append(Assigned(at=row.assigned_at, by=row.assigned_by, before=before, after=row.assigned_to))
    return steps
