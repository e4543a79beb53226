"""One question to a model, answered in a given shape: tries, re-asks, cost; the only importer of instructor."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

import instructor
from instructor.processing.response import handle_reask_kwargs, handle_response_model
from pydantic import BaseModel, ValidationError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from extractor.errors import Fault, FaultScope, ModelError, ModelOutputInvalid
from extractor.model.deferral import Deferral
from extractor.model.kept import Replies, reask_sha256, request_sha256
from extractor.model.options import ModelOptions
from extractor.model.pace import LoopTicker, Pace, Ticker
from extractor.model.wire import Answer, Completion, UnknownParameter, Wire, as_chat_completion
from extractor.prices import Price, estimate_tokens
from extractor.prompting import Message
from extractor.schema import KeptReply, Usage, Value

_OTHER_WORDS = {"max_tokens": "max_completion_tokens", "temperature": None, "seed": None}
"""What to send instead of a parameter that an endpoint turns down (newer hosted models do); None is nothing."""

_MODE = instructor.Mode.JSON_SCHEMA

_TURNED_AWAY = frozenset({Fault.RATE_LIMITED, Fault.OVERLOADED})
"""Nothing is broken: tried again until the patience for one question is at an end."""

_MOST_TIMES_AWAY = 20
"""An endpoint that turns one question away so often will not take it, however short the waits it asks for."""

_LONGER_EACH_TIME = wait_random_exponential(multiplier=0.5, max=30)

T = TypeVar("T", bound=BaseModel)


class Reply(Value, Generic[T]):
    """What a model answered."""

    value: T
    raw_replies: tuple[str, ...]
    """Every reply as it came, in order; the last one gave `value`."""
    request_sha256s: tuple[str, ...] = ()
    """The request that each of them answers, where replies are kept."""
    usage: Usage
    """Over all tries."""


class Asker(Protocol):
    """Whoever answers questions in a given shape."""

    @property
    def options(self) -> ModelOptions:
        """Which model, where, and how it is asked."""
        ...

    async def ask(self, messages: tuple[Message, ...], reply_type: type[T], *, max_output_tokens: int) -> Reply[T]:
        """Ask once; see `Model.ask`."""
        ...


Observe = Callable[[ModelOptions, int], AbstractContextManager[Callable[[Usage], None]]]
"""Sees a call: whom it goes to and the limit of its answer in tokens; is told what it used, and never what is said."""


def _unobserved(options: ModelOptions, max_output_tokens: int) -> AbstractContextManager[Callable[[Usage], None]]:
    """See nothing."""
    return nullcontext(lambda usage: None)


class _Record:
    """What the tries of one question said and cost, whatever becomes of them."""

    def __init__(self, options: ModelOptions) -> None:
        self.raw_replies: list[str] = []
        self.request_sha256s: list[str] = []
        self.usage = Usage()
        self._price = options.price

    def add(self, completion: Completion, seconds: float) -> Usage:
        """Book a call; returns what it cost."""
        usage = usage_of(completion, self._price, seconds)
        self.usage += usage
        if completion.has_choice:
            self.raw_replies.append(completion.text)
        return usage

    def reuse(self, kept: KeptReply) -> None:
        """Book a reply that was kept: what it cost counts where it is used first."""
        self.raw_replies.append(kept.text)
        self.usage += Usage(reused=1) if kept.is_booked else kept.usage

    def give_to(self, error: ModelError) -> ModelError:
        error.raw_replies, error.usage = tuple(self.raw_replies), self.usage
        error.request_sha256s = tuple(self.request_sha256s)
        return error


class Model:
    """Asks questions whose answers have a given shape; an async context manager that owns its connections.

    Where replies are kept, a question that was answered before is not asked again.
    """

    def __init__(
        self,
        options: ModelOptions,
        *,
        replies: Replies | None = None,
        ticker: Ticker | None = None,
        observe: Observe | None = None,
    ) -> None:
        self.options = options
        self._replies = replies
        self._observe = observe or _unobserved
        self._ticker = ticker or LoopTicker()
        self._turned_down: set[str] = set()
        # instructor logs what it does, server's words included; what matters reaches the caller as exceptions.
        logging.getLogger("instructor").setLevel(logging.CRITICAL)
        self.wire = Wire(options)
        self._deferral: Deferral | None = None
        self._pace = Pace(options.limits, self._ticker)

    async def __aenter__(self) -> Self:
        """Open nothing yet: connections are made when they are needed."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.wire.close()

    @contextmanager
    def deferring(self, deferral: Deferral) -> Iterator[None]:
        """Ask nothing in the block: what is kept is answered, and every other question is put off."""
        self._deferral = deferral
        try:
            yield
        finally:
            self._deferral = None

    async def ask(self, messages: tuple[Message, ...], reply_type: type[T], *, max_output_tokens: int) -> Reply[T]:
        """Ask once and return the answer in the shape of `reply_type`.

        Args:
            messages: The conversation; sent byte for byte as it is.
            reply_type: Its JSON schema goes to the endpoint, and the answer must fit it.
            max_output_tokens: Limit for the answer, over which it counts as truncated.

        Raises:
            ModelUnavailable: The endpoint cannot be used, just now or at all; the fault's scope says which.
            ModelRefused: The model declined.
            ModelTruncated: The question or the answer is too long.
            ModelOutputInvalid: No try gave an answer that fits.
            ModelError: The endpoint rejected this request.
        """
        record = _Record(self.options)
        request = request_of(self.options, messages, reply_type, max_output_tokens)
        asked = request_sha256(self.options, messages, reply_type, max_output_tokens) if self._replies else ""
        for n_left in range(self.options.max_reasks, -1, -1):
            try:
                completion = await self._answer(record, request, asked)
                text = self.wire.check(completion, max_output_tokens)
            except ModelError as exc:
                raise record.give_to(exc) from exc.__cause__
            try:
                value = parse(text, reply_type)
            except ValidationError as exc:
                if n_left == 0:
                    raise record.give_to(misfit(self.options.name, exc)) from exc
                request, asked = (
                    handle_reask_kwargs(request, _MODE, as_chat_completion(text), exc),
                    reask_sha256(asked, text),
                )
                continue
            return Reply(
                value=value,
                raw_replies=tuple(record.raw_replies),
                request_sha256s=tuple(record.request_sha256s),
                usage=record.usage,
            )
        raise AssertionError("the last try returns or raises")

    async def _answer(self, record: _Record, request: dict[str, Any], asked: str) -> Completion:
        """Return the reply that is kept, or call for one and keep it."""
        if self._replies is None:
            return (await self._called(record, request))[0]
        async with self._replies.alone(asked):
            kept = await self._replies.find(asked)
            if kept is not None:
                record.reuse(kept)
                completion = Completion(text=kept.text, refused=kept.refused, cut_off=kept.cut_off)
            elif self._deferral is not None:
                self._deferral.put_off(asked, self._worded(request))
            else:
                completion, usage = await self._called(record, request)
                await self._replies.keep(kept_reply(asked, completion, usage))
            record.request_sha256s.append(asked)
            return completion

    async def _called(self, record: _Record, request: dict[str, Any]) -> tuple[Completion, Usage]:
        """Call until there is an answer; faults of the moment are tried again."""

        def again(exc: BaseException) -> bool:
            return isinstance(exc, ModelError) and (
                exc.fault.scope is FaultScope.MOMENT or exc.fault is Fault.NO_CHOICES or self._learns_from(exc)
            )

        async for attempt in AsyncRetrying(
            sleep=self._ticker.sleep, retry=retry_if_exception(again), wait=_wait, stop=self._gives_up, reraise=True
        ):
            with attempt:
                started = time.perf_counter()
                completion = (await self._call(request)).completion
                usage = record.add(completion, time.perf_counter() - started)
                if self._replies is not None:
                    self._replies.spend(usage)
                if not completion.has_choice:
                    self.wire.check(completion, request["max_tokens"])
                return completion, usage
        raise AssertionError("the last try returns or raises")

    async def _call(self, request: dict[str, Any]) -> Answer:
        """Make one call in its turn."""
        prompt_tokens = estimate_tokens("".join(message["content"] for message in request["messages"]))
        async with self._pace.turn(prompt_tokens) as sent_at:
            try:
                with self._observe(self.options, request["max_tokens"]) as told:
                    answer = await self.wire.complete(self._worded(request))
                    told(usage_of(answer.completion, self.options.price))
            except ModelError as exc:
                if exc.fault in _TURNED_AWAY:
                    self._pace.turned_away(sent_at, exc.fault, exc.retry_after_s)
                raise
        completion = answer.completion
        self._pace.answered(
            answer.headers,
            prompt_tokens=prompt_tokens,
            used_tokens=completion.prompt_tokens + completion.output_tokens,
            output_tokens=completion.output_tokens,
        )
        return answer

    def _gives_up(self, state: RetryCallState) -> bool:
        exc = state.outcome.exception() if state.outcome else None
        if isinstance(exc, UnknownParameter) or not isinstance(exc, ModelError):
            return False
        if exc.fault in _TURNED_AWAY:
            too_long = state.idle_for + state.upcoming_sleep > self.options.patience_s
            return too_long or state.attempt_number >= _MOST_TIMES_AWAY
        if exc.fault is Fault.UNREACHABLE and not self.wire.has_answered:
            return True
        return state.attempt_number > self.options.max_retries

    def _worded(self, request: dict[str, Any]) -> dict[str, Any]:
        """Say the request in parameters that this endpoint takes."""
        if not self._turned_down:
            return request
        renamed = {_OTHER_WORDS[key] if key in self._turned_down else key: value for key, value in request.items()}
        return {key: value for key, value in renamed.items() if key is not None}

    def _learns_from(self, exc: ModelError) -> bool:
        """Tell whether the call failed for a parameter that can be said otherwise, and remember it."""
        if not isinstance(exc, UnknownParameter) or exc.parameter not in _OTHER_WORDS:
            return False
        known = exc.parameter in self._turned_down
        self._turned_down.add(exc.parameter)
        return not known


def _wait(state: RetryCallState) -> float:
    exc = state.outcome.exception() if state.outcome else None
    if isinstance(exc, UnknownParameter):
        return 0.0
    if isinstance(exc, ModelError) and exc.retry_after_s is not None:
        return exc.retry_after_s
    return _LONGER_EACH_TIME(state)


def usage_of(completion: Completion, price: Price | None, seconds: float = 0.0) -> Usage:
    """Say what one call has cost."""
    tokens = {
        "prompt_tokens": completion.prompt_tokens,
        "cached_prompt_tokens": completion.cached_prompt_tokens,
        "output_tokens": completion.output_tokens,
    }
    return Usage(calls=1, seconds=seconds, cost_usd=price.of(**tokens) if price else None, **tokens)


def kept_reply(asked: str, completion: Completion, usage: Usage) -> KeptReply:
    """Make what is kept of a completion."""
    return KeptReply(
        request_sha256=asked,
        text=completion.text,
        refused=completion.refused,
        cut_off=completion.cut_off,
        usage=usage,
    )


def request_of(
    options: ModelOptions, messages: tuple[Message, ...], reply_type: type[BaseModel], max_output_tokens: int
) -> dict[str, Any]:
    """Word a question as the body of a chat completion."""
    request: dict[str, Any] = {
        "model": options.name,
        "messages": [{"role": message.role.value, "content": message.content} for message in messages],
        "max_tokens": max_output_tokens,
        "response_format": _response_format(reply_type),
    }
    if options.temperature is not None:
        request["temperature"] = options.temperature
    if options.seed is not None:
        request["seed"] = options.seed
    return request


@lru_cache(maxsize=64)
def _response_format(reply_type: type[BaseModel]) -> Any:
    """Let instructor word the schema, once for each type: it takes 2 ms."""
    # Never with messages: instructor reads templates and pictures into them.
    return handle_response_model(reply_type, mode=_MODE, messages=[])[1]["response_format"]


def parse(text: str, reply_type: type[T]) -> T:
    """Read an answer.

    Raises:
        ValidationError: It does not fit.
    """
    return reply_type.model_validate_json(_unfenced(text))


def misfit(model: str, cause: ValidationError) -> ModelOutputInvalid:
    """Say why an answer does not fit."""
    first = cause.errors(include_url=False, include_input=False)[0]
    reason = f"{'.'.join(map(str, first['loc'])) or 'reply'}: {first['msg']}"
    return ModelOutputInvalid(f"The reply of model {model!r} does not fit the schema ({reason}); use another model.")


def _unfenced(reply: str) -> str:
    """Take the JSON out of a Markdown code fence, in which some models put it all the same."""
    text = reply.strip()
    if text.startswith("```") and text.endswith("```"):
        return text.strip("`").removeprefix("json").strip()
    return reply
