"""The worker: takes jobs out of the queue until somebody says stop, and takes over what dead ones had in hand."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from procrastinate import App, JobContext, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as QueueJob
from procrastinate.jobs import Status
from procrastinate.retry import BaseRetryStrategy

from extractor.alive import is_dead
from extractor.pipeline import Clock, Extractor
from extractor.prices import Price
from extractor.runs import BEATS, MOST_AHEAD
from extractor.schema import Run, RunState, Value
from extractor.store import (
    PATIENCE_S,
    end_dead_runs,
    end_finished_runs,
    explain,
    get_run,
    is_open,
    is_queue_empty,
    list_runs_alive,
    open_session,
    patiently,
    set_deadly_aside,
)
from extractor.worker.enqueue import EXTRACT
from extractor.worker.part import Job, Means, Part, PutBack, Watcher
from extractor.worker.queue import open_app, queue_of
from extractor.worker.replies import PartReplies

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

DEAD_AFTER_S = 30.0
"""A worker that has been silent for so long is taken for dead; its articles are in other hands some seconds later."""

UPKEEP = "upkeep"
"""The engine's name for what some worker has to do now and then, and for the queue that it comes by."""

LOOK_S = 1.0
"""How often an idle worker looks for a job. Notifications would be one for each of a hundred thousand articles."""

COME_BACK_S = 2.0
"""How soon a worker is back at the queue after it could not be reached."""

LAST = -1000
"""Priority of what is to be done alone: after everything else."""

T = TypeVar("T")


class WorkerOptions(Value):
    """How a worker works."""

    url: str
    """Of the database, which holds the queue too."""
    concurrency: int
    """Articles in flight at once."""
    price: Price | None = None
    """What the model costs; None where it is not known."""
    drain: bool = False
    """Stop when the queue is empty."""
    dead_after_s: float = DEAD_AFTER_S
    """The same for all workers, roughly: each gives signs of life by its own."""


class Worker:
    """One process among many that work the queue of one extractor off."""

    def __init__(
        self,
        engine: "Engine",
        extractor: Extractor,
        options: WorkerOptions,
        *,
        replies: PartReplies,
        clock: Clock,
        watcher: Watcher,
    ) -> None:
        """Take what the worker needs.

        Args:
            engine: Of the database.
            extractor: Does the articles.
            options: How to work.
            replies: Where the extractor's model keeps what it is told, and books what it spends.
            clock: Gives the time now.
            watcher: Told what happens.
        """
        self._engine = engine
        self._options = options
        self._clock = clock
        self._watcher = watcher
        self._queue = queue_of(extractor.identity)
        self._means = Means(
            extractor=extractor,
            replies=replies,
            price=options.price,
            concurrency=options.concurrency,
            dead_after_s=options.dead_after_s,
            born_at=clock(),
        )
        self._parts: dict[int, Part] = {}
        self._working: set[asyncio.Task[Run]] = set()
        self._inbox: asyncio.Queue[Job] = asyncio.Queue()
        self._held: set[asyncio.Future[None]] = set()
        self._stopping = asyncio.Event()
        self._watching_since = 0.0
        self._error: BaseException | None = None
        self.parts: list[Run] = []
        """What was done, in the order in which it ended."""
        self._app = self._with_tasks(open_app(options.url))

    @property
    def is_stopping(self) -> bool:
        """Tell whether no more articles are begun."""
        return self._stopping.is_set()

    @property
    def n_in_flight(self) -> int:
        """How many articles are begun and not ended."""
        return sum(part.n_in_flight for part in self._parts.values())

    def stop(self) -> None:
        """Begin no more articles; those in flight go on to their end, the others go back into the queue."""
        self._stopping.set()
        for part in self._parts.values():
            part.stop()

    def hurry(self) -> None:
        """Break off what is in flight too; it goes back into the queue."""
        self.stop()
        for part in self._parts.values():
            part.hurry()

    async def work(self) -> None:
        """Work until `stop`, or until the queue is empty where that is wanted.

        Raises:
            ModelUnavailable: The endpoint cannot be used.
            StoreError: The database refused, or did not come back in time.
            ConfigError: A queued run has a limit of money, and no price is known here.
        """
        # What the engine logs of its own troubles is either passing or reaches the caller as an exception.
        for name in ("procrastinate", "psycopg.pool"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        async with self._app.open_async():
            inside = [asyncio.create_task(self._hand_out()), asyncio.create_task(self._mind_parts())]
            taking = [
                asyncio.create_task(self._take(self._queue, self._n_ahead)),
                asyncio.create_task(self._take(UPKEEP, 1)),
            ]
            for task in inside + taking:
                task.add_done_callback(self._heed)
            try:
                await self._stopping.wait()
            except asyncio.CancelledError:
                self.hurry()
                raise
            finally:
                await self._wind_up(inside, taking)
        if self._error is not None:
            raise self._error

    async def _wind_up(self, inside: "list[asyncio.Task[None]]", taking: "list[asyncio.Task[None]]") -> None:
        """Let every job come to an end or go back before the engine is let go."""
        for task in taking:
            # The engine's way to stop: it takes no more jobs, and waits for those that run.
            task.cancel()
        while not self._inbox.empty():
            self._inbox.get_nowait().put_back()
        await asyncio.wait(taking)
        for task in inside:
            task.cancel()
        await asyncio.wait([*inside, *self._working])

    @property
    def _n_ahead(self) -> int:
        """Jobs in hand at once: some more than are in flight, so that the next one is there when one ends."""
        return self._options.concurrency + max(1, self._options.concurrency // 4)

    def _with_tasks(self, app: App) -> App:
        every_s = max(1, round(self._options.dead_after_s / 3))
        app.task(name=EXTRACT, pass_context=True, retry=_PutBack())(self._extract)
        upkeep = app.task(name=UPKEEP, queue=UPKEEP, queueing_lock=UPKEEP)(self._keep_up)
        app.periodic(cron=f"* * * * * */{every_s}")(upkeep)
        return app

    async def _extract(self, context: JobContext, run: int, article: str) -> None:
        job = Job(run_id=run, article_sha256=article, is_alone=context.job.lock is not None)
        if self.is_stopping:
            raise PutBack
        self._inbox.put_nowait(job)
        await job.ended

    async def _take(self, queue: str, concurrency: int) -> None:
        """Let the engine take jobs out of a queue, again whenever the database has been away."""
        trouble: float | None = None
        now = asyncio.get_running_loop().time
        while not self.is_stopping:
            if queue == UPKEEP:
                self._watching_since = now()
            try:
                await self._app.run_worker_async(
                    queues=[queue],
                    concurrency=concurrency,
                    listen_notify=False,
                    fetch_job_polling_interval=LOOK_S,
                    delete_jobs="always" if queue == UPKEEP else "successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=self._options.dead_after_s / BEATS,
                    stalled_worker_timeout=self._options.dead_after_s,
                )
                trouble = None
            except ConnectorException as exc:
                error = explain(exc.__cause__ or exc, self._options.url)
                if trouble is None:
                    trouble = now()
                    self._watcher.message(f"{error}; waiting for it, up to {PATIENCE_S / 60:.0f} minutes")
                if now() - trouble > PATIENCE_S:
                    raise error from exc
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), COME_BACK_S)

    async def _hand_out(self) -> None:
        """Pass the jobs on to the parts they belong to, many at once."""
        while True:
            jobs = [await self._inbox.get()]
            while not self._inbox.empty() and len(jobs) < MOST_AHEAD:
                jobs.append(self._inbox.get_nowait())
            try:
                await self._pass_on([job for job in jobs if not job.is_alone])
                for job in (job for job in jobs if job.is_alone):
                    # Nothing beside it that could be blamed if it kills the process, or be the one that does.
                    await self._nothing_held()
                    await self._pass_on([job], alone=True)
                    await self._nothing_held()
            except BaseException:
                for job in jobs:
                    job.put_back()
                raise

    async def _nothing_held(self) -> None:
        while self._held:
            await asyncio.wait(self._held)

    async def _pass_on(self, jobs: list[Job], *, alone: bool = False) -> None:
        for job in jobs:
            self._held.add(job.ended)
            job.ended.add_done_callback(self._held.discard)
        for run_id in {job.run_id for job in jobs}:
            own = [job for job in jobs if job.run_id == run_id]
            part = await self._part_of(run_id)
            if part is not None:
                await part.take(own, alone=alone)
                continue
            for job in own:
                job.finish()

    async def _part_of(self, run_id: int) -> Part | None:
        """Return our part of a queued run, begun if need be; None when the run has ended."""
        if part := self._parts.get(run_id):
            return part

        queued = await self._ask(partial(get_run, run_id=run_id))
        if queued.state is not RunState.QUEUED:
            return None
        part = Part(self._engine, queued, self._means, clock=self._clock, watcher=self._watcher)
        self._parts[run_id] = part
        self._working.add(part.start(lambda task: self._part_ended(run_id, task)))
        if self.is_stopping:
            part.stop()
        return part

    def _part_ended(self, run_id: int, task: "asyncio.Task[Run]") -> None:
        self._parts.pop(run_id, None)
        self._working.discard(task)
        if not task.cancelled() and task.exception() is None:
            self.parts.append(task.result())
        self._heed(task)

    async def _mind_parts(self) -> None:
        """Close the parts whose run has ended, and stop where the queue is empty and that is wanted."""
        while True:
            await asyncio.sleep(max(self._options.dead_after_s / BEATS, 0.1))
            for run_id, part in list(self._parts.items()):
                if part.is_idle and not await self._ask(partial(is_open, run_id=run_id)):
                    part.close()
            if self._options.drain and not self._held and await self._in_thread(self._is_drained):
                if not self._parts:
                    self.stop()

    def _is_drained(self) -> bool:
        """Tell whether our queue is empty; then the runs are over whose articles were in it."""
        with open_session(self._engine) as session:
            if not is_queue_empty(session, queue=self._queue):
                return False
            end_finished_runs(session, now=self._clock())
            return True

    async def _ask(self, question: Callable[["Session"], T]) -> T:
        def ask() -> T:
            with open_session(self._engine, reading=True) as session:
                return question(session)

        return await self._in_thread(ask)

    async def _keep_up(self, timestamp: int) -> None:
        """Take the jobs of dead workers over, and end what is over; the engine lets one worker do it at a time."""
        # After a time without a database nobody has been heard of: everybody gets the time to speak up.
        heard = asyncio.get_running_loop().time() - self._watching_since >= self._options.dead_after_s
        if heard:
            await self._put_back(
                await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._options.dead_after_s)
            )
        await self._in_thread(lambda: self._end_what_is_over(self._options.dead_after_s if heard else None))

    async def _put_back(self, stalled: Iterable[QueueJob]) -> None:
        for job in stalled:
            if job.task_name == UPKEEP:
                await self._app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            else:
                # After those that nobody has died over.
                await self._app.job_manager.retry_job(job, priority=job.priority - 1)

    def _end_what_is_over(self, dead_after_s: float | None) -> None:
        now = self._clock()
        with open_session(self._engine) as session:
            end_dead_runs(session, is_dead=lambda run: is_dead(run, now, self._means.born_at, dead_after_s), now=now)
            for run in list_runs_alive(session):
                if run.n_articles is not None:
                    set_deadly_aside(session, identity=run.identity, max_tries=run.settings.max_tries, now=now)
            end_finished_runs(session, now=now)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.to_thread(patiently, work, tell=self._watcher.message)

    def _heed(self, task: "asyncio.Task[object]") -> None:
        """Stop at the first error of any task, and keep it."""
        if task.cancelled() or (error := task.exception()) is None:
            return
        self._error = self._error or error
        self.stop()


class _PutBack(BaseRetryStrategy):
    """Tells the engine which jobs are not over."""

    def get_retry_decision(self, *, exception: BaseException, job: QueueJob) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision()
        if not isinstance(exception, PutBack):
            return None
        if exception.alone:
            return RetryDecision(priority=LAST, lock=f"{job.queue}-alone")
        return RetryDecision(
            retry_in={"seconds": exception.in_s}, priority=-exception.n_failures if exception.n_failures else None
        )
