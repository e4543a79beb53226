"""One run over a backlog in the database: articles are claimed in pages, outcomes written in batches, off the loop."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from extractor.alive import is_dead, this_process
from extractor.batch import Batch, Outcome
from extractor.draw import Draw
from extractor.pipeline import Clock
from extractor.replies import ReplyShelf
from extractor.run_writes import Begun, Ended, GivenBack, Nobody, Over, RunWrites, Settling, Tell, Written
from extractor.schema import Article, Identity, Run, RunSettings, RunState, RunTotals, Usage, Value
from extractor.store import (
    Backlog,
    BacklogCounts,
    BacklogPage,
    Claimed,
    Turn,
    add_to_run,
    claim_alone,
    claim_articles,
    claim_backlog,
    count_backlog,
    dissolve_unsent,
    end_dead_runs,
    end_run,
    get_run,
    open_session,
    patiently,
    set_deadly_aside,
    start_run,
    take_up_again,
    take_up_lost,
)
from extractor.writer import Writer

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

T = TypeVar("T")

DEAD_AFTER_S = 60.0
"""A run on another machine that has given no sign of life for so long is taken for dead."""

BEATS = 6
"""A run gives so many signs of life, at least, in the time after which it would be taken for dead."""

MOST_AHEAD = 64
"""Articles claimed at once, at most; twice as many may wait to be begun."""

BATCH_SIZE = 64
"""Articles written in one transaction, at most."""


class RunRequest(Value):
    """What a run is to do."""

    identity: Identity
    settings: RunSettings
    only: tuple[str, ...] | None = None
    """Hashes of the only articles meant; all when None."""
    with_copies: bool = False
    """Near copies that say nothing new are meant too."""
    retry_failed: bool = False
    """Take up the articles again that were set aside."""
    retry_lost: bool = False
    """Ask again about pieces that were refused, cut off or answered in an unusable way."""
    part_of: int | None = None
    """The queued run that this is a worker's part of."""
    dead_after_s: float = DEAD_AFTER_S
    """How long other runs may be silent before they are taken for dead; sets how often this one speaks up."""
    born_at: datetime | None = None
    """When this process began, if it may have other runs that are alive."""


class OpenRun:
    """A run in the database from its begin to its end; the desk of a `Batch`, and an async context manager."""

    def __init__(
        self,
        engine: "Engine",
        request: RunRequest,
        *,
        clock: Clock,
        tell: Tell = lambda message: None,
        watch: Callable[[Outcome], None] = lambda outcome: None,
        replies: ReplyShelf | None = None,
    ) -> None:
        """Take what the run needs.

        Args:
            engine: Of the database.
            request: What to do.
            clock: Gives the time now.
            tell: Told, in a sentence, what a person should know.
            watch: Told every outcome.
            replies: Where the extractor's model keeps what it is told, and books what it spends.
        """
        self._replies = replies
        self._engine = engine
        self._request = request
        self._clock = clock
        self._tell = tell
        self._watch = watch
        self._settling: Settling = Nobody()
        self._give_up = threading.Event()
        self._backlog = Backlog(
            identity=request.identity,
            only=request.only,
            with_copies=request.with_copies,
            max_tries=request.settings.max_tries,
        )
        self._beating: asyncio.Task[None] | None = None
        self._writes: RunWrites | None = None
        self._writer: Writer[Written] | None = None
        self.totals = RunTotals()
        """Of what has ended so far, written or about to be."""

    @property
    def run_id(self) -> int:
        """The run's number in the database."""
        return self._backlog.run_id

    async def __aenter__(self) -> Self:
        """Enter the run, and take over what dead ones had in hand.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """
        await self._in_thread(self._begin)
        concurrency = self._request.settings.concurrency
        self._writes = RunWrites(self._engine, self._backlog, self._settling, clock=self._clock, tell=self._tell)
        self._writer = Writer(self._writes.write, capacity=max(2 * concurrency, 16), batch_size=BATCH_SIZE)
        await self._writer.__aenter__()
        if self._replies is not None:
            self._replies.write_by(self._writer.put_ahead)
        self._beating = asyncio.create_task(self._beat(self._writer))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left.

        Raises:
            StoreError: The database refused, or did not come back in time; what could not be written is pending.
        """
        if self._beating is not None:
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating
        if self._writer is not None:
            if self._replies is not None:
                self.book(rest := self._replies.take_spent())
                self._writer.put_now(rest)
            await self._writer.__aexit__(kind, exc, trace)

    def settle_with(self, settling: Settling) -> None:
        """Say who put the articles into the run's hands; before it is entered."""
        self._settling = settling

    def draw(self, turn: Turn, *, page: int) -> Draw:
        """Return the articles whose turn it is one by one, claimed and begun; so many are claimed at once."""
        return Draw(self, turn, page=page)

    async def transact(self, work: "Callable[[Session], T]") -> T:
        """Do a transaction off the loop, again where the database is away for a while.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """

        def transaction() -> T:
            with open_session(self._engine) as session:
                return work(session)

        return await self._in_thread(transaction)

    def lose_patience(self) -> None:
        """Wait for the database no longer."""
        self._give_up.set()
        if self._writes is not None:
            self._writes.lose_patience()

    async def counts(self) -> BacklogCounts:
        """Count what there is to do."""

        def count() -> BacklogCounts:
            with open_session(self._engine, reading=True) as session:
                return count_backlog(session, backlog=self._backlog)

        return await self._in_thread(count)

    async def work(self, batch: Batch) -> None:
        """Work the backlog off: last, and alone, those articles over which runs have died.

        Raises:
            ModelUnavailable: The endpoint cannot be used.
            StoreError: The database refused, or did not come back in time.
        """
        concurrency = self._request.settings.concurrency
        for turn in Turn:
            if not batch.is_stopping:
                async with self.draw(turn, page=min(concurrency, MOST_AHEAD)) as draw:
                    await batch.work(draw, concurrency=1 if turn is Turn.ALONE else concurrency)

    async def end(self, state: RunState, reason: str = "") -> Run:
        """Enter how the run ended, after everything is written, and return it.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """

        def enter() -> Run:
            with open_session(self._engine) as session:
                end_run(session, run_id=self.run_id, state=state, reason=reason, now=self._clock())
                return get_run(session, run_id=self.run_id)

        return await self._in_thread(enter)

    async def claim(self, after: int, limit: int, turn: Turn) -> BacklogPage:
        """Claim the next articles, for the run's own draw."""
        return await self.transact(
            lambda session: claim_backlog(session, backlog=self._backlog, after=after, limit=limit, turn=turn)
        )

    async def claim_alone(self, tried: set[str]) -> Article | None:
        """Claim an article that is to be done alone, for the run's own draw."""
        return await self.transact(lambda session: claim_alone(session, backlog=self._backlog, tried=tried))

    async def claim_these(self, sha256s: Sequence[str], *, alone: bool) -> Claimed:
        """Claim some articles by name.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """

        def claim(session: "Session") -> Claimed:
            if alone:
                self._set_deadly_aside(session)
            return claim_articles(session, backlog=self._backlog, sha256s=sha256s, alone=alone)

        return await self.transact(claim)

    async def begin(self, article: Article) -> Article:
        """Mark an article as begun, and return it; when it could not be marked, it is given back.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """
        try:
            await self._opened().put_ahead(Begun(article_sha256=article.sha256))
        except BaseException:
            self.give_back(article)
            raise
        return article

    def is_over(self, article_sha256: str) -> None:
        """Hear that all is done about an article but the writing."""
        self._opened().put_ahead(Over(article_sha256=article_sha256))

    async def finish(self, outcome: Outcome) -> None:
        """Hand an outcome to the writer."""
        usage = outcome.usage
        if self._replies is not None:
            # Calls that came to nothing, or for an article that failed, have cost something too.
            usage = self._replies.take_spent() + Usage(reused=outcome.usage.reused)
        ended = Ended(outcome=outcome, usage=usage)
        self.totals += ended.gains
        self._watch(outcome)
        self.is_over(outcome.article_sha256)
        writer = self._opened()
        try:
            await writer.put(ended)
        except asyncio.CancelledError:
            # It is paid for, so it is written, however urgent the end is.
            writer.put_now(ended)
            raise

    def give_back(self, article: Article) -> None:
        """Take back an article that was not tried, or broken off; what was spent on it is written before."""
        if self._replies is not None and (spent := self._replies.take_spent()).calls:
            self.book(spent)
            self._opened().put_now(spent)
        self._opened().put_now(GivenBack(article_sha256=article.sha256))

    def _opened(self) -> Writer[Written]:
        if self._writer is None:
            raise RuntimeError("the run is not open; enter it first")
        return self._writer

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.to_thread(patiently, work, tell=self._tell, give_up=self._give_up)

    def _begin(self) -> None:
        holder, now = this_process(), self._clock()
        request = self._request
        with open_session(self._engine) as session:
            born_at = request.born_at or now
            end_dead_runs(session, is_dead=lambda run: is_dead(run, now, born_at, request.dead_after_s), now=now)
            dissolve_unsent(session)
            if request.retry_failed:
                take_up_again(session, backlog=self._backlog)
            if request.retry_lost:
                take_up_lost(session, backlog=self._backlog)
            n_deadly = self._set_deadly_aside(session)
            run_id = start_run(
                session,
                identity=request.identity,
                settings=request.settings,
                holder=holder,
                now=now,
                part_of=request.part_of,
            )
            gains = RunTotals(n_set_aside=n_deadly)
            add_to_run(session, run_id=run_id, totals=gains, now=now)
        self._backlog = self._backlog.model_copy(update={"run_id": run_id})
        self.totals = gains

    def _set_deadly_aside(self, session: "Session") -> int:
        identity, max_tries = self._backlog.identity, self._backlog.max_tries
        return set_deadly_aside(session, identity=identity, max_tries=max_tries, now=self._clock())

    def book(self, usage: Usage) -> None:
        """Count what was spent, beside the outcomes; it is in the database, or on its way."""
        self.totals += RunTotals(usage=usage)

    async def _beat(self, writer: Writer[Written]) -> None:
        while True:
            await asyncio.sleep(self._request.dead_after_s / BEATS)
            spent = self._replies.take_spent() if self._replies else Usage()
            self.book(spent)
            await writer.put(spent)
