"""The benchmark of near copies: what is recognised, and what it costs with many articles."""

import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.output import complain, new_table, stdout_console

if TYPE_CHECKING:
    from sqlalchemy import Engine

COPIES = 0.05
"""Share of the made-up articles that are copies."""

N_STEPS = 10

TextsOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Articles as .jsonl to plant copies of; the labelled ones that ship without."),
]


def near_copies(
    texts: TextsOption = None,
    articles: Annotated[
        int, typer.Option(min=0, help="Made-up articles to ingest into an empty database; 100000 takes minutes.")
    ] = 10_000,
    database_url: Annotated[
        str | None, typer.Option(metavar="URL", help="An empty database; a temporary SQLite file without.")
    ] = None,
) -> None:
    """Plant near copies among articles: how many are recognised, and the rate of ingest as the database grows."""
    _recognition(_read_texts(texts))
    if not articles:
        return
    from extractor.store import open_store

    if database_url:
        _growth(open_store(database_url), articles)
        return
    with tempfile.TemporaryDirectory(prefix="claimdesk-bench-") as folder:
        file = Path(folder) / "bench.db"
        engine = open_store(f"sqlite:///{file}")
        _growth(engine, articles)
        engine.dispose()
        typer.echo(f"database file: {file.stat().st_size / 1e6:.0f} MB")


def _read_texts(path: Path | None) -> list[str]:
    from eval import cases
    from extractor.ingest.jsonl import read_jsonl
    from extractor.schema import Article

    if path is None:
        return [case.text for case in cases.load_cases(Path(cases.__file__).parent / "data" / "own.jsonl").cases]
    with path.open("rb") as stream:
        return [read.text for read in read_jsonl(stream, str(path)) if isinstance(read, Article)]


def _recognition(texts: list[str]) -> None:
    from eval.bench_near_copies import bench_recognition

    done = bench_recognition(texts)
    numbers = ("n", "recognised", "linked wrongly", "similarity", "nothing new")
    table = new_table(f"copies of {done.n_texts} articles", *numbers, right=numbers)
    for row in done.rows:
        found, nothing = f"{100 * row.n_found / row.n:.1f} %", f"{100 * row.n_nothing_new / row.n:.1f} %"
        table.add_row(row.kind, str(row.n), found, str(row.n_wrong), f"{row.median_similarity:.2f}", nothing)
    stdout_console().print(table)
    most = ", ".join(f"{alike:.2f}" for alike in done.most_alike)
    precision = "undefined" if done.precision is None else f"{done.precision:.4f}"
    typer.echo(f"different articles linked: {done.n_false}; the most alike of them: {most}; precision {precision}")


def _growth(engine: "Engine", n: int) -> None:
    from eval.bench_near_copies import made_up
    from extractor.clock import utc_now
    from extractor.store import add_article, copy_link, open_session

    sha256s: dict[int, str] = {}
    n_copies = n_found = n_wrong = 0
    numbers = ("articles/s", "ms each", "copies", "found", "linked wrongly", "peak MB")
    table = new_table("articles", *numbers, right=("articles", *numbers))
    seconds, begun = 0.0, 0
    for i, (article, of) in enumerate(made_up(n, copies=COPIES)):
        sha256s[i] = article.sha256
        started = time.perf_counter()
        with open_session(engine) as session:
            add_article(session, article=article, now=utc_now())
        seconds += time.perf_counter() - started
        with open_session(engine, reading=True) as session:
            link = copy_link(session, sha256=article.sha256)
        linked = link.copy_of.sha256 if link and link.copy_of else None
        n_copies += of is not None
        n_found += of is not None and linked is not None
        n_wrong += linked is not None and of is None
        if (i + 1) % max(1, n // N_STEPS) == 0:
            per_s = (i + 1 - begun) / seconds
            peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            cells = (f"{per_s:.0f}", f"{1000 / per_s:.1f}", str(n_copies), str(n_found), str(n_wrong), f"{peak_mb:.0f}")
            table.add_row(f"{i + 1:,}", *cells)
            complain(f"{i + 1:,} articles, {per_s:.0f}/s")
            seconds, begun = 0.0, i + 1
    stdout_console().print(table)
