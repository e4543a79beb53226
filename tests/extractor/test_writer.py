"""A thread that writes in batches: everything, in order, no more than there is room for, and failures are told."""

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from extractor.writer import Writer


def run(write: Callable[[Sequence[int | None]], None], n: int = 100, capacity: int = 8) -> None:
    async def hand_over() -> None:
        async with Writer(write, capacity=capacity, batch_size=5) as writer:
            for item in range(n):
                await writer.put(item or None)
            await writer.written()

    asyncio.run(hand_over())


def test_everything_is_written_in_order_whatever_it_is() -> None:
    written: list[int | None] = []
    run(written.extend)
    assert written == [None, *range(1, 100)]


def test_what_comes_while_it_writes_goes_in_one_batch() -> None:
    batches: list[list[int | None]] = []
    may_write = threading.Event()

    async def hand_over() -> None:
        def write(items: Sequence[int | None]) -> None:
            may_write.wait()
            batches.append(list(items))

        async with Writer(write, capacity=8, batch_size=5) as writer:
            for item in range(1, 9):
                await writer.put(item)
            ninth = asyncio.create_task(writer.put(9))
            await asyncio.sleep(0)
            assert not ninth.done(), "there is room for eight"
            writer.put_now(10)
            may_write.set()
            await ninth

    asyncio.run(hand_over())
    assert sorted(item or 0 for batch in batches for item in batch) == list(range(1, 11))
    assert len(batches) < 6
    assert max(map(len, batches)) <= 5


def test_what_is_ahead_comes_before_all_that_waits_and_is_told() -> None:
    written: list[int | None] = []
    is_writing, may_write = threading.Event(), threading.Event()

    async def hand_over() -> None:
        def write(items: Sequence[int | None]) -> None:
            is_writing.set()
            may_write.wait()
            written.extend(items)

        async with Writer(write, capacity=8, batch_size=5) as writer:
            writer.put_now(1)
            await asyncio.to_thread(is_writing.wait)
            writer.put_now(2)
            ahead = [writer.put_ahead(item) for item in (3, 4)]
            may_write.set()
            await ahead[1]
            assert written[:3] == [1, 3, 4]
            assert ahead[0].done()
        assert written == [1, 3, 4, 2]

    asyncio.run(hand_over())


def test_a_failure_is_raised_where_the_items_come_from() -> None:
    def write(items: Sequence[int | None]) -> None:
        if 7 in items:
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        run(write)

    async def ahead() -> None:
        async with Writer(write, capacity=8, batch_size=5) as writer:
            await writer.put_ahead(7)

    with pytest.raises(RuntimeError, match="no more"):
        asyncio.run(ahead())
