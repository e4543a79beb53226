"""Commands about articles: read them in, and tell how far the work is."""

from pathlib import Path
from typing import Annotated

import typer

from extractor.cli.output import (
    EXIT_FAILED,
    SHORT_ID,
    complain,
    count,
    failure_line,
    new_table,
    plain,
    print_json,
    stdout_console,
)


def ingest(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|URL|-...",
            help="Files (.txt .md .html .jsonl), folders, globs in quotes, web addresses, or - for stdin.",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each article.")] = False,
) -> None:
    """Read articles into the database.

    The same article twice is one article. A .jsonl file has one article a line: "text" is required;
    "title", "deck", "section", "byline", "publisher", "published" (or "date"), "language" (or "lang"), "url" and
    "id" are understood, "licence" is passed over, and anything else is refused with its line.
    """
    import sys

    from extractor.clock import utc_now
    from extractor.ingest import Rejected, read_articles
    from extractor.ingest.fetch import fetch_page
    from extractor.settings import load_settings
    from extractor.store import add_article, open_session, open_store

    n_added = n_known = n_rejected = 0
    engine = open_store(load_settings().database_url)
    for read in read_articles(inputs, stdin=sys.stdin.buffer, fetch=fetch_page):
        if isinstance(read, Rejected):
            n_rejected += 1
            complain(read.reason)
            continue
        with open_session(engine) as session:
            is_new = add_article(session, article=read, now=utc_now())
        n_added += is_new
        n_known += not is_new
        state = "added" if is_new else "known"
        title = read.metadata.title or Path(read.metadata.origin).name
        if as_json:
            line = {"article": read.sha256, "state": state, "title": title, "origin": read.metadata.origin}
            typer.echo(_json_line(line))
        else:
            typer.echo(f"{state}  {read.sha256[:SHORT_ID]}  {title}")
    if not as_json:
        typer.echo(f"{n_added} added, {n_known} already there, {n_rejected} rejected")
    if n_rejected:
        raise typer.Exit(EXIT_FAILED)


def _json_line(value: object) -> str:
    from pydantic_core import to_json

    return to_json(value).decode()


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Tell what is in the database: articles, claims by state, what was read and lost, what failed, and the cost."""
    from extractor.settings import load_settings
    from extractor.store import (
        count_by_status,
        ledger_totals,
        list_articles,
        list_failures,
        open_session,
        open_store,
        redacted,
        usage_by_model,
    )

    settings = load_settings()
    with open_session(open_store(settings.database_url), reading=True) as session:
        stored = list_articles(session)
        counts = count_by_status(session)
        totals = ledger_totals(session)
        failures = list_failures(session)
        usage = usage_by_model(session)
    n_pending = sum(a.extracted_at is None for a in stored)
    if as_json:
        print_json(
            {
                "database": redacted(settings.database_url),
                "articles": len(stored),
                "articles_without_extraction": n_pending,
                "claims": counts,
                "pieces": totals.pieces,
                "suspected_misses": totals.n_suspected_misses,
                "failures": failures,
                "usage": usage,
            }
        )
        return
    console = stdout_console()
    console.print(f"database {redacted(settings.database_url)}")
    console.print(f"{len(stored)} articles, {n_pending} of them not extracted yet")
    table = new_table("claims", "n", right=("n",))
    for state, n in counts.items():
        table.add_row(state, str(n))
    console.print(table)
    pieces = ", ".join(f"{n} {'with claims' if p == 'claims' else p}" for p, n in totals.pieces.items() if n) or "none"
    missed = count(totals.n_suspected_misses, "sentence")
    console.print(f"pieces read: {pieces}; {missed} perhaps missed: claimdesk show ARTICLE tells which")
    titles = {a.sha256: a.title or a.metadata.origin for a in stored}
    for failure in failures:
        of = f"{failure.article_sha256[:SHORT_ID]} {titles[failure.article_sha256]!r} with {failure_line(failure)}"
        console.print("[red]failed[/red]:", plain(of))
    if usage:
        table = new_table("model", "articles", "calls", "prompt tokens", "output tokens", "seconds", "USD")
        for row in usage:
            u = row.usage
            cost = "unknown" if u.cost_usd is None else f"{u.cost_usd:.2f}"
            cells = (row.n_articles, u.calls, u.prompt_tokens, u.output_tokens, f"{u.seconds:.0f}")
            table.add_row(row.model, *map(str, cells), cost if u.calls else "0")
        console.print(table)
