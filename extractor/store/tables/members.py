"""The table of the people of the desk.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

from datetime import datetime

from sqlalchemy import (
    Column,
)
from sqlmodel import Field

from extractor.people import Member, Role
from extractor.store.tables.base import Row, UtcDateTime, words_column


class MemberRow(Row, table=True):
    """Somebody who may log in; who leaves keeps the row, since decisions carry the name."""

    __tablename__ = "member"

    login: str = Field(primary_key=True)
    name: str
    name_key: str = Field(unique=True)
    """The name in small letters: nobody may take another one's."""
    role: Role = Field(sa_column=Column(words_column(Role), nullable=False))
    is_active: bool = True
    changed_by: str
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    def as_value(self) -> Member:
        """Return the member."""
        return Member.model_validate({name: getattr(self, name) for name in Member.model_fields})
