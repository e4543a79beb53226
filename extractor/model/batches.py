"""Batches at a provider that speaks OpenAI's Batch API: submitted, looked at, read.

A batch is a file of requests, one JSON object a line, each with a ``custom_id`` (here the hash of the
request) that comes back with its answer. Answers are in one file and failures in another, in any order.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random_exponential

from extractor.errors import Fault, FaultScope, ModelError, ModelUnavailable
from extractor.model.asking import Model, kept_reply, usage_of
from extractor.model.deferral import PutOff
from extractor.model.wire import Batch, Wire, read_completion
from extractor.prices import Price
from extractor.provider_batch import AnswerState, Unanswered
from extractor.schema import KeptReply, Value

ENDPOINT: Literal["/v1/chat/completions"] = "/v1/chat/completions"
MOST_QUESTIONS = 50_000
"""In one batch, at OpenAI."""
MOST_BYTES = 190_000_000
"""Of one file; OpenAI takes 200 MB."""
UPLOAD_TIMEOUT_S = 1800.0
LOOKED_THROUGH = 500
"""The latest batches among which one of ours is looked for by its token."""

ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
FULL = "token_limit_exceeded"
"""What the provider calls a batch that does not fit into its queue beside the others."""


class View(Value):
    """What a provider says about a batch."""

    provider_id: str
    status: str
    n_done: int
    n_questions: int
    output_file_id: str | None
    error_file_id: str | None
    code: str
    """The first error of the batch as a whole; empty without one."""
    reason: str

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing more will come of it."""
        return self.status in ENDED


class _Error(BaseModel):
    code: str | None = None
    message: str | None = None
    param: str | None = None
    type: str | None = None


class _Response(BaseModel):
    status_code: int
    body: Any = None


class _Line(BaseModel):
    custom_id: str
    response: _Response | None = None
    error: _Error | None = None


class Batches:
    """The batches of one model's endpoint."""

    def __init__(self, model: Model, price: Price | None) -> None:
        """Take the model whose connections are used, and what its answers cost in a batch."""
        self._model = model
        self._wire: Wire = model.wire
        self._price = price

    async def submit(self, path: Path, token: str) -> View:
        """Upload a file of questions and make a batch of it.

        Args:
            path: One line a question, see `line`.
            token: A name of ours, by which `find` knows it.

        Raises:
            ModelError: The provider refused.
        """
        async for attempt in self._patiently():
            with attempt, path.open("rb") as file, self._translated():
                uploaded = await self._wire.client.files.create(
                    file=(f"{token}.jsonl", file, "application/jsonl"), purpose="batch", timeout=UPLOAD_TIMEOUT_S
                )
        async for attempt in self._patiently():
            with attempt:
                # A create whose answer got lost has been done all the same.
                if attempt.retry_state.attempt_number > 1 and (made := await self.find(token)):
                    return made
                with self._translated():
                    created = await self._wire.client.batches.create(
                        input_file_id=uploaded.id,
                        endpoint=ENDPOINT,
                        completion_window="24h",
                        metadata={"claimdesk": token},
                    )
                return _view(created)
        raise AssertionError("the last try returns or raises")

    async def find(self, token: str) -> View | None:
        """Look for a batch of ours among the latest; None when the provider does not have it.

        Raises:
            ModelError: The provider does not say.
        """
        n_seen = 0
        with self._translated():
            async for batch in self._wire.client.batches.list(limit=100):
                if (batch.metadata or {}).get("claimdesk") == token:
                    return _view(batch)
                n_seen += 1
                if n_seen >= LOOKED_THROUGH:
                    break
        return None

    async def look(self, provider_id: str) -> View:
        """Ask how far a batch is.

        Raises:
            ModelError: The provider does not say.
        """
        with self._translated(not_there=Fault.BATCH_UNKNOWN):
            return _view(await self._wire.client.batches.retrieve(provider_id))

    async def answers(self, file_id: str) -> AsyncIterator[KeptReply | Unanswered]:
        """Read a file of answers or failures.

        Yields:
            What became of each question that is named in it.

        Raises:
            ModelError: It cannot be read to its end.
        """
        with self._translated(not_there=Fault.BATCH_UNKNOWN):
            files = self._wire.client.files.with_streaming_response
            async with files.content(file_id, timeout=UPLOAD_TIMEOUT_S) as response:
                async for line in _lines(response.iter_bytes()):
                    if (answer := self._read(line)) is not None:
                        yield answer

    def error(self, failure: Unanswered) -> ModelError:
        """Say a failure as the same one is said of a direct call."""
        match failure.state:
            case AnswerState.EXPIRED:
                return self._wire.unavailable(Fault.BATCH_EXPIRED)
            case AnswerState.CANCELLED:
                return self._wire.unavailable(Fault.BATCH_CANCELLED)
            case AnswerState.MISSING:
                return self._wire.unavailable(Fault.BATCH_INCOMPLETE)
            case _:
                if failure.code == Fault.NO_CHOICES:
                    return self._wire.no_choices()
                if failure.code == Fault.GARBLED:
                    return self._wire.unavailable(Fault.GARBLED)
                told = failure.model_dump(include={"code", "message", "param"})
                return self._wire.failure(failure.status_code, told)

    @contextmanager
    def _translated(self, not_there: Fault = Fault.NO_BATCHES) -> Iterator[None]:
        try:
            with self._wire.translated():
                yield
        except ModelUnavailable as exc:
            if exc.fault is Fault.UNKNOWN_MODEL:
                # Nothing here names a model.
                raise self._wire.unavailable(not_there) from exc
            raise

    def _patiently(self) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception(lambda exc: isinstance(exc, ModelError) and exc.fault.scope is FaultScope.MOMENT),
            wait=wait_random_exponential(multiplier=1, max=60),
            stop=stop_after_delay(self._wire.options.patience_s),
            reraise=True,
        )

    def _read(self, line: bytes) -> KeptReply | Unanswered | None:
        """Return None for a line that is no answer to anything."""
        try:
            read = _Line.model_validate_json(line)
        except ValidationError:
            return None
        if read.response is None or read.response.status_code >= 400:
            return self._unanswered(read)
        completion = read_completion(json.dumps(read.response.body))
        if completion is None or not completion.has_choice:
            fault = Fault.GARBLED if completion is None else Fault.NO_CHOICES
            state = AnswerState.FAILED if completion is None else AnswerState.REJECTED
            return Unanswered(request_sha256=read.custom_id, state=state, status_code=200, code=fault)
        return kept_reply(read.custom_id, completion, usage_of(completion, self._price))

    def _unanswered(self, read: _Line) -> Unanswered:
        error, status = read.error or _Error(), None
        if read.response is not None:
            status = read.response.status_code
            body = read.response.body if isinstance(read.response.body, dict) else {}
            error = _Error.model_validate(body.get("error") or {}) if not read.error else read.error
        told = {"status_code": status, "code": error.code or error.type or "", "message": error.message or ""}
        failure = Unanswered(request_sha256=read.custom_id, state=AnswerState.FAILED, param=error.param, **told)
        if status is None and failure.code == "batch_expired":
            return failure.model_copy(update={"state": AnswerState.EXPIRED})
        if status is None and failure.code == "batch_cancelled":
            return failure.model_copy(update={"state": AnswerState.CANCELLED})
        if status is not None and self.error(failure).fault.scope is FaultScope.ARTICLE:
            return failure.model_copy(update={"state": AnswerState.REJECTED})
        return failure


def line(question: PutOff) -> bytes:
    """Return a question's line in the file of a batch."""
    request = {"custom_id": question.request_sha256, "method": "POST", "url": ENDPOINT, "body": question.body}
    return json.dumps(request).encode() + b"\n"


async def _lines(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Cut at line feeds alone: a reply may hold other characters that count as the end of a line elsewhere."""
    rest = b""
    async for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        for one in whole:
            if one.strip():
                yield one
    if rest.strip():
        yield rest


def _view(batch: Batch) -> View:
    errors = (batch.errors.data if batch.errors else None) or []
    counts = batch.request_counts
    return View(
        provider_id=batch.id,
        status=batch.status,
        n_done=counts.completed + counts.failed if counts else 0,
        n_questions=counts.total if counts else 0,
        output_file_id=batch.output_file_id,
        error_file_id=batch.error_file_id,
        code=(errors[0].code or "") if errors else "",
        reason=(errors[0].message or errors[0].code or "") if errors else "",
    )
