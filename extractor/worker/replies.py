"""One model in the process, and for each queued run a shelf of its own that counts what is spent."""

from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar

from extractor.replies import ReplyShelf
from extractor.schema import KeptReply, Usage


class PartReplies:
    """Passes on to the shelf of the part that asks; what a task begins asks for the same part."""

    def __init__(self) -> None:
        self._shelf: ContextVar[ReplyShelf] = ContextVar("shelf")

    def use(self, shelf: ReplyShelf) -> None:
        """Let this task, and all that it begins from now on, use a shelf."""
        self._shelf.set(shelf)

    def alone(self, request_sha256: str) -> AbstractAsyncContextManager[None]:
        """Hold everybody else off who would ask the same, until the reply is kept."""
        return self._shelf.get().alone(request_sha256)

    async def find(self, request_sha256: str) -> KeptReply | None:
        """Return the reply that is kept, if one is."""
        return await self._shelf.get().find(request_sha256)

    async def keep(self, reply: KeptReply) -> None:
        """Keep a reply that has just come; it is in the database when this returns."""
        await self._shelf.get().keep(reply)

    def spend(self, usage: Usage) -> None:
        """Hear what a call has cost, whatever became of it."""
        self._shelf.get().spend(usage)
