"""The runs that go on now and who works on them: once, or again and again."""

import sys
import time
from typing import TYPE_CHECKING

from extractor.cli.output import new_table, plain, print_json_line, stdout_console
from extractor.cli.watching import duration

if TYPE_CHECKING:
    from rich.table import Table
    from sqlalchemy import Engine

    from extractor.schema import Run, RunProgress

EVERY_S = 2.0
"""How often a person who watches sees the figures anew."""


def look(engine: "Engine") -> "list[RunProgress]":
    """Return the runs that go on now."""
    from extractor.clock import utc_now
    from extractor.store import open_session, progress

    with open_session(engine, reading=True) as session:
        return progress(session, now=utc_now())


def watch(engine: "Engine", *, as_json: bool) -> None:
    """Show the runs that go on now, every two seconds until Ctrl-C: a table, or one JSON line each time."""
    if as_json:
        while True:
            print_json_line(look(engine))
            time.sleep(EVERY_S)
    from rich.live import Live

    console = stdout_console()
    while not console.is_terminal:
        console.print(live_table(look(engine)))
        sys.stdout.flush()
        time.sleep(EVERY_S)
    with Live(live_table(look(engine)), console=console, auto_refresh=False) as live:
        while True:
            time.sleep(EVERY_S)
            live.update(live_table(look(engine)), refresh=True)


def live_table(going: "list[RunProgress]") -> "Table":
    """Tell each run that goes on, and below it its workers."""
    numbers = ("articles", "failed", "set aside", "left", "per s", "tokens", "USD", "time left")
    table = new_table("run", "model", "where", "seen", *numbers, right=("run", *numbers))
    for run in going:
        _add_run(table, run)
        if run.n_waiting is not None:
            for worker in run.workers:
                seen = f"{(worker.seen_at):%H:%M:%S}"
                where = f"{worker.host}, process {worker.pid}, {worker.settings.concurrency} in flight"
                table.add_row(f"{worker.id}", "", plain(where), seen, *_counts(worker), "", "", *_used(worker), "")
    if not going:
        table.add_row("", "nothing goes on")
    return table


def _add_run(table: "Table", going: "RunProgress") -> None:
    run = going.run
    if going.n_waiting is None:
        where, left = f"{run.host}, process {run.pid}", ""
    else:
        n = len(going.workers)
        where = f"queue, {n} worker{'' if n == 1 else 's'}" if n else "queue, no worker: start claimdesk worker"
        left = f"{going.n_waiting:,}"
    time_left = duration(going.n_waiting / going.articles_per_s) if going.n_waiting and going.articles_per_s else ""
    seen_at = max((worker.seen_at for worker in going.workers), default=run.seen_at)
    cells = (*_counts(run), left, f"{going.articles_per_s:.1f}", *_used(run), time_left)
    table.add_row(f"{run.id}", plain(run.model), plain(where), f"{seen_at:%H:%M:%S}", *cells)


def _counts(run: "Run") -> tuple[str, str, str]:
    totals = run.totals
    return f"{totals.n_done:,}", f"{totals.n_failed:,}", f"{totals.n_set_aside:,}"


def _used(run: "Run") -> tuple[str, str]:
    usage = run.totals.usage
    usd = "unknown" if usage.cost_usd is None else f"{usage.cost_usd:.2f}"
    return f"{usage.prompt_tokens + usage.output_tokens:,}", usd
