"""What people say about a claim, and to whom they send it."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from extractor.errors import StoreError
from extractor.schema import ClaimStatus, StoredClaim, Value
from extractor.store.claims import claim_row, end_lease
from extractor.store.index import reindex
from extractor.store.tables import AssignmentRow, ClaimRow, CommentRow


class Comment(Value):
    """What somebody said about a claim."""

    claim_id: str
    author: str
    written_at: datetime
    """Aware, UTC."""
    text: str


def comment(session: Session, *, claim_id: str, author: str, text: str, now: datetime) -> Comment:
    """Add a comment; the author's own last one on this claim again, word for word, is taken for the same.

    Raises:
        StoreError: There is no such claim, or the text is empty.
    """
    # What is typed may be pasted from anywhere, and PostgreSQL holds no NUL.
    said = text.replace("\0", "").strip()
    if not said:
        raise StoreError(f"the comment on claim {claim_id!r} is empty: write a word or leave it")
    claim_row(session, claim_id=claim_id, lock=True)
    own = select(CommentRow).where(CommentRow.claim_id == claim_id, CommentRow.author == author)
    last = session.exec(own.order_by(col(CommentRow.id).desc()).limit(1)).one_or_none()
    if last is None or last.text != said:
        last = CommentRow(claim_id=claim_id, author=author, written_at=now, text=said)
        session.add(last)
        session.flush()
    return _comment(last)


def comments(session: Session, *, claim_id: str) -> list[Comment]:
    """Return the comments on a claim, the oldest first."""
    query = select(CommentRow).where(CommentRow.claim_id == claim_id).order_by(col(CommentRow.id))
    return [_comment(row) for row in session.exec(query)]


def assign(session: Session, *, claim_id: str, to: str | None, by: str, now: datetime) -> StoredClaim:
    """Send a claim to a colleague: it comes first for them and is not served to others.

    Somebody else's lease on it ends. A claim that is there already stays, without another step.

    Args:
        session: Where to.
        claim_id: The claim's.
        to: The colleague; None gives it back to all.
        by: Who sends it.
        now: Aware.

    Raises:
        StoreError: There is no such claim, or it is superseded.
    """
    row = claim_row(session, claim_id=claim_id, lock=True)
    if row.assigned_to == to:
        return row.as_value()
    if row.status is ClaimStatus.SUPERSEDED:
        raise StoreError(f"claim {claim_id!r} is superseded: there is nothing left to do with it")
    _send(session, row, to, by, now)
    reindex(session, [row])
    return row.as_value()


def assign_many(
    session: Session, *, to: Mapping[str, str | None], by: str, now: datetime, only_from: str | None = None
) -> dict[str, str | None]:
    """Send many claims, each to a colleague or back to all; those that are there already, or superseded, are left.

    Args:
        session: Where to.
        to: Where each claim goes, by its id.
        by: Who sends them.
        now: Aware.
        only_from: Only those that are this colleague's now: so is an earlier step taken back, without taking
            from anybody what was sent on since.

    Returns:
        Whose the claims were that were sent: given again as `to`, with the new owner as `only_from`, all go back.

    Raises:
        StoreError: There is no such claim.
    """
    sent: dict[str, str | None] = {}
    changed = []
    # Always in this order, so that two acts on the same claims wait for each other instead of blocking both.
    for claim_id in sorted(to):
        row = claim_row(session, claim_id=claim_id, lock=True)
        is_taken_on = only_from is not None and row.assigned_to != only_from
        if row.assigned_to == to[claim_id] or row.status is ClaimStatus.SUPERSEDED or is_taken_on:
            continue
        sent[claim_id] = row.assigned_to
        _send(session, row, to[claim_id], by, now)
        changed.append(row)
    reindex(session, changed)
    return sent


def _send(session: Session, row: ClaimRow, to: str | None, by: str, now: datetime) -> None:
    row.assigned_to = to
    if row.leased_by != to:
        end_lease(row)
    session.add(row)
    session.add(AssignmentRow(claim_id=row.id, assigned_by=by, assigned_to=to, assigned_at=now))


def _comment(row: CommentRow) -> Comment:
    return Comment(claim_id=row.claim_id, author=row.author, written_at=row.written_at, text=row.text)
