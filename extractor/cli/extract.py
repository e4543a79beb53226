"""The command that turns articles into claims."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.output import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    SHORT_ID,
    article_progress,
    bytes_progress,
    complain,
    new_table,
    print_json,
    stdout_console,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from extractor.batch import Outcome
    from extractor.settings import Settings

MAX_ROWS = 60
"""A longer run shows only the articles that had trouble, and the sums."""

ENDPOINT_CONCURRENCY = 8
"""Articles in flight at an endpoint; the local model and rules gain nothing from more than one."""


def extract(
    articles: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ARTICLE]...",
            help="Beginning of an article's hash (6 digits or more) or its title; all pending ones without.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="rules|local|NAME",
            help="rules: no model, instant. local: the embedded model. NAME: a model of the endpoint in "
            "OPENAI_BASE_URL / OPENAI_API_KEY. Default: CLAIMDESK_MODEL, else local (or a hosted one if a key is set).",
        ),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=512, help="Articles in flight at once at an endpoint.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Extract the claims of all pending articles, or of those named.

    An article is pending until this model with this prompt has done it. Interrupt it at any moment:
    what is done is stored, and the same command goes on with the rest.
    """
    from extractor.settings import load_settings
    from extractor.store import open_store

    settings = load_settings()
    model = model or settings.model
    engine = open_store(settings.database_url)
    outcomes: list[Outcome] = []
    try:
        asyncio.run(_run(engine, settings, Job(model, articles, concurrency), outcomes))
    except KeyboardInterrupt:
        done = sum(o.extraction is not None for o in outcomes)
        complain(f"interrupted: {done} articles are stored; the same command goes on with the rest")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    _report_json(outcomes) if as_json else _report(outcomes, _titles(engine, outcomes), model)
    for outcome in outcomes:
        if outcome.error:
            complain(f"article {outcome.article_sha256[:SHORT_ID]} failed: {outcome.error}")
    if any(o.extraction is None for o in outcomes):
        raise typer.Exit(EXIT_FAILED)


@dataclass(frozen=True)
class Job:
    """What was asked for."""

    model: str
    articles: list[str] | None
    concurrency: int | None


async def _run(engine: "Engine", settings: "Settings", job: Job, outcomes: "list[Outcome]") -> None:
    """Extract and store; `outcomes` grows as articles end, so that an interruption loses none."""
    from extractor.batch import extract_many
    from extractor.clock import utc_now
    from extractor.compose import open_extractor
    from extractor.schema import Article
    from extractor.store import get_article, open_session, pending_articles, record_failure, save_extraction

    def load(sha256: str) -> Article:
        with open_session(engine, reading=True) as session:
            return get_article(session, ref=sha256)

    with bytes_progress() as progress:
        async with open_extractor(job.model, settings, progress=progress) as extractor:
            with open_session(engine, reading=True) as session:
                pending = list(pending_articles(session, identity=extractor.identity, refs=job.articles or None))
            concurrency = job.concurrency or (1 if job.model in {"rules", "local"} else ENDPOINT_CONCURRENCY)
            with article_progress(len(pending), job.model) as advance:
                async for outcome in extract_many(
                    pending, load=load, extractor=extractor, concurrency=concurrency, clock=utc_now
                ):
                    with open_session(engine) as session:
                        if outcome.extraction:
                            save_extraction(session, extraction=outcome.extraction)
                        else:
                            record_failure(
                                session,
                                article_sha256=outcome.article_sha256,
                                identity=extractor.identity,
                                error=outcome.error,
                                now=utc_now(),
                            )
                    outcomes.append(outcome)
                    advance()


def _titles(engine: "Engine", outcomes: "Sequence[Outcome]") -> dict[str, str]:
    from extractor.store import list_articles, open_session

    wanted = {o.article_sha256 for o in outcomes}
    with open_session(engine, reading=True) as session:
        return {a.sha256: a.title or "" for a in list_articles(session) if a.sha256 in wanted}


def _bad_pieces(outcome: "Outcome") -> list[str]:
    pieces = outcome.extraction.pieces if outcome.extraction else ()
    return [p.state for p in pieces if p.state.is_loss]


def _report(outcomes: "Sequence[Outcome]", titles: dict[str, str], model: str) -> None:
    console = stdout_console()
    if not outcomes:
        console.print(f"nothing to do: every article has been extracted with {model} (claimdesk status tells more)")
        return
    numbers = ("claims", "flagged", "suspected misses", "tokens out", "seconds")
    table = new_table("article", "title", *numbers, "trouble", right=numbers)
    sums = [0, 0, 0, 0, 0.0]
    for outcome in outcomes:
        row: list[float] = [0, 0, 0, 0, 0.0]
        trouble = outcome.error and "failed"
        if extraction := outcome.extraction:
            row = [
                len(extraction.claims),
                sum(bool(c.flags) for c in extraction.claims),
                len(extraction.suspected_misses),
                extraction.usage.output_tokens,
                extraction.seconds,
            ]
            trouble = ", ".join(f"piece {state}" for state in _bad_pieces(outcome))
        sums = [a + b for a, b in zip(sums, row, strict=True)]
        if trouble or len(outcomes) <= MAX_ROWS:
            table.add_row(
                outcome.article_sha256[:SHORT_ID], titles.get(outcome.article_sha256, ""), *_cells(row), trouble
            )
    table.add_section()
    table.add_row("", f"{len(outcomes)} articles, {model}", *_cells(sums), "")
    console.print(table)


def _cells(row: Sequence[float]) -> list[str]:
    return [str(int(n)) for n in row[:-1]] + [f"{row[-1]:.1f}"]


def _report_json(outcomes: "Sequence[Outcome]") -> None:
    print_json(
        [
            {
                "article": o.article_sha256,
                "error": o.error or None,
                "claims": len(o.extraction.claims) if o.extraction else None,
                "suspected_misses": len(o.extraction.suspected_misses) if o.extraction else None,
                "pieces": [p.state for p in o.extraction.pieces] if o.extraction else None,
                "usage": o.extraction.usage if o.extraction else None,
                "seconds": o.extraction.seconds if o.extraction else None,
            }
            for o in outcomes
        ]
    )
