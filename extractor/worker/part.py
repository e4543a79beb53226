"""A worker's part of a queued run: takes jobs for articles, and tells what is to become of each job."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, assert_never

from extractor.batch import Batch, Outcome
from extractor.budget import Budget, Limits
from extractor.errors import ConfigError, ModelUnavailable
from extractor.pipeline import Clock, Extractor
from extractor.prices import Price
from extractor.replies import ReplyShelf
from extractor.run_writes import Settled
from extractor.runs import OpenRun, RunRequest
from extractor.schema import Article, Run, RunSettings, RunState, RunTotals
from extractor.store import Reserve, Room, Standing, end_queued_run, open_session, patiently, reserve
from extractor.worker.budget import SharedBudget
from extractor.worker.replies import PartReplies

if TYPE_CHECKING:
    from sqlalchemy import Engine

AGAIN_AFTER_S = 10
"""A failed article waits at least so long for its next try, and longer than those that wait for their first."""

ELSEWHERE_S = 5
"""An article that another run has in hand is looked at again after so long."""


class PutBack(Exception):
    """The job is not over: it goes back into the queue."""

    def __init__(self, *, in_s: int = 0, n_failures: int = 0, alone: bool = False) -> None:
        super().__init__("put back")
        self.in_s = in_s
        self.n_failures = n_failures
        """The more, the later among those that wait."""
        self.alone = alone
        """Nothing else is to be in hand with it."""


@dataclass(eq=False)
class Job:
    """An article that the queue has given us; `ended` says what becomes of the job."""

    run_id: int
    article_sha256: str
    is_alone: bool
    ended: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def finish(self) -> None:
        """Let the job end."""
        if not self.ended.done():
            self.ended.set_result(None)

    def put_back(self, why: PutBack | None = None) -> None:
        """Let it go back into the queue."""
        if not self.ended.done():
            self.ended.set_exception(why or PutBack())


class Watcher(Protocol):
    """Told what a worker does."""

    def message(self, text: str) -> None:
        """Hear a sentence for a person."""
        ...

    def article(self, sha256: str) -> AbstractContextManager[Callable[[Outcome], None]]:
        """See one try at an article; to be told what came of it."""
        ...

    def begun(self, part: int, queued: Run) -> None:
        """Hear that a part of a queued run begins."""
        ...

    def ended(self, part: int, outcome: Outcome, totals: RunTotals) -> None:
        """Hear that an article of a part has ended, and what the part has done by now."""
        ...

    def closed(self, part: Run) -> None:
        """Hear how a part ended."""
        ...


@dataclass(frozen=True)
class Means:
    """What all parts of a worker work with."""

    extractor: Extractor
    replies: PartReplies
    """Those of the extractor's model."""
    price: Price | None
    """What the model costs; None where it is not known."""
    concurrency: int
    dead_after_s: float
    born_at: datetime


class Part:
    """One queued run in this process; the desk of its `Batch`."""

    def __init__(
        self,
        engine: "Engine",
        queued: Run,
        means: Means,
        *,
        clock: Clock,
        watcher: Watcher,
    ) -> None:
        limits = queued.settings
        if limits.max_cost_usd is not None and means.price is None:
            raise ConfigError(
                f"run {queued.id} has a limit of {limits.max_cost_usd} USD, and no price is known here for model "
                f"{queued.model!r}: add it to this machine's file of prices"
            )
        self._engine = engine
        self._means = means
        self._queued = queued
        self._clock = clock
        self._watcher = watcher
        self._loop = asyncio.get_running_loop()
        self._jobs: dict[str, Job] = {}
        self._ready: asyncio.Queue[Article | None] = asyncio.Queue()
        self._taking = asyncio.Lock()
        self._is_closed = self._is_hurried = False
        self._shelf = ReplyShelf(engine, tell=watcher.message)
        self._run = OpenRun(
            engine,
            RunRequest(
                identity=queued.identity,
                settings=limits.model_copy(update={"concurrency": means.concurrency}),
                part_of=queued.id,
                dead_after_s=means.dead_after_s,
                born_at=means.born_at,
            ),
            clock=clock,
            tell=watcher.message,
            watch=lambda outcome: watcher.ended(self._run.run_id, outcome, self._run.totals),
            replies=self._shelf,
        )
        self._run.settle_with(self)
        self._shared = self._shared_budget(limits)
        budget = self._shared or Budget(Limits())
        self._batch = Batch(means.extractor, clock=clock, budget=budget, tell=watcher.message, observe=watcher.article)
        self._is_open = asyncio.Event()
        self._task: asyncio.Task[Run] | None = None

    @property
    def is_idle(self) -> bool:
        """Tell whether no job is in hand."""
        return not self._jobs

    @property
    def n_in_flight(self) -> int:
        """How many articles are begun and not ended."""
        return self._batch.n_in_flight

    def start(self, on_end: Callable[["asyncio.Task[Run]"], None]) -> "asyncio.Task[Run]":
        """Begin to work; `on_end` hears of the task when it has ended."""
        self._task = asyncio.create_task(self._work())
        self._task.add_done_callback(on_end)
        return self._task

    async def take(self, jobs: Sequence[Job], *, alone: bool = False) -> None:
        """Take jobs in; each ends, or is put back, when it is written what became of its article.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """
        await self._is_open.wait()
        new: dict[str, Job] = {}
        for job in jobs:
            if self._is_closed or job.article_sha256 in self._jobs or job.article_sha256 in new:
                job.put_back(PutBack(in_s=0 if self._is_closed else ELSEWHERE_S))
            else:
                new[job.article_sha256] = job
        if not new:
            return
        self._jobs |= new
        async with self._taking:
            claimed = await self._run.claim_these(list(new), alone=alone)
            for article in claimed.articles:
                self._ready.put_nowait(article)
            for sha256, standing in claimed.others.items():
                _answer(self._jobs.pop(sha256), standing)
            if self._is_closed:
                self.close()

    def close(self) -> None:
        """Take no more jobs, and put back those that have not begun; those in flight go on to their end."""
        self._is_closed = True
        while not self._ready.empty():
            if article := self._ready.get_nowait():
                self._run.give_back(article)
        self._ready.put_nowait(None)

    def stop(self) -> None:
        """Begin no article any more."""
        self._batch.stop()
        self.close()

    def hurry(self) -> None:
        """Break off what is in flight."""
        self._is_hurried = True
        self._run.lose_patience()
        if self._task is not None:
            self._task.cancel()

    async def next(self) -> Article | None:
        """Return the next article, begun; None when the part is closed."""
        article = await self._ready.get()
        if article is None:
            self._ready.put_nowait(None)
            return None
        return await self._run.begin(article)

    async def finish(self, outcome: Outcome) -> None:
        """Pass an outcome on."""
        await self._run.finish(outcome)

    def give_back(self, article: Article) -> None:
        """Pass an article back; where the batch will take no other, neither does the part."""
        self._run.give_back(article)
        if self._batch.is_stopping and not self._is_closed:
            self.close()

    def reserved(self, sha256s: Sequence[str]) -> Reserve:
        """Return what is reserved for some articles."""
        return self._shared.reserved(sha256s) if self._shared else Reserve()

    def settled(self, articles: Sequence[Settled]) -> None:
        """Let the jobs end of articles that are written."""
        self._loop.call_soon_threadsafe(self._end_jobs, articles)

    def _end_jobs(self, articles: Sequence[Settled]) -> None:
        if self._shared:
            self._shared.forget([article.article_sha256 for article in articles])
        for article in articles:
            job = self._jobs.pop(article.article_sha256, None)
            if job is None:
                continue
            if article.is_given_back and not self._batch.is_out_of_budget:
                job.put_back()
            elif article.n_blamed:
                job.put_back(PutBack(in_s=AGAIN_AFTER_S, n_failures=article.n_blamed))
            else:
                # Done, or set aside; or the endpoint failed on this one alone, and its next try is the next run's.
                job.finish()

    async def _work(self) -> Run:
        """Work until the part is closed, and return its run.

        Raises:
            ModelUnavailable: The endpoint cannot be used.
            StoreError: The database refused, or did not come back in time.
        """
        try:
            try:
                self._means.replies.use(self._shelf)
                async with self._shelf, self._run:
                    self._watcher.begun(self._run.run_id, self._queued)
                    self._is_open.set()
                    await self._batch_through()
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or not self._is_hurried:
                    raise
                task.uncancel()
            except ModelUnavailable as exc:
                await self._end(RunState.STOPPED, str(exc))
                raise
            return await self._end(*self._state())
        finally:
            self._is_closed = True
            self._is_open.set()
            for job in self._jobs.values():
                job.put_back()
            self._jobs.clear()

    async def _batch_through(self) -> None:
        try:
            await self._batch.work(self, concurrency=self._means.concurrency)
        finally:
            # What is being claimed just now is still to be given back, or it would seem to have been begun.
            async with self._taking:
                self.close()
        if self._batch.is_out_of_budget:
            await self._end_whole()

    def _state(self) -> tuple[RunState, str]:
        if self._batch.is_out_of_budget:
            return RunState.BUDGET, "the next article could have passed the limit"
        if self._batch.is_stopping or self._is_hurried:
            return RunState.INTERRUPTED, "by a signal"
        return RunState.DONE, ""

    async def _end(self, state: RunState, reason: str) -> Run:
        ended = await self._run.end(state, reason)
        self._watcher.closed(ended)
        return ended

    async def _end_whole(self) -> None:
        state, reason = self._state()

        def end() -> None:
            with open_session(self._engine) as session:
                end_queued_run(session, run_id=self._queued.id, state=state, reason=reason, now=self._clock())

        await asyncio.to_thread(patiently, end, tell=self._watcher.message)

    def _shared_budget(self, limits: RunSettings) -> SharedBudget | None:
        if limits.max_cost_usd is None and limits.max_tokens is None:
            return None
        own = Limits(max_cost_usd=limits.max_cost_usd, max_tokens=limits.max_tokens, price=self._means.price)
        return SharedBudget(own, self._shelf, self._reserve)

    def _reserve(self, wanted: Reserve, number: int) -> Room:
        def ask() -> Room:
            with open_session(self._engine) as session:
                return reserve(session, run_id=self._run.run_id, wanted=wanted, number=number)

        return patiently(ask, tell=self._watcher.message)


def _answer(job: Job, standing: Standing) -> None:
    """Say what becomes of a job whose article is not in our hands."""
    match standing:
        case Standing.DONE | Standing.SET_ASIDE | Standing.COPY | Standing.IN_BATCH:
            job.finish()
        case Standing.SUSPECTED:
            job.put_back(PutBack(alone=True))
        case Standing.ELSEWHERE | Standing.WAITING:
            job.put_back(PutBack(in_s=ELSEWHERE_S))
        case _:
            assert_never(standing)
