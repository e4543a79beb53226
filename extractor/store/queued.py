"""Queued runs as the database has them: what waits for the workers, who works, and how a run ends.

The queue itself is procrastinate's, in a schema of its own beside our tables; `extractor.worker` has put
the jobs there. What is asked of it here is plain SQL in the caller's transaction, so that a web process
can tell how far the workers are, and take a run back, without their packages.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text, update
from sqlmodel import Session, col, select

from extractor.errors import StoreError
from extractor.schema import Run, RunProgress, RunState
from extractor.store.runs import get_run, list_runs_alive
from extractor.store.tables import RunRow

QUEUE_SCHEMA = "claimdesk_queue"
"""The schema of PostgreSQL that procrastinate's tables are in."""

RUN_ARGUMENT = "run"
"""What the number of a job's run is called among the job's arguments."""

_QUEUE_LOCK = 4_731_402_201
"""Key of an advisory lock; any fixed number."""

_JOBS = f"{QUEUE_SCHEMA}.procrastinate_jobs"
_LEFT = "status IN ('todo', 'doing')"
_OF_RUN = f"(args->>'{RUN_ARGUMENT}')::int"


def progress(session: Session, *, now: datetime) -> list[RunProgress]:
    """Return the runs that go on now, the first one first: how far each is, and who works on it.

    Args:
        session: Where from.
        now: Aware.
    """
    alive = list_runs_alive(session)
    waiting = _n_left_by_run(session) if any(run.n_articles is not None for run in alive) else {}
    return [
        _progress(run, [part for part in alive if part.part_of == run.id], waiting.get(run.id, 0), now)
        for run in alive
        if run.part_of is None
    ]


def jobs_that_wait(session: Session, *, locks: Sequence[str]) -> set[str]:
    """Return those of some queueing locks that a waiting job has."""
    found = session.execute(
        text(f"SELECT queueing_lock FROM {_JOBS} WHERE status = 'todo' AND queueing_lock = ANY(:locks)"),
        {"locks": list(locks)},
    )
    return set(found.scalars())


def lock_queue(session: Session) -> None:
    """Let nobody else put articles into the queue until the transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _QUEUE_LOCK})


def enter_queue(session: Session) -> None:
    """Let the engine's statements and triggers find its tables until the transaction ends; ours are found as well."""
    schema_first = "SELECT set_config('search_path', :schema || ', ' || current_setting('search_path'), true)"
    session.execute(text(schema_first), {"schema": QUEUE_SCHEMA})


def clear_left_over(session: Session) -> None:
    """Take the jobs out of the queue that wait for a run that has ended."""
    enter_queue(session)
    over = f"SELECT 1 FROM run WHERE run.id = {_OF_RUN} AND run.state <> :queued"
    clear = text(f"DELETE FROM {_JOBS} WHERE status = 'todo' AND EXISTS ({over})")
    session.execute(clear, {"queued": RunState.QUEUED.value})


def set_queued(session: Session, *, run_id: int, n_articles: int) -> None:
    """Enter how many articles of a run were put into the queue."""
    session.execute(update(RunRow).where(col(RunRow.id) == run_id).values(n_articles=n_articles))
    # Else the engine's first look for a job sorts the whole queue: 37 ms instead of 1 at 20,000 jobs.
    session.execute(text(f"ANALYZE {_JOBS}"))


def is_open(session: Session, *, run_id: int) -> bool:
    """Tell whether a queued run has not ended."""
    return session.exec(select(RunRow.state).where(RunRow.id == run_id)).one_or_none() is RunState.QUEUED


def is_queue_empty(session: Session, *, queue: str) -> bool:
    """Tell whether no job of a queue waits or is in hand."""
    query = text(f"SELECT NOT EXISTS (SELECT 1 FROM {_JOBS} WHERE queue_name = :queue AND {_LEFT})")
    return bool(session.execute(query, {"queue": queue}).scalar())


def end_queued_run(session: Session, *, run_id: int, state: RunState, reason: str, now: datetime) -> int | None:
    """End a queued run and take its articles out of the queue; those in hand go on to their end.

    Returns:
        How many were taken out; None when the run had ended before.

    Raises:
        StoreError: There is no queued run of this number.
    """
    run = get_run(session, run_id=run_id)
    if run.n_articles is None:
        raise StoreError(f"run {run_id} was not queued for workers: `claimdesk status` lists those that are")
    ended = update(RunRow).where(col(RunRow.id) == run_id, col(RunRow.state) == RunState.QUEUED)
    ended = ended.values(state=state, reason=reason, seen_at=now, ended_at=now)
    if not getattr(session.execute(ended), "rowcount", 0):
        return None
    enter_queue(session)
    take_out = text(f"DELETE FROM {_JOBS} WHERE status = 'todo' AND {_OF_RUN} = :run")
    return int(getattr(session.execute(take_out, {"run": run_id}), "rowcount", 0))


def end_finished_runs(session: Session, *, now: datetime) -> int:
    """End the queued runs of which no article is left in the queue or in hand, and return how many those are."""
    finished = text(
        "SELECT id FROM run WHERE state = :queued AND NOT EXISTS "
        f"(SELECT 1 FROM {_JOBS} WHERE {_LEFT} AND {_OF_RUN} = run.id)"
    )
    ids = list(session.execute(finished, {"queued": RunState.QUEUED.value}).scalars())
    change = update(RunRow).where(col(RunRow.id).in_(ids), col(RunRow.state) == RunState.QUEUED)
    session.execute(change.values(state=RunState.DONE, seen_at=now, ended_at=now))
    return len(ids)


def _progress(run: Run, parts: Sequence[Run], n_waiting: int, now: datetime) -> RunProgress:
    is_queued = run.n_articles is not None
    workers = tuple(parts) if is_queued else (run,)
    return RunProgress(
        run=run,
        workers=workers,
        n_waiting=n_waiting if is_queued else None,
        articles_per_s=sum(_rate(worker, now) for worker in workers),
    )


def _rate(run: Run, now: datetime) -> float:
    return (run.totals.n_done + run.totals.n_failed) / max((now - run.started_at).total_seconds(), 1.0)


def _n_left_by_run(session: Session) -> dict[int, int]:
    if session.execute(text("SELECT to_regclass(:jobs)"), {"jobs": _JOBS}).scalar() is None:
        return {}
    query = f"SELECT {_OF_RUN}, count(*) FROM {_JOBS} WHERE {_LEFT} AND args ? '{RUN_ARGUMENT}' GROUP BY 1"
    return dict(session.execute(text(query)).all())
