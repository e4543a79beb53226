"""The tables of the work that was done, counted as it is done.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

from sqlalchemy import Column, Integer
from sqlmodel import Field

from extractor.schema import DecisionKind
from extractor.store.tables.base import Row, words_column


class WorkRow(Row, table=True):
    """How many decisions in force somebody made within an hour, by what was decided and who had found the claim.

    The sum over all slots counts; see `extractor.store.tables.lists.TallyRow`.
    """

    __tablename__ = "work"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hour: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """Whole hours since 1970 in UTC."""
    reviewer: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    """As `DecisionRow.model`."""
    prompt: str = Field(primary_key=True)
    kind: DecisionKind = Field(sa_column=Column(words_column(DecisionKind), primary_key=True))
    reason: str = Field(primary_key=True)
    """Of a rejection; else empty."""
    slot: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    n: int


class WorkTimeRow(Row, table=True):
    """How many of these decisions were made within how long, counted from when the claim was opened."""

    __tablename__ = "work_time"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hour: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    reviewer: str = Field(primary_key=True)
    seconds: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """One of `extractor.store.work.STEPS_S`: the least that is not exceeded."""
    slot: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    n: int
