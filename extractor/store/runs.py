"""Runs: who works through a backlog, how far they are, and what it cost."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from extractor.errors import StoreError
from extractor.schema import Identity, Run, RunSettings, RunState, RunTotals, Value
from extractor.store.attempts import note_deaths
from extractor.store.tables import TOTALS, RunRow, identity_sha256, run_totals


class RunHolder(Value):
    """The process that runs a run."""

    host: str
    pid: int


class Reserve(Value):
    """What articles in flight may cost."""

    usd: float = 0.0
    tokens: int = 0

    def __add__(self, other: "Reserve") -> "Reserve":
        return Reserve(usd=self.usd + other.usd, tokens=self.tokens + other.tokens)


class Room(Value):
    """Whether there is room for one more article within a queued run's limits."""

    is_reserved: bool
    may_come: bool = False
    """There is none now, but other articles in flight may give some back."""


def start_run(
    session: Session,
    *,
    identity: Identity,
    settings: RunSettings,
    holder: RunHolder,
    now: datetime,
    part_of: int | None = None,
) -> int:
    """Enter a run that begins now, perhaps a worker's part of a queued one, and return its number."""
    return _enter(session, RunState.RUNNING, (identity, settings, holder, now), part_of)


def start_queued_run(
    session: Session, *, identity: Identity, settings: RunSettings, holder: RunHolder, now: datetime
) -> int:
    """Enter a run for the workers, no article queued yet, and return its number."""
    return _enter(session, RunState.QUEUED, (identity, settings, holder, now), None)


def _enter(
    session: Session,
    state: RunState,
    begin: tuple[Identity, RunSettings, RunHolder, datetime],
    part_of: int | None,
) -> int:
    identity, settings, holder, now = begin
    row = RunRow(
        state=state,
        part_of=part_of,
        n_articles=0 if state is RunState.QUEUED else None,
        model=identity.model,
        identity_sha256=identity_sha256(identity),
        identity=identity,
        settings=settings,
        host=holder.host,
        pid=holder.pid,
        started_at=now,
        seen_at=now,
    )
    session.add(row)
    session.flush()
    if row.id is None:
        raise AssertionError("a flushed row has an id")
    return row.id


def end_dead_runs(session: Session, *, is_dead: Callable[[Run], bool], now: datetime) -> int:
    """Mark the runs whose process is gone as interrupted, and note what was in flight; others may take it up.

    Args:
        session: Where to.
        is_dead: Judges a run that says it is running.
        now: Aware.

    Returns:
        How many there were.
    """
    running = session.exec(select(RunRow).where(RunRow.state == RunState.RUNNING).with_for_update()).all()
    dead = [row for row in running if is_dead(row.as_value())]
    for row in dead:
        row.state, row.reason, row.ended_at = RunState.INTERRUPTED, "its process ended without a word", now
        row.died = True
        session.add(row)
    session.flush()
    if dead:
        note_deaths(session, run_ids=[row.id for row in dead if row.id is not None])
    return len(dead)


def add_to_run(
    session: Session,
    *,
    run_id: int,
    totals: RunTotals,
    now: datetime,
    released: Reserve | None = None,
    number: int | None = None,
) -> bool:
    """Add what was done since the last time, and note that the run is alive.

    Args:
        session: Where to.
        run_id: The run.
        totals: What was done.
        now: Aware.
        released: Is reserved no longer.
        number: Of this transaction among those of the run, the first one 1; each adds only once. None adds always.

    Returns:
        False when this very transaction is in the database already, and only its answer got lost.
    """
    usage = totals.usage
    gains = {
        "n_done": totals.n_done,
        "n_failed": totals.n_failed,
        "n_set_aside": totals.n_set_aside,
        "n_claims": totals.n_claims,
        "n_lost_pieces": totals.n_lost_pieces,
        "n_suspected_misses": totals.n_suspected_misses,
        "calls": usage.calls,
        "prompt_tokens": usage.prompt_tokens,
        "output_tokens": usage.output_tokens,
        "call_seconds": usage.seconds,
        "cost_usd": usage.cost_usd or 0.0,
        "n_unpriced_calls": usage.calls if usage.cost_usd is None else 0,
        "reused": usage.reused,
    }
    if released is not None:
        gains |= {"reserved_usd": -released.usd, "reserved_tokens": -released.tokens}
    values = {name: getattr(RunRow, name) + gain for name, gain in gains.items() if gain}
    # A run that was taken for dead, its machine having slept, says here that it is not.
    change = update(RunRow).where(col(RunRow.id) == run_id).values(**values)
    change = change.values(state=RunState.RUNNING, died=False, seen_at=now)
    if number is not None:
        change = change.where(col(RunRow.n_writes) < number).values(n_writes=number)
    done = session.execute(change.execution_options(synchronize_session=False))
    return bool(getattr(done, "rowcount", 0))


def reserve(session: Session, *, run_id: int, wanted: Reserve, number: int) -> Room:
    """Reserve room for one more article within the limits of the queued run that a run is a part of.

    What was in flight when a worker died stays reserved, since it may have been paid for.

    Args:
        session: Where to.
        run_id: The part.
        wanted: So much.
        number: Of this question among those of the part, the first one 1; each is granted only once.
    """
    part = session.get_one(RunRow, run_id)
    # One worker at a time looks and reserves.
    whole = session.exec(select(RunRow).where(RunRow.id == part.part_of).with_for_update()).one()
    if part.n_reserves >= number:
        # It was granted, and the answer got lost.
        return Room(is_reserved=True)
    tokens = col(RunRow.prompt_tokens) + col(RunRow.output_tokens)
    alive = func.sum(col(RunRow.reserved_tokens)).filter(col(RunRow.state) == RunState.RUNNING)
    usd, used, in_flight = session.execute(
        select_columns(
            func.sum(col(RunRow.cost_usd) + col(RunRow.reserved_usd)),
            func.sum(tokens + col(RunRow.reserved_tokens)),
            alive,
        ).where(col(RunRow.part_of) == whole.id)
    ).one()
    limits = whole.settings
    too_dear = limits.max_cost_usd is not None and usd + wanted.usd > limits.max_cost_usd
    too_much = limits.max_tokens is not None and used + wanted.tokens > limits.max_tokens
    if too_dear or too_much:
        return Room(is_reserved=False, may_come=bool(in_flight))
    change = update(RunRow).where(col(RunRow.id) == run_id)
    more = {"reserved_usd": RunRow.reserved_usd + wanted.usd, "reserved_tokens": RunRow.reserved_tokens + wanted.tokens}
    session.execute(change.values(**more, n_reserves=number).execution_options(synchronize_session=False))
    return Room(is_reserved=True)


def end_run(session: Session, *, run_id: int, state: RunState, reason: str, now: datetime) -> None:
    """Enter how a run ended; `reason` is empty when it came to its end."""
    change = update(RunRow).where(col(RunRow.id) == run_id)
    session.execute(change.values(state=state, reason=reason, seen_at=now, ended_at=now))


def get_run(session: Session, *, run_id: int) -> Run:
    """Return one run; a queued one has the totals of all its parts.

    Raises:
        StoreError: There is none of this number.
    """
    row = session.get(RunRow, run_id, populate_existing=True)
    if row is None:
        raise StoreError(f"no run {run_id} in the database: `claimdesk status` lists them")
    return _with_parts(session, [row.as_value()])[0]


def list_runs(session: Session, *, limit: int = 10) -> list[Run]:
    """Return the latest runs, the last one first; a queued one has the totals of all its parts."""
    rows = session.exec(select(RunRow).order_by(col(RunRow.id).desc()).limit(limit))
    return _with_parts(session, [row.as_value() for row in rows])


def list_runs_alive(session: Session) -> list[Run]:
    """Return the runs that go on now, queued ones and workers' parts among them, the first one first."""
    going = col(RunRow.state).in_([RunState.QUEUED, RunState.RUNNING])
    rows = session.exec(select(RunRow).where(going).order_by(col(RunRow.id)))
    return _with_parts(session, [row.as_value() for row in rows])


def _with_parts(session: Session, runs: Sequence[Run]) -> list[Run]:
    queued = [run.id for run in runs if run.n_articles is not None]
    if not queued:
        return list(runs)
    sums = [func.sum(getattr(RunRow, name)) for name in TOTALS]
    query = select_columns(col(RunRow.part_of), *sums).where(col(RunRow.part_of).in_(queued))
    totals = {
        whole: run_totals(dict(zip(TOTALS, values, strict=True)))
        for whole, *values in session.execute(query.group_by(col(RunRow.part_of)))
    }
    return [run.model_copy(update={"totals": totals.get(run.id, run.totals)}) for run in runs]
