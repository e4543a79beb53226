"""The real openai and instructor clients against a scripted server on loopback."""

import asyncio
import json

import pytest
from pydantic import BaseModel, SecretStr

from extractor.errors import (
    ConfigError,
    ModelError,
    ModelOutputInvalid,
    ModelRefused,
    ModelTruncated,
    ModelUnavailable,
)
from extractor.model import DEFAULT_BASE_URL, Model, ModelOptions, Reply, endpoint_options
from extractor.prompting import Message, Role
from extractor.settings import load_settings
from tests.loopback import (
    Answer,
    LoopbackEndpoint,
    Request,
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


def ask(base_url: str, text: str = "Who?", **options: object) -> Reply[Verdict]:
    async def run() -> Reply[Verdict]:
        settings = {"timeout_s": 5.0, "max_retries": 1, **options}
        async with Model(ModelOptions(name="m", base_url=base_url, api_key=SecretStr(KEY), **settings)) as model:
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


@pytest.mark.parametrize(
    ("answer", "kind", "words", "n_requests"),
    [
        pytest.param(reply("Sure! Ana."), ModelOutputInvalid, "does not fit the schema", 2, id="no-json"),
        pytest.param(reply(""), ModelOutputInvalid, "does not fit the schema", 2, id="empty-text"),
        pytest.param(no_choices(), ModelOutputInvalid, "without any choice", 1, id="no-choices"),
        pytest.param(refusal("I cannot"), ModelRefused, "declined to answer", 1, id="refusal"),
        pytest.param(reply("", finish_reason="content_filter"), ModelRefused, "declined", 1, id="content-filter"),
        pytest.param(failure(400, code="content_filter"), ModelRefused, "declined", 1, id="content-filter-400"),
        pytest.param(truncated('{"names": ["A'), ModelTruncated, "limit of 50 tokens", 1, id="length"),
        pytest.param(failure(400, code="context_length_exceeded"), ModelTruncated, "shorter piece", 1, id="too-long"),
        pytest.param(failure(400, code="exceed_context_size_error"), ModelTruncated, "shorter", 1, id="too-long-llama"),
        pytest.param(failure(400, message=f"bad {KEY}"), ModelError, "bad ***", 1, id="rejected"),
        pytest.param(failure(401, message=f"wrong {KEY}"), ModelUnavailable, "OPENAI_API_KEY", 1, id="wrong-key"),
        pytest.param(failure(403), ModelUnavailable, "does not allow", 1, id="forbidden"),
        pytest.param(failure(404), ModelUnavailable, "does not know model 'm'", 1, id="unknown-model"),
        pytest.param(failure(429, retry_after_s=0.01), ModelUnavailable, "overloaded", 2, id="overloaded"),
        pytest.param(failure(429, retry_after_s=999), ModelUnavailable, "overloaded", 1, id="overloaded-for-long"),
        pytest.param(failure(429, code="insufficient_quota"), ModelUnavailable, "no credit", 1, id="no-quota"),
        pytest.param(failure(500, retry_after_s=0.01), ModelUnavailable, "failed; run", 2, id="server-error"),
        pytest.param(html(), ModelUnavailable, "OPENAI_BASE_URL", 1, id="html"),
        pytest.param(html(502), ModelUnavailable, "failed; run", 2, id="html-502"),
        pytest.param(Answer(b""), ModelUnavailable, "OPENAI_BASE_URL", 1, id="empty-body"),
        pytest.param(Answer(b"[1, 2]"), ModelUnavailable, "OPENAI_BASE_URL", 1, id="other-json"),
        pytest.param(Answer(b"", cut=True), ModelUnavailable, "cannot be reached", 2, id="connection-cut"),
    ],
)
def test_failures_become_ours(answer: Answer, kind: type[ModelError], words: str, n_requests: int) -> None:
    with LoopbackEndpoint([answer]) as endpoint, pytest.raises(ModelError) as caught:
        ask(endpoint.base_url)
    assert type(caught.value) is kind
    message = str(caught.value)
    assert words in message
    assert message.endswith(".")
    assert KEY not in message
    assert KEY not in repr(caught.value)
    assert len(endpoint.requests) == n_requests


def test_failed_calls_keep_what_they_said_and_cost() -> None:
    with (
        LoopbackEndpoint([reply("Ana"), truncated('{"names": [')]) as endpoint,
        pytest.raises(ModelTruncated) as caught,
    ):
        ask(endpoint.base_url)
    assert caught.value.raw_replies == ("Ana", '{"names": [')
    assert (caught.value.usage.calls, caught.value.usage.output_tokens) == (2, 20)


def test_slow_endpoint_is_given_up() -> None:
    with LoopbackEndpoint([Answer(b"{}", delay_s=5)]) as endpoint, pytest.raises(ModelUnavailable, match="in time"):
        ask(endpoint.base_url, timeout_s=0.3, max_retries=0)


def test_absent_endpoint_says_what_to_check() -> None:
    with pytest.raises(ModelUnavailable, match="cannot be reached; check OPENAI_BASE_URL"):
        ask(free_port_url(), max_retries=0)


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
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        endpoint_options(load_settings({}), "m")
