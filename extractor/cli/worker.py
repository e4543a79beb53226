"""Commands for many machines: put a backlog into the queue, work it off, take it back."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.extract import (
    ENDPOINT_CONCURRENCY,
    ConcurrencyOption,
    ModelOption,
    RequestsOption,
    SecondPassOption,
    TokensOption,
)
from extractor.cli.observing import Observer, observing
from extractor.cli.output import EXIT_FAILED, EXIT_INTERRUPTED, bytes_progress, complain, count, print_json
from extractor.cli.run_report import summary
from extractor.cli.watching import Together, Watch, lines_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from extractor.batch import Outcome
    from extractor.pipeline import Extractor
    from extractor.runs import RunRequest
    from extractor.schema import Run, RunTotals
    from extractor.settings import Settings
    from extractor.worker import Worker, WorkerOptions


def need_workers() -> None:
    """Complain where the engine of the queue is not installed.

    Raises:
        ConfigError: It is not.
    """
    from importlib.util import find_spec

    from extractor.errors import ConfigError

    if find_spec("procrastinate") is None:
        raise ConfigError("the queue for workers needs the package procrastinate: pip install 'claimdesk[worker]'")


def put_into_queue(engine: "Engine", settings: "Settings", request: "RunRequest", *, as_json: bool) -> None:
    """Put the waiting articles into the queue, and say so.

    Raises:
        ConfigError: The engine of the queue is not installed, or the database is a file of this machine.
        StoreError: The database refused.
    """
    need_workers()
    from extractor.clock import utc_now
    from extractor.worker import enqueue, ensure_queue

    ensure_queue(settings.database_url)
    queued = enqueue(engine, request, clock=utc_now)
    if as_json:
        print_json(queued)
    elif queued is None:
        typer.echo("nothing to queue: every article is extracted, set aside, in hand, or in the queue already")
    else:
        already = f" ({queued.n_already} more wait there already)" if queued.n_already else ""
        second_pass = " --second-pass" if settings.second_pass else ""
        typer.echo(
            f"run {queued.run_id}: {count(queued.n_queued, 'article')} in the queue{already}; claimdesk worker "
            f"--model {request.identity.model}{second_pass} works on it, claimdesk status --watch shows how far"
        )


def worker(
    model: ModelOption = None,
    second_pass: SecondPassOption = False,
    concurrency: ConcurrencyOption = None,
    rpm: RequestsOption = None,
    tpm: TokensOption = None,
    drain: Annotated[
        bool, typer.Option("--drain", help="End when the queue is empty, instead of waiting for more.")
    ] = False,
    dead_after: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=1,
            max=45,
            help="How long a worker may be silent before the others take its articles over; the same for all.",
        ),
    ] = 30,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log to stderr, one JSON object a line, instead of sentences.")
    ] = False,
) -> None:
    """Work on the articles that `claimdesk extract --queue` has put into the queue, beside any number of other workers.

    A worker serves one model. Start as many as you like, on any machine that reaches the same PostgreSQL and the
    endpoint; limits of money and tokens, tries and articles are the queued run's, and kept to by all together.
    Ctrl-C or SIGTERM finishes what is in flight and gives the rest back; a second one stops at once.
    """
    need_workers()
    from extractor.compose import price_of
    from extractor.settings import load_settings, with_rates, with_second_pass
    from extractor.store import open_store
    from extractor.worker import WorkerOptions, ensure_queue

    settings = load_settings()
    model = model or settings.model
    if second_pass:
        settings = with_second_pass(settings, model)
    settings = with_rates(settings, model, rpm=rpm, tpm=tpm)
    ensure_queue(settings.database_url)
    engine = open_store(settings.database_url)
    options = WorkerOptions(
        url=settings.database_url,
        concurrency=concurrency or (1 if model in {"rules", "local"} else ENDPOINT_CONCURRENCY),
        price=price_of(model, settings),
        drain=drain,
        dead_after_s=dead_after,
    )
    lines = lines_of(log_json)
    with observing(model, lines.message) as observer:
        done = asyncio.run(_work(engine, settings, model, options, _Watcher(log_json, lines, observer)))
    for part in done.parts:
        typer.echo(summary(part))
    if done.hurried:
        raise typer.Exit(EXIT_INTERRUPTED)


def cancel(run: Annotated[int, typer.Argument(help="Its number, as claimdesk status tells it.")]) -> None:
    """Take a queued run back: its waiting articles leave the queue, those in hand are finished; nothing is lost.

    Exit 1 when the run had ended before.
    """
    from extractor.clock import utc_now
    from extractor.schema import RunState
    from extractor.settings import load_settings
    from extractor.store import end_queued_run, open_session, open_store

    with open_session(open_store(load_settings().database_url)) as session:
        n_taken_out = end_queued_run(
            session, run_id=run, state=RunState.INTERRUPTED, reason="taken back", now=utc_now()
        )
    if n_taken_out is None:
        complain(f"run {run} has ended before")
        raise typer.Exit(EXIT_FAILED)
    typer.echo(f"run {run}: {count(n_taken_out, 'article')} taken out of the queue")


class _Done:
    """What a worker did."""

    def __init__(self) -> None:
        self.parts: list[Run] = []
        self.hurried = False


async def _work(
    engine: "Engine", settings: "Settings", model: str, options: "WorkerOptions", watcher: "_Watcher"
) -> _Done:
    from extractor.clock import utc_now
    from extractor.compose import open_extractor
    from extractor.worker import PartReplies, Worker

    done, replies = _Done(), PartReplies()
    with bytes_progress() as progress:
        async with open_extractor(
            model, settings, progress=progress, replies=replies, observe=watcher.call
        ) as extractor:
            working = Worker(engine, extractor, options, replies=replies, clock=utc_now, watcher=watcher)
            watcher.message(f"waiting for articles for model {model}, {options.concurrency} in flight at once")
            for run in _not_served(engine, extractor):
                watcher.message(
                    f"run {run.id} is queued for {model} too, but not for this worker: it differs in --second-pass, "
                    "or in the version of claimdesk"
                )
            with _heeding_signals(working, watcher, done):
                try:
                    await working.work()
                finally:
                    done.parts = working.parts
    return done


def _not_served(engine: "Engine", extractor: "Extractor") -> "list[Run]":
    """Return the queued runs that ask for the worker's model, but not for what it does with it."""
    from extractor.store import list_runs_alive, open_session

    own = extractor.identity
    with open_session(engine, reading=True) as session:
        alive = list_runs_alive(session)
    return [run for run in alive if run.n_articles is not None and run.model == own.model and run.identity != own]


@contextmanager
def _heeding_signals(worker: "Worker", watcher: "_Watcher", done: _Done) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM end the work in good order, and the second at once."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if worker.is_stopping:
            done.hurried = True
            worker.hurry()
            return
        watcher.message(f"finishing {count(worker.n_in_flight, 'article')} in flight; once more stops at once")
        worker.stop()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


class _Watcher:
    """Tells of each part as of any other run: in sentences or in JSON lines, and by telemetry."""

    def __init__(self, log_json: bool, lines: Watch, observer: Observer) -> None:
        self._log_json = log_json
        self._observer = observer
        self._parts: dict[int, Watch] = {}
        self.message = lines.message
        self.article = observer.article
        self.call = observer.call

    def begun(self, part: int, queued: "Run") -> None:
        self._parts[part] = Together(lines_of(self._log_json), self._observer)
        self._parts[part].begun(part, 0, part_of=queued.id)

    def ended(self, part: int, outcome: "Outcome", totals: "RunTotals") -> None:
        self._parts[part].ended(outcome, totals)

    def closed(self, part: "Run") -> None:
        self._parts.pop(part.id).closed(part)
