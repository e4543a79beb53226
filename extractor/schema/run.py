"""Runs through a backlog, and what they left."""

from datetime import datetime
from enum import StrEnum

from extractor.schema.base import Value
from extractor.schema.extraction import Identity, PieceState, Usage


class Failure(Value):
    """An article that an extractor could not do yet."""

    article_sha256: str
    model: str
    reason: str
    """Of the last try."""
    n_failures: int
    first_at: datetime
    """Aware, UTC, as `last_at`."""
    last_at: datetime
    is_set_aside: bool = False
    """Tried so often in vain that runs leave it alone until somebody asks for it."""


class RunState(StrEnum):
    """How far a run is, or how it ended."""

    QUEUED = "queued"
    """Its articles are in the queue of the workers, or in their hands; what each worker does of it is a run too."""
    RUNNING = "running"
    DONE = "done"
    """It saw the end of its backlog."""
    INTERRUPTED = "interrupted"
    """By a person, or because its process died."""
    BUDGET = "budget"
    """Stopped before it passed its limit of money or tokens."""
    STOPPED = "stopped"
    """The endpoint or the database could not be used any longer."""


class RunSettings(Value):
    """How a run was asked to work; none of it changes what is found."""

    concurrency: int
    """Articles in flight at once."""
    max_tries: int
    batch_api: bool = False
    """By batches at the provider."""
    max_cost_usd: float | None = None
    max_tokens: int | None = None


class RunTotals(Value):
    """What a run has done so far; `+` adds."""

    n_done: int = 0
    n_failed: int = 0
    """Tries that came to nothing."""
    n_set_aside: int = 0
    """Of those, articles that have failed too often."""
    n_claims: int = 0
    n_lost_pieces: int = 0
    n_suspected_misses: int = 0
    usage: Usage = Usage()
    """Of failed tries too."""

    def __add__(self, other: "RunTotals") -> "RunTotals":
        return RunTotals(
            n_done=self.n_done + other.n_done,
            n_failed=self.n_failed + other.n_failed,
            n_set_aside=self.n_set_aside + other.n_set_aside,
            n_claims=self.n_claims + other.n_claims,
            n_lost_pieces=self.n_lost_pieces + other.n_lost_pieces,
            n_suspected_misses=self.n_suspected_misses + other.n_suspected_misses,
            usage=self.usage + other.usage,
        )


class Run(Value):
    """One call of a command that works through a backlog."""

    id: int
    state: RunState
    reason: str
    """Why it ended before the backlog did; empty otherwise."""
    model: str
    identity: Identity
    settings: RunSettings
    host: str
    pid: int
    started_at: datetime
    """Aware, UTC, as the others."""
    seen_at: datetime
    """When it gave its last sign of life."""
    ended_at: datetime | None
    totals: RunTotals
    """Of a queued run: of all its parts."""
    part_of: int | None = None
    """The queued run of which this is a worker's part."""
    n_articles: int | None = None
    """How many articles were put into the queue; None where the run is no queued one."""


class RunProgress(Value):
    """A run that goes on now, and who works on it."""

    run: Run
    workers: tuple[Run, ...]
    """Of a queued run, the parts that are alive; of any other, itself."""
    n_waiting: int | None
    """How many of its articles are in the queue or in hand; None where the run is no queued one."""
    articles_per_s: float
    """Brought to an end, good or bad: each worker's own average since its part began, added up."""


class LedgerTotals(Value):
    """What was read of all articles, by the last extraction of each."""

    pieces: dict[PieceState, int]
    """Every state is named."""
    n_suspected_misses: int
