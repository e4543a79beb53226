"""The real openai and instructor clients against a scripted server on loopback."""

import asyncio
import json
import threading

import pytest
from pydantic import BaseModel, SecretStr

from extractor.errors import (
    ConfigError,
    Fault,
    FaultScope,
    ModelError,
    ModelOutputInvalid,
    ModelRefused,
    ModelTruncated,
    ModelUnavailable,
)
from extractor.model import DEFAULT_BASE_URL, Model, ModelOptions, Reply, endpoint_options
from extractor.prices import Price
from extractor.prompting import Message, Role
from extractor.settings import load_settings, with_rates
from tests.loopback import (
    Answer,
    LoopbackEndpoint,
    Request,
    Script,
    failure,
    free_port_url,
    html,
    no_choices,
    refusal,
    reply,
    truncated,
)

KEY = "sk-very-secret-0123456789"


class Verdict(BaseModel):
    names: list[str]


class Waits:
    """Notes how long the client would have slept, and does not."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def time(self) -> float:
        return sum(self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


def ask(base_url: str, text: str = "Who?", *, waits: Waits | None = None, **options: object) -> Reply[Verdict]:
    async def run() -> Reply[Verdict]:
        settings = {"timeout_s": 5.0, "max_retries": 1, **options}
        asked = ModelOptions(name="m", base_url=base_url, api_key=SecretStr(KEY), **settings)
        async with Model(asked, ticker=waits or Waits()) as model:
            return await model.ask((Message(role=Role.USER, content=text),), Verdict, max_output_tokens=50)

    return asyncio.run(run())


def test_answer_usage_and_raw_reply_come_back() -> None:
    with LoopbackEndpoint([reply({"names": ["Ana"]})]) as endpoint:
        answer = ask(endpoint.base_url)
    assert answer.value == Verdict(names=["Ana"])
    assert answer.raw_replies == ('{"names": ["Ana"]}',)
    assert (answer.usage.calls, answer.usage.prompt_tokens, answer.usage.output_tokens) == (1, 100, 10)
    assert answer.usage.seconds > 0
    assert answer.usage.cost_usd is None


def test_request_carries_schema_limit_seed_and_key() -> None:
    with LoopbackEndpoint([reply({"names": []})]) as endpoint:
        ask(endpoint.base_url)
    [request] = endpoint.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json["response_format"]["json_schema"]["schema"]["required"] == ["names"]
    assert {name: request.json[name] for name in ("model", "max_tokens", "temperature", "seed")} == {
        "model": "m",
        "max_tokens": 50,
        "temperature": 0,
        "seed": 0,
    }


def test_temperature_and_seed_can_be_left_to_the_endpoint() -> None:
    with LoopbackEndpoint([reply({"names": []})]) as endpoint:
        ask(endpoint.base_url, temperature=None, seed=None)
    assert not {"temperature", "seed"} & endpoint.requests[0].json.keys()


def test_parameters_that_a_model_turns_down_are_said_otherwise() -> None:
    def script(request: Request) -> Answer:
        for name in ("max_tokens", "temperature"):
            if name in request.json:
                return failure(400, code="unsupported_parameter", param=name)
        return reply({"names": []})

    with LoopbackEndpoint(script) as endpoint:
        ask(endpoint.base_url)
    assert endpoint.requests[-1].json["max_completion_tokens"] == 50
    assert "seed" in endpoint.requests[-1].json
    assert len(endpoint.requests) == 3


@pytest.mark.parametrize(
    "text",
    [
        "{{ 1+1 }}",
        "{% if %}",
        "{{ article.__class__ }}",
        "</article>",
        "{name} {0} %s ${x}",
        "«да» “quoted” 👍\u200b\u2028",
    ],
)
def test_text_reaches_the_server_unharmed(text: str) -> None:
    with LoopbackEndpoint([reply({"names": []})]) as endpoint:
        ask(endpoint.base_url, text)
    assert endpoint.requests[0].last == text


def test_reply_in_a_code_fence_is_read() -> None:
    with LoopbackEndpoint([reply('```json\n{"names": ["Ana"]}\n```')]) as endpoint:
        assert ask(endpoint.base_url).value.names == ["Ana"]


def test_misfit_is_asked_again_and_both_replies_are_kept() -> None:
    with LoopbackEndpoint([reply({"name": 1}), reply({"names": ["Ana"]})]) as endpoint:
        answer = ask(endpoint.base_url)
    assert answer.value.names == ["Ana"]
    assert answer.raw_replies == ('{"name": 1}', '{"names": ["Ana"]}')
    assert (answer.usage.calls, answer.usage.prompt_tokens) == (2, 200)


GOOD = reply({"names": ["Ana"]})
CUT = Answer(GOOD.body, cut_after=40)


@pytest.mark.parametrize(
    ("answer", "kind", "fault", "words", "n_requests"),
    [
        pytest.param(reply("Sure! Ana."), ModelOutputInvalid, Fault.MISFIT, "does not fit", 2, id="no-json"),
        pytest.param(reply({"name": "Ana"}), ModelOutputInvalid, Fault.MISFIT, "names: Field", 2, id="other-schema"),
        pytest.param(reply(""), ModelOutputInvalid, Fault.MISFIT, "does not fit the schema", 2, id="empty-text"),
        pytest.param(no_choices(), ModelOutputInvalid, Fault.NO_CHOICES, "without any choice", 2, id="no-choices"),
        pytest.param(refusal("I cannot"), ModelRefused, Fault.REFUSED, "declined to answer", 1, id="refusal"),
        pytest.param(
            reply("", finish_reason="content_filter"), ModelRefused, Fault.REFUSED, "declined", 1, id="filter"
        ),
        pytest.param(failure(400, code="content_filter"), ModelRefused, Fault.REFUSED, "declined", 1, id="filter-400"),
        pytest.param(truncated('{"names": ["A'), ModelTruncated, Fault.TRUNCATED, "limit of 50", 1, id="length"),
        pytest.param(
            failure(400, code="context_length_exceeded"), ModelTruncated, Fault.TRUNCATED, "shorter", 1, id="too-long"
        ),
        pytest.param(
            failure(400, code="exceed_context_size_error"), ModelTruncated, Fault.TRUNCATED, "shorter", 1, id="llama"
        ),
        pytest.param(failure(400, message=f"bad {KEY}"), ModelError, Fault.REJECTED, "bad ***", 1, id="rejected"),
        pytest.param(
            failure(401, message=f"wrong {KEY}"), ModelUnavailable, Fault.KEY_REFUSED, "OPENAI_API_KEY", 1, id="key"
        ),
        pytest.param(failure(403), ModelUnavailable, Fault.FORBIDDEN, "does not allow", 1, id="forbidden"),
        pytest.param(failure(404), ModelUnavailable, Fault.UNKNOWN_MODEL, "does not know model 'm'", 1, id="no-model"),
        pytest.param(
            failure(429, code="insufficient_quota", retry_after=1),
            ModelUnavailable,
            Fault.NO_CREDIT,
            "no credit",
            1,
            id="no-quota",
        ),
        pytest.param(failure(429), ModelUnavailable, Fault.RATE_LIMITED, "limits this key", 20, id="limited-for-ever"),
        pytest.param(
            failure(429, retry_after=9999), ModelUnavailable, Fault.RATE_LIMITED, "limits this key", 1, id="too-patient"
        ),
        pytest.param(failure(503), ModelUnavailable, Fault.OVERLOADED, "is overloaded", 20, id="overloaded"),
        pytest.param(failure(500), ModelUnavailable, Fault.SERVER_FAILED, "failed; run", 2, id="server-error"),
        pytest.param(html(502), ModelUnavailable, Fault.SERVER_FAILED, "failed; run", 2, id="html-502"),
        pytest.param(html(), ModelUnavailable, Fault.NOT_AN_ENDPOINT, "OPENAI_BASE_URL", 1, id="html"),
        pytest.param(Answer(b""), ModelUnavailable, Fault.NOT_AN_ENDPOINT, "OPENAI_BASE_URL", 1, id="empty-body"),
        pytest.param(Answer(b"[1]"), ModelUnavailable, Fault.NOT_AN_ENDPOINT, "OPENAI_BASE_URL", 1, id="other-json"),
        pytest.param(
            Answer(b"", cut=True), ModelUnavailable, Fault.CONNECTION_LOST, "cannot be reached", 2, id="cut-before"
        ),
        pytest.param(CUT, ModelUnavailable, Fault.CONNECTION_LOST, "cannot be reached", 2, id="cut-in-the-middle"),
    ],
)
def test_failures_become_ours(
    answer: Answer, kind: type[ModelError], fault: Fault, words: str, n_requests: int
) -> None:
    with LoopbackEndpoint([answer]) as endpoint, pytest.raises(ModelError) as caught:
        ask(endpoint.base_url, patience_s=3000.0)
    assert type(caught.value) is kind
    assert caught.value.fault is fault
    message = str(caught.value)
    assert words in message
    assert message.endswith(".")
    assert KEY not in message
    assert KEY not in repr(caught.value)
    assert len(endpoint.requests) == n_requests


@pytest.mark.parametrize(
    "passing",
    [
        pytest.param(failure(429), id="limited"),
        pytest.param(failure(500), id="server-error"),
        pytest.param(failure(503), id="overloaded"),
        pytest.param(Answer(b"", cut=True), id="cut-before"),
        pytest.param(CUT, id="cut-in-the-middle"),
        pytest.param(no_choices(), id="no-choices"),
        pytest.param(reply("Ana"), id="misfit"),
    ],
)
def test_a_passing_fault_costs_one_more_try(passing: Answer) -> None:
    with LoopbackEndpoint([passing, GOOD]) as endpoint:
        assert ask(endpoint.base_url).value.names == ["Ana"]
    assert len(endpoint.requests) == 2


def ask_twice(script: Script) -> tuple[Reply[Verdict], Reply[Verdict] | ModelError]:
    async def run(base_url: str) -> tuple[Reply[Verdict], Reply[Verdict] | ModelError]:
        question = (Message(role=Role.USER, content="Who?"),)
        async with Model(ModelOptions(name="m", base_url=base_url, max_retries=1), ticker=Waits()) as model:
            first = await model.ask(question, Verdict, max_output_tokens=50)
            try:
                return first, await model.ask(question, Verdict, max_output_tokens=50)
            except ModelError as exc:
                return first, exc

    with LoopbackEndpoint(script) as endpoint:
        return asyncio.run(run(endpoint.base_url))


def test_a_key_that_expires_in_mid_run_says_so() -> None:
    _, second = ask_twice([GOOD, failure(401)])
    assert isinstance(second, ModelUnavailable)
    assert (second.fault, second.fault.scope) == (Fault.KEY_REFUSED, FaultScope.RUN)
    assert "no longer accepts the key" in str(second)


def test_a_page_in_mid_run_is_a_passing_fault() -> None:
    _, second = ask_twice([GOOD, html(), GOOD])
    assert isinstance(second, Reply)
    _, second = ask_twice([GOOD, Answer(b"")])
    assert isinstance(second, ModelUnavailable)
    assert (second.fault, second.fault.scope) == (Fault.GARBLED, FaultScope.MOMENT)


def test_every_fault_has_a_scope() -> None:
    assert {fault.scope for fault in Fault} == set(FaultScope)
    assert {f for f in Fault if f.scope is FaultScope.RUN} == {
        Fault.KEY_REFUSED,
        Fault.FORBIDDEN,
        Fault.NO_CREDIT,
        Fault.UNKNOWN_MODEL,
        Fault.NOT_AN_ENDPOINT,
        Fault.BATCH_UNKNOWN,
        Fault.NO_BATCHES,
    }


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        pytest.param(0.25, 0.25, id="seconds"),
        pytest.param(500, 500, id="more-than-the-SDK-would-wait"),
        pytest.param("Wed, 21 Oct 2099 07:30:00 GMT", 120, id="date"),
    ],
)
def test_retry_after_is_honoured(retry_after: float | str, seconds: float) -> None:
    waits = Waits()
    limited = failure(429, retry_after=retry_after)
    limited.headers["Date"] = "Wed, 21 Oct 2099 07:28:00 GMT"
    with LoopbackEndpoint([limited, GOOD]) as endpoint:
        ask(endpoint.base_url, waits=waits)
    assert waits.seconds == [seconds]


def test_parallel_questions_beyond_a_hundred_do_not_wait_for_each_other() -> None:
    everybody = threading.Barrier(150)

    async def run(base_url: str) -> None:
        async with Model(ModelOptions(name="m", base_url=base_url)) as model:
            questions = (model.ask((), Verdict, max_output_tokens=9) for _ in range(150))
            await asyncio.gather(*questions)

    with LoopbackEndpoint([GOOD], before=lambda: everybody.wait(30)) as endpoint:
        asyncio.run(run(endpoint.base_url))
    assert len(endpoint.requests) == 150


def test_what_the_endpoint_had_read_before_costs_less() -> None:
    price = Price(input=2.0, cached_input=0.5, output=8.0)
    with LoopbackEndpoint([reply({"names": []}, cached_tokens=60)]) as endpoint:
        usage = ask(endpoint.base_url, price=price).usage
    assert usage.cached_prompt_tokens == 60
    assert usage.cost_usd == pytest.approx((40 * 2.0 + 60 * 0.5 + 10 * 8.0) / 1e6)


def test_failed_calls_keep_what_they_said_and_cost() -> None:
    with (
        LoopbackEndpoint([reply("Ana"), truncated('{"names": [')]) as endpoint,
        pytest.raises(ModelTruncated) as caught,
    ):
        ask(endpoint.base_url)
    assert caught.value.raw_replies == ("Ana", '{"names": [')
    assert (caught.value.usage.calls, caught.value.usage.output_tokens) == (2, 20)


@pytest.mark.parametrize(
    "slow",
    [pytest.param(Answer(b"{}", delay_s=60), id="silent"), pytest.param(Answer(GOOD.body, drip_s=0.05), id="dripping")],
)
def test_slow_endpoint_is_given_up(slow: Answer) -> None:
    with LoopbackEndpoint([slow]) as endpoint, pytest.raises(ModelUnavailable, match="in time") as caught:
        ask(endpoint.base_url, timeout_s=0.3, max_retries=0)
    assert caught.value.fault is Fault.TIMED_OUT


def test_absent_endpoint_says_what_to_check() -> None:
    waits = Waits()
    with pytest.raises(ModelUnavailable, match="cannot be reached; check OPENAI_BASE_URL") as caught:
        ask(free_port_url(), waits=waits)
    assert caught.value.fault is Fault.UNREACHABLE
    assert waits.seconds == []


def test_parallel_questions_do_not_mix() -> None:
    async def run(base_url: str) -> list[Reply[Verdict]]:
        async with Model(ModelOptions(name="m", base_url=base_url)) as model:
            questions = [(Message(role=Role.USER, content=str(n)),) for n in range(20)]
            return list(await asyncio.gather(*(model.ask(q, Verdict, max_output_tokens=9) for q in questions)))

    with LoopbackEndpoint(lambda request: reply({"names": [request.last]})) as endpoint:
        answers = asyncio.run(run(endpoint.base_url))
    assert [json.loads(a.raw_replies[0])["names"] for a in answers] == [[str(n)] for n in range(20)]
    assert {a.usage.calls for a in answers} == {1}


def test_options_never_show_the_key() -> None:
    options = ModelOptions(name="m", api_key=SecretStr(KEY))
    assert KEY not in repr(options) + str(options) + options.model_dump_json()


def test_endpoint_options_follow_the_standard_variables() -> None:
    settings = load_settings({"OPENAI_API_KEY": KEY})
    assert endpoint_options(settings, "m").base_url == DEFAULT_BASE_URL
    settings = load_settings({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    assert endpoint_options(settings, "m").base_url == "http://127.0.0.1:1/v1"
    limits = endpoint_options(with_rates(settings, "m", rpm=60, tpm=9000), "m").limits
    assert (limits.requests_per_minute, limits.tokens_per_minute) == (60, 9000)
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        endpoint_options(load_settings({}), "m")
