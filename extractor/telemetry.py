"""Traces and metrics by OpenTelemetry: what is done and what it takes, never a word of what is read, asked or answered.

A run is a trace of its own. So is each article, with the calls to the model below it and a link to its run: one
trace of a hundred thousand articles could be neither sampled nor shown. Names are those of the semantic
conventions for generative AI where they have one, ours begin with ``claimdesk``. The only importer of opentelemetry.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode

from extractor.batch import Outcome
from extractor.errors import ModelError
from extractor.model import ModelOptions
from extractor.schema import Run, RunState, RunTotals, Usage

LAST_WORD_S = 5.0
"""A program that ends waits so long, at most, until what is left has been delivered."""

CALL_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8)
CALL_TOKENS = (16, 64, 256, 1024, 4096, 16384, 65536, 262144)
"""Bounds of the histograms: powers of two and of four, as the conventions advise."""

Attributes = dict[str, str | int | float]


@contextmanager
def open_telemetry(model: str, tell: Callable[[str], None], *, traces: bool, metrics: bool) -> Iterator["Telemetry"]:
    """Send traces and metrics to where the environment says (``OTEL_EXPORTER_OTLP_ENDPOINT`` and the like).

    Args:
        model: Whom all work is done with.
        tell: Told, each thing once, what goes wrong with it; nothing else suffers from that.
        traces: Send them.
        metrics: Send them.

    Yields:
        What is to be told.
    """
    heed = _Troubles(tell)
    logger = logging.getLogger("opentelemetry")
    logger.addHandler(heed)
    logger.propagate = False
    resource = _resource()
    tracing = TracerProvider(resource=resource, shutdown_on_exit=False)
    if traces:
        tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    readers = [PeriodicExportingMetricReader(OTLPMetricExporter())] if metrics else []
    metering = MeterProvider(readers, resource=resource, shutdown_on_exit=False)
    telemetry = Telemetry(model, tracing, metering)
    try:
        yield telemetry
    finally:
        telemetry.close()
        closing = [threading.Thread(target=provider.shutdown, daemon=True) for provider in (tracing, metering)]
        for thread in closing:
            thread.start()
        deadline = time.monotonic() + LAST_WORD_S
        for thread in closing:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in closing):
            tell(f"OpenTelemetry: what was left could not be delivered within {LAST_WORD_S:.0f} s")
        logger.removeHandler(heed)


def _resource() -> Resource:
    own: Attributes = {
        "service.name": "claimdesk",
        "service.version": version("claimdesk"),
        "host.name": socket.gethostname(),
        "process.pid": os.getpid(),
    }
    return Resource.create({**own, **OTELResourceDetector().detect().attributes})


class _Troubles(logging.Handler):
    """Passes on what the engine complains of, each complaint once."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a complaint on."""
        if record.msg not in self._told:
            self._told.add(record.msg)
            # Its complaint about headers that it cannot read quotes them, and a key may be among them.
            about_headers = "OTEL_EXPORTER_OTLP_HEADERS is not of the form name=value,name=value"
            text = about_headers if "Header" in record.msg else record.getMessage().rstrip(".")
            self._tell(f"OpenTelemetry: {text}; the work goes on")


class Telemetry:
    """Makes spans and counts, told of runs and articles as those are who show them to a person."""

    def __init__(self, model: str, tracing: TracerProvider, metering: MeterProvider) -> None:
        self._about: Attributes = {"gen_ai.request.model": model}
        self._tracer = tracing.get_tracer("claimdesk", version("claimdesk"))
        self._runs: dict[int, Span] = {}
        self._run_now: ContextVar[tuple[int, Span] | None] = ContextVar("run_now", default=None)
        meter = metering.get_meter("claimdesk", version("claimdesk"))
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="Time of a call to the model, answered or not.",
            explicit_bucket_boundaries_advisory=CALL_S,
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Tokens of a call, in and out.",
            explicit_bucket_boundaries_advisory=CALL_TOKENS,
        )
        self._cost = meter.create_counter("claimdesk.cost", unit="{USD}", description="What calls cost, where known.")
        self._articles = meter.create_counter(
            "claimdesk.articles", unit="{article}", description="Articles done, and tries that failed, by error.type."
        )
        self._claims = meter.create_counter("claimdesk.claims", unit="{claim}", description="Claims found.")
        self._lost = meter.create_counter(
            "claimdesk.pieces.lost", unit="{piece}", description="Pieces of articles that gave nothing usable."
        )

    @contextmanager
    def call(self, options: ModelOptions, max_output_tokens: int) -> Iterator[Callable[[Usage], None]]:
        """See one call to a model; to be told what it used."""
        about = _about(options)
        settings = {"temperature": options.temperature, "seed": options.seed, "max_tokens": max_output_tokens}
        asked = {f"gen_ai.request.{name}": value for name, value in settings.items() if value is not None}
        began = time.perf_counter()
        ended = dict(about)
        with self._tracer.start_as_current_span(
            f"chat {options.name}",
            kind=SpanKind.CLIENT,
            attributes={**about, **asked, "gen_ai.output.type": "json"},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            def told(usage: Usage) -> None:
                self._spent(span, about, usage)

            try:
                yield told
            except BaseException as exc:
                error_type = exc.fault.value if isinstance(exc, ModelError) else type(exc).__name__
                ended["error.type"] = error_type
                _fail(span, error_type)
                raise
            finally:
                self._duration.record(time.perf_counter() - began, ended)

    @contextmanager
    def article(self, sha256: str) -> Iterator[Callable[[Outcome], None]]:
        """See one try at an article; to be told what came of it."""
        attributes: Attributes = {**self._about, "claimdesk.article.sha256": sha256}
        links = []
        if run := self._run_now.get():
            attributes["claimdesk.run.id"] = run[0]
            links.append(Link(run[1].get_span_context()))
        with self._tracer.start_as_current_span(
            "article",
            context=Context(),
            attributes=attributes,
            links=links,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield lambda outcome: _tell_outcome(span, outcome)
            except BaseException as exc:
                _fail(span, type(exc).__name__)
                raise

    def begun(self, run_id: int, n_articles: int, *, part_of: int | None = None) -> None:
        """Begin a run's span; what this task begins from now on belongs to it."""
        attributes: Attributes = {**self._about, "claimdesk.run.id": run_id}
        if part_of is not None:
            attributes["claimdesk.run.part_of"] = part_of
        span = self._tracer.start_span("run", context=Context(), attributes=attributes)
        self._runs[run_id] = span
        self._run_now.set((run_id, span))

    def message(self, text: str) -> None:
        """Let it pass: it may hold anything."""

    def ended(self, outcome: Outcome, totals: RunTotals) -> None:
        """Count an article."""
        if (extraction := outcome.extraction) is None:
            failed = {"claimdesk.outcome": "failed", "error.type": outcome.error_type}
            self._articles.add(1, {**self._about, **failed})
            return
        self._articles.add(1, {**self._about, "claimdesk.outcome": "done"})
        self._claims.add(len(extraction.claims), self._about)
        for piece in extraction.pieces:
            if piece.state.is_loss:
                self._lost.add(1, {**self._about, "claimdesk.piece.state": piece.state.value})

    def closed(self, run: Run) -> None:
        """End a run's span."""
        if (span := self._runs.pop(run.id, None)) is None:
            return
        totals = run.totals
        done: Attributes = {
            "claimdesk.run.state": run.state.value,
            "claimdesk.run.articles_done": totals.n_done,
            "claimdesk.run.articles_failed": totals.n_failed,
            "claimdesk.run.articles_set_aside": totals.n_set_aside,
            "claimdesk.run.claims": totals.n_claims,
        }
        span.set_attributes({**done, **_used(totals.usage)})
        if run.state is RunState.STOPPED:
            _fail(span, run.state.value)
        span.end()

    def close(self) -> None:
        """End the spans of runs that broke off."""
        for span in self._runs.values():
            _fail(span, "broken_off")
            span.end()

    def _spent(self, span: Span, about: Attributes, usage: Usage) -> None:
        used: Attributes = {
            "gen_ai.usage.input_tokens": usage.prompt_tokens,
            "gen_ai.usage.output_tokens": usage.output_tokens,
            "gen_ai.usage.cache_read.input_tokens": usage.cached_prompt_tokens,
        }
        span.set_attributes(used)
        self._tokens.record(usage.prompt_tokens, {**about, "gen_ai.token.type": "input"})
        self._tokens.record(usage.output_tokens, {**about, "gen_ai.token.type": "output"})
        if usage.cost_usd is not None:
            span.set_attribute("claimdesk.cost_usd", usage.cost_usd)
            self._cost.add(usage.cost_usd, about)


def _about(options: ModelOptions) -> Attributes:
    """Say which model is called, and where: the address of the machine alone, a URL may hold a key."""
    url = urlsplit(options.base_url)
    about: Attributes = {
        "gen_ai.operation.name": "chat",
        # The conventions' word for whoever speaks this protocol, where no more is known.
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": options.name,
        "server.address": url.hostname or "",
    }
    return {**about, "server.port": url.port} if url.port else about


def _used(usage: Usage) -> Attributes:
    """Say what several calls used; under names of ours, for those of the conventions are summed up over all spans."""
    used: Attributes = {
        "claimdesk.tokens.input": usage.prompt_tokens,
        "claimdesk.tokens.output": usage.output_tokens,
        "claimdesk.replies_reused": usage.reused,
    }
    return used if usage.cost_usd is None else {**used, "claimdesk.cost_usd": usage.cost_usd}


def _tell_outcome(span: Span, outcome: Outcome) -> None:
    extraction = outcome.extraction
    if extraction is None:
        _fail(span, outcome.error_type)
    else:
        span.set_attribute("claimdesk.article.claims", len(extraction.claims))
        span.set_attribute("claimdesk.article.pieces_lost", sum(piece.state.is_loss for piece in extraction.pieces))
    span.set_attributes(_used(outcome.usage))


def _fail(span: Span, error_type: str) -> None:
    """Mark a span as failed; by the kind of error alone, since its message may quote the article."""
    span.set_attribute("error.type", error_type)
    span.set_status(Status(StatusCode.ERROR))
