"""An endpoint on loopback of whose answers a share is faulty, all kinds mixed, by the throw of seeded dice.

The first stories get one kind of fault each and never anything else, so that every kind is seen to its end. Whatever
is broken holds a claim about `BROKEN` all the same, where it can: it must not be found anywhere afterwards. At the end
the endpoint tells what it gave to each story, in order.
"""

import argparse
import asyncio
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from eval.delayed_endpoint import Connection, Served, ask_told, completion, response, serve, started

BROKEN = "a pump that no article knows"
DRIPS_S = 0.2
"""Between two bytes of a slow drip."""
AWAY = "Retry-After-Ms: 50\r\n"
"""What a limit or an overload asks for."""


class AnswerKind(StrEnum):
    """How a question is answered."""

    GOOD = "good"
    LIMITED = "429"
    FAILED = "500"
    OVERLOADED = "503"
    SILENT = "timeout"
    DROPPED = "dropped connection"
    DRIPPED = "slow drip"
    NO_JSON = "invalid JSON"
    WRONG_SHAPE = "wrong schema"
    CUT_OFF = "truncation"
    REFUSED = "refusal"
    NO_CHOICES = "empty choices"


FAULTS = tuple(kind for kind in AnswerKind if kind is not AnswerKind.GOOD)
STUBBORN = FAULTS
"""The story of number n gets the nth of these, whenever it is asked about."""


class _Faulty(Served):
    """Throws the dice for every question."""

    def __init__(self, content: str, delay_s: float, share: float, seed: int) -> None:
        super().__init__(b"", delay_s)
        self._bodies = _responses(content)
        self._share = share
        self._dice = random.Random(seed)
        self._given: defaultdict[int, list[AnswerKind]] = defaultdict(list)

    @property
    def told(self) -> dict[str, Any]:
        return {"given": self._given}

    def _reply(self, connection: Connection, number: int) -> None:
        kind = self._kind(number)
        self._given[number].append(kind)
        match kind:
            case AnswerKind.SILENT:
                pass
            case AnswerKind.DROPPED:
                connection.drop()
            case AnswerKind.DRIPPED:
                self._drip(connection, memoryview(self._bodies[kind]))
            case _:
                connection.write(self._bodies[kind])

    def _kind(self, number: int) -> AnswerKind:
        if 0 <= number < len(STUBBORN):
            return STUBBORN[number]
        return self._dice.choice(FAULTS) if self._dice.random() < self._share else AnswerKind.GOOD

    def _drip(self, connection: Connection, rest: memoryview) -> None:
        if rest and connection.write(bytes(rest[:1])):
            asyncio.get_running_loop().call_later(DRIPS_S, self._drip, connection, rest[1:])


def _responses(content: str) -> dict[AnswerKind, bytes]:
    claim = json.loads(content)["claims"][0]
    broken = json.dumps({"claims": [{**claim, "claim": f"There is {BROKEN}."}]})
    said = completion(broken)
    (choice,) = said["choices"]
    error = {"error": {"message": broken, "type": "server_error"}}
    bodies: dict[AnswerKind, bytes] = {
        AnswerKind.GOOD: _ok(completion(content)),
        AnswerKind.LIMITED: response(_bytes(error), "429 Too Many Requests", AWAY),
        AnswerKind.FAILED: response(_bytes(error), "500 Internal Server Error"),
        AnswerKind.OVERLOADED: response(_bytes(error), "503 Service Unavailable", AWAY),
        AnswerKind.DRIPPED: _ok(said),
        AnswerKind.NO_JSON: _ok(completion(broken[:-1])),
        AnswerKind.WRONG_SHAPE: _ok(completion(broken.replace('"quotes"', '"words"'))),
        AnswerKind.CUT_OFF: _ok({**said, "choices": [{**choice, "finish_reason": "length"}]}),
        AnswerKind.REFUSED: _ok({**said, "choices": [{**choice, "message": {"content": None, "refusal": broken}}]}),
        AnswerKind.NO_CHOICES: _ok({**said, "choices": []}),
    }
    return bodies


def _ok(body: dict[str, Any]) -> bytes:
    return response(_bytes(body))


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def given(base_url: str) -> dict[int, list[AnswerKind]]:
    """Return how the questions about each story were answered, in order."""
    return {int(number): [AnswerKind(kind) for kind in kinds] for number, kinds in ask_told(base_url)["given"].items()}


@contextmanager
def faulty_endpoint(content: str, *, delay_s: float, share: float, seed: int) -> Iterator[str]:
    """Run the endpoint in a process of its own.

    Args:
        content: What a good answer says; it has at least one claim.
        delay_s: From the whole request to the answer.
        share: Of the answers, faulty, 0 to 1; beside those to the stubborn stories.
        seed: Of the dice.

    Yields:
        Its base URL.
    """
    options = {"content": content, "delay": delay_s, "share": share, "seed": seed}
    with started(__name__, json.dumps(options)) as base_url:
        yield base_url


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("options", type=json.loads)
    told = parser.parse_args().options
    asyncio.run(serve(_Faulty(told["content"], told["delay"], told["share"], told["seed"])))
