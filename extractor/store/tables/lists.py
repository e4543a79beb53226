"""The tables behind the lists: what is searched, counted and kept as a view.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    Text,
)
from sqlmodel import Field

from extractor.schema import (
    ClaimStatus,
)
from extractor.store.tables.base import DocumentType, Row, UtcDateTime, words_column


class IndexRow(Row, table=True):
    """What a claim is found, filtered and counted by; derived from the other tables by `extractor.store.index`.

    SQLite's full-text index is a table beside it, ``claim_fts``, whose row numbers are `position`, so
    that whatever it finds comes in the order of the queue; and ``ix_claim_index_time`` on arrival and changed_at.
    PostgreSQL has a GIN index on `document`, and ``ix_claim_index_queue`` on status and position.
    """

    __tablename__ = "claim_index"

    arrival: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """The claim's."""
    position: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    """See `extractor.store.ranking.position`."""
    article: int = Field(sa_column=Column(Integer, nullable=False))
    """The article's arrival. Before the long columns, so that SQLite can read it without walking through them."""
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    status: ClaimStatus = Field(sa_column=Column(words_column(ClaimStatus), nullable=False))
    terms: str = Field(sa_column=Column(Text, nullable=False))
    """A space before and after each."""
    document: str = Field(sa_column=Column(DocumentType, nullable=False))

    __table_args__ = (
        Index("ix_claim_index_changed", "changed_at", "arrival"),
        Index("ix_claim_index_status", "status", "changed_at", "arrival"),
        Index("ix_claim_index_article", "article", "position"),
    )


class TallyRow(Row, table=True):
    """How many claims have one value of a facet, kept true by whoever changes a claim.

    The sum over all slots counts. On PostgreSQL each transaction writes to a slot that no other one
    writes to, so that nobody waits for a colleague's counting.
    """

    __tablename__ = "tally"

    facet: str = Field(primary_key=True)
    """One of `Facet`, or ``all``."""
    value: str = Field(primary_key=True)
    status: ClaimStatus = Field(sa_column=Column(words_column(ClaimStatus), primary_key=True))
    slot: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    n: int


class SavedViewRow(Row, table=True):
    """A name for a list of claims."""

    __tablename__ = "saved_view"

    owner: str = Field(primary_key=True)
    """Empty for the desk's."""
    name: str = Field(primary_key=True)
    address: str = Field(sa_column=Column(Text, nullable=False))
    saved_by: str
    saved_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DerivedRow(Row, table=True):
    """Which version of the index the database holds: one row."""

    __tablename__ = "derived"

    version: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
