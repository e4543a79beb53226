"""When the next call may go out: the user's limits, and those that the endpoint turns out to have.

An endpoint limits in two ways, and each is answered in its own terms. A 429 says that requests come too
often: calls are spaced out at a rate a little below what it was seen to take. A 503 says that it has too
much to do at once: the number of calls in flight is halved. Both grow back slowly (additive increase,
multiplicative decrease; Chiu and Jain 1989), so that a limit is found and kept to, and noticed when it is
lifted. A single 429 or 503 slows down only the question it was the answer to. An endpoint that turns calls away
at random, however slow they come, is known by that, and slows nobody down for long.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from aiolimiter import AsyncLimiter

from extractor.errors import Fault
from extractor.model.options import RateLimits
from extractor.waits import used_up_for_s

LOOKED_AT = 40
"""So many answers back are looked at, and ..."""
TOO_MANY = 6
"""... so many 429s among them, or so many 503s, mean the endpoint's limit, and not a passing fault."""
NOISE = 0.3
"""Where no larger share is turned away, and as many at half the pace as before, the pace is not the reason."""
OVER_AFTER = 100
"""So many good answers in a row, and what comes next is new trouble."""

BELOW = 0.9
"""Of the rate seen to be taken; the new rate after a 429."""
GROWTH_PER_S = 0.02
"""Share by which the rate grows in a second without trouble."""
SLOT_GROWTH = 0.125
"""Calls in flight that each good answer adds, after they were halved."""
LEAST_RATE = 1 / 60
"""Requests a second; nobody is left without an answer for ever."""

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
"""Pause of all calls where the endpoint does not say how long it wants one; doubled each time in a row."""

SEEN_FOR_S = 10.0
"""Over so long a time the rate is measured."""


class _Trouble:
    """What is known about one of the two ways to turn calls away."""

    def __init__(self) -> None:
        self.too_many = TOO_MANY
        self._began: tuple[float, float] | None = None

    def is_noise(self, pace: float, share: float) -> bool:
        """Tell whether a slower pace has not helped; then it takes twice as many to be noticed from now on.

        Args:
            pace: Rate or slots in force.
            share: Of the last answers, turned away.
        """
        at, most = self._began or (pace, share)
        began_at, began_with = self._began = at, max(most, share)
        if pace > began_at / 2 or share > NOISE or share < began_with / 3:
            return False
        self.too_many = min(2 * self.too_many, LOOKED_AT - 1)
        self._began = None
        return True

    def ended(self) -> None:
        """Take note that nothing is turned away any more."""
        self._began = None


class Found:
    """What is known of the endpoint's own limits; pure arithmetic over times that the caller gives, in seconds."""

    def __init__(self, max_in_flight: int) -> None:
        self.rate: float | None = None
        """Requests a second; None as long as no limit was met."""
        self.slots = float(max_in_flight)
        """Calls in flight."""
        self.paused_until = 0.0
        self._most_slots = max_in_flight
        self._last: deque[Fault | None] = deque(maxlen=LOOKED_AT)
        self._taken: deque[float] = deque(maxlen=4096)
        self._changed_at = 0.0
        self._began_at = 0.0
        self._next_at = 0.0
        self._n_pauses = self._n_in_a_row = 0
        self._troubles = {Fault.RATE_LIMITED: _Trouble(), Fault.OVERLOADED: _Trouble()}

    def next_turn(self, now: float) -> float:
        """Return when the next call may go out, and count it as gone."""
        turn = max(now, self._next_at, self.paused_until)
        if self.rate is not None:
            self._next_at = turn + 1 / self.rate
        return turn

    def sent(self, now: float) -> None:
        """Take note of a call: it counts as taken until it is turned away, for answers take their time."""
        self._taken.append(now)

    def answered(self, now: float, headers: Mapping[str, str]) -> None:
        """Take note of an answer, and of what its headers say about what is left."""
        self._last.append(None)
        self._n_in_a_row += 1
        if self._n_in_a_row == OVER_AFTER:
            for trouble in self._troubles.values():
                trouble.ended()
        if not any(self._last):
            self._n_pauses = 0
        if self.rate is not None:
            self.rate *= 1 + GROWTH_PER_S / max(self.rate, 1.0)
        self.slots = min(self._most_slots, self.slots + SLOT_GROWTH)
        self.paused_until = max(self.paused_until, now + used_up_for_s(headers))

    def turned_away(self, now: float, sent_at: float, fault: Fault, retry_after_s: float | None) -> None:
        """Take note of a 429 or 503; what was sent before the last change says nothing about the new pace."""
        if sent_at in self._taken:
            self._taken.remove(sent_at)
        if sent_at < self._changed_at:
            return
        self._n_in_a_row = 0
        self._last.append(fault)
        trouble, n = self._troubles[fault], self._last.count(fault)
        if n < trouble.too_many:
            return
        share = n / len(self._last)
        self._last.clear()
        self._changed_at = now
        if fault is Fault.RATE_LIMITED:
            seen = self._seen_rate(now)
            if trouble.is_noise(self.rate or seen, share):
                self.rate = None
                return
            self.rate = max(LEAST_RATE, BELOW * seen)
        else:
            if trouble.is_noise(self.slots, share):
                self.slots = float(self._most_slots)
                return
            self.slots = max(1.0, self.slots / 2)
        pause = min(FIRST_PAUSE_S * 2**self._n_pauses, LONGEST_PAUSE_S) if retry_after_s is None else retry_after_s
        self.paused_until = max(self.paused_until, now + pause)
        self._n_pauses += 1
        self._began_at = self.paused_until

    def _seen_rate(self, now: float) -> float:
        """Calls taken in a second since the last pause, over one to ten seconds; never more than is set."""
        begin = max(self._began_at, now - SEEN_FOR_S, self._taken[0] if self._taken else now)
        n = sum(at >= begin for at in self._taken)
        if self.rate is None:
            return n / max(now - begin, 1.0)
        # Calls are spaced out, so that a part of a second tells as much.
        return min(n / max(now - begin, TOO_MANY / self.rate), self.rate)


class Ticker(Protocol):
    """A clock that can be waited by."""

    def time(self) -> float:
        """Return the time now, in seconds since any moment."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class LoopTicker:
    """The clock of the running event loop."""

    def time(self) -> float:
        """Return the loop's time."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Wait while others go on."""
        await asyncio.sleep(seconds)


class Pace:
    """Lets calls out one by one; every call asks for its turn."""

    def __init__(self, limits: RateLimits, ticker: Ticker) -> None:
        self._ticker = ticker
        self.found = Found(limits.max_in_flight)
        rpm, tpm = limits.requests_per_minute, limits.tokens_per_minute
        # Small buckets: a whole minute's worth in one go would be twice the limit within the first minute.
        self._requests = None if rpm is None else AsyncLimiter(max(1.0, rpm / 60), max(1.0, 60 / rpm))
        self._tokens = None if tpm is None else AsyncLimiter(max(1.0, tpm / 6), 10.0)
        self._owed_tokens = 0.0
        self._usual_output = 0.0
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, prompt_tokens: int) -> AsyncIterator[float]:
        """Wait until a call may go out; it counts as in flight until the block ends.

        Args:
            prompt_tokens: How long the question is, roughly.

        Yields:
            When it went out, by the ticker.
        """
        await self._enter()
        try:
            await self._allowed(prompt_tokens)
            await self._spaced()
            sent_at = self._ticker.time()
            self.found.sent(sent_at)
            yield sent_at
        finally:
            self._in_flight -= 1
            self._wake()

    def answered(self, headers: Mapping[str, str], *, prompt_tokens: int, used_tokens: int, output_tokens: int) -> None:
        """Take note of an answer: what its headers say, and how far the estimate of its tokens was off."""
        self.found.answered(self._ticker.time(), headers)
        self._owed_tokens += used_tokens - (prompt_tokens + self._usual_output)
        self._usual_output += (output_tokens - self._usual_output) / 8
        self._wake()

    def turned_away(self, sent_at: float, fault: Fault, retry_after_s: float | None) -> None:
        """Take note of a 429 or 503 to a call that went out at `sent_at`, by the ticker."""
        self.found.turned_away(self._ticker.time(), sent_at, fault, retry_after_s)

    async def _enter(self) -> None:
        if self._in_flight < int(self.found.slots) and not self._waiting:
            self._in_flight += 1
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._in_flight -= 1
                self._wake()
            raise

    def _wake(self) -> None:
        while self._waiting and self._in_flight < int(self.found.slots):
            place = self._waiting.popleft()
            if not place.done():
                self._in_flight += 1
                place.set_result(None)

    async def _allowed(self, prompt_tokens: int) -> None:
        if self._requests is not None:
            await self._requests.acquire()
        if self._tokens is None:
            return
        wanted = max(0.0, prompt_tokens + self._usual_output + self._owed_tokens)
        self._owed_tokens = 0.0
        while wanted > 0:
            portion = min(wanted, self._tokens.max_rate)
            await self._tokens.acquire(portion)
            wanted -= portion

    async def _spaced(self) -> None:
        time = self._ticker.time
        while (turn := self.found.next_turn(time())) > time():
            await self._ticker.sleep(turn - time())
            # Meanwhile somebody may have been turned away.
            if self.found.paused_until <= time():
                return
