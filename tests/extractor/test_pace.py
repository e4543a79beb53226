"""The pace of calls, simulated: no time passes, so nothing depends on the machine."""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from extractor.errors import Fault
from extractor.model.options import RateLimits
from extractor.model.pace import LoopTicker, Pace
from extractor.waits import used_up_for_s


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        self._jumped_s = 0.0
        jumping = selectors.SelectSelector()
        select = jumping.select

        def jump(timeout: float | None = None) -> Any:
            # Never quite still: a limiter that lacks 1e-16 of a request waits for the clock to move.
            self._jumped_s += max(timeout or 0.0, 1e-6)
            return select(0)

        jumping.select = jump  # type: ignore[method-assign]
        super().__init__(jumping)

    def time(self) -> float:
        return self._jumped_s


def simulate(work: Callable[[], Coroutine[Any, Any, None]]) -> float:
    """Run and return how many seconds it would have taken."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(work())
        return runner.get_loop().time()


class Limited:
    """An endpoint that takes so many requests in each second, and turns the others away."""

    def __init__(self, per_second: int, *, fault: Fault = Fault.RATE_LIMITED, at_once: int = 10_000) -> None:
        self.per_second, self.fault, self.at_once = per_second, fault, at_once
        self.taken: dict[int, int] = {}
        self.busy = self.n_turned_away = 0

    async def call(self, latency_s: float) -> bool:
        second = int(asyncio.get_running_loop().time())
        if self.taken.get(second, 0) >= self.per_second or self.busy >= self.at_once:
            self.n_turned_away += 1
            return False
        self.taken[second] = self.taken.get(second, 0) + 1
        self.busy += 1
        await asyncio.sleep(latency_s)
        self.busy -= 1
        return True


async def work_through(pace: Pace, endpoint: Limited, n: int, *, latency_s: float = 0.3) -> None:
    async def one() -> None:
        while True:
            async with pace.turn(100) as sent_at:
                if await endpoint.call(latency_s):
                    pace.answered({}, prompt_tokens=100, used_tokens=120, output_tokens=20)
                    return
                pace.turned_away(sent_at, endpoint.fault, None)
            await asyncio.sleep(0.5)

    await asyncio.gather(*(one() for _ in range(n)))


@pytest.mark.parametrize("per_second", [5, 50])
def test_the_rate_of_an_endpoint_is_found_and_kept_to(per_second: int) -> None:
    endpoint = Limited(per_second)
    n = 200 * per_second
    seconds = simulate(lambda: work_through(Pace(RateLimits(max_in_flight=64), LoopTicker()), endpoint, n))
    assert n / seconds >= 0.75 * per_second
    assert endpoint.n_turned_away <= 64 + 0.05 * n


def test_an_endpoint_that_takes_few_at_once_is_asked_few_at_once() -> None:
    endpoint = Limited(10_000, fault=Fault.OVERLOADED, at_once=16)
    pace = Pace(RateLimits(max_in_flight=256), LoopTicker())
    simulate(lambda: work_through(pace, endpoint, 4000))
    assert pace.found.slots < 40
    assert endpoint.n_turned_away <= 0.15 * 4000


def test_a_few_faults_that_pass_slow_nobody_down() -> None:
    async def work() -> None:
        for n in range(1, 1001):
            async with pace.turn(1) as sent_at:
                if n % 14 == 0:
                    pace.turned_away(sent_at, Fault.OVERLOADED, None)
                else:
                    pace.answered({}, prompt_tokens=1, used_tokens=1, output_tokens=0)

    pace = Pace(RateLimits(max_in_flight=8), LoopTicker())
    assert simulate(work) < 1
    assert (pace.found.rate, pace.found.slots) == (None, 8)


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_faults_that_do_not_hang_on_the_pace_slow_nobody_down_for_long(share: float) -> None:
    """429 and 503, each to half of the share, at random: a slower pace would not help."""
    dice = random.Random(1)
    pace = Pace(RateLimits(max_in_flight=512), LoopTicker())
    left = iter(range(8_000))

    async def worker() -> None:
        for _ in left:
            while True:
                async with pace.turn(100) as sent_at:
                    await asyncio.sleep(0.1)
                    thrown = dice.random()
                    if thrown >= share:
                        pace.answered({}, prompt_tokens=100, used_tokens=120, output_tokens=20)
                        break
                    fault = Fault.RATE_LIMITED if thrown < share / 2 else Fault.OVERLOADED
                    pace.turned_away(sent_at, fault, 0.05)

    async def work() -> None:
        await asyncio.gather(*(worker() for _ in range(48)))

    assert simulate(work) < 3 * (8_000 / 48 * 0.1) * (1 + share)


@pytest.mark.parametrize("rpm", [6, 60, 600])
def test_requests_per_minute_are_never_passed(rpm: int) -> None:
    times: list[float] = []

    async def work() -> None:
        async def one() -> None:
            async with pace.turn(1):
                times.append(asyncio.get_running_loop().time())
                pace.answered({}, prompt_tokens=1, used_tokens=1, output_tokens=0)

        await asyncio.gather(*(one() for _ in range(3 * rpm)))

    pace = Pace(RateLimits(requests_per_minute=rpm), LoopTicker())
    seconds = simulate(work)
    assert seconds == pytest.approx(180, rel=0.1, abs=12)
    assert max(sum(t <= at < t + 60 for at in times) for t in times) <= 1.05 * rpm + 1


def test_tokens_per_minute_count_questions_and_answers() -> None:
    async def work() -> None:
        await asyncio.gather(*(one() for _ in range(100)))

    async def one() -> None:
        async with pace.turn(500):
            pace.answered({}, prompt_tokens=500, used_tokens=1000, output_tokens=500)

    pace = Pace(RateLimits(tokens_per_minute=30_000, max_in_flight=4), LoopTicker())
    # 100 calls of 1,000 tokens at 30,000 a minute.
    assert simulate(work) == pytest.approx(200, rel=0.15)


def test_a_question_longer_than_the_limit_still_has_its_turn() -> None:
    async def work() -> None:
        async with pace.turn(5_000):
            pass

    pace = Pace(RateLimits(tokens_per_minute=600), LoopTicker())
    assert simulate(work) >= 480


def test_who_gives_up_waiting_leaves_the_place_to_others() -> None:
    async def work() -> None:
        pace = Pace(RateLimits(max_in_flight=1), LoopTicker())

        async def one(seconds: float) -> None:
            async with pace.turn(1):
                await asyncio.sleep(seconds)

        first, second, third = (asyncio.create_task(one(s)) for s in (5, 5, 1))
        await asyncio.sleep(1)
        second.cancel()
        await asyncio.gather(first, third)
        assert asyncio.get_running_loop().time() == pytest.approx(6, rel=1e-3)

    simulate(work)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "20s"}, 0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms"}, 0.02),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1.5"}, 1.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "soon"}, 0),
    ],
)
def test_headers_tell_how_long_nothing_is_left(headers: dict[str, str], seconds: float) -> None:
    assert used_up_for_s(headers) == pytest.approx(seconds)


def test_what_the_headers_say_is_obeyed() -> None:
    async def work() -> None:
        async with pace.turn(1):
            used_up = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "30s"}
            pace.answered(used_up, prompt_tokens=1, used_tokens=1, output_tokens=0)
        async with pace.turn(1):
            pass

    pace = Pace(RateLimits(), LoopTicker())
    assert simulate(work) == pytest.approx(30, rel=1e-3)
