"""The command that tells how far the work is."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.output import (
    SHORT_ID,
    count,
    failure_line,
    new_table,
    plain,
    print_json,
    stdout_console,
)

if TYPE_CHECKING:
    from extractor.provider_batch import ProviderBatch
    from extractor.schema import Failure, Run
    from extractor.store import ArticleUsage, CopyCounts, FailureCounts, FollowedSource, ModelUsage, WorkDone

DECIDED_WITHIN = timedelta(days=30)
"""So far back `status` tells what was decided."""
MAX_FAILURES = 20
MAX_COSTLIEST = 5
MAX_RUNS = 10
"""So many rows `status` shows of each."""


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Only the runs that go on now, and who works on them, until Ctrl-C.")
    ] = False,
) -> None:
    """Tell what is in the database: articles, claims, what was decided, lost and failed, runs and cost, sources."""
    from extractor.cli import live
    from extractor.clock import utc_now
    from extractor.settings import load_settings
    from extractor.store import (
        Bins,
        Window,
        article_titles,
        costliest_articles,
        count_articles,
        count_by_status,
        count_copies,
        count_failures,
        ledger_totals,
        list_batches,
        list_failures,
        list_runs,
        list_sources,
        open_session,
        open_store,
        progress,
        redacted,
        usage_by_model,
        work_done,
    )

    settings = load_settings()
    engine = open_store(settings.database_url)
    if watch:
        live.watch(engine, as_json=as_json)
    with open_session(engine, reading=True) as session:
        articles = count_articles(session)
        copies = count_copies(session)
        counts = count_by_status(session)
        totals = ledger_totals(session)
        n_failures = count_failures(session)
        failures = list_failures(session, limit=MAX_FAILURES)
        usage = usage_by_model(session)
        decided = work_done(session, window=Window(since=utc_now() - DECIDED_WITHIN), bins=Bins(hours=24))
        costliest = costliest_articles(session, limit=MAX_COSTLIEST)
        runs = list_runs(session, limit=MAX_RUNS)
        sources = list_sources(session)
        going = progress(session, now=utc_now())
        batches = list_batches(session, limit=MAX_RUNS)
        titles = article_titles(session, sha256s=[f.article_sha256 for f in failures])
    if as_json:
        print_json(
            {
                "database": redacted(settings.database_url),
                "articles": articles.n,
                "articles_without_extraction": articles.n_without_extraction,
                "copies": copies,
                "claims": counts,
                "pieces": totals.pieces,
                "suspected_misses": totals.n_suspected_misses,
                "n_failures": n_failures.n,
                "n_set_aside": n_failures.n_set_aside,
                "failures": failures,
                "decided": decided,
                "usage": usage,
                "usage_by_article": costliest,
                "runs": runs,
                "sources": sources,
                "live": going,
                "batches": batches,
            }
        )
        return
    console = stdout_console()
    console.print(f"database {redacted(settings.database_url)}")
    console.print(f"{articles.n} articles, {articles.n_without_extraction} of them not extracted yet")
    if told := _copies_line(copies):
        console.print(told)
    table = new_table("claims", "n", right=("n",))
    for state, n in counts.items():
        table.add_row(state, str(n))
    console.print(table)
    pieces = ", ".join(f"{n} {'with claims' if p == 'claims' else p}" for p, n in totals.pieces.items() if n) or "none"
    missed = count(totals.n_suspected_misses, "sentence")
    console.print(f"pieces read: {pieces}; {missed} perhaps missed: claimdesk show ARTICLE tells which")
    _print_failures(failures, n_failures, titles)
    _print_decided(decided)
    _print_usage(usage, costliest)
    if going:
        console.print(live.live_table(going))
    _print_runs(runs)
    _print_sources(sources)
    _print_batches(batches)


def _copies_line(copies: "CopyCounts") -> str:
    parts = (
        (copies.n_nothing_new, "near copy", "near copies", " without a new sentence, not extracted again"),
        (copies.n_with_news, "near copy", "near copies", " with something new"),
        (copies.n_updates, "newer version", "newer versions", " of an article"),
        (copies.n_reprints, "reprint", "reprints", " at another address"),
    )
    return "; ".join(f"{n} {one if n == 1 else many}{what}" for n, one, many, what in parts if n)


def _print_failures(failures: "list[Failure]", counts: "FailureCounts", titles: dict[str, str]) -> None:
    console = stdout_console()
    for failure in failures:
        title = titles.get(failure.article_sha256, "")
        of = f"{failure.article_sha256[:SHORT_ID]} {title!r} with {failure_line(failure)}"
        aside = ", set aside" if failure.is_set_aside else ""
        console.print(f"[red]failed{aside}[/red]:", plain(of))
    if counts.n > len(failures):
        console.print(f"and {counts.n - len(failures)} more; export --what articles has them all")
    if counts.n_set_aside:
        console.print(
            f"{count(counts.n_set_aside, 'article')} set aside: claimdesk extract --retry-failed takes them up again"
        )


def _print_decided(decided: "list[WorkDone]") -> None:
    kinds: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for entry in decided:
        kinds[entry.model, entry.prompt][entry.kind] += entry.n
    if not kinds:
        return
    shown = ("verify", "correct", "reject", "add")
    columns = ("verified", "corrected", "rejected", "added")
    title = f"decided in {DECIDED_WITHIN.days} days, found by"
    table = new_table(title, "prompt", *columns, right=columns)
    for (model, prompt), n in sorted(kinds.items()):
        table.add_row(model, prompt, *(str(n[kind]) for kind in shown))
    stdout_console().print(table)


def _print_usage(usage: "list[ModelUsage]", costliest: "list[ArticleUsage]") -> None:
    numbers = ("articles", "calls", "prompt tokens", "output tokens", "seconds", "USD", "USD/article")
    if usage:
        table = new_table("model", *numbers, right=numbers)
        for row in usage:
            u = row.usage
            each = None if u.cost_usd is None else u.cost_usd / row.n_articles
            cells = (row.n_articles, u.calls, u.prompt_tokens, u.output_tokens, f"{u.seconds:.0f}")
            table.add_row(row.model, *map(str, cells), _usd(u.cost_usd, u.calls), _usd(each, u.calls, digits=4))
        stdout_console().print(table)
    if costliest:
        table = new_table("dearest articles", "model", *numbers[1:6], right=numbers[1:6])
        for article in costliest:
            u = article.usage
            used = map(str, (u.calls, u.prompt_tokens, u.output_tokens, f"{u.seconds:.0f}"))
            cost = _usd(u.cost_usd, u.calls, digits=4)
            table.add_row(article.article_sha256[:SHORT_ID], article.model, *used, cost)
        stdout_console().print(table)


def _print_runs(runs: "list[Run]") -> None:
    if not runs:
        return
    numbers = ("articles", "failed", "set aside", "claims", "prompt tokens", "output tokens", "kept answers", "USD")
    table = new_table("run", "begun (UTC)", "model", "state", *numbers, right=("run", *numbers))
    for run in runs:
        t = run.totals
        u = t.usage
        cells = (t.n_done, t.n_failed, t.n_set_aside, t.n_claims, u.prompt_tokens, u.output_tokens, u.reused)
        begun = f"{run.started_at:%Y-%m-%d %H:%M}"
        where = f"{run.state}, part of {run.part_of}" if run.part_of else str(run.state)
        table.add_row(str(run.id), begun, run.model, where, *map(str, cells), _usd(u.cost_usd, u.calls))
    stdout_console().print(table)


def _print_sources(sources: "list[FollowedSource]") -> None:
    if not sources:
        return
    from extractor.schema import VisitState

    table = new_table("feed, sitemap or folder", "last look (UTC)", *VisitState, "trouble", right=tuple(VisitState))
    for source in sources:
        listing = source.listing
        numbers = (str(source.n_by_state[state]) for state in VisitState)
        table.add_row(plain(listing.address), f"{listing.checked_at:%Y-%m-%d %H:%M}", *numbers, plain(listing.trouble))
    stdout_console().print(table)


def _print_batches(batches: "list[ProviderBatch]") -> None:
    if not batches:
        return
    numbers = ("questions", "answered", "not answered")
    table = new_table("batch", "begun (UTC)", "model", "state", *numbers, right=("batch", *numbers))
    for batch in batches:
        cells = (batch.n_questions, batch.n_answered, batch.n_failed)
        why = batch.reason or (batch.status if batch.ended_at is None else "")
        state = f"{batch.state} ({why})" if why else str(batch.state)
        table.add_row(str(batch.id), f"{batch.begun_at:%Y-%m-%d %H:%M}", batch.model, plain(state), *map(str, cells))
    stdout_console().print(table)


def _usd(cost_usd: float | None, calls: int, *, digits: int = 2) -> str:
    if not calls:
        return "0"
    return "unknown" if cost_usd is None else f"{cost_usd:.{digits}f}"
