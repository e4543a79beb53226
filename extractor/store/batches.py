"""Acts on several claims that are taken back as one: decisions in bulk, splits, merges; and added claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import Field, model_validator
from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from extractor.errors import Conflict, StoreError
from extractor.schema import (
    BY_HAND,
    Claim,
    ClaimStatus,
    DecisionKind,
    RejectionReason,
    StoredClaim,
    Value,
)
from extractor.store.articles import lock_article
from extractor.store.claims import claim_row, find_claim_row, new_claim_row
from extractor.store.decisions import JOINT, NewDecision, append, last_decision, record, take_back, typed
from extractor.store.index import reindex
from extractor.store.tables import ClaimLinkRow, ClaimRow, DecisionRow


class NewClaim(Value):
    """A claim that a reviewer wrote."""

    article_sha256: str
    claim: Claim
    reviewer: str = Field(min_length=1)
    comment: str = ""


class Split(Value):
    """One claim that is several."""

    claim_id: str
    version: int
    """As the reviewer saw it."""
    into: tuple[Claim, ...] = Field(min_length=2)
    """In reading order; none has the id of the whole."""
    reviewer: str = Field(min_length=1)
    comment: str = ""

    @model_validator(mode="after")
    def _parts_differ(self) -> Self:
        if len({self.claim_id, *(claim.id for claim in self.into)}) <= len(self.into):
            raise ValueError("the parts of a split claim must differ from each other and from the whole")
        return self


class Seen(Value):
    """A claim as a reviewer saw it."""

    claim_id: str
    version: int


class Merge(Value):
    """Several claims that are one."""

    claims: tuple[Seen, ...] = Field(min_length=2)
    """Of one article."""
    into: Claim
    """May be one of them, which then stays."""
    reviewer: str = Field(min_length=1)
    comment: str = ""


class Refused(Value):
    """A claim that an act on several did not change."""

    claim_id: str
    message: str
    current: StoredClaim | None = None
    """As it stands, where it had been changed."""


class BatchStep(Value):
    """An act on several claims that is a reviewer's last one."""

    batch_id: str
    kind: DecisionKind
    n: int
    """How many of its decisions are still in force."""
    decided_at: datetime
    """Aware, UTC."""


class Batch(Value):
    """What one act did; `undo_batch` takes it back."""

    id: str
    done: tuple[StoredClaim, ...]
    """As they stand now."""
    refused: tuple[Refused, ...] = ()


def decide_many(session: Session, *, decisions: Sequence[NewDecision], batch_id: str, now: datetime) -> Batch:
    """Record decisions on many claims; those that were changed or are held by somebody are left alone.

    Args:
        session: Where to.
        decisions: At most one on each claim.
        batch_id: A new name for this act; the same act again changes nothing.
        now: Aware.
    """
    rows: dict[str, ClaimRow] = {}
    changed: list[ClaimRow] = []
    refused: list[Refused] = []
    # Always in this order, so that two acts on the same claims wait for each other instead of blocking both.
    for decision in sorted(decisions, key=lambda d: d.claim_id):
        try:
            row, is_new = record(session, decision=decision, now=now, batch_id=batch_id)
        except StoreError as error:
            refused.append(_refused(decision.claim_id, error))
            continue
        rows[row.id] = row
        if is_new:
            changed.append(row)
    reindex(session, changed)
    done = tuple(rows[d.claim_id].as_value() for d in decisions if d.claim_id in rows)
    return Batch(id=batch_id, done=done, refused=tuple(refused))


def undo_batch(session: Session, *, batch_id: str, reviewer: str, now: datetime) -> Batch:
    """Take back every decision of a batch that is still in force; the same again for a repeated undo.

    Of decisions in bulk, those on claims that somebody has changed since are refused, the others are taken
    back. A split or a merge is taken back whole or not at all.

    Raises:
        Conflict: A claim of a split or merge has been changed since; nothing was taken back.
        StoreError: There is no such batch.
    """
    made = select(DecisionRow).where(DecisionRow.batch_id == batch_id, DecisionRow.kind != DecisionKind.UNDO)
    steps = session.exec(made.order_by(col(DecisionRow.claim_id))).all()
    if not steps:
        raise StoreError(f"there is no step {batch_id!r} to take back")
    is_bulk = all(step.kind is not DecisionKind.ADD and step.reason not in JOINT for step in steps)
    rows, changed = [], []
    refused: list[Refused] = []
    for step in steps:
        try:
            row, is_new = take_back(
                session,
                claim_id=step.claim_id,
                version=step.version + 1,
                reviewer=reviewer,
                now=now,
                batch_id=batch_id,
            )
        except Conflict as error:
            if not is_bulk:
                raise
            refused.append(_refused(step.claim_id, error))
            continue
        rows.append(row)
        if is_new:
            changed.append(row)
    reindex(session, changed)
    return Batch(id=batch_id, done=tuple(row.as_value() for row in rows), refused=tuple(refused))


def last_batch(session: Session, *, reviewer: str) -> BatchStep | None:
    """Return the bulk decision that `undo_batch` would take back, if that was the last thing a reviewer decided."""
    last = last_decision(session, reviewer=reviewer)
    if last is None or last.batch_id is None or last.kind is DecisionKind.ADD or last.reason in JOINT:
        return None
    in_force = (
        select_columns(func.count())
        .select_from(DecisionRow)
        .join(ClaimRow, col(ClaimRow.decision_id) == col(DecisionRow.id))
        .where(col(DecisionRow.batch_id) == last.batch_id)
    )
    n = session.execute(in_force).scalar_one()
    return BatchStep(batch_id=last.batch_id, kind=last.kind, n=n, decided_at=last.decided_at)


def add(session: Session, *, new: NewClaim, now: datetime) -> StoredClaim:
    """Add a claim that a reviewer wrote: it is verified from the start, and no extraction supersedes it.

    Returns:
        The claim; the same again when the reviewer adds the same claim twice.

    Raises:
        Conflict: The desk has this claim already, from an extractor or a colleague.
        StoreError: The article is not in the database.
    """
    lock_article(session, sha256=new.article_sha256)
    row, is_new = _put(session, new, now, batch_id=None)
    if not is_new and (row.added_by != new.reviewer or row.status is not ClaimStatus.VERIFIED):
        raise Conflict(
            f"claim {row.id!r} is there already, as {row.status}: look at it instead of adding it",
            current=row.as_value(),
            changed_by=row.added_by or row.model,
            changed_at=row.changed_at,
        )
    reindex(session, [row])
    return row.as_value()


def split(session: Session, *, act: Split, batch_id: str, now: datetime) -> Batch:
    """Reject a claim with reason split and put others in its place, verified; all of it or nothing.

    Args:
        session: Where to.
        act: Which claim, into which.
        batch_id: A new name for this act; the same act again changes nothing.
        now: Aware.

    Returns:
        The parts, then the whole.

    Raises:
        Conflict: The claim is not what the reviewer saw.
        LeaseLost: Somebody else holds it.
        StoreError: There is no such claim, or it is superseded.
    """
    article = claim_row(session, claim_id=act.claim_id).article_sha256
    lock_article(session, sha256=article)
    seen = Seen(claim_id=act.claim_id, version=act.version)
    return _replace(session, (seen,), act.into, _Act(act, RejectionReason.SPLIT, article, batch_id, now))


def merge(session: Session, *, act: Merge, batch_id: str, now: datetime) -> Batch:
    """Reject claims with reason merge and put one in their place, verified; all of it or nothing.

    Args:
        session: Where to.
        act: Which claims, into which.
        batch_id: A new name for this act; the same act again changes nothing.
        now: Aware.

    Returns:
        The sum, then the parts.

    Raises:
        Conflict: One of them is not what the reviewer saw.
        LeaseLost: Somebody else holds one.
        StoreError: There is no such claim, one is superseded, or they are of several articles.
    """
    articles = {claim_row(session, claim_id=seen.claim_id).article_sha256 for seen in act.claims}
    if len(articles) > 1:
        raise StoreError("claims of several articles cannot be merged: reject the doubles as duplicates instead")
    (article,) = articles
    lock_article(session, sha256=article)
    return _replace(session, act.claims, (act.into,), _Act(act, RejectionReason.MERGE, article, batch_id, now))


@dataclass(frozen=True)
class _Act:
    """What all steps of a split or merge share."""

    of: Split | Merge
    reason: RejectionReason
    article_sha256: str
    batch_id: str
    now: datetime


def _replace(session: Session, gone: Sequence[Seen], come: Sequence[Claim], act: _Act) -> Batch:
    by_id = {claim.id: claim for claim in come}
    replaced: dict[str, ClaimRow] = {}
    is_repeat = True
    for seen in sorted(gone, key=lambda s: s.claim_id):
        decision = _decision(session, seen, by_id.get(seen.claim_id), act)
        row, is_new = record(session, decision=decision, now=act.now, batch_id=act.batch_id)
        replaced[row.id] = row
        is_repeat = is_repeat and not is_new
    placed = []
    for claim in come:
        new = NewClaim(article_sha256=act.article_sha256, claim=claim, reviewer=act.of.reviewer, comment=act.of.comment)
        if claim.id in replaced:
            placed.append(replaced[claim.id])
        elif is_repeat:
            placed.append(claim_row(session, claim_id=claim.id))
        else:
            placed.append(_put(session, new, act.now, batch_id=act.batch_id)[0])
    rows = {row.id: row for row in (*placed, *(replaced[seen.claim_id] for seen in gone))}
    if not is_repeat:
        _link(session, [row.id for row in placed], list(replaced))
        reindex(session, rows.values())
    return Batch(id=act.batch_id, done=tuple(row.as_value() for row in rows.values()))


def _decision(session: Session, seen: Seen, becomes: Claim | None, act: _Act) -> NewDecision:
    """Return what happens to a claim that others take the place of, or that stays as their sum."""
    common = {
        "claim_id": seen.claim_id,
        "version": seen.version,
        "reviewer": act.of.reviewer,
        "comment": act.of.comment,
    }
    if becomes is None:
        return NewDecision.model_validate({**common, "kind": DecisionKind.REJECT, "reason": act.reason})
    if becomes == claim_row(session, claim_id=seen.claim_id).claim:
        return NewDecision.model_validate({**common, "kind": DecisionKind.VERIFY})
    return NewDecision.model_validate({**common, "kind": DecisionKind.CORRECT, "corrected": becomes})


def _put(session: Session, new: NewClaim, now: datetime, *, batch_id: str | None) -> tuple[ClaimRow, bool]:
    """Add a claim unless it is there and in force; the caller has locked the article, and reindexes."""
    row = find_claim_row(session, claim_id=new.claim.id, lock=True)
    if row is not None and row.status is not ClaimStatus.SUPERSEDED:
        return row, False
    if row is None:
        row = new_claim_row(new.claim, article_sha256=new.article_sha256, model=BY_HAND, at=now)
        # As if it had been there and not in force: its addition is a step like any other, and can be undone.
        row.status = ClaimStatus.SUPERSEDED
        session.add(row)
        session.flush()
    row.added_by = new.reviewer
    row.model = BY_HAND
    step = DecisionRow(
        claim_id=row.id,
        version=row.version,
        kind=DecisionKind.ADD,
        reviewer=new.reviewer,
        decided_at=now,
        status_before=row.status,
        status_after=ClaimStatus.VERIFIED,
        before=row.claim,
        after=new.claim,
        comment=typed(new.comment),
        previous_id=row.decision_id,
        batch_id=batch_id,
    )
    append(session, row, step)
    return row, True


def _link(session: Session, children: Sequence[str], parents: Sequence[str]) -> None:
    for child in children:
        for parent in parents:
            if child != parent and session.get(ClaimLinkRow, (child, parent)) is None:
                session.add(ClaimLinkRow(child_id=child, parent_id=parent))


def _refused(claim_id: str, error: StoreError) -> Refused:
    current = error.current if isinstance(error, Conflict) else None
    return Refused(claim_id=claim_id, message=str(error), current=current)
