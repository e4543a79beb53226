"""The database's schema: which revision it has, and how it gets the one this program knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from extractor.errors import MigrationError
from extractor.schema import Value
from extractor.store.copies import link_older
from extractor.store.engine import VERSION_TABLE, open_engine, parse_url, redacted, translated
from extractor.store.index import rebuild_where_outdated

MIGRATIONS = Path(__file__).parent / "migrations"

MIGRATION_LOCK = 4_731_402_199
"""Key of the advisory lock that lets one program at a time migrate a PostgreSQL database; any fixed number."""


class Verdict(StrEnum):
    """How a database's schema compares with the one this program knows."""

    CURRENT = "current"
    EMPTY = "empty"
    OLDER = "older"
    NEWER = "newer"


class SchemaState(Value):
    """What schema a database has."""

    current: str | None
    """Its revision; None when it has none yet."""
    head: str
    """The revision that this program knows."""
    verdict: Verdict

    @property
    def is_current(self) -> bool:
        """Tell whether this program can work with it as it is."""
        return self.verdict is Verdict.CURRENT

    @property
    def is_usable(self) -> bool:
        """Tell whether this program can work with it, or make it so without asking: an empty one is filled."""
        return self.verdict in {Verdict.CURRENT, Verdict.EMPTY}

    @property
    def described(self) -> str:
        """Name it in a sentence: ``an older schema (0010)``."""
        return f"{'a' if self.verdict is Verdict.NEWER else 'an'} {self.verdict} schema ({self.current})"

    @property
    def remedy(self) -> str:
        """What to do about it; empty when there is nothing to do."""
        match self.verdict:
            case Verdict.OLDER:
                return "run `claimdesk db upgrade` (make a copy of the database first)"
            case Verdict.NEWER:
                return "upgrade claimdesk, a newer one has written it"
            case Verdict.EMPTY | Verdict.CURRENT:
                return ""


def schema_state(url: str) -> SchemaState:
    """Look at a database's schema without changing anything; a SQLite file that is not there is empty.

    Raises:
        StoreError: The database cannot be reached or read.
    """
    head = _scripts().get_current_head() or ""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
        return SchemaState(current=None, head=head, verdict=Verdict.EMPTY)
    with _connected(url) as connection:
        return _state(connection)


def upgrade(url: str) -> SchemaState:
    """Bring a database to the schema that this program knows, in one transaction; create it where there is none.

    Raises:
        StoreError: The database cannot be reached or written.
        MigrationError: It is of a newer schema.
    """
    with _connected(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        state = _state(connection)
        if state.verdict is Verdict.NEWER:
            raise _unusable(url, state)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        link_older(connection)
        rebuild_where_outdated(connection)
        return _state(connection)


def ensure_schema(url: str) -> None:
    """Create the schema of an empty database; never migrate an older one unasked.

    Raises:
        StoreError: The database cannot be reached or written.
        MigrationError: It is of an older or a newer schema; the message says what to do.
    """
    state = schema_state(url)
    if not state.is_usable:
        raise _unusable(url, state)
    if not state.is_current:
        upgrade(url)


def open_store(url: str) -> Engine:
    """Return an engine for a database that is ready for work, created where there was none.

    Raises:
        StoreError: The database cannot be reached or written.
        MigrationError: It is of an older or a newer schema; the message says what to do.
    """
    ensure_schema(url)
    return open_engine(url)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = open_engine(url)
    try:
        with translated(engine.url), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _state(connection: Connection) -> SchemaState:
    scripts = _scripts()
    head = scripts.get_current_head() or ""
    current = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current is None:
        verdict = Verdict.EMPTY
    elif current == head:
        verdict = Verdict.CURRENT
    else:
        verdict = Verdict.OLDER if current in known else Verdict.NEWER
    return SchemaState(current=current, head=head, verdict=verdict)


def _unusable(url: str, state: SchemaState) -> MigrationError:
    return MigrationError(f"the database {redacted(url)} has {state.described}: {state.remedy}")
