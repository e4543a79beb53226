"""A thread that writes: what many tasks hand over goes to the database in batches, and none of them waits for it."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

T = TypeVar("T")


class _Entry(NamedTuple, Generic[T]):
    item: T
    written: "asyncio.Future[None] | None" = None
    """Of what goes ahead."""
    has_room: bool = False


class Writer(Generic[T]):
    """Hands items to `write`, as many at once as have come in the meantime; an async context manager.

    At most `capacity` items wait: with a slow database `put` waits, and with it who would bring more work. What is
    `ahead` comes before all that waits, in batches of its own.
    """

    def __init__(self, write: Callable[[Sequence[T]], None], *, capacity: int, batch_size: int) -> None:
        self._write = write
        self._room = asyncio.Semaphore(capacity)
        self._batch_size = batch_size
        self._ahead: deque[_Entry[T]] = deque()
        self._waiting: deque[_Entry[T]] = deque()
        self._has_come = threading.Condition()
        self._is_ended = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="claimdesk-writer")
        self._failure: BaseException | None = None
        self._n_unwritten = 0
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    async def __aenter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left, and end the thread.

        Raises:
            Exception: What `write` raised.
        """
        with self._has_come:
            self._is_ended = True
            self._has_come.notify()
        # Shielded: what was paid for is written even if somebody loses patience.
        await asyncio.shield(asyncio.to_thread(self._thread.join))
        if exc is None:
            self._raise_failure()

    async def put(self, item: T) -> None:
        """Hand an item over; returns before it is written.

        Raises:
            Exception: What `write` raised at an earlier item.
        """
        await self._room.acquire()
        self._raise_failure()
        self._hand_over(self._waiting, _Entry(item, has_room=True))

    def put_now(self, item: T) -> None:
        """Hand an item over without waiting for room, for use where nothing can wait any longer."""
        self._hand_over(self._waiting, _Entry(item))

    def put_ahead(self, item: T) -> "asyncio.Future[None]":
        """Hand an item over that is to be written before all that waits; what is returned is done when it is."""
        written: asyncio.Future[None] = self._loop.create_future()
        self._hand_over(self._ahead, _Entry(item, written=written))
        return written

    async def written(self) -> None:
        """Wait until everything that was handed over is written.

        Raises:
            Exception: What `write` raised.
        """
        await self._is_idle.wait()
        self._raise_failure()

    def _hand_over(self, lane: "deque[_Entry[T]]", entry: _Entry[T]) -> None:
        self._n_unwritten += 1
        self._is_idle.clear()
        with self._has_come:
            lane.append(entry)
            self._has_come.notify()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        while batch := self._next():
            if self._failure is None:
                try:
                    self._write([entry.item for entry in batch])
                except BaseException as exc:  # noqa: BLE001 - it is raised where the items come from
                    self._failure = exc
            self._loop.call_soon_threadsafe(self._done, batch)

    def _next(self) -> list[_Entry[T]]:
        """Return what is to be written now; nothing when the end has come."""
        with self._has_come:
            while not (self._ahead or self._waiting or self._is_ended):
                self._has_come.wait()
            lane = self._ahead or self._waiting
            return [lane.popleft() for _ in range(min(len(lane), self._batch_size))]

    def _done(self, batch: Sequence[_Entry[T]]) -> None:
        self._n_unwritten -= len(batch)
        if self._n_unwritten == 0:
            self._is_idle.set()
        for entry in batch:
            if entry.has_room:
                self._room.release()
            if entry.written is None or entry.written.done():
                continue
            if self._failure is None:
                entry.written.set_result(None)
            else:
                entry.written.set_exception(self._failure)
                # Nobody need wait for it; the failure is raised elsewhere too.
                entry.written.exception()
