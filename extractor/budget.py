"""Limits of money and tokens: work is begun only while what is in flight will stay within them."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

from extractor.pipeline import Estimate, Question, estimate
from extractor.prices import Price
from extractor.schema import Usage, Value

MARGIN = 1.25
"""An article may cost so much more than the dearest one so far did, measured by what was guessed for each."""


class Limits(Value):
    """What a run may use; None is without limit."""

    max_cost_usd: float | None = None
    max_tokens: int | None = None
    """Of questions and answers together."""
    price: Price | None = None
    """Must be known where `max_cost_usd` is set."""


class Purse(Protocol):
    """Knows what calls have cost, and which need not be made."""

    @property
    def spent(self) -> Usage:
        """What all calls so far have cost, whatever became of them."""
        ...

    async def kept_among(self, request_sha256s: Iterable[str]) -> set[str]:
        """Return those requests of which the reply is kept."""
        ...


class Allowance(Protocol):
    """Lets articles begin while there is room for them."""

    @property
    def is_limited(self) -> bool:
        """Tell whether there is anything to keep to."""
        ...

    async def admit(self, article_sha256: str, questions: Sequence[Question]) -> bool:
        """Reserve room for an article; False when there is none and none will come."""
        ...

    async def settle(self, article_sha256: str, usage: Usage) -> None:
        """Hear what an article really used."""
        ...


class Budget:
    """What is spent and what is reserved for the articles in flight.

    An article is guessed to use its estimate times the largest factor by which one was underestimated so
    far, and a margin. What is in flight has that reserved until it has ended; then the real usage counts.
    """

    def __init__(self, limits: Limits, purse: Purse | None = None) -> None:
        """Take the limits, and who knows what is spent; without him the usage of ended articles counts."""
        self._limits = limits
        self._purse = purse
        self._settled_usage = Usage()
        self._reserved: dict[str, Estimate] = {}
        self._factor = 1.0
        self._is_first = True
        self._settled = asyncio.Condition()

    @property
    def is_limited(self) -> bool:
        """Tell whether there is anything to keep to."""
        return self._limits.max_cost_usd is not None or self._limits.max_tokens is not None

    async def admit(self, article_sha256: str, questions: Sequence[Question]) -> bool:
        """Reserve room for an article; wait for others in flight to end where that may make room.

        Returns:
            False when there is no room for it and nothing in flight that could give any back.
        """
        requests = [question.request_sha256 for question in questions if question.request_sha256]
        kept = await self._purse.kept_among(requests) if self._purse else set()
        guess = estimate(questions, kept)
        async with self._settled:
            while not self._has_room(guess):
                if not self._reserved:
                    return False
                await self._settled.wait()
            self._reserved[article_sha256] = guess
            return True

    def reserve(self, key: str, guess: Estimate, *, anyway: bool = False, price: Price | None = None) -> bool:
        """Reserve more for something that takes long, such as a batch, without waiting for others.

        Args:
            key: What it is for; `settle` ends it.
            guess: What is added to it.
            anyway: It is under way already, whether there is room or not.
            price: Of this, where it is not the one of the limits.

        Returns:
            False when there is no room for it.
        """
        if not (anyway or self._has_room(guess, price)):
            return False
        self._reserved[key] = self._reserved.get(key, Estimate()) + guess
        return True

    async def settle(self, key: str, usage: Usage) -> None:
        """Book what an article or batch really used in place of what was reserved for it."""
        async with self._settled:
            guess = self._reserved.pop(key, Estimate())
            self._settled_usage += usage
            guessed = guess.prompt_tokens + guess.output_tokens
            if guessed and usage.calls:
                used = (usage.prompt_tokens + usage.output_tokens) / guessed
                # The first real figure replaces the guess, be it more or less; then the dearest counts.
                self._factor = used if self._is_first else max(self._factor, used)
                self._is_first = False
            self._settled.notify_all()

    def _has_room(self, guess: Estimate, price: Price | None = None) -> bool:
        limits, factor = self._limits, self._factor * MARGIN
        used = self._purse.spent if self._purse else self._settled_usage
        in_flight = sum(self._reserved.values(), Estimate())
        with_it = in_flight + guess
        tokens = factor * (with_it.prompt_tokens + with_it.output_tokens)
        if limits.max_tokens is not None:
            if used.prompt_tokens + used.output_tokens + tokens > limits.max_tokens:
                return False
        if limits.max_cost_usd is not None and limits.price is not None:
            reserved = cost_usd(limits.price, in_flight) + cost_usd(price or limits.price, guess)
            return self._cost_usd(used) + factor * reserved <= limits.max_cost_usd
        return True

    def _cost_usd(self, usage: Usage) -> float:
        if usage.cost_usd is not None or self._limits.price is None:
            return usage.cost_usd or 0.0
        used = Estimate(prompt_tokens=usage.prompt_tokens, output_tokens=usage.output_tokens)
        return cost_usd(self._limits.price, used)


def cost_usd(price: Price, guess: Estimate) -> float:
    """Return what an article will cost in USD, nothing of it read before by the endpoint."""
    return price.of(prompt_tokens=guess.prompt_tokens, cached_prompt_tokens=0, output_tokens=guess.output_tokens)
