"""Replies that are kept: what a model asks of whoever keeps them, and by what a request is known again."""

import hashlib
import json
from contextlib import AbstractAsyncContextManager
from functools import lru_cache
from typing import Protocol

from pydantic import BaseModel

from extractor.model.options import ModelOptions
from extractor.prompting import Message
from extractor.schema import KeptReply, Usage


class Replies(Protocol):
    """Keeps replies by the request that they answer."""

    def alone(self, request_sha256: str) -> AbstractAsyncContextManager[None]:
        """Hold everybody else off who would ask the same, until the reply is kept."""
        ...

    async def find(self, request_sha256: str) -> KeptReply | None:
        """Return the reply that is kept, if one is."""
        ...

    async def keep(self, reply: KeptReply) -> None:
        """Keep a reply that has just come; it is safe when this returns."""
        ...

    def spend(self, usage: Usage) -> None:
        """Hear what a call has cost, whatever became of it."""
        ...


def request_sha256(
    options: ModelOptions, messages: tuple[Message, ...], reply_type: type[BaseModel], max_output_tokens: int
) -> str:
    """Return the hash by which a question is known again, 64 hex digits.

    It is over the question as we mean it, not as it is worded for one endpoint: the schema, not
    instructor's words for it; ``max_tokens``, whatever the endpoint calls that.
    """
    asked = {
        "model": options.name,
        "messages": [(message.role.value, message.content) for message in messages],
        "max_output_tokens": max_output_tokens,
        "temperature": options.temperature,
        "seed": options.seed,
        "reply_schema": schema_sha256(reply_type),
    }
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def reask_sha256(asked: str, misfit: str) -> str:
    """Return the hash of the question that tells a model what was wrong with its answer.

    Args:
        asked: Hash of the question that was answered.
        misfit: The answer; with the schema it decides what is said about it.
    """
    return hashlib.sha256(f"{asked}\n{misfit}".encode()).hexdigest()


@lru_cache(maxsize=64)
def schema_sha256(reply_type: type[BaseModel]) -> str:
    """Return the hash of a reply's JSON schema."""
    return hashlib.sha256(json.dumps(reply_type.model_json_schema(), sort_keys=True).encode()).hexdigest()
