"""What people are typing: kept so that a reload, a lost connection or a stale save costs nobody a word."""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from extractor.schema import Value
from extractor.store.tables import DraftRow


class Draft(Value):
    """What somebody has typed about something and not saved."""

    person: str
    subject: str
    """What it is about, such as the id of a claim."""
    body: str
    """As the page wrote it; the store does not look inside."""
    saved_at: datetime
    """Aware, UTC."""


def save_draft(session: Session, *, draft: Draft) -> None:
    """Keep a draft in the place of the one before it."""
    # What is typed may be pasted from anywhere, and PostgreSQL holds no NUL.
    session.merge(DraftRow.model_validate({**draft.model_dump(), "body": draft.body.replace("\0", "")}))
    session.flush()


def drafts(session: Session, *, person: str, subjects: tuple[str, ...]) -> list[Draft]:
    """Return somebody's drafts about some things, the newest first."""
    query = select(DraftRow).where(DraftRow.person == person, col(DraftRow.subject).in_(subjects))
    rows = session.exec(query.order_by(col(DraftRow.saved_at).desc()))
    return [Draft.model_validate(row.model_dump()) for row in rows]


def drop_draft(session: Session, *, person: str, subject: str) -> None:
    """Forget a draft; nothing happens when there is none."""
    session.execute(delete(DraftRow).where(col(DraftRow.person) == person, col(DraftRow.subject) == subject))
