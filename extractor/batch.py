"""Many articles through the pipeline: bounded concurrency, one article's failure is its own."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Protocol

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_delay, wait_exponential

from extractor.budget import Allowance
from extractor.errors import ClaimDeskError, FaultScope, ModelError, ModelUnavailable, StoreError
from extractor.pipeline import Clock, Extractor, extract
from extractor.schema import Article, Extraction, Usage, Value
from extractor.segment import segment

MAX_UNAVAILABLE_IN_A_ROW = 3
"""When so many articles fail for want of the endpoint, one after the other, the others wait for it."""

PATIENCE_S = 900.0
"""How long a run waits for an endpoint that has answered before."""

LONGEST_WAIT_S = 60.0


class Outcome(Value):
    """What became of one article: an extraction, or the reason why there is none."""

    article_sha256: str
    title: str | None = None
    extraction: Extraction | None = None
    error: str = ""
    error_type: str = ""
    """Its kind: a `Fault`, or the name of the exception; it quotes nothing."""
    unavailable: bool = False
    """The endpoint could not be used, so the article is not to blame."""
    is_final: bool = False
    """It cannot be used until a person has changed something, such as the key."""
    usage: Usage = Usage()
    """Of a failure too."""
    seconds: float = 0.0


class Desk(Protocol):
    """Where the articles come from and where the outcomes go; who keeps the backlog decides what that means."""

    async def next(self) -> Article | None:
        """Return the next article, which is claimed for us now; None when there is none left."""
        ...

    async def finish(self, outcome: Outcome) -> None:
        """Take an outcome; the article's claim ends with it."""
        ...

    def give_back(self, article: Article) -> None:
        """Take back an article that was not begun, or broken off through no fault of its own."""
        ...


Observe = Callable[[str], AbstractContextManager[Callable[[Outcome], None]]]
"""Sees one try at an article, by its hash, and is told what came of it."""


def unobserved(article_sha256: str) -> AbstractContextManager[Callable[[Outcome], None]]:
    """See nothing."""
    return nullcontext(lambda outcome: None)


async def work_one(article: Article, extractor: Extractor, clock: Clock) -> Outcome:
    """Do one article; whatever goes wrong with it is in the outcome.

    Raises:
        StoreError: The replies that are kept cannot be read.
    """
    started_at = clock()
    failed = Outcome(article_sha256=article.sha256, title=article.metadata.title)
    try:
        extraction = await extract(article, extractor, clock=clock)
        found = {"extraction": extraction, "usage": extraction.usage, "seconds": extraction.seconds}
        return failed.model_copy(update=found)
    except ModelError as exc:
        unavailable = isinstance(exc, ModelUnavailable)
        is_final = unavailable and exc.fault.scope is FaultScope.RUN
        why = {
            "error": str(exc),
            "error_type": exc.fault.value,
            "unavailable": unavailable,
            "is_final": is_final,
            "usage": exc.usage,
        }
    except StoreError:
        # Where replies are kept is gone; no article is to blame.
        raise
    except ClaimDeskError as exc:
        why = {"error": str(exc), "error_type": type(exc).__name__}
    except Exception as exc:  # noqa: BLE001 - the boundary of one article: the others go on, the reason is kept
        why = {"error": f"a defect in claimdesk: {exc!r}; please report it", "error_type": type(exc).__name__}
    return failed.model_copy(update={**why, "seconds": (clock() - started_at).total_seconds()})


class Stoppable:
    """Work that ends early when somebody says stop, or when whoever answers is lost."""

    def __init__(self) -> None:
        self._stopping = asyncio.Event()
        self._lost: ModelUnavailable | None = None
        self.n_in_flight = 0
        """Articles that are being worked on just now."""
        self.is_out_of_budget = False

    @property
    def is_stopping(self) -> bool:
        """Tell whether nothing more is begun."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Begin nothing more; what is in flight goes on to its end."""
        self._stopping.set()

    async def pause(self, seconds: float) -> None:
        """Wait, but not after somebody has said stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _lose(self, error: ModelUnavailable) -> None:
        """Stop, for want of somebody who answers; the first error counts."""
        self._lost = self._lost or error
        self.stop()


class Batch(Stoppable):
    """Works a backlog off until it ends, the budget does, the endpoint is lost, or somebody says stop."""

    def __init__(
        self,
        extractor: Extractor,
        *,
        clock: Clock,
        budget: Allowance,
        tell: Callable[[str], None] = lambda message: None,
        patience_s: float = PATIENCE_S,
        observe: Observe = unobserved,
    ) -> None:
        super().__init__()
        self._extractor = extractor
        self._clock = clock
        self._budget = budget
        self._tell = tell
        self._patience_s = patience_s
        self._observe = observe
        self._reachable = asyncio.Event()
        self._reachable.set()
        self._n_answered = 0
        self._unavailable_in_a_row = 0

    def stop(self) -> None:
        """Begin no more articles; those in flight go on to their end."""
        super().stop()
        self._reachable.set()

    async def work(self, desk: Desk, *, concurrency: int) -> None:
        """Do what the desk gives until it has no more, or `stop` is called.

        Args:
            desk: Gives articles and takes outcomes.
            concurrency: How many articles are in flight at once, at least 1.

        Raises:
            ModelUnavailable: The endpoint was never reached, or has not come back; what was in flight has ended.
            Exception: What the desk raised.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(concurrency):
                    group.create_task(self._worker(desk))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        if self._lost is not None:
            raise self._lost

    async def _worker(self, desk: Desk) -> None:
        while not self.is_stopping and (article := await desk.next()) is not None:
            try:
                done = await self._admitted(article) and await self._do(article, desk)
            except asyncio.CancelledError:
                desk.give_back(article)
                raise
            if not done:
                desk.give_back(article)

    async def _admitted(self, article: Article) -> bool:
        if self._budget.is_limited:
            questions = self._extractor.questions(article, segment(article))
            if not await self._budget.admit(article.sha256, questions):
                self.is_out_of_budget = True
                self.stop()
            elif self.is_stopping:
                await self._budget.settle(article.sha256, Usage())
        return not self.is_stopping

    async def _do(self, article: Article, desk: Desk) -> bool:
        """Tell whether the article was brought to an end, good or bad."""
        self.n_in_flight += 1
        usage = Usage()
        try:
            outcome = await self._outcome(article)
            usage = outcome.usage
        finally:
            self.n_in_flight -= 1
            if self._budget.is_limited:
                await self._budget.settle(article.sha256, usage)
        if outcome.unavailable and self.is_stopping:
            return False
        await desk.finish(outcome)
        return True

    async def _outcome(self, article: Article) -> Outcome:
        """Do an article, again where only the endpoint was at fault; one of all goes ahead when it is away."""
        n_tries = 0
        while True:
            await self._reachable.wait()
            outcome = await self._try(article)
            if not outcome.unavailable:
                self._unavailable_in_a_row = 0
                self._n_answered += 1
                return outcome
            if outcome.is_final or self._n_answered == 0:
                self._lose(ModelUnavailable(outcome.error))
            if self.is_stopping:
                return outcome
            n_tries += 1
            self._unavailable_in_a_row += 1
            if self._unavailable_in_a_row >= MAX_UNAVAILABLE_IN_A_ROW:
                n_tries = 0
                if self._reachable.is_set():
                    return await self._wait_for_endpoint(article, outcome)
            elif n_tries >= MAX_UNAVAILABLE_IN_A_ROW:
                return outcome

    async def _try(self, article: Article) -> Outcome:
        with self._observe(article.sha256) as told:
            outcome = await work_one(article, self._extractor, self._clock)
            told(outcome)
            return outcome

    async def _wait_for_endpoint(self, article: Article, last: Outcome) -> Outcome:
        """Try one article again and again, with longer and longer pauses, while all others wait."""
        self._reachable.clear()
        self._tell(f"{last.error} Waiting for it, up to {self._patience_s / 60:.0f} minutes.")

        def ends(state: RetryCallState) -> bool:
            return self.is_stopping or stop_after_delay(self._patience_s)(state)

        async def ask() -> Outcome:
            return await self._try(article)

        retrying = AsyncRetrying(
            sleep=self.pause,
            wait=wait_exponential(multiplier=0.5, max=LONGEST_WAIT_S),
            retry=retry_if_result(lambda outcome: outcome.unavailable and not outcome.is_final),
            stop=ends,
            retry_error_callback=_last_result,
        )
        await self.pause(0.5)
        outcome: Outcome = await retrying(ask)
        if outcome.unavailable and not self.is_stopping:
            self._lose(ModelUnavailable(outcome.error))
        else:
            self._unavailable_in_a_row = 0
        self._reachable.set()
        return outcome


async def _last_result(state: RetryCallState) -> Outcome:
    if state.outcome is None:
        raise AssertionError("a try has an outcome")
    outcome: Outcome = state.outcome.result()
    return outcome
