"""The tables of second looks.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from extractor.schema import ClaimStatus
from extractor.secondlook import Look, LookDeed, LookState, LookStep, SecondLook, Settlement
from extractor.store.tables.base import Row, UtcDateTime, ValueType, words_column


class SecondLookRow(Row, table=True):
    """A second look at a decided claim: open, while somebody has it, or compared."""

    __tablename__ = "second_look"

    claim_id: str = Field(primary_key=True, foreign_key="claim.id")
    state: LookState = Field(sa_column=Column(words_column(LookState), nullable=False))
    version: int = 1
    reviewer: str
    """The second."""
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    open_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """While it is open, others are kept away until then; None when it was passed over."""
    first_reviewer: str | None = None
    """Set when it has been compared, as the rest."""
    first_status: ClaimStatus | None = Field(default=None, sa_column=Column(words_column(ClaimStatus)))
    second_status: ClaimStatus | None = Field(default=None, sa_column=Column(words_column(ClaimStatus)))
    decision_id: int | None = None
    """The decision that is in force as far as this look goes: the first reviewer's, later perhaps the editor's."""
    first_decision_id: int | None = None
    look: Look | None = Field(default=None, sa_column=Column(ValueType(Look | None)))
    settlement: Settlement | None = Field(default=None, sa_column=Column(ValueType(Settlement | None)))

    __table_args__ = (
        Index("ix_second_look_state", "state", "changed_at", "claim_id"),
        Index("ix_second_look_pair", "first_reviewer", "reviewer", "first_status", "second_status", "state"),
    )

    def as_value(self, *, decision_id: int | None) -> SecondLook:
        """Return the look; `decision_id` is the decision that is in force on the claim."""
        if self.look is None:
            raise ValueError(f"the second look at claim {self.claim_id!r} is still open")
        return SecondLook(
            claim_id=self.claim_id,
            version=self.version,
            state=self.state,
            look=self.look,
            settlement=self.settlement,
            is_current=self.decision_id == decision_id,
        )


class SecondLookStepRow(Row, table=True):
    """One step of a second look, with what it led to; append-only."""

    __tablename__ = "second_look_step"

    id: int | None = Field(default=None, primary_key=True)
    claim_id: str = Field(foreign_key="claim.id")
    version: int
    """The version that it made."""
    deed: LookDeed = Field(sa_column=Column(words_column(LookDeed), nullable=False))
    person: str
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    state: LookState = Field(sa_column=Column(words_column(LookState), nullable=False))
    look: Look | None = Field(default=None, sa_column=Column(ValueType(Look | None)))
    settlement: Settlement | None = Field(default=None, sa_column=Column(ValueType(Settlement | None)))

    __table_args__ = (UniqueConstraint("claim_id", "version"),)

    def as_value(self) -> LookStep:
        """Return the step."""
        return LookStep(
            deed=self.deed,
            person=self.person,
            at=self.at,
            state=self.state,
            look=self.look,
            settlement=self.settlement,
        )
