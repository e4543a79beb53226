"""The command that turns articles into claims."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.observing import Observer, observing
from extractor.cli.output import EXIT_INTERRUPTED, bytes_progress, complain, count
from extractor.cli.run_report import MAX_NAMED, Ended, Report, leave
from extractor.cli.watching import Together, Watch, watching

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from extractor.batch import Outcome, Stoppable
    from extractor.batch_api import BatchPlan
    from extractor.budget import Limits
    from extractor.pipeline import Extractor
    from extractor.runs import OpenRun, RunRequest
    from extractor.schema import Identity
    from extractor.settings import Settings

ENDPOINT_CONCURRENCY = 8
"""Articles in flight at an endpoint; the local model and rules gain nothing from more than one."""

ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="rules|local|NAME",
        help="rules: no model, instant. local: the embedded model. NAME: a model of the endpoint in "
        "OPENAI_BASE_URL / OPENAI_API_KEY. Default: CLAIMDESK_MODEL, else local (or a hosted one if a key is set).",
    ),
]
SecondPassOption = Annotated[
    bool,
    typer.Option("--second-pass", help="Ask an endpoint once more about sentences that may hold a missed claim."),
]
ConcurrencyOption = Annotated[
    int | None, typer.Option(min=1, max=512, help="Articles in flight at once at an endpoint.")
]
RequestsOption = Annotated[
    int | None, typer.Option("--rpm", metavar="N", min=1, help="Requests a minute, at most; of this process.")
]
TokensOption = Annotated[
    int | None, typer.Option("--tpm", metavar="N", min=1, help="Tokens a minute, in and out, at most; of this process.")
]


def extract(
    articles: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ARTICLE]...",
            help="Beginning of an article's hash (6 digits or more) or its title; all pending ones without.",
        ),
    ] = None,
    model: ModelOption = None,
    second_pass: SecondPassOption = False,
    concurrency: ConcurrencyOption = None,
    rpm: RequestsOption = None,
    tpm: TokensOption = None,
    max_cost: Annotated[
        float | None, typer.Option(metavar="USD", min=0, help="Stop before the run has cost more.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Stop before the run has used more, in and out.")
    ] = None,
    batch_api: Annotated[
        bool,
        typer.Option("--batch-api", help="By the provider's batches: half the price, up to a day; see docs/batch.md."),
    ] = False,
    batch_size: Annotated[
        int, typer.Option(min=1, max=50_000, help="Questions in one batch of --batch-api, at most.")
    ] = 50_000,
    poll: Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="Time between two looks at a batch.")] = 60.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Estimate articles, pieces, tokens and cost; nothing is asked.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Take up the articles again that were set aside.")
    ] = False,
    with_copies: Annotated[
        bool, typer.Option("--with-copies", help="Extract near copies too that say nothing new; see docs/ingest.md.")
    ] = False,
    retry_lost: Annotated[
        bool, typer.Option("--retry-lost", help="Ask again about pieces that were refused, cut off or unusable.")
    ] = False,
    max_tries: Annotated[
        int, typer.Option(min=1, max=100, help="An article that has failed so often is set aside.")
    ] = 3,
    queue: Annotated[
        bool,
        typer.Option("--queue", help="Put the articles into the queue for `claimdesk worker` (PostgreSQL), and end."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON line for each article as it ends, and one for the run.")
    ] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log to stderr, one JSON object a line, instead of the progress.")
    ] = False,
) -> None:
    """Extract the claims of all pending articles, or of those named.

    An article is pending until this model with this prompt has done it. Ctrl-C (or SIGTERM) finishes what is in
    flight, a second one stops at once; the same command goes on with the rest, after a kill or a power cut too.
    Articles that failed are tried again by the next run, and set aside after --max-tries.
    """
    from extractor.errors import ConfigError
    from extractor.settings import load_settings, with_rates, with_second_pass
    from extractor.store import open_store

    settings = load_settings()
    model = model or settings.model
    if second_pass:
        settings = with_second_pass(settings, model)
    settings = with_rates(settings, model, rpm=rpm, tpm=tpm)
    if queue and (concurrency or rpm or tpm):
        raise ConfigError(
            "--concurrency, --rpm and --tpm are each worker's own: give them to `claimdesk worker`, not to --queue"
        )
    job = Job(
        model=model,
        articles=articles,
        concurrency=concurrency or (1 if model in {"rules", "local"} else ENDPOINT_CONCURRENCY),
        max_tries=max_tries,
        retry_failed=retry_failed,
        with_copies=with_copies,
        retry_lost=retry_lost,
        limits=_limits(model, settings, max_cost, max_tokens, in_batch=batch_api),
        plan=_plan(batch_size, poll, gives_up=retry_failed) if batch_api else None,
    )
    engine = open_store(settings.database_url)
    if dry_run:
        from extractor.cli.estimate import estimate

        asyncio.run(estimate(engine, settings, job, as_json=as_json))
        return
    if queue:
        from extractor.cli.worker import put_into_queue

        put_into_queue(engine, settings, asyncio.run(_request_for_workers(engine, settings, job)), as_json=as_json)
        return
    report = Report(as_json)
    try:
        with watching(model, log_json=log_json) as shown, observing(model, shown.message) as observer:
            watch = Together(shown, observer)
            ended = asyncio.run(_run(engine, settings, job, _Eyes(watch, observer, report)))
            watch.closed(ended.run)
    except KeyboardInterrupt:
        complain("interrupted; the same command goes on with the rest")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    report.close(ended, model)
    leave(ended)


@dataclass(frozen=True)
class Job:
    """What was asked for."""

    model: str
    articles: list[str] | None
    concurrency: int
    max_tries: int
    retry_failed: bool
    with_copies: bool
    retry_lost: bool
    limits: "Limits"
    plan: "BatchPlan | None"
    """How to put it into batches at the provider; None to ask directly."""


def _plan(batch_size: int, poll_s: float, *, gives_up: bool) -> "BatchPlan":
    from extractor.batch_api import BatchPlan

    return BatchPlan(most_questions=batch_size, poll_s=poll_s, gives_up=gives_up)


def _limits(
    model: str, settings: "Settings", max_cost: float | None, max_tokens: int | None, *, in_batch: bool
) -> "Limits":
    from extractor.budget import Limits
    from extractor.compose import price_of
    from extractor.errors import ConfigError

    price = price_of(model, settings, in_batch=in_batch)
    if max_cost is not None and price is None:
        raise ConfigError(
            f"no price is known for model {model!r}, so --max-cost cannot be kept to: "
            "add it to the file of prices, or use --max-tokens"
        )
    return Limits(max_cost_usd=max_cost, max_tokens=max_tokens, price=price)


async def _request_for_workers(engine: "Engine", settings: "Settings", job: Job) -> "RunRequest":
    from extractor.compose import open_extractor

    with bytes_progress() as progress:
        async with open_extractor(job.model, settings, progress=progress) as extractor:
            return _request(engine, job, extractor)


@dataclass(frozen=True)
class _Eyes:
    """Who sees the work."""

    watch: Watch
    observer: Observer
    report: Report


async def _run(engine: "Engine", settings: "Settings", job: Job, eyes: _Eyes) -> Ended:
    """Extract and store until the backlog ends, or something else does."""
    from extractor.batch import Batch
    from extractor.budget import Budget
    from extractor.clock import utc_now
    from extractor.compose import open_batches, open_extractor
    from extractor.replies import ReplyShelf
    from extractor.runs import OpenRun

    watch, observer = eyes.watch, eyes.observer

    def ended(outcome: "Outcome") -> None:
        watch.ended(outcome, run.totals)
        eyes.report.add(outcome)

    async with ReplyShelf(engine, tell=watch.message) as replies:
        budget = Budget(job.limits, replies)
        if job.plan is not None:
            from extractor.batch_api import BatchApi

            async with open_batches(job.model, settings, replies=replies) as asking:
                request = _request(engine, job, asking.extractor)
                run = OpenRun(engine, request, watch=ended, replies=replies, clock=utc_now, tell=watch.message)
                api = BatchApi(run, asking, budget=budget, plan=job.plan, clock=utc_now, tell=watch.message)
                error = await _worked_off(run, api, api.work, watch)
                return await _told(engine, run, api, error, request.identity)
        with bytes_progress() as progress:
            async with open_extractor(
                job.model, settings, progress=progress, replies=replies, observe=observer.call
            ) as extractor:
                request = _request(engine, job, extractor)
                run = OpenRun(engine, request, watch=ended, replies=replies, clock=utc_now, tell=watch.message)
                batch = Batch(extractor, budget=budget, clock=utc_now, tell=watch.message, observe=observer.article)
                error = await _worked_off(run, batch, lambda: run.work(batch), watch)
                return await _told(engine, run, batch, error, request.identity)


def _request(engine: "Engine", job: Job, extractor: "Extractor") -> "RunRequest":
    from extractor.runs import RunRequest
    from extractor.schema import RunSettings
    from extractor.store import open_session, resolve_articles

    only = None
    if job.articles:
        with open_session(engine, reading=True) as session:
            only = resolve_articles(session, refs=job.articles)
    return RunRequest(
        identity=extractor.identity,
        settings=RunSettings(
            concurrency=job.concurrency,
            max_tries=job.max_tries,
            batch_api=job.plan is not None,
            max_cost_usd=job.limits.max_cost_usd,
            max_tokens=job.limits.max_tokens,
        ),
        only=only,
        with_copies=job.with_copies,
        retry_failed=job.retry_failed,
        retry_lost=job.retry_lost,
    )


async def _worked_off(
    run: "OpenRun", batch: "Stoppable", work: Callable[[], Awaitable[None]], watch: Watch
) -> Exception | None:
    """Return why the run could not go on, if so; what had ended by then is written."""
    from extractor.errors import ModelUnavailable

    try:
        async with run:
            with _heeding_signals(run, batch, watch):
                watch.begun(run.run_id, (await run.counts()).n_waiting)
                await work()
    except ModelUnavailable as exc:
        return exc
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or not batch.is_stopping:
            raise
        task.uncancel()
    return None


async def _told(
    engine: "Engine", run: "OpenRun", batch: "Stoppable", error: Exception | None, identity: "Identity"
) -> Ended:
    from extractor.schema import RunState
    from extractor.store import list_failures, open_session

    if error is not None:
        state, reason = RunState.STOPPED, str(error)
    elif batch.is_out_of_budget:
        state, reason = RunState.BUDGET, "the next article could have passed the limit"
    elif batch.is_stopping:
        state, reason = RunState.INTERRUPTED, "by a signal"
    else:
        state, reason = RunState.DONE, ""
    done = await run.end(state, reason)
    counts = await run.counts()
    with open_session(engine, reading=True) as session:
        aside = list_failures(session, identity=identity, set_aside=True, limit=MAX_NAMED)
    return Ended(done, counts.n_elsewhere, aside, counts.n_set_aside, counts.n_copies, counts.n_in_batch, error)


@contextmanager
def _heeding_signals(run: "OpenRun", batch: "Stoppable", watch: Watch) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM end the run in good order, and the second at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def stop() -> None:
        if not batch.is_stopping:
            watch.message(f"finishing {count(batch.n_in_flight, 'article')} in flight; Ctrl-C once more stops at once")
            batch.stop()
        elif task is not None:
            run.lose_patience()
            task.cancel()

    def heard(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(stop)

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
