"""The tables of claims and of what people did with them.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

from datetime import datetime

from sqlalchemy import Column, Float, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field

from extractor.schema import Claim, ClaimStatus, Decision, DecisionKind, RejectionReason, StoredClaim
from extractor.store.tables.base import Row, UtcDateTime, ValueType, words_column

UNPLACED = 2**31 - 1
"""`ClaimRow.start_char` of a claim whose content was not found: it comes last in reading order."""

LEASED = text("leased_by IS NOT NULL")
"""What the index of leases covers: a handful of rows, however many claims there are."""

ASSIGNED = text("assigned_to IS NOT NULL")

IN_BATCH = text("batch_id IS NOT NULL")

IS_DECIDED = text("decision_id IS NOT NULL")
"""What the index covers that a sample of decided claims is drawn from."""


class ClaimRow(Row, table=True):
    """A claim as it stands now."""

    __tablename__ = "claim"

    arrival: int | None = Field(default=None, primary_key=True)
    """Order in which claims came in: among equal ranks, older articles first and each in reading order."""
    id: str = Field(unique=True)
    article_sha256: str = Field(foreign_key="article.sha256")
    start_char: int
    """Where the content begins, or `UNPLACED`."""
    model: str
    status: ClaimStatus = Field(sa_column=Column(words_column(ClaimStatus), nullable=False))
    version: int = 1
    """Rises with every decision, and when a newer extraction changes what a reviewer would see."""
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """When `version` rose last."""
    decision_id: int | None = None
    """The decision in force; no foreign key, since the two tables would then need each other to be made."""
    rank: float
    """Place in the queue, the smaller the sooner; see `extractor.store.ranking.rank`."""
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    leased_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Since when they have held it without a break."""
    assigned_to: str | None = None
    """Nobody else is served it."""
    added_by: str | None = None
    """Who wrote it; extractions leave such a claim alone."""
    disagreement: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default="0"))
    """Share of the article's other extractors that do not have it so; part of `rank`."""
    claim: Claim = Field(sa_column=Column(ValueType(Claim), nullable=False))

    __table_args__ = (
        Index("ix_claim_queue", "status", "rank", "arrival"),
        Index(
            "ix_claim_assigned",
            *("assigned_to", "status", "rank", "arrival"),
            sqlite_where=ASSIGNED,
            postgresql_where=ASSIGNED,
        ),
        Index("ix_claim_article", "article_sha256", "start_char", "arrival", "status"),
        Index("ix_claim_lease", "leased_by", sqlite_where=LEASED, postgresql_where=LEASED),
        Index("ix_claim_decided", "id", sqlite_where=IS_DECIDED, postgresql_where=IS_DECIDED),
    )

    def as_value(self) -> StoredClaim:
        """Return the claim."""
        return StoredClaim(
            claim=self.claim,
            article_sha256=self.article_sha256,
            model=self.model,
            status=self.status,
            version=self.version,
            assigned_to=self.assigned_to,
            added_by=self.added_by,
        )


class FindRow(Row, table=True):
    """That an extraction has a claim, and how it gave it; corrections leave this alone."""

    __tablename__ = "find"

    extraction_id: int = Field(primary_key=True, foreign_key="extraction.id")
    claim_id: str = Field(primary_key=True, foreign_key="claim.id", index=True)
    position: int
    """0-based, in reading order."""
    found: Claim = Field(sa_column=Column(ValueType(Claim), nullable=False))


class DecisionRow(Row, table=True):
    """One step of a review; triggers refuse to change or delete it."""

    __tablename__ = "decision"

    id: int | None = Field(default=None, primary_key=True)
    claim_id: str = Field(foreign_key="claim.id")
    version: int
    """The claim's version it was made on."""
    kind: DecisionKind = Field(sa_column=Column(words_column(DecisionKind), nullable=False))
    reviewer: str
    decided_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    status_before: ClaimStatus = Field(sa_column=Column(words_column(ClaimStatus), nullable=False))
    status_after: ClaimStatus = Field(sa_column=Column(words_column(ClaimStatus), nullable=False))
    before: Claim = Field(sa_column=Column(ValueType(Claim), nullable=False))
    after: Claim = Field(sa_column=Column(ValueType(Claim), nullable=False))
    reason: RejectionReason | None = Field(default=None, sa_column=Column(words_column(RejectionReason)))
    comment: str = Field(default="", sa_column=Column(Text, nullable=False))
    previous_id: int | None = None
    """The decision in force before this one, or, for an undo, after it."""
    batch_id: str | None = None
    """Shared by what one act decided."""
    opened_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Since when the reviewer had held the claim; None when they did not hold it."""
    model: str = Field(default="", sa_column=Column(String, nullable=False, server_default=""))
    """Who had found the claim as it was decided, or `BY_HAND`; it stays when a newer extraction finds it too."""
    prompt: str = Field(default="", sa_column=Column(String, nullable=False, server_default=""))
    """Name and version of its prompt, such as ``claims v3``; empty without."""

    __table_args__ = (
        UniqueConstraint("claim_id", "version"),
        Index("ix_decision_reviewer", "reviewer", "id"),
        Index("ix_decision_batch", "batch_id", sqlite_where=IN_BATCH, postgresql_where=IN_BATCH),
    )

    def as_value(self) -> Decision:
        """Return the decision."""
        return Decision.model_validate({name: getattr(self, name) for name in Decision.model_fields})


class ClaimLinkRow(Row, table=True):
    """That a claim was made out of another by a split or a merge; append-only."""

    __tablename__ = "claim_link"

    child_id: str = Field(primary_key=True, foreign_key="claim.id")
    parent_id: str = Field(primary_key=True, foreign_key="claim.id", index=True)


class CommentRow(Row, table=True):
    """What somebody said about a claim; append-only."""

    __tablename__ = "comment"

    id: int | None = Field(default=None, primary_key=True)
    claim_id: str = Field(foreign_key="claim.id", index=True)
    author: str
    written_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))


class AssignmentRow(Row, table=True):
    """That a claim was sent to somebody, or back to all; append-only."""

    __tablename__ = "assignment"

    id: int | None = Field(default=None, primary_key=True)
    claim_id: str = Field(foreign_key="claim.id", index=True)
    assigned_by: str
    assigned_to: str | None
    assigned_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SkipRow(Row, table=True):
    """That a reviewer does not want to see a claim for a while."""

    __tablename__ = "skip"

    reviewer: str = Field(primary_key=True)
    claim_id: str = Field(primary_key=True, foreign_key="claim.id")
    until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DraftRow(Row, table=True):
    """What somebody is typing and has not saved."""

    __tablename__ = "draft"

    person: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    saved_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
