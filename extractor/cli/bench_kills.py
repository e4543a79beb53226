"""Kills at random moments, and what they cost: `claimdesk eval bench kills`."""

import asyncio
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Self

import typer

from extractor.cli.bench_databases import ServerOption, new_database, postgres
from extractor.cli.output import complain, new_table, stdout_console

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from sqlmodel import Session

ARGUMENTS = ("claimdesk", "extract", "--model", "delayed", "--log-json")
LOADED = ("extractor.cli.extract", "extractor.runs", "extractor.compose", "extractor.endpoint", "extractor.model")
"""Loaded once and not by each run: else nine tenths of the time went by before there was anything to be killed."""
DELAY_S = 0.1
CONCURRENCY = 4
LONGEST_LIFE_S = 0.4
"""After it has begun, a run lives so long at most."""
EARLY = 0.2
"""Share of the runs that are killed at any moment of their start."""


class Kind(StrEnum):
    """Of database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


def kills(
    on: Annotated[Kind | None, typer.Option(help="Only on this kind of database; on both without.")] = None,
    server: ServerOption = None,
    n_kills: Annotated[int, typer.Option("--kills", min=1, help="So often the run is killed.")] = 200,
    n_articles: Annotated[int, typer.Option("--articles", min=1, help="The backlog.")] = 500,
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 0,
) -> None:
    """Kill `claimdesk extract` at random moments (SIGKILL), over and over, and then let it come to its end.

    Counts what is lost, doubled and asked again, against a loopback endpoint that knows what it was asked. The claims
    are held against those of a backlog that nobody disturbed.
    """
    from eval.delayed_endpoint import delayed_endpoint
    from extractor.cli.bench_worker import content
    from extractor.cli.gold import machine

    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="claimdesk-kills-"))
        urls = {}
        if on is not Kind.POSTGRESQL:
            urls[Kind.SQLITE] = f"sqlite:///{folder}/killed.db"
        if on is not Kind.SQLITE:
            urls[Kind.POSTGRESQL] = stack.enter_context(new_database(stack.enter_context(postgres(server))))
        with delayed_endpoint(content(), delay_s=0) as base_url:
            undisturbed = _Trial(f"sqlite:///{folder}/undisturbed.db", base_url, n_articles)
            undisturbed.run()
        for kind, url in urls.items():
            with delayed_endpoint(content(), delay_s=DELAY_S) as base_url:
                killed = _Trial(url, base_url, n_articles)
                killed.kill_often(n_kills, random.Random(seed), name=kind)
                killed.run()
                _report(kind, killed, undisturbed)
    typer.echo(f"{n_articles} articles, {CONCURRENCY} in flight, seed {seed}; {machine()}")


@dataclass
class _Life:
    """One run that was killed."""

    had_begun: bool
    asked: Counter[int]
    """What it asked, by the number of the story."""
    kept: set[int]
    """Whose replies were in the database before it."""


@dataclass
class _Trial:
    """A backlog in an empty database, and runs over it."""

    url: str
    base_url: str
    n_articles: int
    lives: list[_Life] = field(default_factory=list)

    def __post_init__(self) -> None:
        from extractor.cli.bench_worker import Task, fill

        fill(Task(n_articles=self.n_articles, database_url=self.url))
        self._requests = asyncio.run(_requests(self.n_articles))

    def run(self) -> None:
        """Let a run come to its end."""
        with _Program(self.url, self.base_url) as program:
            program.wait()

    def kill_often(self, n_kills: int, moments: random.Random, *, name: str) -> None:
        """Kill runs until it was done so often, or nothing is left to do."""
        start_s = self._start_s()
        for n in range(1, n_kills + 1):
            if (n_undone := self.n_undone()) == 0:
                return
            # On a quick machine the backlog would end before the kills do.
            left = n_undone / self.n_articles * n_kills / (n_kills - n + 1)
            longest_s = LONGEST_LIFE_S * min(1.0, left**2)
            kept, before = self.kept(), self.counts()[0]
            had_begun = moments.random() >= EARLY
            with _Program(self.url, self.base_url) as program:
                if had_begun:
                    program.await_begin()
                    time.sleep(moments.uniform(0, longest_s))
                else:
                    time.sleep(moments.uniform(0, start_s))
            # For what was on its way to the endpoint when the run died.
            time.sleep(0.05)
            self.lives.append(_Life(had_begun, self.counts()[0] - before, kept))
            if n % 20 == 0:
                complain(f"{name}: {n} of {n_kills} kills, {len(kept)} of {self.n_articles} articles done")

    def counts(self) -> tuple[Counter[int], Counter[int]]:
        """Return how often each story was asked about, and how often the answer was taken."""
        from eval.delayed_endpoint import counts

        return counts(self.base_url)

    def kept(self) -> set[int]:
        """Return the stories whose reply is in the database."""
        from extractor.store import kept_requests

        with self._session() as session:
            found = kept_requests(session, request_sha256s=list(self._requests))
        return {self._requests[request] for request in found}

    def claims(self) -> list[str]:
        """Return the ids of all claims in the queue."""
        from extractor.store import list_claims

        with self._session() as session:
            return sorted(claim.claim.id for claim in list_claims(session))

    def n_undone(self) -> int:
        """Count the articles without an extraction."""
        from extractor.store import count_articles

        with self._session() as session:
            return count_articles(session).n_without_extraction

    def n_set_aside(self) -> int:
        """Count the articles that were blamed."""
        from extractor.store import count_failures

        with self._session() as session:
            return count_failures(session).n

    @contextmanager
    def _session(self) -> "Iterator[Session]":
        from extractor.store import open_engine, open_session

        engine = open_engine(self.url)
        try:
            with open_session(engine, reading=True) as session:
                yield session
        finally:
            engine.dispose()

    def _start_s(self) -> float:
        """Measure how long a run takes until it begins; it is the first to be killed."""
        started = time.perf_counter()
        with _Program(self.url, self.base_url) as program:
            program.await_begin()
        return time.perf_counter() - started


class _Program:
    """`claimdesk extract` in a process of its own, killed at the end of the block."""

    def __init__(self, url: str, base_url: str) -> None:
        forks = multiprocessing.get_context("forkserver")
        forks.set_forkserver_preload(list(LOADED))
        self._log, stderr = forks.Pipe(duplex=False)
        env = {"CLAIMDESK_DATABASE_URL": url, "OPENAI_BASE_URL": base_url}
        self._process = forks.Process(target=_extract, args=(env, stderr))
        self._process.start()
        stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.kill()
        self._process.join()
        self._log.close()

    def await_begin(self) -> None:
        """Wait until it has begun."""
        with open(self._log.fileno(), closefd=False) as lines:
            for line in lines:
                if '"run_begun"' in line:
                    return
        raise RuntimeError("the run ended before it began")

    def wait(self) -> None:
        """Let it come to its end."""
        with open(self._log.fileno(), closefd=False) as lines:
            for _ in lines:
                pass
        self._process.join()


def _extract(env: dict[str, str], stderr: "Connection") -> None:
    from extractor.cli import main

    os.environ.update(env)
    os.dup2(stderr.fileno(), 2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    sys.argv = [*ARGUMENTS, "--concurrency", str(CONCURRENCY)]
    main()


async def _requests(n_articles: int) -> dict[str, int]:
    """Return the number of the story that each request is about."""
    from extractor.cli.bench_worker import story
    from extractor.endpoint import EndpointExtractor
    from extractor.model import Model, ModelOptions
    from extractor.segment import segment

    async with Model(ModelOptions(name="delayed")) as model:
        extractor = EndpointExtractor(model)
        stories = ((n, story(n)) for n in range(n_articles))
        return {
            question.request_sha256 or "": n
            for n, article in stories
            for question in extractor.questions(article, segment(article))
        }


def _report(kind: Kind, killed: _Trial, undisturbed: _Trial) -> None:
    claims, wanted = Counter(killed.claims()), Counter(undisturbed.claims())
    asked, answered = killed.counts()
    stories = range(killed.n_articles)
    again = sum(max(asked[n] - 1, 0) for n in stories)
    answered_again = sum(max(answered[n] - 1, 0) for n in stories)
    table = new_table("after the kills and one run to the end", kind, right=(kind,))
    for name, n in (
        ("kills", len(killed.lives)),
        ("of them while articles were in flight", sum(bool(life.asked) for life in killed.lives)),
        ("articles not done", killed.n_undone()),
        ("articles blamed for a kill", killed.n_set_aside()),
        ("claims lost", (wanted - claims).total()),
        ("claims doubled or of nobody", (claims - wanted).total()),
        ("questions", asked.total()),
        ("asked again: in flight at a kill", again - answered_again),
        ("asked again: answered just before a kill, and not yet stored", answered_again),
        ("asked again although its reply was stored", sum(_paid_twice(life) for life in killed.lives)),
        ("most questions of one run that came to nothing", max(_in_vain(killed), default=0)),
    ):
        table.add_row(name, f"{n:,}")
    stdout_console().print(table)


def _paid_twice(life: _Life) -> int:
    """Count the questions of a run whose reply was kept before it, or that it asked twice itself."""
    return sum(n if story in life.kept else n - 1 for story, n in life.asked.items())


def _in_vain(killed: _Trial) -> list[int]:
    """Count, for each run, the questions whose replies never came into the database."""
    kept_after = [life.kept for life in killed.lives[1:]]
    return [len(set(life.asked) - kept) for life, kept in zip(killed.lives, kept_after, strict=False)]
