"""The articles of a backlog one by one, each claimed, and marked as begun before anything is done about it."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from extractor.batch import Outcome
from extractor.errors import StoreError
from extractor.schema import Article
from extractor.store import BacklogPage, Turn


class Claiming(Protocol):
    """The run whose backlog it is."""

    async def claim(self, after: int, limit: int, turn: Turn) -> BacklogPage:
        """Claim the next articles whose turn it is."""
        ...

    async def claim_alone(self, tried: set[str]) -> Article | None:
        """Claim an article that is to be done alone."""
        ...

    async def begin(self, article: Article) -> Article:
        """Mark an article as begun."""
        ...

    async def finish(self, outcome: Outcome) -> None:
        """Take an outcome."""
        ...

    def give_back(self, article: Article) -> None:
        """Take back an article."""
        ...


class Draw:
    """The articles of a turn, a page claimed ahead; the desk of a `Batch`, and an async context manager."""

    def __init__(self, run: Claiming, turn: Turn, *, page: int) -> None:
        self._run = run
        self._turn = turn
        self._page = page
        self._ready: asyncio.Queue[Article | None] = asyncio.Queue()
        self._runs_low = asyncio.Event()
        self._after: int | None = -1
        self._tried: set[str] = set()
        self._is_closed = False
        self._claiming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to claim."""
        if self._turn is not Turn.ALONE:
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
        """Return the next article, begun; None when there is none left."""
        article = await (self._one() if self._turn is Turn.ALONE else self._claimed())
        return article and await self._run.begin(article)

    async def finish(self, outcome: Outcome) -> None:
        """Pass an outcome on."""
        await self._run.finish(outcome)

    def give_back(self, article: Article) -> None:
        """Pass an article back."""
        self._run.give_back(article)

    async def _claimed(self) -> Article | None:
        article = await self._ready.get()
        if article is None:
            self._ready.put_nowait(None)
            if self._claiming is not None:
                await self._claiming
        elif self._ready.qsize() < self._page:
            self._runs_low.set()
        return article

    async def _one(self) -> Article | None:
        article = await self._run.claim_alone(self._tried)
        if article is not None:
            self._tried.add(article.sha256)
        return article

    async def _claim_ahead(self) -> None:
        try:
            while self._after is not None and not self._is_closed:
                self._runs_low.clear()
                page = await self._run.claim(self._after, self._page, self._turn)
                self._after = page.last
                for article in page.articles:
                    self._ready.put_nowait(article)
                if self._ready.qsize() >= self._page:
                    await self._runs_low.wait()
        finally:
            # For everybody who waits: there is no more.
            self._ready.put_nowait(None)
