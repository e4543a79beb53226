"""Replies kept in the database, as the models of one process see them; and what all their calls have cost."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from extractor.errors import StoreError
from extractor.schema import KeptReply, Usage
from extractor.store import find_replies, open_session, patiently
from extractor.writer import Writer

if TYPE_CHECKING:
    from sqlalchemy import Engine

LOOKED_UP_AT_ONCE = 500
"""Requests, at most."""


class _Question(NamedTuple):
    request_sha256: str
    answer: "asyncio.Future[KeptReply | None]"


class ReplyShelf:
    """Finds replies in the database and hands new ones to whoever writes; an async context manager.

    A thread looks up, as many requests at once as have come in the meantime. Whoever brings a new reply waits
    until it is written, so that a kill costs no more than what is in flight. Of equal questions in this process
    one is asked and the others wait for its reply; other processes do not have the same article in hand (see
    `extractor.store.backlog`).
    """

    def __init__(self, engine: "Engine", *, tell: Callable[[str], None] = lambda message: None) -> None:
        self._engine = engine
        self._tell = tell
        self._give_up = threading.Event()
        self._lookups: Writer[_Question] | None = None
        self._new: dict[str, KeptReply] = {}
        self._asked: dict[str, asyncio.Event] = {}
        self._write: Callable[[KeptReply], Awaitable[None]] | None = None
        self._untold = Usage()
        self.spent = Usage()
        """What all calls so far have cost, whatever became of them."""

    async def __aenter__(self) -> Self:
        """Begin to look up."""
        self._lookups = Writer(self._look_up, capacity=4 * LOOKED_UP_AT_ONCE, batch_size=LOOKED_UP_AT_ONCE)
        await self._lookups.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Look up no more."""
        self._give_up.set()
        if self._lookups is not None:
            await self._lookups.__aexit__(kind, exc, trace)

    def write_by(self, write: Callable[[KeptReply], Awaitable[None]]) -> None:
        """Say who writes new replies; what he returns is to be awaited until one is in the database."""
        self._write = write

    @asynccontextmanager
    async def alone(self, request_sha256: str) -> AsyncIterator[None]:
        """Hold everybody else off who would ask the same, until the reply is kept."""
        while (other := self._asked.get(request_sha256)) is not None:
            await other.wait()
        mine = self._asked[request_sha256] = asyncio.Event()
        try:
            yield
        finally:
            del self._asked[request_sha256]
            mine.set()

    async def find(self, request_sha256: str) -> KeptReply | None:
        """Return the reply that is kept, if one is.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """
        if reply := self._new.get(request_sha256):
            return reply
        if self._lookups is None:
            raise RuntimeError("the shelf is not open; enter it first")
        question = _Question(request_sha256, asyncio.get_running_loop().create_future())
        await self._lookups.put(question)
        return await question.answer

    async def kept_among(self, request_sha256s: Iterable[str]) -> set[str]:
        """Return those requests of which the reply is kept."""
        found = await asyncio.gather(*(self.find(request) for request in request_sha256s))
        return {reply.request_sha256 for reply in found if reply is not None}

    async def keep(self, reply: KeptReply) -> None:
        """Keep a reply that has just come; it is in the database when this returns.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """
        self._new[reply.request_sha256] = reply
        if self._write is not None:
            await self._write(reply)
            del self._new[reply.request_sha256]

    def spend(self, usage: Usage, *, told: bool = False) -> None:
        """Hear what a call has cost, whatever became of it; `told` when the run has been told already."""
        self.spent += usage
        if not told:
            self._untold += usage

    def take_spent(self) -> Usage:
        """Return what calls have cost since this was last asked."""
        untold, self._untold = self._untold, Usage()
        return untold

    def _look_up(self, questions: Sequence[_Question]) -> None:
        """Answer the questions, by a look into the database or by the reason why there was none."""
        requests = [question.request_sha256 for question in questions]

        def look() -> dict[str, KeptReply]:
            with open_session(self._engine, reading=True) as session:
                return find_replies(session, request_sha256s=requests)

        try:
            found = patiently(look, tell=self._tell, give_up=self._give_up)
        except StoreError as exc:
            questions[0].answer.get_loop().call_soon_threadsafe(_fail, questions, exc)
        else:
            questions[0].answer.get_loop().call_soon_threadsafe(_answer, questions, found)


def _answer(questions: Sequence[_Question], found: dict[str, KeptReply]) -> None:
    for question in questions:
        if not question.answer.done():
            question.answer.set_result(found.get(question.request_sha256))


def _fail(questions: Sequence[_Question], error: StoreError) -> None:
    for question in questions:
        if not question.answer.done():
            question.answer.set_exception(error)
