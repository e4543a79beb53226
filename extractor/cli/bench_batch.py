"""How fast a backlog goes through, beside others on the same endpoint: `claimdesk eval bench batch`."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from extractor.cli.bench_worker import Measured, Task, content, fill, measure, run_module
from extractor.cli.output import complain, new_table, stdout_console
from extractor.cli.rivals import InstallOption, langextract_worker
from extractor.schema import Value

if TYPE_CHECKING:
    from eval.peers.environment import Worker

SHORT_S, LONG_S = 0.2, 2.0
"""How long the endpoint takes for an answer."""
DEFAULT_WORKERS = 10
"""What langextract keeps in flight when nobody says otherwise."""
SMALL = 1_000
"""Articles of the backlog against which the memory of the large one is held."""


def batch(
    in_flight: Annotated[int, typer.Option(min=1, max=512, help="Requests at once.")] = 128,
    waves: Annotated[int, typer.Option(min=1, help="Articles of one measurement, in multiples of --in-flight.")] = 40,
    rounds: Annotated[int, typer.Option(min=1, help="Each measurement is made so often; the median counts.")] = 3,
    large: Annotated[
        int, typer.Option(help="Articles of the backlog that memory is measured with; 0 leaves it out.")
    ] = 100_000,
    langextract: Annotated[
        bool, typer.Option("--langextract/--no-langextract", help="Measure langextract too, in its own environment.")
    ] = True,
    install: InstallOption = False,
) -> None:
    """Work through made-up backlogs at a loopback endpoint that answers after a set delay.

    Shares are of the ideal rate, requests in flight divided by the delay, at which nothing but the endpoint takes any
    time. Endpoint and client share this machine's cores. The databases are SQLite files in the temporary folder. Each
    system has done one article before the clock starts, so that what it loads is not booked.
    """
    from contextlib import ExitStack

    from extractor.cli.gold import machine
    from extractor.settings import load_settings

    with ExitStack() as stack:
        bench = _Bench(Path(stack.enter_context(TemporaryDirectory(prefix="claimdesk-bench-"))), in_flight)
        worker = None
        if langextract:
            worker = langextract_worker(load_settings(), install=install, script=_rate_script())
        rows = _rows(bench, in_flight, waves, worker)
        measured: list[list[Measured]] = [[] for _ in rows]
        for n in range(rounds):
            for row, results in zip(rows, measured, strict=True):
                complain(f"round {n + 1} of {rounds}: {row.name}, {row.n_articles:,} articles")
                results.append(row.measure())
        _print_rates(rows, [_median(results) for results in measured])
        if large:
            _print_memory([bench.ours("stored", SHORT_S, n) for n in (SMALL, large)])
    typer.echo(f"median of {rounds}, {in_flight} in flight; {machine()}")


@dataclass(frozen=True)
class _Row:
    """One measurement."""

    name: str
    delay_s: float
    in_flight: int
    n_articles: int
    measure: Callable[[], Measured]


class RateRequest(Value):
    """What `eval.peers.langextract_rate` is to do."""

    base_url: str
    texts: list[str]
    in_flight: int


def _rate_script() -> Path:
    from eval.peers import environment

    return Path(environment.__file__).with_name("langextract_rate.py")


def _rows(bench: "_Bench", in_flight: int, waves: int, worker: "Worker | None") -> list[_Row]:
    n, long, few = (max(waves // part, 2) * in_flight for part in (1, 2, 4))
    rows = []
    for delay_s, n_articles in ((SHORT_S, n), (LONG_S, long)):
        rows += [
            _Row("plain instructor loop", delay_s, in_flight, n_articles, partial(bench.plain, delay_s, n_articles)),
            _Row("ours", delay_s, in_flight, n_articles, partial(bench.ours, "unstored", delay_s, n_articles)),
            _Row("ours, stored", delay_s, in_flight, n_articles, partial(bench.ours, "stored", delay_s, n_articles)),
        ]
    if worker is not None:
        for workers, n_articles in ((DEFAULT_WORKERS, few), (in_flight, few)):
            measure = partial(bench.langextract, worker, workers, n_articles)
            rows.append(_Row(f"langextract, {workers} workers", SHORT_S, in_flight, n_articles, measure))
    return rows


class _Bench:
    """Measures, each time in a new process and at a new endpoint."""

    def __init__(self, folder: Path, in_flight: int) -> None:
        self._folder = folder
        self._in_flight = in_flight
        self._n_databases = 0

    def ours(self, kind: Literal["unstored", "stored"], delay_s: float, n_articles: int) -> Measured:
        """Measure `claimdesk extract`, stored or not."""
        from eval.delayed_endpoint import delayed_endpoint

        self._n_databases += 1
        url = f"sqlite:///{self._folder / f'{self._n_databases}.db'}"
        with delayed_endpoint(content(), delay_s=delay_s) as base_url:
            task = Task(
                kind=kind, n_articles=n_articles, concurrency=self._in_flight, base_url=base_url, database_url=url
            )
            if kind == "stored":
                fill(task)
            measured = measure(task)
        for path in self._folder.glob(f"{self._n_databases}.db*"):
            path.unlink()
        return _whole(measured, n_articles)

    def plain(self, delay_s: float, n_articles: int) -> Measured:
        """Measure the plain loop, which keeps nothing."""
        from eval.delayed_endpoint import delayed_endpoint

        claim = {"claim": "The pump failed at noon.", "source": "the harbour board"}
        claims = [{**claim, "quote": "the pump failed at noon", "quotation_type": "indirect"}]
        with delayed_endpoint(json.dumps({"claims": claims}), delay_s=delay_s) as base_url:
            return _whole(
                run_module("eval.peers.plain_loop", base_url, str(n_articles), str(self._in_flight)), n_articles
            )

    def langextract(self, worker: "Worker", workers: int, n_articles: int) -> Measured:
        """Measure langextract, which keeps nothing either."""
        from eval.delayed_endpoint import delayed_endpoint, story_text

        claim = {"claim": "the pump failed at noon", "claim_attributes": {"source": "the harbour board"}}
        with delayed_endpoint(json.dumps({"extractions": [claim]}), delay_s=SHORT_S) as base_url, worker:
            texts = [story_text(n) for n in range(n_articles)]
            request = RateRequest(base_url=base_url, texts=texts, in_flight=workers)
            return _whole(Measured.model_validate(worker.ask("rate", request)), n_articles)


def _whole(measured: Measured, n_articles: int) -> Measured:
    """Refuse the figures of a run that did not do everything."""
    if measured.n_done != n_articles:
        raise RuntimeError(f"{measured.n_done} claims came out of {n_articles} articles with one each")
    return measured


def _median(results: Sequence[Measured]) -> Measured:
    return sorted(results, key=lambda measured: measured.seconds)[len(results) // 2]


def _print_rates(rows: Sequence[_Row], measured: Sequence[Measured]) -> None:
    numbers = ("answers after", "articles", "articles/s", "share of ideal", "times plain", "CPU ms/article", "peak MB")
    table = new_table("system", *numbers, right=numbers)
    plain = {row.delay_s: m for row, m in zip(rows, measured, strict=True) if row.name.startswith("plain")}
    for row, m in zip(rows, measured, strict=True):
        rate, base = m.n_done / m.seconds, plain[row.delay_s]
        table.add_row(
            row.name,
            f"{row.delay_s:g} s",
            f"{m.n_done:,}",
            f"{rate:.0f}",
            f"{rate * row.delay_s / row.in_flight:.2f}",
            f"{rate / (base.n_done / base.seconds):.1f}",
            f"{m.cpu_s / m.n_done * 1000:.1f}",
            f"{m.peak_mb:.0f}",
        )
    stdout_console().print(table)


def _print_memory(measured: Sequence[Measured]) -> None:
    table = new_table("backlog, stored", "articles/s", "peak MB", right=("articles/s", "peak MB"))
    for m in measured:
        table.add_row(f"{m.n_done:,} articles", f"{m.n_done / m.seconds:.0f}", f"{m.peak_mb:.0f}")
    stdout_console().print(table)
