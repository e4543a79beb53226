"""Saved views: names that a person or the desk has given to lists of claims."""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from extractor.errors import StoreError
from extractor.schema import SavedView
from extractor.store.tables import SavedViewRow

MAX_NAME_CHARS = 80

DESK = ""
"""The owner of views that everybody sees."""


def save_view(session: Session, *, view: SavedView, now: datetime) -> SavedView:
    """Save a view; one of the same owner and name is replaced.

    Returns:
        The view as it is saved: its name without white space around it.

    Raises:
        StoreError: The name is empty or too long.
    """
    # PostgreSQL holds no NUL, and the name may be pasted from anywhere.
    name = " ".join(view.name.replace("\0", "").split())
    if not name:
        raise StoreError("the view has no name: type one")
    if len(name) > MAX_NAME_CHARS:
        raise StoreError(f"the name of the view has {len(name)} characters: {MAX_NAME_CHARS} are enough")
    saved = view.model_copy(update={"name": name})
    values = {**saved.model_dump(), "owner": view.owner or DESK, "saved_at": now}
    session.merge(SavedViewRow(**values))
    session.flush()
    return saved


def list_views(session: Session, *, person: str) -> list[SavedView]:
    """Return the desk's views and those of a person, each by name."""
    query = select(SavedViewRow).where(col(SavedViewRow.owner).in_([DESK, person]))
    rows = session.exec(query.order_by(col(SavedViewRow.owner), col(SavedViewRow.name)))
    return [
        SavedView(owner=row.owner or None, name=row.name, address=row.address, saved_by=row.saved_by) for row in rows
    ]


def delete_view(session: Session, *, owner: str | None, name: str) -> None:
    """Forget a view; nothing happens when there is none."""
    session.execute(
        delete(SavedViewRow).where(col(SavedViewRow.owner) == (owner or DESK), col(SavedViewRow.name) == name)
    )
