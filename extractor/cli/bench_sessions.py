"""The benchmark of many reviewers at once: real sessions of the running app, and the database as the witness."""

import asyncio
import os
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.bench_desk import Database, FolderOption, ServerOption, Timed, desk_database
from extractor.cli.output import complain, new_table, stdout_console
from extractor.schema import Value

if TYPE_CHECKING:
    from extractor.cli.bench_session import Session, Shown

SETTLE_S = 0.45
"""A press that comes sooner after a claim was drawn does not count, see `review_app.logic.presses`."""

PORT_TRIES = 5


class Worked(Value):
    """What one session did."""

    reviewer: str
    decided: tuple[str, ...]
    """Claims that the page moved on from after it was told to verify them."""
    shown: tuple[str, ...]
    """Claims that stood on the page, each once, however often it was drawn."""
    presses_s: tuple[float, ...]
    """From each press until the page was sent whole."""
    troubles: tuple[str, ...]


class Witness(Value):
    """What the database says afterwards."""

    n_decisions: int
    """Made by these reviewers."""
    n_lost: int
    """Decisions that a page took for made and that are not in force under its reviewer's name."""
    n_unseen: int
    """Decisions in the database that no page knows of."""


def sessions(
    n_sessions: Annotated[int, typer.Option("--sessions", min=1, help="Reviewers at once.")] = 20,
    seconds: Annotated[float, typer.Option(min=1, help="How long they work.")] = 300.0,
    think: Annotated[float, typer.Option(min=0, help="Seconds that each reads a claim before deciding it.")] = 1.0,
    claims: Annotated[int, typer.Option(min=100, help="Made-up claims in the store.")] = 20_000,
    folder: FolderOption = None,
    server: ServerOption = None,
) -> None:
    """Let many reviewers decide at once on PostgreSQL: decisions lost, claims served twice, errors on the page.

    Every reviewer is a real session of one running app, logged in under a name of their own: a web socket over which
    the page's elements come and presses of its buttons go, as from a browser. Nothing is drawn.
    """
    with ExitStack() as stack:
        url = stack.enter_context(desk_database(Database.POSTGRESQL, claims, folder=folder, server=server))
        reviewers = [f"session {secrets.token_hex(3)} {n:02}" for n in range(1, n_sessions + 1)]
        complain(f"{n_sessions} sessions for {seconds:.0f} s")
        worked = _serve_and_work(url, reviewers, seconds=seconds, think_s=think)
        witness = _witness(url, worked)
    shown: Counter[str] = Counter(claim_id for one in worked for claim_id in one.shown)
    presses = Timed(name="", seconds=tuple(s for one in worked for s in one.presses_s))
    troubles = [trouble for one in worked for trouble in one.troubles]
    table = new_table("measure", "value", right=("value",))
    for name, value in (
        ("sessions", f"{n_sessions}"),
        ("seconds", f"{seconds:.0f}"),
        ("decisions that pages took for made", f"{sum(len(one.decided) for one in worked):,}"),
        ("decisions in the database", f"{witness.n_decisions:,}"),
        ("decisions lost", f"{witness.n_lost}"),
        ("decisions that no page knows of", f"{witness.n_unseen}"),
        ("claims shown to more than one", f"{sum(n > 1 for n in shown.values())}"),
        ("errors on pages", f"{len(troubles)}"),
        ("press to next page, p50 ms", f"{presses.at(0.5):.0f}" if presses.seconds else "-"),
        ("press to next page, p95 ms", f"{presses.at(0.95):.0f}" if presses.seconds else "-"),
    ):
        table.add_row(name, value)
    typer.echo(f"{claims:,} claims on PostgreSQL, {os.cpu_count()} cores for all of it, load {os.getloadavg()[0]:.1f}")
    stdout_console().print(table)
    for trouble, n in Counter(troubles).most_common(5):
        complain(f"{n} times: {trouble}")


def _serve_and_work(url: str, reviewers: Sequence[str], *, seconds: float, think_s: float) -> list[Worked]:
    from review_app.launch import free_port, serve

    port = free_port()
    secret = secrets.token_hex(32)
    with TemporaryDirectory(prefix="claimdesk-bench-") as folder:
        settings = Path(folder) / "secrets.toml"
        settings.write_text(_secrets(f"http://127.0.0.1:{port}", secret), encoding="utf-8")
        settings.chmod(0o600)
        _admit(url, reviewers)
        env = {**os.environ, "CLAIMDESK_DATABASE_URL": url, "CLAIMDESK_SECRETS": str(settings)}
        with serve(port=port, env=env) as app:
            return asyncio.run(_all(app.url, secret, reviewers, seconds=seconds, think_s=think_s))


def _secrets(app_url: str, secret: str) -> str:
    """Return the settings of a login service that nobody asks: the sessions come with the cookie of a login."""
    return (
        f'[auth]\nredirect_uri = "{app_url}/oauth2callback"\ncookie_secret = "{secret}"\nclient_id = "bench"\n'
        f'client_secret = "bench"\nserver_metadata_url = "{app_url}/nowhere"\n'
    )


def _admit(url: str, reviewers: Sequence[str]) -> None:
    from extractor.clock import utc_now
    from extractor.people import Role
    from extractor.store import NewMember, open_session, open_store, put_member

    engine = open_store(url)
    with open_session(engine) as session:
        for name in reviewers:
            new = NewMember(login=_login(name), name=name, role=Role.CHECKER)
            put_member(session, new=new, by="bench", now=utc_now())
    engine.dispose()


def _login(name: str) -> str:
    return f"{name.replace(' ', '.')}@desk.example"


async def _all(app_url: str, secret: str, reviewers: Sequence[str], *, seconds: float, think_s: float) -> list[Worked]:
    import aiohttp

    from extractor.cli.bench_session import connect

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        pages = [await connect(http, app_url, secret=secret, login=_login(name)) for name in reviewers]
        # Everybody is there before the time begins: a server that has just started is slow with its first page.
        first = await asyncio.gather(*(page.open() for page in pages))
        until = time.monotonic() + seconds
        begun = zip(pages, reviewers, first, strict=True)
        jobs = [_work(page, name, shown, until=until, think_s=think_s) for page, name, shown in begun]
        return await asyncio.gather(*jobs)


async def _work(page: "Session", reviewer: str, shown: "Shown", *, until: float, think_s: float) -> Worked:
    from extractor.cli.bench_session import PageGone

    decided: list[str] = []
    presses: list[float] = []
    troubles: list[str] = []
    seen: dict[str, None] = {}
    try:
        while True:
            troubles += shown.troubles
            if not shown.claim_id or not shown.button:
                troubles.append("the page shows no claim to decide")
                break
            seen[shown.claim_id] = None
            await asyncio.sleep(max(SETTLE_S, think_s))
            if time.monotonic() >= until:
                break
            before = shown.claim_id
            shown, taken = await page.press(shown.button)
            presses.append(taken)
            if shown.claim_id != before:
                decided.append(before)
    except (PageGone, TimeoutError) as error:
        troubles.append(f"{type(error).__name__}: {error}")
    return Worked(
        reviewer=reviewer,
        decided=tuple(decided),
        shown=tuple(seen),
        presses_s=tuple(presses),
        troubles=tuple(troubles),
    )


def _witness(url: str, worked: Sequence[Worked]) -> Witness:
    """Hold what the pages believe against what the database has."""
    from extractor.schema import DecisionKind
    from extractor.store import Window, history, open_session, open_store, work_by_person

    engine = open_store(url)
    n_lost = 0
    with open_session(engine, reading=True) as session:
        people = work_by_person(session, window=Window())
        made = {one.reviewer: one.n for one in people if one.kind is DecisionKind.VERIFY}
        for one in worked:
            for claim_id in one.decided:
                steps = history(session, claim_id=claim_id)
                mine = [step for step in steps if (step.reviewer, step.kind) == (one.reviewer, DecisionKind.VERIFY)]
                n_lost += len(mine) != 1 or steps[-1] != mine[0]
    engine.dispose()
    n_decisions = sum(made.get(one.reviewer, 0) for one in worked)
    known = sum(len(one.decided) for one in worked)
    return Witness(n_decisions=n_decisions, n_lost=n_lost, n_unseen=max(0, n_decisions - known + n_lost))
