"""A thread that writes: what many tasks hand over goes to the database in batches, and none of them waits for it."""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class _End:
    """Comes after the last item."""


class Writer(Generic[T]):
    """Hands items to `write`, as many at once as have come in the meantime; an async context manager.

    At most `capacity` items wait: with a slow database `put` waits, and with it who would bring more work.
    """

    def __init__(self, write: Callable[[Sequence[T]], None], *, capacity: int, batch_size: int) -> None:
        self._write = write
        self._room = asyncio.Semaphore(capacity)
        self._batch_size = batch_size
        self._items: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="claimdesk-writer")
        self._failure: BaseException | None = None
        self._n_waiting = self._n_without_room = 0
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
        self._items.put(_End())
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
        self._hand_over(item)

    def put_now(self, item: T) -> None:
        """Hand an item over without waiting for room, for use where nothing can wait any longer."""
        self._n_without_room += 1
        self._hand_over(item)

    async def written(self) -> None:
        """Wait until everything that was handed over is written.

        Raises:
            Exception: What `write` raised.
        """
        await self._is_idle.wait()
        self._raise_failure()

    def _hand_over(self, item: T) -> None:
        self._n_waiting += 1
        self._is_idle.clear()
        self._items.put(item)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        ended = False
        while not ended:
            batch: list[T] = []
            while len(batch) < self._batch_size:
                try:
                    item = self._items.get(block=not batch)
                except queue.Empty:
                    break
                if isinstance(item, _End):
                    ended = True
                    break
                batch.append(item)
            if batch and self._failure is None:
                try:
                    self._write(batch)
                except BaseException as exc:  # noqa: BLE001 - it is raised where the items come from
                    self._failure = exc
            if batch:
                self._loop.call_soon_threadsafe(self._give_room, len(batch))

    def _give_room(self, n: int) -> None:
        self._n_waiting -= n
        if self._n_waiting == 0:
            self._is_idle.set()
        n_without_room = min(n, self._n_without_room)
        self._n_without_room -= n_without_room
        for _ in range(n - n_without_room):
            self._room.release()
