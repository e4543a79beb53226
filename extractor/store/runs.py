"""Runs: who works through a backlog, how far they are, and what it cost."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from extractor.errors import StoreError
from extractor.schema import Identity, Run, RunSettings, RunState, RunTotals, Value
from extractor.store.tables import RunRow, identity_sha256


class RunHolder(Value):
    """The process that runs a run."""

    host: str
    pid: int


def start_run(session: Session, *, identity: Identity, settings: RunSettings, holder: RunHolder, now: datetime) -> int:
    """Enter a run that begins now, and return its number."""
    row = RunRow(
        state=RunState.RUNNING,
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
    """Mark the runs whose process is gone as interrupted, so that others may take what they had in hand.

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
        session.add(row)
    session.flush()
    return len(dead)


def add_to_run(session: Session, *, run_id: int, totals: RunTotals, now: datetime) -> None:
    """Add what was done since the last time, and note that the run is alive."""
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
    values = {name: getattr(RunRow, name) + gain for name, gain in gains.items() if gain}
    # A run that was taken for dead, its machine having slept, says here that it is not.
    change = update(RunRow).where(col(RunRow.id) == run_id).values(state=RunState.RUNNING, seen_at=now, **values)
    session.execute(change.execution_options(synchronize_session=False))


def end_run(session: Session, *, run_id: int, state: RunState, reason: str, now: datetime) -> None:
    """Enter how a run ended; `reason` is empty when it came to its end."""
    change = update(RunRow).where(col(RunRow.id) == run_id)
    session.execute(change.values(state=state, reason=reason, seen_at=now, ended_at=now))


def get_run(session: Session, *, run_id: int) -> Run:
    """Return one run.

    Raises:
        StoreError: There is none of this number.
    """
    row = session.get(RunRow, run_id, populate_existing=True)
    if row is None:
        raise StoreError(f"no run {run_id} in the database: `claimdesk status` lists them")
    return row.as_value()


def list_runs(session: Session, *, limit: int = 10) -> list[Run]:
    """Return the latest runs, the last one first."""
    return [row.as_value() for row in session.exec(select(RunRow).order_by(col(RunRow.id).desc()).limit(limit))]
