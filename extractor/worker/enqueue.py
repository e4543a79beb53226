"""Putting a backlog into the queue."""

from typing import TYPE_CHECKING, Any

from procrastinate import App, SyncPsycopgConnector
from procrastinate.jobs import Job

from extractor.alive import this_process
from extractor.pipeline import Clock
from extractor.runs import RunRequest
from extractor.schema import Value
from extractor.store import (
    RUN_ARGUMENT,
    Backlog,
    clear_left_over,
    driver_connection,
    enter_queue,
    jobs_that_wait,
    lock_queue,
    open_session,
    set_queued,
    start_queued_run,
    take_up_again,
    take_up_lost,
    waiting_articles,
)
from extractor.worker.queue import job_lock, queue_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

PAGE = 1000
"""Jobs put into the queue at once."""

EXTRACT = "extract"
"""The engine's name for the work on one article."""

ARTICLE_ARGUMENT = "article"
"""What an article's hash is called among the arguments of its job."""


class Queued(Value):
    """What was put into the queue."""

    run_id: int
    n_queued: int
    n_already: int
    """Articles that wait in the queue for another run."""


def enqueue(engine: "Engine", request: RunRequest, *, clock: Clock) -> Queued | None:
    """Put the waiting articles into the queue as one run: all of them, or none where the program dies.

    Returns:
        None when there is nothing to do that is not in the queue already.

    Raises:
        StoreError: The database refused.
    """
    identity, settings = request.identity, request.settings
    backlog = Backlog(
        identity=identity, only=request.only, max_tries=settings.max_tries, with_copies=request.with_copies
    )
    n_queued = n_already = 0
    after: int | None = -1
    with open_session(engine) as session:
        lock_queue(session)
        clear_left_over(session)
        if request.retry_failed:
            take_up_again(session, backlog=backlog)
        if request.retry_lost:
            take_up_lost(session, backlog=backlog)
        run_id = start_queued_run(session, identity=identity, settings=settings, holder=this_process(), now=clock())
        enter_queue(session)
        connection = driver_connection(session)
        while after is not None:
            sha256s, after = waiting_articles(session, backlog=backlog, after=after, limit=PAGE)
            locks = {job_lock(identity, sha256): sha256 for sha256 in sha256s}
            known = jobs_that_wait(session, locks=list(locks))
            new = [sha256 for lock, sha256 in locks.items() if lock not in known]
            _put(connection, [_job(request, run_id, sha256) for sha256 in new])
            n_queued += len(new)
            n_already += len(known)
        if not n_queued:
            session.rollback()
            return None
        set_queued(session, run_id=run_id, n_articles=n_queued)
    return Queued(run_id=run_id, n_queued=n_queued, n_already=n_already)


def _job(request: RunRequest, run_id: int, sha256: str) -> Job:
    return Job(
        queue=queue_of(request.identity),
        lock=None,
        queueing_lock=job_lock(request.identity, sha256),
        task_name=EXTRACT,
        task_kwargs={RUN_ARGUMENT: run_id, ARTICLE_ARGUMENT: sha256},
    )


def _put(connection: Any, jobs: list[Job]) -> None:
    """Write jobs in the transaction of somebody else's connection."""
    if jobs:
        App(connector=SyncPsycopgConnector()).job_manager.batch_defer_jobs(jobs, connection=connection)
