"""One run over a backlog in the database: articles are claimed in pages, outcomes written in batches, off the loop."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from extractor.batch import Batch, Outcome
from extractor.errors import StoreError, StoreUnavailable
from extractor.pipeline import Clock
from extractor.replies import ReplyShelf
from extractor.schema import Article, Failure, Identity, KeptReply, Run, RunSettings, RunState, RunTotals, Usage, Value
from extractor.store import (
    Backlog,
    BacklogCounts,
    BacklogPage,
    Blame,
    Claimed,
    Reserve,
    RunHolder,
    add_to_run,
    claim_articles,
    claim_backlog,
    close_attempts,
    count_backlog,
    dissolve_unsent,
    end_dead_runs,
    end_run,
    get_run,
    give_back,
    open_session,
    patiently,
    record_failure,
    save_extractions,
    save_replies,
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

Tell = Callable[[str], None]


class GivenBack(Value):
    """An article whose claim ends without a try."""

    article_sha256: str


class Ended(Value):
    """An article whose work has ended, well or not."""

    outcome: Outcome
    usage: Usage
    """What the run has spent since the last one ended, on whichever article."""

    @property
    def gains(self) -> RunTotals:
        """What it adds to the run's totals; whether it is set aside is known when it is written."""
        extraction = self.outcome.extraction
        if extraction is None:
            return RunTotals(n_failed=1, usage=self.usage)
        return RunTotals(
            n_done=1,
            n_claims=len(extraction.claims),
            n_lost_pieces=sum(piece.state.is_loss for piece in extraction.pieces),
            n_suspected_misses=len(extraction.suspected_misses),
            usage=self.usage,
        )


class Settled(Value):
    """An article that is off the run's hands, and it is written what became of it."""

    article_sha256: str
    is_given_back: bool = False
    """It was not tried."""
    n_blamed: int = 0
    """How often it has failed by its own fault, where it has just done so and is not set aside for it."""


class Settling(Protocol):
    """Whoever put articles into a run's hands and waits for them."""

    def reserved(self, sha256s: Sequence[str]) -> Reserve:
        """Return what is reserved of the queued run's budget for some articles; asked before `settled`."""
        ...

    def settled(self, articles: Sequence[Settled]) -> None:
        """Hear that it is written what became of some articles; in the thread that writes."""
        ...


class _Nobody:
    """Waits for nothing."""

    def reserved(self, sha256s: Sequence[str]) -> Reserve:
        return Reserve()

    def settled(self, articles: Sequence[Settled]) -> None:
        pass


Written = Ended | GivenBack | KeptReply | Usage
"""What the writer takes; a usage that belongs to no article that has ended is a sign of life too."""


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
        self._settling: Settling = _Nobody()
        self._give_up = threading.Event()
        self._backlog = Backlog(
            identity=request.identity,
            only=request.only,
            with_copies=request.with_copies,
            max_tries=request.settings.max_tries,
        )
        self._beating: asyncio.Task[None] | None = None
        self._writer: Writer[Written] | None = None
        self._n_writes = 0
        self._settled: list[Settled] = []
        """By the last write, which may be in the database although no answer came."""
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
        self._writer = Writer(self._write, capacity=max(2 * concurrency, 16), batch_size=BATCH_SIZE)
        await self._writer.__aenter__()
        if self._replies is not None:
            self._replies.write_by(self._writer.put_now)
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

    def draw(self, *, page: int, alone: bool = False) -> "_Draw":
        """Return the articles of the backlog one by one, claimed; an async context manager.

        Args:
            page: Claimed at once.
            alone: Those over which processes have died, instead of all others.
        """
        return _Draw(self, page=page, alone=alone)

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

    async def counts(self) -> BacklogCounts:
        """Count what there is to do."""

        def count() -> BacklogCounts:
            with open_session(self._engine, reading=True) as session:
                return count_backlog(session, backlog=self._backlog)

        return await self._in_thread(count)

    async def work(self, batch: Batch) -> None:
        """Work the backlog off: first all articles, then alone those over which processes have died.

        Raises:
            ModelUnavailable: The endpoint cannot be used.
            StoreError: The database refused, or did not come back in time.
        """
        concurrency = self._request.settings.concurrency
        async with self.draw(page=min(concurrency, MOST_AHEAD)) as draw:
            await batch.work(draw, concurrency=concurrency)
        if not batch.is_stopping:
            async with self.draw(page=1, alone=True) as draw:
                await batch.work(draw, concurrency=1)

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

    async def claim(self, after: int, limit: int, *, alone: bool) -> BacklogPage:
        """Claim the next articles, for the run's own draw."""

        def claim() -> BacklogPage:
            with open_session(self._engine) as session:
                return claim_backlog(session, backlog=self._backlog, after=after, limit=limit, alone=alone)

        return await self._in_thread(claim)

    async def claim_these(self, sha256s: Sequence[str], *, alone: bool) -> Claimed:
        """Claim some articles by name.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """

        def claim() -> Claimed:
            with open_session(self._engine) as session:
                if alone:
                    set_deadly_aside(session, backlog=self._backlog, now=self._clock())
                return claim_articles(session, backlog=self._backlog, sha256s=sha256s, alone=alone)

        return await self._in_thread(claim)

    async def finish(self, outcome: Outcome) -> None:
        """Hand an outcome to the writer."""
        usage = outcome.usage
        if self._replies is not None:
            # Calls that came to nothing, or for an article that failed, have cost something too.
            usage = self._replies.take_spent() + Usage(reused=outcome.usage.reused)
        ended = Ended(outcome=outcome, usage=usage)
        self.totals += ended.gains
        self._watch(outcome)
        writer = self._opened()
        try:
            await writer.put(ended)
        except asyncio.CancelledError:
            # It is paid for, so it is written, however urgent the end is.
            writer.put_now(ended)
            raise

    async def written(self) -> None:
        """Wait until everything that has ended is in the database."""
        await self._opened().written()

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
            n_deadly = set_deadly_aside(session, backlog=self._backlog, now=now)
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

    def book(self, usage: Usage) -> None:
        """Count what was spent, beside the outcomes; it is in the database, or on its way."""
        self.totals += RunTotals(usage=usage)

    async def _beat(self, writer: Writer[Written]) -> None:
        while True:
            await asyncio.sleep(self._request.dead_after_s / BEATS)
            spent = self._replies.take_spent() if self._replies else Usage()
            self.book(spent)
            await writer.put(spent)

    def _write(self, items: Sequence[Written]) -> None:
        """Write a batch in one transaction; where the database refuses it, each article by itself."""
        try:
            self._write_together(items)
        except StoreUnavailable:
            raise
        except StoreError as exc:
            if len(items) == 1:
                self._write_refused(items[0], exc)
                return
            for item in items:
                self._write([item])

    def _write_refused(self, item: Written, error: StoreError) -> None:
        """Record an extraction that the database does not take as a failure of its article."""
        if not isinstance(item, Ended) or item.outcome.extraction is None:
            raise error
        failed = item.outcome.model_copy(update={"extraction": None, "error": str(error)})
        self._write_together([item.model_copy(update={"outcome": failed})])

    def _write_together(self, items: Sequence[Written]) -> None:
        self._n_writes += 1
        settled = patiently(lambda: self._transaction(items), tell=self._tell, give_up=self._give_up)
        self._settling.settled(settled)

    def _transaction(self, items: Sequence[Written]) -> list[Settled]:
        """Write; where it is done for the second time, since the answer to the first one got lost, change nothing."""
        replies = [item for item in items if isinstance(item, KeptReply)]
        with open_session(self._engine) as session:
            settled, is_first = self._enter(session, items)
            if is_first:
                self._settled = settled
            else:
                session.rollback()
        if self._replies is not None:
            self._replies.written(replies)
        return self._settled

    def _enter(self, session: "Session", items: Sequence[Written]) -> tuple[list[Settled], bool]:
        ended = [item for item in items if isinstance(item, Ended)]
        given_back = [item.article_sha256 for item in items if isinstance(item, GivenBack)]
        replies = [item for item in items if isinstance(item, KeptReply)]
        backlog, now = self._backlog, self._clock()
        totals = sum((RunTotals(usage=item) for item in items if isinstance(item, Usage)), RunTotals())
        blamed: dict[str, int] = {}
        save_replies(session, replies=replies, now=now)
        extractions = [item.outcome.extraction for item in ended if item.outcome.extraction is not None]
        save_extractions(session, extractions=extractions, run_id=backlog.run_id)
        for item in ended:
            totals += item.gains
            if item.outcome.extraction is None:
                failure = self._fail(session, item.outcome, now)
                totals += RunTotals(n_set_aside=int(failure.is_set_aside))
                if not (item.outcome.unavailable or failure.is_set_aside):
                    blamed[item.outcome.article_sha256] = failure.n_failures
        off_hands = [item.outcome.article_sha256 for item in ended]
        close_attempts(session, identity=backlog.identity, sha256s=off_hands)
        if given_back:
            give_back(session, backlog=backlog, sha256s=given_back)
        released = self._settling.reserved(off_hands + given_back)
        is_first = add_to_run(
            session, run_id=backlog.run_id, totals=totals, now=now, released=released, number=self._n_writes
        )
        settled = [
            *(Settled(article_sha256=sha256, n_blamed=blamed.get(sha256, 0)) for sha256 in off_hands),
            *(Settled(article_sha256=sha256, is_given_back=True) for sha256 in given_back),
        ]
        return settled, is_first

    def _fail(self, session: "Session", outcome: Outcome, now: datetime) -> Failure:
        return record_failure(
            session,
            article_sha256=outcome.article_sha256,
            identity=self._backlog.identity,
            error=outcome.error,
            now=now,
            blame=None if outcome.unavailable else Blame(max_tries=self._backlog.max_tries),
        )


class _Draw:
    """The articles of a run one by one, a page claimed ahead; an async context manager."""

    def __init__(self, run: OpenRun, *, page: int, alone: bool = False) -> None:
        self._run = run
        self._page = page
        self._alone = alone
        self._ready: asyncio.Queue[Article | None] = asyncio.Queue()
        self._runs_low = asyncio.Event()
        self._after: int | None = -1
        self._is_closed = False
        self._claiming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if not self._alone:
            self._claiming = asyncio.create_task(self._claim_ahead())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give back what was claimed and not begun; a claim under way is waited for, so that none is forgotten."""
        self._is_closed = True
        self._runs_low.set()
        if self._claiming is not None:
            with suppress(StoreError):
                await self._claiming
        while not self._ready.empty():
            if article := self._ready.get_nowait():
                self._run.give_back(article)

    async def next(self) -> Article | None:
        """Return the next article; None when there is none left."""
        if self._alone:
            # Nothing ahead: an article that only waited must not be counted as begun when the process dies.
            return await self._claim_one()
        article = await self._ready.get()
        if article is None:
            self._ready.put_nowait(None)
            if self._claiming is not None:
                await self._claiming
        elif self._ready.qsize() < self._page:
            self._runs_low.set()
        return article

    async def finish(self, outcome: Outcome) -> None:
        """Pass an outcome on."""
        await self._run.finish(outcome)
        if self._alone:
            # Else the next article's death would look like this one's.
            await self._run.written()

    def give_back(self, article: Article) -> None:
        """Pass an article back."""
        self._run.give_back(article)

    async def _claim_one(self) -> Article | None:
        while self._after is not None:
            page = await self._run.claim(self._after, 1, alone=True)
            self._after = page.last
            if page.articles:
                return page.articles[0]
        return None

    async def _claim_ahead(self) -> None:
        try:
            while self._after is not None and not self._is_closed:
                self._runs_low.clear()
                page = await self._run.claim(self._after, self._page, alone=False)
                self._after = page.last
                for article in page.articles:
                    self._ready.put_nowait(article)
                if self._ready.qsize() >= self._page:
                    await self._runs_low.wait()
        finally:
            # For everybody who waits: there is no more.
            self._ready.put_nowait(None)


def this_process() -> RunHolder:
    """Tell who runs the runs of this process."""
    return RunHolder(host=socket.gethostname(), pid=os.getpid())


def is_dead(run: Run, now: datetime, born_at: datetime, after_s: float | None) -> bool:
    """Judge a run that says it is running: by its last sign of life, and on this machine by its process too.

    Args:
        run: The run.
        now: Aware, as `born_at`.
        born_at: When this process began; a run of its number that began before was another one's.
        after_s: How long a run may be silent; None where silence says nothing.
    """
    if after_s is not None and now - run.seen_at > timedelta(seconds=after_s):
        return True
    here = this_process()
    if run.host != here.host:
        return False
    return run.started_at < born_at if run.pid == here.pid else not _is_running(run.pid)


def _is_running(pid: int) -> bool:
    if os.name != "posix":
        # Elsewhere the question would be a signal.
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
