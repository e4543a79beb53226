"""The limits of a queued run, kept to by all its workers together."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from extractor.budget import MARGIN, Limits, Purse, cost_usd
from extractor.pipeline import Estimate, Question, estimate
from extractor.schema import Usage
from extractor.store import Reserve, Room

LOOK_AGAIN_S = 1.0
"""How soon a worker asks again for room that another one may have given back."""


class SharedBudget:
    """Reserves room in the database for each article before it begins, as `extractor.budget.Budget` does in memory.

    The first article of a worker goes alone: only then is it known how far the estimates are off.
    """

    is_limited = True

    def __init__(self, limits: Limits, purse: Purse, reserve: Callable[[Reserve, int], Room]) -> None:
        self._limits = limits
        self._purse = purse
        self._reserve = reserve
        self._in_flight: dict[str, tuple[Estimate, Reserve]] = {}
        self._factor: float | None = None
        self._settled = asyncio.Event()
        self._n_asked = 0
        self._asking = asyncio.Lock()

    async def admit(self, article_sha256: str, questions: Sequence[Question]) -> bool:
        """Reserve room for an article; wait where others in flight, on any machine, may give some back.

        Returns:
            False when there is no room for it and nothing in flight that could give any back.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """
        requests = [question.request_sha256 for question in questions if question.request_sha256]
        guess = estimate(questions, await self._purse.kept_among(requests))
        while True:
            self._settled.clear()
            if self._factor is not None or not self._in_flight:
                wanted = self._wanted(guess)
                self._in_flight[article_sha256] = (guess, wanted)
                room = await self._ask(wanted)
                if room.is_reserved:
                    return True
                del self._in_flight[article_sha256]
                if not room.may_come:
                    return False
            with suppress(TimeoutError):
                await asyncio.wait_for(self._settled.wait(), LOOK_AGAIN_S)

    async def settle(self, article_sha256: str, usage: Usage) -> None:
        """Learn from what an article really used; its reservation goes when that is written."""
        guess, _ = self._in_flight[article_sha256]
        guessed = guess.prompt_tokens + guess.output_tokens
        if guessed and usage.calls:
            self._factor = max(self._factor or 0.0, (usage.prompt_tokens + usage.output_tokens) / guessed)

    def reserved(self, sha256s: Sequence[str]) -> Reserve:
        """Return what is reserved for some articles."""
        kept = (self._in_flight.get(sha256) for sha256 in sha256s)
        return sum((reserve for _, reserve in filter(None, kept)), Reserve())

    def forget(self, sha256s: Sequence[str]) -> None:
        """Hear that the reservations of some articles are gone."""
        for sha256 in sha256s:
            self._in_flight.pop(sha256, None)
        self._settled.set()

    async def _ask(self, wanted: Reserve) -> Room:
        # One after the other: the database knows by the number what it has granted.
        async with self._asking:
            self._n_asked += 1
            return await asyncio.to_thread(self._reserve, wanted, self._n_asked)

    def _wanted(self, guess: Estimate) -> Reserve:
        factor = (1.0 if self._factor is None else self._factor) * MARGIN
        price = self._limits.price
        usd = 0.0 if price is None else cost_usd(price, guess)
        tokens = guess.prompt_tokens + guess.output_tokens
        return Reserve(usd=factor * usd, tokens=round(factor * tokens))
