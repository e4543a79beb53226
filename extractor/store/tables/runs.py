"""The tables of runs and of what they got from a model.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Text, UniqueConstraint, false
from sqlmodel import Field

from extractor.schema import Identity, Piece, Run, RunSettings, RunState, RunTotals, SuspectedMiss, Usage
from extractor.store.tables.base import Row, UtcDateTime, ValueType, words_column

TALLY = (
    "article_sha256",
    "id",
    "model",
    "calls",
    "prompt_tokens",
    "output_tokens",
    "call_seconds",
    "cost_usd",
    "n_claims_pieces",
    "n_empty_pieces",
    "n_refused_pieces",
    "n_truncated_pieces",
    "n_failed_pieces",
    "n_suspected_misses",
)
"""What sums over extractions read, in an index: the rows beside it hold every raw reply."""


def identity_sha256(identity: Identity) -> str:
    """Return the hash by which an identity is looked up: of its JSON with sorted keys."""
    canonical = json.dumps(identity.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


class ExtractionRow(Row, table=True):
    """One extractor's work on one article; its claims are in `FindRow`."""

    __tablename__ = "extraction"
    __table_args__ = (
        UniqueConstraint("article_sha256", "identity_sha256"),
        Index("ix_extraction_tally", *TALLY),
    )

    id: int | None = Field(default=None, primary_key=True)
    article_sha256: str = Field(foreign_key="article.sha256")
    identity_sha256: str
    model: str = Field(index=True)
    identity: Identity = Field(sa_column=Column(ValueType(Identity), nullable=False))
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seconds: float
    calls: int
    prompt_tokens: int
    output_tokens: int
    call_seconds: float
    cost_usd: float | None
    """None when the price is not known."""
    suspected_misses: tuple[SuspectedMiss, ...] = Field(
        sa_column=Column(ValueType(tuple[SuspectedMiss, ...]), nullable=False)
    )
    pieces: tuple[Piece, ...] = Field(sa_column=Column(ValueType(tuple[Piece, ...]), nullable=False))
    """The ledger; of replies that are kept in `ReplyRow` it has only the requests."""
    run_id: int | None = None
    """The run it was made in; None when it was saved outside of one."""
    n_claims_pieces: int = 0
    """How many of `pieces` have this state, as those that follow: sums need not read the raw replies."""
    n_empty_pieces: int = 0
    n_refused_pieces: int = 0
    n_truncated_pieces: int = 0
    n_failed_pieces: int = 0
    n_suspected_misses: int = 0


class ReplyRow(Row, table=True):
    """What an endpoint answered to one request; the ledgers of extractions refer to it."""

    __tablename__ = "reply"

    request_sha256: str = Field(primary_key=True)
    text: str = Field(sa_column=Column(ValueType(str), nullable=False))
    """In JSON: a model may say NUL, which PostgreSQL holds in no other way."""
    refused: bool
    cut_off: bool
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    calls: int
    prompt_tokens: int
    cached_prompt_tokens: int
    output_tokens: int
    seconds: float
    cost_usd: float | None
    extraction_id: int | None = Field(default=None, foreign_key="extraction.id")
    """The first extraction that was made of it, and that counts what it cost."""


class RunRow(Row, table=True):
    """One call of a command that works through a backlog; updated while it goes."""

    __tablename__ = "run"

    id: int | None = Field(default=None, primary_key=True)
    state: RunState = Field(sa_column=Column(words_column(RunState), nullable=False))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    """Why it ended before the backlog did."""
    model: str
    identity_sha256: str
    identity: Identity = Field(sa_column=Column(ValueType(Identity), nullable=False))
    settings: RunSettings = Field(sa_column=Column(ValueType(RunSettings), nullable=False))
    host: str
    pid: int
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """When it gave its last sign of life."""
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    n_done: int = 0
    n_failed: int = 0
    n_set_aside: int = 0
    n_claims: int = 0
    n_lost_pieces: int = 0
    n_suspected_misses: int = 0
    calls: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    prompt_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    output_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    call_seconds: float = 0.0
    cost_usd: float = 0.0
    n_unpriced_calls: int = 0
    reused: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Answers that were kept from earlier calls."""
    part_of: int | None = Field(default=None, index=True)
    """The queued run that this is a worker's part of."""
    n_articles: int | None = None
    """Of a queued run: how many were put into the queue."""
    reserved_usd: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default="0"))
    """What the articles in flight may cost, where the queued run has a limit; that of a worker that died stays."""
    reserved_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    n_writes: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    """Transactions in which its process has written what it did."""
    n_reserves: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    """Transactions in which it has reserved something."""
    died: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Its process ended without a word."""

    def as_value(self) -> Run:
        """Return the run, with the totals of its own row."""
        of = {name: getattr(self, name) for name in Run.model_fields if name not in {"totals", "id"}}
        return Run(id=self.id or 0, totals=run_totals({name: getattr(self, name) for name in TOTALS}), **of)


TOTALS = (
    *(name for name in RunTotals.model_fields if name != "usage"),
    *("calls", "prompt_tokens", "output_tokens", "call_seconds", "cost_usd", "n_unpriced_calls", "reused"),
)
"""The columns of `RunRow` that add up over runs."""


def run_totals(values: Mapping[str, Any]) -> RunTotals:
    """Return totals from the values of `TOTALS`."""
    usage = Usage(
        calls=values["calls"],
        prompt_tokens=values["prompt_tokens"],
        output_tokens=values["output_tokens"],
        seconds=values["call_seconds"],
        cost_usd=None if values["n_unpriced_calls"] else values["cost_usd"],
        reused=values["reused"],
    )
    counts = {name: values[name] for name in RunTotals.model_fields if name != "usage"}
    return RunTotals(**counts, usage=usage)


class AttemptRow(Row, table=True):
    """An article that a run has in hand, or that was in flight when runs died; gone when it has ended."""

    __tablename__ = "attempt"

    article_sha256: str = Field(primary_key=True, foreign_key="article.sha256")
    identity_sha256: str = Field(primary_key=True)
    run_id: int | None
    """Who has it; None for nobody."""
    is_begun: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """It is in flight: written before anything is done about it, taken back when its outcome is there."""
    n_deaths: int = 0
    """How many runs died while it was in flight, since it last ended."""


class DeathRow(Row, table=True):
    """An article that was in flight when a run died; gone when it has ended, which proves it innocent."""

    __tablename__ = "death"

    article_sha256: str = Field(primary_key=True, foreign_key="article.sha256")
    identity_sha256: str = Field(primary_key=True)
    run_id: int = Field(primary_key=True, foreign_key="run.id")


class FailureRow(Row, table=True):
    """An extraction that did not come about; it goes when one does."""

    __tablename__ = "failure"

    article_sha256: str = Field(primary_key=True, foreign_key="article.sha256")
    identity_sha256: str = Field(primary_key=True)
    model: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    n_failures: int
    n_blamed: int = 0
    """How many of them were the article's fault, and not that of an endpoint in trouble."""
    is_set_aside: bool = False
    """Left alone by runs until somebody asks for it."""
    first_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    last_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
