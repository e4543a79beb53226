"""OpenTelemetry: what a real OTLP/HTTP receiver hears of a run, and what nobody hears."""

import json
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from extractor.batch import Outcome
from extractor.schema import RunTotals
from extractor.telemetry import open_telemetry
from tests.loopback import Answer, LoopbackEndpoint, Request, failure, free_port_url, reply
from tests.test_extract import GOOD, Desk, desk, story
from tests.test_workers import drain, on_postgres, queue

__all__ = ["desk"]

PRICES = """
[models.m]
input = 1000.0
output = 1000.0
"""


def values(attributes: "list[KeyValue]") -> dict[str, object]:
    return {pair.key: getattr(pair.value, str(pair.value.WhichOneof("value"))) for pair in attributes}


class Collector:
    """What came in at the receiver, decoded."""

    def __init__(self, endpoint: LoopbackEndpoint) -> None:
        self.url = endpoint.base_url.removesuffix("/v1")
        self._endpoint = endpoint

    def _bodies(self, path: str) -> list[bytes]:
        return [request.body for request in self._endpoint.requests if request.path == path]

    @property
    def everything(self) -> bytes:
        return b"".join(request.body for request in self._endpoint.requests)

    def resources(self) -> list[dict[str, object]]:
        traces = [ExportTraceServiceRequest.FromString(body) for body in self._bodies("/v1/traces")]
        return [values(r.resource.attributes) for trace in traces for r in trace.resource_spans]

    def spans(self, name: str) -> list[Span]:
        traces = [ExportTraceServiceRequest.FromString(body) for body in self._bodies("/v1/traces")]
        scopes = [s for trace in traces for r in trace.resource_spans for s in r.scope_spans]
        return [span for scope in scopes for span in scope.spans if span.name == name]

    def points(self, name: str) -> list[tuple[dict[str, object], float]]:
        """The last word on an instrument: attributes, and a sum or the number of values."""
        last = ExportMetricsServiceRequest.FromString(self._bodies("/v1/metrics")[-1])
        scopes = [s for r in last.resource_metrics for s in r.scope_metrics]
        (metric,) = [metric for scope in scopes for metric in scope.metrics if metric.name == name]
        sums = [(values(p.attributes), p.as_int or p.as_double) for p in metric.sum.data_points]
        return sums or [(values(p.attributes), p.sum) for p in metric.histogram.data_points]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with LoopbackEndpoint([Answer(b"")]) as endpoint:
        yield Collector(endpoint)


def test_a_run_its_articles_and_its_calls_are_traced_and_counted(
    desk: Callable[..., Desk], collector: Collector, tmp_path: Path
) -> None:
    asked: Counter[int] = Counter()

    def script(request: Request) -> Answer:
        n = story(request)
        asked[n] += 1
        if n == 1 and asked[1] == 1:
            return failure(500, message="The pump failed at noon")
        if n == 2:
            return reply("The pump failed, and this is no JSON.")
        return GOOD

    made = desk(script, 4)
    (tmp_path / "prices.toml").write_text(PRICES)
    made.env |= {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=night",
        "OPENAI_API_KEY": "sk-secret",
        "CLAIMDESK_PRICES": str(tmp_path / "prices.toml"),
    }
    code, _, err = made.extract("--concurrency", "2")
    assert (code, err) == (0, "")

    (run,) = collector.spans("run")
    assert (
        values(run.attributes).items()
        >= {
            "claimdesk.run.id": 1,
            "claimdesk.run.state": "done",
            "claimdesk.run.articles_done": 4,
            "claimdesk.run.claims": 3,
        }.items()
    )
    articles = {values(span.attributes)["claimdesk.article.sha256"]: span for span in collector.spans("article")}
    assert len(articles) == 4
    assert {link.span_id for span in articles.values() for link in span.links} == {run.span_id}
    assert len({span.trace_id for span in (run, *articles.values())}) == 5
    calls = collector.spans("chat m")
    assert Counter(asked) == {0: 1, 1: 2, 2: 2, 3: 1}
    children = Counter(call.parent_span_id for call in calls)
    assert sorted(children[span.span_id] for span in articles.values()) == [1, 1, 2, 2]
    (failed,) = [values(call.attributes) for call in calls if call.status.code == call.status.STATUS_CODE_ERROR]
    assert failed["error.type"] == "server_failed"
    answered = [told for call in calls if "error.type" not in (told := values(call.attributes))]
    assert all(
        told.items()
        >= {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "m",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 10,
            "server.address": "127.0.0.1",
        }.items()
        for told in answered
    )

    assert sum(n for _, n in collector.points("claimdesk.articles")) == 4
    assert sum(n for _, n in collector.points("claimdesk.claims")) == 3
    ((lost, n_lost),) = collector.points("claimdesk.pieces.lost")
    assert (lost["claimdesk.piece.state"], n_lost) == ("failed", 1)
    tokens = {told["gen_ai.token.type"]: n for told, n in collector.points("gen_ai.client.token.usage")}
    assert tokens == {"input": 500, "output": 50}
    assert sum(n for _, n in collector.points("claimdesk.cost")) == pytest.approx(0.55)
    assert len(collector.points("gen_ai.client.operation.duration")) == 2

    resource = collector.resources()[0]
    assert resource["service.name"] == "claimdesk"
    assert resource["deployment.environment.name"] == "night"
    assert uuid.UUID(str(resource["service.instance.id"]))
    for secret in (b"sk-secret", b"pump", b"harbour", b"Story", b"JSON"):
        assert secret not in collector.everything


@on_postgres
def test_a_worker_tells_of_its_part(desk: Callable[..., Desk], collector: Collector) -> None:
    made = desk([GOOD], 3)
    queue(made)
    made.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
    assert drain(made)[0] == 0
    (run,) = collector.spans("run")
    told = values(run.attributes)
    assert (told["claimdesk.run.part_of"], told["claimdesk.run.state"]) == (1, "done")
    assert {values(s.attributes)["claimdesk.run.id"] for s in collector.spans("article")} == {told["claimdesk.run.id"]}
    assert len(collector.spans("chat m")) == sum(n for _, n in collector.points("claimdesk.articles")) == 3


def test_a_failed_article_is_counted_by_its_kind_alone(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    failed = Outcome(article_sha256="a" * 64, error="KeyError('the pump')", error_type="KeyError")
    with open_telemetry("m", pytest.fail, traces=True, metrics=True) as telemetry:
        telemetry.begun(7, 1)
        with telemetry.article(failed.article_sha256) as told:
            told(failed)
        telemetry.ended(failed, RunTotals(n_failed=1))
    ((point, n),) = collector.points("claimdesk.articles")
    assert (point["claimdesk.outcome"], point["error.type"], n) == ("failed", "KeyError", 1)
    (article,), (run,) = collector.spans("article"), collector.spans("run")
    assert values(article.attributes)["error.type"] == "KeyError"
    assert values(run.attributes)["error.type"] == "broken_off"
    assert b"pump" not in collector.everything


def test_a_receiver_that_is_gone_costs_a_sentence_or_two_and_a_few_seconds(desk: Callable[..., Desk]) -> None:
    made = desk([GOOD], 2)
    made.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = free_port_url().removesuffix("/v1")
    made.env["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key sk-secret"
    code, out, err = made.extract("--log-json")
    assert code == 0
    assert "2 articles" in out
    events = [json.loads(line) for line in err.splitlines()]
    messages = [event["message"] for event in events if event["event"] == "message"]
    headers, gone, end = messages
    assert "OTEL_EXPORTER_OTLP_HEADERS is not of the form" in headers
    assert "Connection refused" in gone
    assert "could not be delivered" in end
    assert "sk-secret" not in err


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        pytest.param({}, "the packages are not installed; pip install 'claimdesk[telemetry]'", id="packages missing"),
        pytest.param({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "only 'http/protobuf' is spoken", id="grpc"),
        pytest.param({"OTEL_SDK_DISABLED": "true"}, "", id="switched off"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, "", id="no endpoint"),
    ],
)
def test_where_it_is_not_to_be_had_one_sentence_says_so_and_nothing_is_loaded(
    desk: Callable[..., Desk], setting: dict[str, str], told: str
) -> None:
    made = desk([GOOD], 1)
    env = {**made.env, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", **setting}
    hidden = "import sys; sys.modules['opentelemetry'] = None; from extractor.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", hidden, "extract", "--model", "m"], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert len(made.claims()) == 1
    assert done.stderr.count("\n") == bool(told)
    assert told in done.stderr
