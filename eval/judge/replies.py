"""A judge's replies in a file, so that nothing is asked or paid for twice."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import ValidationError

from extractor.errors import EvalError
from extractor.schema import KeptReply, Usage


class FiledReplies:
    """Finds replies by what was asked, and appends new ones to a file of JSON lines."""

    def __init__(self, path: Path) -> None:
        """Read what is there; a line that was cut off when a program was killed is left aside.

        Raises:
            EvalError: the file cannot be read, or its folder not made.
        """
        self._path = path
        self._asked: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._replies: dict[str, KeptReply] = {}
        self.spent = Usage()
        """What calls have cost since."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
        except OSError as exc:
            raise EvalError(f"{path}: replies cannot be kept there ({exc.strerror}); choose another cache") from exc
        for line in lines:
            try:
                reply = KeptReply.model_validate_json(line)
            except ValidationError:
                continue
            self._replies[reply.request_sha256] = reply

    def __contains__(self, request_sha256: str) -> bool:
        return request_sha256 in self._replies

    @asynccontextmanager
    async def alone(self, request_sha256: str) -> AsyncIterator[None]:
        """Hold everybody else off who would ask the same, until the reply is kept."""
        async with self._asked[request_sha256]:
            yield

    async def find(self, request_sha256: str) -> KeptReply | None:
        """Return the reply that is kept, if one is."""
        return self._replies.get(request_sha256)

    async def keep(self, reply: KeptReply) -> None:
        """Keep a reply that has just come."""
        self._replies[reply.request_sha256] = reply
        with self._path.open("a", encoding="utf-8") as file:
            # From a line of its own, whatever an interrupted program has left.
            file.write("\n" * _is_cut_off(self._path) + reply.model_dump_json() + "\n")

    def spend(self, usage: Usage) -> None:
        """Hear what a call has cost, whatever became of it."""
        self.spent += usage


def _is_cut_off(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        if file.tell() == 0:
            return False
        file.seek(-1, 2)
        return file.read(1) != b"\n"
