"""One question to a model behind an OpenAI-compatible endpoint; the only importer of openai and instructor."""

import json
import logging
import time
from functools import lru_cache
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import httpx2
import instructor
import openai
from instructor.core.exceptions import InstructorRetryException
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, Field, SecretStr, ValidationError

from extractor.errors import (
    ConfigError,
    ModelError,
    ModelOutputInvalid,
    ModelRefused,
    ModelTruncated,
    ModelUnavailable,
)
from extractor.prompting import Message
from extractor.schema import Usage, Value
from extractor.settings import Settings

DEFAULT_BASE_URL = "https://api.openai.com/v1"

_OTHER_WORDS = {"max_tokens": "max_completion_tokens", "temperature": None, "seed": None}
"""What to send instead of a parameter that an endpoint turns down (newer hosted models do); None is nothing."""

T = TypeVar("T", bound=BaseModel)


class ModelOptions(Value):
    """Which model, where, and how to ask it."""

    name: str
    base_url: str = DEFAULT_BASE_URL
    api_key: SecretStr = SecretStr("none")
    """Endpoints without keys ignore it."""
    timeout_s: float = Field(default=120.0, gt=0)
    """Per try, for the whole reply."""
    connect_timeout_s: float = Field(default=10.0, gt=0)
    max_retries: int = Field(default=2, ge=0)
    """Further tries after a lost connection, a 429 or a 5xx."""
    max_reasks: int = Field(default=1, ge=0)
    """Further tries after a reply that does not fit the schema; each sends the whole conversation again."""
    temperature: float | None = 0.0
    """None leaves it to the endpoint."""
    seed: int | None = 0


class Reply(Value, Generic[T]):
    """What a model answered."""

    value: T
    raw_replies: tuple[str, ...]
    """Every reply as it came, in order; the last one gave `value`."""
    usage: Usage
    """Over all tries."""


def endpoint_options(settings: Settings, name: str) -> ModelOptions:
    """Describe the endpoint that the standard variables name.

    Args:
        settings: Holds ``OPENAI_API_KEY`` and ``OPENAI_BASE_URL``.
        name: The endpoint's name for the model.

    Raises:
        ConfigError: Neither variable is set, so nobody knows where the model is.
    """
    if not settings.openai_api_key and not settings.openai_base_url:
        raise ConfigError(
            f"Model {name!r} needs an endpoint: set OPENAI_API_KEY, or OPENAI_BASE_URL for another "
            "OpenAI-compatible server, or use --model local or --model rules."
        )
    return ModelOptions(
        name=name,
        base_url=settings.openai_base_url or DEFAULT_BASE_URL,
        api_key=SecretStr(settings.openai_api_key or "none"),
    )


class _Record:
    """What the tries of one question said and cost, whatever becomes of them."""

    def __init__(self) -> None:
        self.raw_replies: list[str] = []
        self.usage = Usage()

    def add(self, completion: ChatCompletion, seconds: float) -> None:
        # Read before instructor sees the reply: it overwrites usage with the sum over its attempts.
        usage = completion.usage
        self.usage += Usage(
            calls=1,
            prompt_tokens=usage.prompt_tokens if usage else 0,
            output_tokens=usage.completion_tokens if usage else 0,
            seconds=seconds,
        )
        # Some endpoints leave the list out altogether.
        for choice in (completion.choices or [])[:1]:
            self.raw_replies.append(choice.message.content or choice.message.refusal or "")

    def give_to(self, error: ModelError) -> ModelError:
        error.raw_replies, error.usage = tuple(self.raw_replies), self.usage
        return error


class Model:
    """Asks questions whose answers have a given shape; an async context manager that owns its connections."""

    def __init__(self, options: ModelOptions) -> None:
        self.options = options
        self._turned_down: set[str] = set()
        # instructor logs each failure as an error, server's words included; they reach the caller as exceptions.
        logging.getLogger("instructor").setLevel(logging.CRITICAL)
        # The timeout stands on the client: as an argument of a call instructor would stop its re-asks by it.
        self._client = openai.AsyncOpenAI(
            api_key=options.api_key.get_secret_value(),
            base_url=options.base_url,
            timeout=openai.Timeout(options.timeout_s, connect=options.connect_timeout_s),
            max_retries=options.max_retries,
            http_client=openai.DefaultAioHttpClient(event_hooks={"response": [_forbid_vain_retry]}),
        )

    async def __aenter__(self) -> Self:
        """Open nothing yet: connections are made when they are needed."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._client.close()

    async def ask(self, messages: tuple[Message, ...], reply_type: type[T], *, max_output_tokens: int) -> Reply[T]:
        """Ask once and return the answer in the shape of `reply_type`.

        Args:
            messages: The conversation; sent byte for byte as it is.
            reply_type: Its JSON schema goes to the endpoint, and the answer must fit it.
            max_output_tokens: Limit for the answer, over which it counts as truncated.

        Raises:
            ModelUnavailable: The endpoint cannot be used at all.
            ModelRefused: The model declined.
            ModelTruncated: The question or the answer is too long.
            ModelOutputInvalid: No try gave an answer that fits.
            ModelError: The endpoint rejected this request.
        """
        record = _Record()

        async def create(**request: Any) -> ChatCompletion:
            return await self._complete(record, request)

        request: dict[str, Any] = {"model": self.options.name, "max_tokens": max_output_tokens}
        if self.options.temperature is not None:
            request["temperature"] = self.options.temperature
        if self.options.seed is not None:
            request["seed"] = self.options.seed
        # Never with context=: instructor would then run the article's text as a template.
        patched: Any = instructor.patch(create=create, mode=instructor.Mode.JSON_SCHEMA)
        try:
            answer: BaseModel = await patched(
                response_model=_prepared(reply_type),
                messages=[message.model_dump(mode="json") for message in messages],
                max_retries=self.options.max_reasks,
                strict=False,
                **request,
            )
        except InstructorRetryException as exc:
            cause = exc.__cause__
            error = cause if isinstance(cause, ModelError) else self._misfit(cause)
            raise record.give_to(error) from cause
        # A value of the caller's own type: instructor's has the whole response hanging on it.
        value = reply_type.model_validate(answer.model_dump())
        return Reply(value=value, raw_replies=tuple(record.raw_replies), usage=record.usage)

    async def _complete(self, record: _Record, request: dict[str, Any]) -> ChatCompletion:
        """Make one call; every way in which it can fail becomes one of our errors, which instructor lets through."""
        started = time.perf_counter()
        try:
            completion = await self._client.chat.completions.create(**self._worded(request))
        except openai.OpenAIError as exc:
            if self._learns_from(exc):
                return await self._complete(record, request)
            raise self._translate(exc) from exc
        except (json.JSONDecodeError, UnicodeDecodeError) as exc:
            raise self._not_an_endpoint() from exc
        # The SDK passes a body of another type through as it is.
        if not isinstance(completion, ChatCompletion):
            raise self._not_an_endpoint()
        record.add(completion, time.perf_counter() - started)
        return self._usable(completion, request["max_tokens"])

    def _worded(self, request: dict[str, Any]) -> dict[str, Any]:
        """Say the request in parameters that this endpoint takes."""
        renamed = {_OTHER_WORDS[key] if key in self._turned_down else key: value for key, value in request.items()}
        worded = {key: value for key, value in renamed.items() if key is not None}
        # The SDK walks through its own parameters, schemas and examples too, at a millisecond a call; what is extra
        # goes as it is and takes their place.
        extra = {name: worded.pop(name) for name in ("messages", "response_format")}
        return {**worded, "messages": [], "extra_body": extra}

    def _learns_from(self, exc: openai.OpenAIError) -> bool:
        """Tell whether the call failed for a parameter that can be said otherwise, and remember it."""
        parameter = exc.param if isinstance(exc, openai.BadRequestError) else None
        if parameter not in _OTHER_WORDS or parameter in self._turned_down:
            return False
        self._turned_down.add(parameter)
        return True

    def _usable(self, completion: ChatCompletion, max_tokens: int) -> ChatCompletion:
        name = self.options.name
        if not completion.choices:
            raise ModelOutputInvalid(f"Model {name!r} gave a reply without any choice in it; ask again or use another.")
        choice = completion.choices[0]
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise ModelRefused(f"Model {name!r} declined to answer; read the text by hand or use another model.")
        if choice.finish_reason == "length":
            raise ModelTruncated(
                f"The reply of model {name!r} ran into its limit of {max_tokens} tokens; ask for less."
            )
        choice.message.content = _unfenced(choice.message.content or "")
        return completion

    def _misfit(self, cause: BaseException | None) -> ModelError:
        reason = "no JSON"
        if isinstance(cause, ValidationError):
            first = cause.errors(include_url=False, include_input=False)[0]
            reason = f"{'.'.join(map(str, first['loc'])) or 'reply'}: {first['msg']}"
        return ModelOutputInvalid(
            f"The reply of model {self.options.name!r} does not fit the schema ({reason}); use another model."
        )

    def _not_an_endpoint(self) -> ModelUnavailable:
        return ModelUnavailable(
            f"{self.options.base_url} did not answer as an OpenAI-compatible endpoint does; "
            "check OPENAI_BASE_URL (it usually ends in /v1)."
        )

    def _translate(self, exc: openai.OpenAIError) -> ModelError:
        if isinstance(exc, openai.APIResponseValidationError):
            return self._not_an_endpoint()
        if _code(exc) == "insufficient_quota":
            return self._unavailable("has no credit left for this key; add some or use another key")
        if isinstance(exc, openai.APITimeoutError) and not _ran_out_of_time(exc):
            return self._unavailable(_UNAVAILABLE[openai.APIConnectionError])
        for kind, words in _UNAVAILABLE.items():
            if isinstance(exc, kind):
                return self._unavailable(words)
        if isinstance(exc, openai.APIStatusError):
            return self._rejected(exc)
        return self._unavailable(f"cannot be used ({type(exc).__name__}); check its settings")

    def _unavailable(self, words: str) -> ModelUnavailable:
        return ModelUnavailable(f"{self.options.base_url} {words.format(model=self.options.name)}.")

    def _rejected(self, exc: openai.APIStatusError) -> ModelError:
        """Translate a 4xx that is about this request, not about the endpoint."""
        name = self.options.name
        if _code(exc) in ("context_length_exceeded", "exceed_context_size_error"):
            return ModelTruncated(f"The question is longer than model {name!r} can read; ask about a shorter piece.")
        if _code(exc) in ("content_filter", "content_policy_violation"):
            return ModelRefused(f"The endpoint of model {name!r} declined the text; read it by hand.")
        words = exc.message.replace(self.options.api_key.get_secret_value(), "***")[:200]
        return ModelError(f"{self.options.base_url} rejected the request for model {name!r} ({words}); try another.")


_UNAVAILABLE: dict[type[openai.OpenAIError], str] = {
    openai.APITimeoutError: "did not answer in time; try again or use another model",
    openai.APIConnectionError: "cannot be reached; check OPENAI_BASE_URL and the network",
    openai.AuthenticationError: "refuses the key; check OPENAI_API_KEY",
    openai.PermissionDeniedError: "does not allow this key to use model {model!r}; use another key or model",
    openai.NotFoundError: "does not know model {model!r}; check --model and OPENAI_BASE_URL",
    openai.RateLimitError: "is overloaded or limits this key; run the command again later to go on",
    openai.InternalServerError: "failed; run the command again later to go on",
}
"""What makes an endpoint unusable for every article; a timeout is a kind of lost connection, so it comes first."""


@lru_cache(maxsize=64)
def _prepared(reply_type: type[T]) -> type[T]:
    """Wrap a reply type for instructor, which would wrap it and write its JSON schema anew for every call."""
    wrapped = instructor.response_schema(reply_type)
    schema = wrapped.model_json_schema()
    members = {"__module__": wrapped.__module__, "model_json_schema": classmethod(lambda _: schema)}
    metaclass: Any = type(wrapped)
    prepared: type[T] = metaclass(wrapped.__name__, (wrapped,), members)
    return prepared


async def _forbid_vain_retry(response: httpx2.Response) -> None:
    """Mark a 429 for an empty account as final, by the header that the SDK obeys; it would wait and try in vain."""
    if response.status_code == 429 and b"insufficient_quota" in await response.aread():
        response.headers["x-should-retry"] = "false"


def _ran_out_of_time(exc: BaseException) -> bool:
    """Tell a real timeout: the aiohttp transport calls a refused or lost connection one as well."""
    cause: BaseException | None = exc
    while cause is not None:
        if isinstance(cause, TimeoutError):
            return True
        cause = cause.__cause__
    return False


def _code(exc: openai.OpenAIError) -> str:
    """Return what the endpoint calls the error: OpenAI says it in ``code``, llama.cpp in ``type``."""
    for word in (exc.code, exc.type) if isinstance(exc, openai.APIError) else ():
        if isinstance(word, str) and not word.isdigit() and word != "invalid_request_error":
            return word
    return ""


def _unfenced(reply: str) -> str:
    """Take the JSON out of a Markdown code fence, in which some models put it all the same."""
    text = reply.strip()
    if text.startswith("```") and text.endswith("```"):
        return text.strip("`").removeprefix("json").strip()
    return reply
