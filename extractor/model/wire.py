"""One HTTP call to an OpenAI-compatible endpoint, its errors translated; the only importer of openai."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
import httpx2
import openai
from openai.types import Batch
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from extractor.errors import (
    Fault,
    ModelError,
    ModelOutputInvalid,
    ModelRefused,
    ModelTruncated,
    ModelUnavailable,
)
from extractor.model.options import ModelOptions
from extractor.schema import Value
from extractor.waits import retry_after_s

__all__ = ["Answer", "Batch", "Completion", "UnknownParameter", "Wire", "as_chat_completion", "read_completion"]

CONNECTIONS = httpx2.Limits(max_connections=2048, keepalive_expiry=30.0)
"""More than anybody keeps in flight; without a number aiohttp stops at 100."""


_NO_KEY = ""
"""The SDK draws a random key for every call, though it sends none; the empty one spares the draw."""


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message = _Message()
    finish_reason: str | None = None


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _PromptDetails | None = None


class _Body(BaseModel):
    """As much of a chat completion as we read; servers leave out what they like."""

    choices: list[_Choice] | None
    usage: _Usage | None = None


class Completion(Value):
    """What an endpoint answered, whether it can be used or not."""

    text: str
    """The words of the answer or of the refusal; empty without any choice."""
    refused: bool = False
    cut_off: bool = False
    """It ran into the limit for its length."""
    has_choice: bool = True
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    """Those of the prompt that the endpoint had read before, where it tells."""
    output_tokens: int = 0


class Answer(Value):
    """A completion and what the headers said."""

    completion: Completion
    headers: dict[str, str]
    """Those about limits, names in lower case."""


def read_completion(body: bytes | str) -> Completion | None:
    """Read the body of a chat completion; None when it is something else."""
    try:
        read = _Body.model_validate_json(body)
    except ValidationError:
        return None
    usage = read.usage or _Usage()
    details = usage.prompt_tokens_details or _PromptDetails()
    counts = {
        "prompt_tokens": usage.prompt_tokens,
        "cached_prompt_tokens": min(details.cached_tokens or 0, usage.prompt_tokens),
        "output_tokens": usage.completion_tokens,
    }
    if not read.choices:
        return Completion(text="", has_choice=False, **counts)
    choice = read.choices[0]
    return Completion(
        text=choice.message.content or choice.message.refusal or "",
        refused=bool(choice.message.refusal) or choice.finish_reason == "content_filter",
        cut_off=choice.finish_reason == "length",
        **counts,
    )


def as_chat_completion(text: str) -> ChatCompletion:
    """Dress words up as the reply that instructor reads them from."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    known = {"id": "", "object": "chat.completion", "created": 0, "model": "", "choices": [choice]}
    return ChatCompletion.model_validate(known)


class Wire:
    """The connections to one endpoint; one call is one try, whoever wants more tries again."""

    def __init__(self, options: ModelOptions) -> None:
        self.options = options
        self.has_answered = False
        """At least once, as an endpoint does."""
        self.client = openai.AsyncOpenAI(
            api_key=options.api_key.get_secret_value(),
            base_url=options.base_url,
            timeout=openai.Timeout(options.timeout_s, connect=options.connect_timeout_s),
            max_retries=0,
            http_client=openai.DefaultAioHttpClient(limits=CONNECTIONS),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def complete(self, request: Mapping[str, Any]) -> Answer:
        """Make one call.

        Raises:
            ModelError: It gave nothing that can be read; the kind and its fault say why.
            UnknownParameter: The endpoint turns a parameter down.
        """
        try:
            # The SDK's own timeout is for the time between two bytes; a reply that drips would outlast it.
            async with asyncio.timeout(self.options.timeout_s):
                # Not chat.completions.create: it walks through every message and builds large objects, 3 ms a call.
                response = await self.client.post(
                    "/chat/completions",
                    cast_to=httpx2.Response,
                    content=to_json(request),
                    options={"idempotency_key": _NO_KEY},
                )
        except TimeoutError as exc:
            raise self.unavailable(Fault.TIMED_OUT) from exc
        except openai.OpenAIError as exc:
            raise self.translate(exc) from exc
        completion = read_completion(response.content)
        if completion is None:
            raise self.unavailable(Fault.GARBLED if self.has_answered else Fault.NOT_AN_ENDPOINT)
        self.has_answered = True
        told = {name: value for name, value in response.headers.items() if name.startswith("x-ratelimit")}
        return Answer(completion=completion, headers=told)

    def check(self, completion: Completion, max_tokens: int) -> str:
        """Return the words of a completion that can be used.

        Raises:
            ModelRefused: The model declined.
            ModelTruncated: The answer was cut off.
            ModelOutputInvalid: There is no choice in it.
        """
        name = self.options.name
        if not completion.has_choice:
            raise self.no_choices()
        if completion.refused:
            raise ModelRefused(f"Model {name!r} declined to answer; read the text by hand or use another model.")
        if completion.cut_off:
            raise ModelTruncated(
                f"The reply of model {name!r} ran into its limit of {max_tokens} tokens; ask for less."
            )
        return completion.text

    def no_choices(self) -> ModelOutputInvalid:
        """Say that a reply had no choice in it."""
        name = self.options.name
        words = f"Model {name!r} gave a reply without any choice in it; ask again or use another."
        return ModelOutputInvalid(words, fault=Fault.NO_CHOICES)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Translate what the SDK raises in the block, other than by `complete`."""
        try:
            yield
        except openai.OpenAIError as exc:
            raise self.translate(exc) from exc

    def failure(self, status: int | None, error: Mapping[str, Any]) -> ModelError:
        """Say a failed call that somebody else made for us as the same one is said of a call of ours.

        Args:
            status: Of HTTP; None where the call was not even made.
            error: What the answer called ``error``: code, message, param.
        """
        if status is None:
            return self.unavailable(Fault.SERVER_FAILED)
        request = httpx2.Request("POST", self.options.base_url)
        response = httpx2.Response(status, request=request)
        return self._status(openai.APIStatusError(str(error.get("message", "")), response=response, body=dict(error)))

    def translate(self, exc: openai.OpenAIError) -> ModelError:
        """Say an error of the SDK in our terms."""
        if isinstance(exc, openai.APIStatusError):
            return self._status(exc)
        if isinstance(exc, openai.APITimeoutError) and _ran_out_of_time(exc):
            return self.unavailable(Fault.TIMED_OUT)
        if isinstance(exc, openai.APIConnectionError):
            return self.unavailable(Fault.UNREACHABLE if _never_connected(exc) else Fault.CONNECTION_LOST)
        words = f"cannot be used ({type(exc).__name__}); check its settings"
        return ModelUnavailable(f"{self.options.base_url} {words}.", fault=Fault.NOT_AN_ENDPOINT)

    def _status(self, exc: openai.APIStatusError) -> ModelError:
        code, status = _code(exc), exc.status_code
        if status == 400 and exc.param:
            return UnknownParameter(str(self._rejected(exc)), parameter=exc.param)
        if code in {"insufficient_quota", "billing_hard_limit_reached"} or status == 402:
            return self.unavailable(Fault.NO_CREDIT)
        if fault := _BY_STATUS.get(status):
            return self.unavailable(fault, retry_after_s(exc.response.headers))
        if status >= 500:
            return self.unavailable(Fault.SERVER_FAILED, retry_after_s(exc.response.headers))
        return self._rejected(exc)

    def unavailable(self, fault: Fault, retry_after_s: float | None = None) -> ModelUnavailable:
        """Say why the endpoint cannot be used."""
        words = _UNAVAILABLE[fault].format(model=self.options.name)
        if fault is Fault.KEY_REFUSED and self.has_answered:
            words = "no longer accepts the key, which it did before; set a new OPENAI_API_KEY and run the command again"
        return ModelUnavailable(f"{self.options.base_url} {words}.", fault=fault, retry_after_s=retry_after_s)

    def _rejected(self, exc: openai.APIStatusError) -> ModelError:
        """Translate a 4xx that is about this request, not about the endpoint."""
        name = self.options.name
        if _code(exc) in ("context_length_exceeded", "exceed_context_size_error"):
            return ModelTruncated(f"The question is longer than model {name!r} can read; ask about a shorter piece.")
        if _code(exc) in ("content_filter", "content_policy_violation"):
            return ModelRefused(f"The endpoint of model {name!r} declined the text; read it by hand.")
        words = exc.message.replace(self.options.api_key.get_secret_value(), "***")[:200]
        return ModelError(f"{self.options.base_url} rejected the request for model {name!r} ({words}); try another.")


class UnknownParameter(ModelError):
    """The endpoint turns down a parameter of the request."""

    def __init__(self, message: str, *, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter


_BY_STATUS = {
    401: Fault.KEY_REFUSED,
    403: Fault.FORBIDDEN,
    404: Fault.UNKNOWN_MODEL,
    408: Fault.TIMED_OUT,
    429: Fault.RATE_LIMITED,
    503: Fault.OVERLOADED,
    529: Fault.OVERLOADED,
}

_UNAVAILABLE: dict[Fault, str] = {
    Fault.TIMED_OUT: "did not answer in time; try again or use another model",
    Fault.CONNECTION_LOST: "cannot be reached any more, the connection broke; check the network and run the command "
    "again to go on",
    Fault.UNREACHABLE: "cannot be reached; check OPENAI_BASE_URL and the network",
    Fault.KEY_REFUSED: "refuses the key; check OPENAI_API_KEY",
    Fault.FORBIDDEN: "does not allow this key to use model {model!r}; use another key or model",
    Fault.UNKNOWN_MODEL: "does not know model {model!r}; check --model and OPENAI_BASE_URL",
    Fault.NO_CREDIT: "has no credit left for this key; add some or use another key",
    Fault.RATE_LIMITED: "limits this key to fewer requests than were made; run the command again later to go on",
    Fault.OVERLOADED: "is overloaded; run the command again later to go on",
    Fault.SERVER_FAILED: "failed; run the command again later to go on",
    Fault.NOT_AN_ENDPOINT: "did not answer as an OpenAI-compatible endpoint does; check OPENAI_BASE_URL (it usually "
    "ends in /v1)",
    Fault.BATCH_EXPIRED: "did not answer the question before its batch's time ran out; run the command again, or "
    "without --batch-api",
    Fault.BATCH_CANCELLED: "did not answer the question before its batch was cancelled; run the command again, or "
    "without --batch-api",
    Fault.BATCH_INCOMPLETE: "ended a batch and says nothing of the question; run the command again",
    Fault.BATCH_UNKNOWN: "does not have a batch any more that it took, or not under this key; set the OPENAI_API_KEY "
    "that it was submitted with, or give its answers up by --retry-failed",
    Fault.NO_BATCHES: "has no Batch API; leave out --batch-api",
    Fault.GARBLED: "sent something that is no reply, a page or nothing at all; run the command again later to go on",
}


def _causes(exc: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = exc
    while cause is not None:
        found.append(cause)
        cause = cause.__cause__
    return found


def _ran_out_of_time(exc: BaseException) -> bool:
    """Tell a real timeout: the aiohttp transport calls a refused or lost connection one as well."""
    return any(isinstance(cause, TimeoutError) for cause in _causes(exc))


def _never_connected(exc: BaseException) -> bool:
    return any(isinstance(cause, aiohttp.ClientConnectorError) for cause in _causes(exc))


def _code(exc: openai.OpenAIError) -> str:
    """Return what the endpoint calls the error: OpenAI says it in ``code``, llama.cpp in ``type``."""
    for word in (exc.code, exc.type) if isinstance(exc, openai.APIError) else ():
        if isinstance(word, str) and not word.isdigit() and word != "invalid_request_error":
            return word
    return ""
