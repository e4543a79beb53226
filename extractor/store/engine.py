"""Reaching the database: the engine, the session, its errors in plain words."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import SQLITE_BUSY, OperationalError
from threading import Event
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlmodel import Session
from tenacity import (
    RetryCallState,
    Retrying,
    retry,
    retry_if_exception,
    retry_if_exception_type,
    sleep_using_event,
    stop_after_delay,
    stop_when_event_set,
    wait_exponential_jitter,
    wait_random,
)

from extractor.errors import MigrationError, StoreError, StoreUnavailable

T = TypeVar("T")

VERSION_TABLE = "claimdesk_version"
"""Where the schema's revision is written; a name of our own, since a PostgreSQL database may be shared."""

BUSY_TIMEOUT_S = 30.0
"""How long one writer of SQLite waits for another."""

CONNECT_TIMEOUT_S = 10

PATIENCE_S = 600.0
"""How long a run waits for a database that has gone away."""

SECRET_PARAMETERS = ("password", "sslpassword")

COMPLAINTS: tuple[tuple[str, str], ...] = (
    ("file is not a database", "is not a database: name another file in CLAIMDESK_DATABASE_URL"),
    ("disk image is malformed", "is damaged: restore it from a copy"),
    ("unable to open database file", "cannot be opened: check that its folder exists and that you may write there"),
    ("readonly database", "may only be read: check the permissions of the file and its folder"),
    ("database or disk is full", "cannot grow, the disk is full: make room and run the command again"),
    ("No space left on device", "cannot grow, the server's disk is full: make room and run the command again"),
    ("password authentication failed", "refuses the user name or password: check CLAIMDESK_DATABASE_URL"),
    ("no password supplied", "wants a password: add it to CLAIMDESK_DATABASE_URL"),
    ("does not exist", "does not exist on its server: create it (createdb) or check CLAIMDESK_DATABASE_URL"),
    ("permission denied", "does not give this user the rights it needs: grant them or name another user"),
    ("NUL (0x00)", "cannot hold a text with NUL characters: remove them from the input"),
)
"""A part of the driver's message, and what it means for the database it is about."""

PASSING: tuple[tuple[str, str], ...] = (
    ("database is locked", "is busy with another program's writing: run the command again"),
    ("deadlock detected", "had two programs wait for each other: run the command again"),
    ("the database system is", "is starting or stopping: run the command again in a moment"),
    ("too many clients", "serves as many programs as it can: run the command again in a moment"),
)
"""The same for what passes by itself."""

UNREACHABLE = ("connection", "resolve host", "translate host name", "timeout expired")

MISSING_TABLE = ("no such table", "no such column", "UndefinedTable", "UndefinedColumn")


def redacted(url: str) -> str:
    """Return a database URL as it may be shown: without its password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # A port that is no number, for one: the password may be anywhere before the host.
        return re.sub(r"(?<=://).*(?=@)", "***", url) if re.search("://.*@", url) else "a URL that is not one"
    hidden = {name: "hidden" for name in SECRET_PARAMETERS if name in parsed.query}
    shown = parsed.set(drivername=parsed.get_backend_name()).update_query_dict(hidden)
    return shown.render_as_string(hide_password=True)


def open_engine(url: str) -> Engine:
    """Return an engine for the database; nothing is read or written yet but a missing folder is made.

    Args:
        url: ``sqlite:///file`` or ``postgresql://user:password@host/database``.

    Raises:
        StoreError: The URL is not understood, or the file's folder cannot be made.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "postgresql":
        # What the driver logs of a connection that broke also reaches us as an exception, and is told in our words.
        logging.getLogger("psycopg").setLevel(logging.ERROR)
        return create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    folder = Path(str(parsed.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreError(
            f"the folder {str(folder)!r} for the database cannot be made ({exc.strerror}): "
            "choose another place in CLAIMDESK_DATABASE_URL"
        ) from exc
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def parse_url(url: str) -> URL:
    """Return a URL of a database that the store can use, its driver named.

    Raises:
        StoreError: It is not understood, or of a kind without support.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as exc:
        raise StoreError(f"the database URL {redacted(url)!r} is not understood: see CLAIMDESK_DATABASE_URL") from exc
    match parsed.get_backend_name():
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case "sqlite" if parsed.database not in (None, "", ":memory:"):
            return parsed.set(drivername="sqlite")
        case "sqlite":
            raise StoreError(f"the database {redacted(url)!r} would be forgotten: name a file, sqlite:///claimdesk.db")
        case other:
            raise StoreError(f"no support for {other!r} databases: use sqlite:///file or postgresql://host/database")


def is_shared(url: str) -> bool:
    """Tell whether programs on many machines can use a database at the same time.

    Raises:
        StoreError: The URL is not understood, or of a kind without support.
    """
    return parse_url(url).get_backend_name() == "postgresql"


def conninfo(url: str) -> str:
    """Return a PostgreSQL URL as its own client library reads it, password and all."""
    return parse_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def driver_connection(session: Session) -> Any:
    """Return the driver's own connection, for a library that shall write in this session's transaction."""
    return session.connection().connection.driver_connection


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's own BEGIN is a deferred one and comes too late; see `_begin_sqlite`.
    connection.isolation_level = None
    _set_wal(connection)
    connection.execute("PRAGMA foreign_keys = ON")


# SQLite's own timeout does not hold where two connections turn a new file into a WAL one at the same time.
@retry(
    retry=retry_if_exception(lambda exc: isinstance(exc, OperationalError) and exc.sqlite_errorcode == SQLITE_BUSY),
    wait=wait_random(0.01, 0.1),
    stop=stop_after_delay(BUSY_TIMEOUT_S),
    reraise=True,
)
def _set_wal(connection: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    # With a plain BEGIN, 600 of 800 concurrent transactions failed when they came to write; with IMMEDIATE none.
    reading = connection.get_execution_options().get("postgresql_readonly", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def open_session(engine: Engine, *, reading: bool = False) -> Iterator[Session]:
    """Open one transaction: committed at the end of the block, rolled back if the block raises.

    Args:
        engine: Where to.
        reading: Nothing will be written. On SQLite such a session waits for nobody and nobody waits
            for it, so everything that only looks, and all that takes long, should say so.

    Yields:
        The session that every function of the store takes first.

    Raises:
        StoreError: The database refused; the message says what to do.
        MigrationError: Its tables are not there, or not as this program knows them.
    """
    bound = engine.execution_options(postgresql_readonly=True) if reading else engine
    with translated(engine.url), Session(bound) as session:
        yield session
        session.commit()


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Turn every error of SQLAlchemy and its drivers into one of ours, at this one seam."""
    try:
        yield
    except SQLAlchemyError as exc:
        raise _translation(exc, redacted(url.render_as_string(hide_password=False))) from exc


def patiently(
    work: Callable[[], T], *, tell: Callable[[str], None], give_up: Event | None = None, patience_s: float = PATIENCE_S
) -> T:
    """Do something with the database, and try again for a while where it is away or busy just now.

    Args:
        work: A whole transaction, which may be done twice: an answer may get lost after the deed.
        tell: Told, in a sentence, that there is a wait.
        give_up: When set, nobody waits any longer.
        patience_s: How long to wait in all.

    Raises:
        StoreUnavailable: It did not come back in time.
    """
    event = give_up or Event()

    def say(state: RetryCallState) -> None:
        if state.attempt_number == 1 and state.outcome is not None:
            tell(f"{state.outcome.exception()}; waiting for it, up to {patience_s / 60:.0f} minutes")

    retrying = Retrying(
        retry=retry_if_exception_type(StoreUnavailable),
        wait=wait_exponential_jitter(multiplier=0.2, max=5, jitter=0.2),
        stop=stop_after_delay(patience_s) | stop_when_event_set(event),
        sleep=sleep_using_event(event),
        before_sleep=say,
        reraise=True,
    )
    return retrying(work)


def _translation(exc: SQLAlchemyError, where: str) -> StoreError:
    # Not str(exc): SQLAlchemy's text holds the statement and its parameters, whole articles among them.
    cause = exc.orig if isinstance(exc, DBAPIError) and exc.orig is not None else exc
    return _meaning(cause, where, lost=isinstance(exc, DBAPIError) and exc.connection_invalidated)


def explain(error: BaseException, url: str) -> StoreError:
    """Say in our terms what PostgreSQL's driver said to a library that uses it itself."""
    return _meaning(error, redacted(url), lost=False)


def _meaning(cause: BaseException, where: str, *, lost: bool) -> StoreError:
    message = str(cause)
    if any(sign in f"{type(cause).__name__}: {message}" for sign in MISSING_TABLE):
        return MigrationError(f"the database {where} lacks a table or column: run `claimdesk db upgrade`")
    for sign, meaning in COMPLAINTS:
        if sign in message:
            return StoreError(f"the database {where} {meaning}")
    for sign, meaning in PASSING:
        if sign in message:
            return StoreUnavailable(f"the database {where} {meaning}")
    first_line = message.splitlines()[0] if message else type(cause).__name__
    if lost or any(sign in message for sign in UNREACHABLE):
        return StoreUnavailable(f"the database {where} cannot be reached: check that the server runs ({first_line})")
    return StoreError(f"the database {where} refused: {first_line}")
