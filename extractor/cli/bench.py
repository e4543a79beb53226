"""Benchmarks: commands that measure and print, and never judge."""

import asyncio
import platform
import signal
import subprocess
import sys
import time
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from extractor.cli.bench_batch import batch
from extractor.cli.bench_copies import near_copies
from extractor.cli.bench_desk import desk
from extractor.cli.bench_faults import faults
from extractor.cli.bench_guard import guard
from extractor.cli.bench_kills import kills
from extractor.cli.bench_sessions import sessions
from extractor.cli.bench_workers import workers
from extractor.cli.output import article_progress, bytes_progress, new_table, stdout_console
from extractor.cli.rivals import InstallOption, langextract_worker

if TYPE_CHECKING:
    from extractor.settings import Settings

app = typer.Typer(no_args_is_help=True)

app.command("batch")(batch)
app.command("faults")(faults)
app.command("guard")(guard)
app.command("kills")(kills)
app.command("near-copies")(near_copies)
app.command("workers")(workers)
app.command("desk")(desk)
app.command("sessions")(sessions)

HEAVY = ("streamlit", "pandas", "openai", "sqlmodel")


@app.callback()
def bench() -> None:
    """Measure speed and soundness on this machine."""
    # Servers and endpoints outlive a program that just stops: SIGTERM ends it in good order, as Ctrl-C does.
    signal.signal(signal.SIGTERM, _end)


def _end(number: int, frame: object) -> NoReturn:
    raise SystemExit(128 + number)


@app.command("start")
def start(runs: Annotated[int, typer.Option(min=1, help="Repetitions.")] = 5) -> None:
    """Time `import extractor.cli` in a fresh interpreter, and list the heavy modules that --help loads."""
    statement = "import time; t = time.perf_counter(); import extractor.cli; print(time.perf_counter() - t)"
    times = sorted(float(_python(statement)) for _ in range(runs))
    loaded = _python(f"import sys, extractor.cli; print([m for m in {HEAVY!r} if m in sys.modules])")
    _machine()
    table = new_table("import of the command line", "seconds", right=("seconds",))
    table.add_row("median", f"{times[len(times) // 2]:.3f}")
    table.add_row("fastest", f"{times[0]:.3f}")
    stdout_console().print(table)
    typer.echo(f"heavy modules loaded with it: {loaded}")


def _python(statement: str) -> str:
    done = subprocess.run([sys.executable, "-c", statement], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _machine() -> None:
    import os

    typer.echo(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores")


@app.command("score")
def score(
    articles: Annotated[int, typer.Option(min=2, help="Made-up articles.")] = 1_000,
    claims: Annotated[int, typer.Option(min=1, help="Gold claims in each, and as many predicted ones.")] = 10,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of the bootstrap.")] = 1_000,
) -> None:
    """Score a large made-up run: time, CPU time and memory."""
    from eval.bench_score import bench_score

    done = bench_score(n_articles=articles, n_claims=claims, n_rounds=rounds)
    _machine()
    numbers = ("articles", "gold claims", "predicted", "rounds", "seconds", "CPU seconds", "peak MB")
    table = new_table(*numbers, right=numbers)
    counts = (done.n_articles, done.n_gold, done.n_predicted, done.n_rounds)
    table.add_row(*(f"{n:,}" for n in counts), f"{done.seconds:.1f}", f"{done.cpu_s:.1f}", f"{done.peak_mb:.0f}")
    stdout_console().print(table)


@app.command("extract")
def extract(
    inputs: Annotated[list[str], typer.Argument(metavar="PATH...", help="Articles, as for claimdesk ingest.")],
    model: Annotated[str, typer.Option(metavar="rules|local|NAME", help="As for claimdesk extract.")] = "rules",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many articles.")] = None,
) -> None:
    """Extract from articles without storing anything: time, tokens, lost pieces, and spans that lie."""
    from extractor.settings import load_settings

    _machine()
    asyncio.run(_extract(inputs, model, limit, load_settings()))


async def _extract(inputs: list[str], model: str, limit: int | None, settings: "Settings") -> None:
    from extractor.clock import utc_now
    from extractor.compose import open_extractor
    from extractor.ingest import read_articles
    from extractor.ingest.fetch import fetch_page
    from extractor.pipeline import extract as extract_one
    from extractor.schema import Article, GroundingLevel, Usage

    read = [a for a in read_articles(inputs, stdin=sys.stdin.buffer, fetch=fetch_page) if isinstance(a, Article)]
    read = read[:limit]
    done = []
    with bytes_progress() as progress:
        async with open_extractor(model, settings, progress=progress) as extractor:
            with article_progress(len(read), model) as advance:
                started = time.perf_counter()
                for article in read:
                    done.append(await extract_one(article, extractor, clock=utc_now))
                    advance()
                seconds = time.perf_counter() - started
    pieces = [p for e in done for p in e.pieces]
    usage = sum((e.usage for e in done), Usage())
    n_lying = sum(
        part.text != " ".join(span.of(article.text) for span in part.spans)
        for article, extraction in zip(read, done, strict=True)
        for claim in extraction.claims
        for part in (claim.content, claim.cue, claim.source.mention)
        if part is not None and part.level is GroundingLevel.EXACT
    )
    table = new_table("measure", model, right=(model,))
    for name, value in (
        ("articles", str(len(read))),
        ("words", str(sum(len(a.text.split()) for a in read))),
        ("seconds", f"{seconds:.2f}"),
        ("seconds per article", f"{seconds / max(len(read), 1):.3f}"),
        ("claims", str(sum(len(e.claims) for e in done))),
        ("claims not found in the text", str(sum(not c.content.spans for e in done for c in e.claims))),
        ("spans that differ from their text", str(n_lying)),
        ("suspected misses", str(sum(len(e.suspected_misses) for e in done))),
        ("pieces", str(len(pieces))),
        ("pieces refused, truncated or failed", str(sum(p.state.is_loss for p in pieces))),
        ("calls", str(usage.calls)),
        ("prompt tokens", str(usage.prompt_tokens)),
        ("output tokens", str(usage.output_tokens)),
    ):
        table.add_row(name, value)
    stdout_console().print(table)


class PeerPlacer(StrEnum):
    """What places quotations beside us."""

    LANGEXTRACT = "langextract"


@app.command("grounding")
def grounding(
    peer: Annotated[PeerPlacer | None, typer.Option(help="Also time this library's aligner; takes a minute.")] = None,
    install: InstallOption = False,
) -> None:
    """Place 200 planted quotations in an article of 5,000 words: time and accuracy per kind.

    langextract's aligner is measured as it works in langextract, with all quotations in one go, and with each by
    itself. It gives one range for a quotation, so it cannot be right on interrupted ones.
    """
    from eval.bench_grounding import GroundingTable, bench_placer
    from extractor.placing import place_all

    results: list[GroundingTable] = [bench_placer("claimdesk", place_all)]
    if peer is PeerPlacer.LANGEXTRACT:
        from eval.peers import langextract_reply
        from extractor.settings import load_settings

        with langextract_worker(load_settings(), install=install) as worker:
            langextract_reply.place_all(worker, "Warm up.", ["up"], together=True)
            for name, together in (("langextract, in one go", True), ("langextract, one by one", False)):
                placer = partial(langextract_reply.place_all, worker, together=together)
                results.append(bench_placer(name, placer, n_runs=1))
    _machine()
    names = tuple(result.placer for result in results)
    table = new_table("right, by kind", "n", *names, right=("n", *names))
    for rows in zip(*(result.rows for result in results), strict=True):
        table.add_row(rows[0].kind, str(rows[0].n), *(str(row.n_right) for row in rows))
    totals = [sum(row.n_right for row in result.rows) for result in results]
    table.add_row("all", str(results[0].n_quotations), *map(str, totals))
    table.add_row("milliseconds for all, fastest run", "", *(f"{result.seconds * 1000:.1f}" for result in results))
    # The rival works in a process of its own, whose CPU time is not ours to see.
    table.add_row("... of CPU time", "", f"{results[0].cpu_s * 1000:.1f}")
    stdout_console().print(table)
