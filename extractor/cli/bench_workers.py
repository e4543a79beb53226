"""The benchmark of many workers: one, several, and several of which one is killed, each on a database of its own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.bench_databases import ServerOption, new_database, postgres
from extractor.cli.output import complain, new_table, stdout_console
from extractor.schema import Run, RunState, Value

if TYPE_CHECKING:
    from sqlalchemy import Engine

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
    server: ServerOption = None,
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
    with postgres(server) as url:
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
    from extractor.cli.bench_worker import content

    with ExitStack() as stack:
        base_url = stack.enter_context(delayed_endpoint(content(), delay_s=plan.delay_s))
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
    from extractor.cli.bench_worker import Task, fill
    from extractor.store import open_store

    with new_database(server) as url:
        fill(Task(n_articles=n_articles, database_url=url))
        engine = open_store(url)
        yield url, engine
        engine.dispose()
