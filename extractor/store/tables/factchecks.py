"""The tables of fact-checks.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

from datetime import datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from extractor.factcheck import Assessment, CheckState, CheckStep, Deed, FactCheck
from extractor.store.tables.base import Row, UtcDateTime, ValueType, words_column

WITH_PUBLICATION = text("published_at IS NOT NULL")


class FactCheckRow(Row, table=True):
    """A fact-check as it stands; at most one a claim."""

    __tablename__ = "fact_check"

    claim_id: str = Field(primary_key=True, foreign_key="claim.id")
    state: CheckState = Field(sa_column=Column(words_column(CheckState), nullable=False))
    version: int
    author: str
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    published_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When it was made public first; set from then on, also where it is withdrawn or being corrected."""
    step_version: int | None = None
    """The step in force, that an undo would take back; None when there is none."""
    fact_check: FactCheck = Field(sa_column=Column(ValueType(FactCheck), nullable=False))

    __table_args__ = (
        Index("ix_fact_check_state", "state", "changed_at", "claim_id"),
        Index(
            "ix_fact_check_published",
            "published_at",
            "claim_id",
            sqlite_where=WITH_PUBLICATION,
            postgresql_where=WITH_PUBLICATION,
        ),
    )


class FactCheckStepRow(Row, table=True):
    """One step of a fact-check, with what it led to; append-only."""

    __tablename__ = "fact_check_step"

    id: int | None = Field(default=None, primary_key=True)
    claim_id: str = Field(foreign_key="claim.id")
    version: int
    """The version that it made."""
    deed: Deed = Field(sa_column=Column(words_column(Deed), nullable=False))
    person: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    comment: str = Field(default="", sa_column=Column(Text, nullable=False))
    previous_version: int | None = None
    """Of the step in force before this one, or, for an undo, after it."""
    after: FactCheck = Field(sa_column=Column(ValueType(FactCheck), nullable=False))

    __table_args__ = (UniqueConstraint("claim_id", "version"), Index("ix_fact_check_step_person", "person", "id"))

    def as_value(self, before: FactCheck | None) -> CheckStep:
        """Return the step; `before` is what the step before it led to."""
        return CheckStep(
            deed=self.deed, person=self.person, at=self.at, comment=self.comment, before=before, after=self.after
        )


class FactCheckDraftRow(Row, table=True):
    """What somebody has typed and not saved; one a person and claim, gone when it is saved."""

    __tablename__ = "fact_check_draft"

    claim_id: str = Field(primary_key=True, foreign_key="claim.id")
    person: str = Field(primary_key=True)
    base_version: int
    """Of the fact-check that it was typed over."""
    kept_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    assessment: Assessment = Field(sa_column=Column(ValueType(Assessment), nullable=False))
