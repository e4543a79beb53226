"""The queue: procrastinate's tables in a schema of their own, and how they come there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from psycopg import sql
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_exponential_jitter

from extractor.errors import ConfigError, MigrationError
from extractor.schema import Identity
from extractor.store import (
    PATIENCE_S,
    QUEUE_SCHEMA,
    SchemaState,
    Verdict,
    conninfo,
    explain,
    identity_sha256,
    is_shared,
    redacted,
)

CONNECT_TIMEOUT_S = 10

MIGRATION_LOCK = 4_731_402_200
"""Key of the advisory lock that lets one program at a time make or migrate the queue; any fixed number."""


def queue_of(identity: Identity) -> str:
    """Return the name of the queue for all that work in this very way; the engine allows 128 characters."""
    return f"{identity.model[:60]}-{identity_sha256(identity)[:16]}"


def job_lock(identity: Identity, article_sha256: str) -> str:
    """Return what may be in the queue only once."""
    return f"{identity_sha256(identity)[:16]}-{article_sha256}"


def open_app(url: str) -> App:
    """Return the engine on a database; nothing is connected yet."""

    async def configure(connection: psycopg.AsyncConnection[object]) -> None:
        await connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(QUEUE_SCHEMA)))
        await connection.commit()

    connector = PsycopgConnector(
        conninfo=conninfo(url),
        configure=configure,
        min_size=1,
        max_size=4,
        timeout=CONNECT_TIMEOUT_S,
        reconnect_timeout=CONNECT_TIMEOUT_S,
    )
    app = App(connector=connector)
    app.job_manager = _Steady(app.connector)
    return app


class _Steady(JobManager):
    """Brings the end of a job to the database through a time without one, and where somebody else was quicker.

    Else a job whose end was lost would be in the hands of a worker that is alive and has forgotten it.
    """

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        """End a job."""
        async for attempt in _while_away():
            with attempt:
                try:
                    await super().finish_job_by_id_async(job_id, status, delete_job)
                except ConnectorException as exc:
                    _pass_unless_ended(exc)

    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Put a job back; where another one waits for the same article, end it."""
        async for attempt in _while_away():
            with attempt:
                try:
                    await super().retry_job_by_id_async(job_id, retry_at, priority, queue, lock)
                except UniqueViolation:
                    await self.finish_job_by_id_async(job_id, Status.SUCCEEDED, delete_job=True)
                except ConnectorException as exc:
                    _pass_unless_ended(exc)


def _while_away() -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception(lambda exc: isinstance(exc, ConnectorException)),
        wait=wait_exponential_jitter(multiplier=0.2, max=5, jitter=0.2),
        stop=stop_after_delay(PATIENCE_S),
        reraise=True,
    )


def _pass_unless_ended(exc: ConnectorException) -> None:
    """Let an error pass on, unless it is the engine's own word for a job that somebody else has ended."""
    if not isinstance(exc.__cause__, psycopg.errors.RaiseException):
        raise exc


def queue_state(url: str) -> SchemaState:
    """Look at the queue's schema without changing anything.

    Raises:
        ConfigError: The database is a file of one machine.
        StoreError: It cannot be reached or read.
    """
    with _connected(url) as connection:
        return _state(connection)


def upgrade_queue(url: str) -> SchemaState:
    """Bring the queue to the schema that the installed engine knows, in one transaction; create it where there is none.

    Raises:
        ConfigError: The database is a file of one machine.
        StoreError: It cannot be reached or written.
        MigrationError: The queue is of a newer engine.
    """
    schema = sql.Identifier(QUEUE_SCHEMA)
    with _connected(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        state = _state(connection)
        if state.verdict is Verdict.NEWER:
            raise _unusable(url, state)
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
        connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(schema))
        if state.verdict is Verdict.EMPTY:
            connection.execute(SchemaManager.get_schema())
        for migration in _migrations():
            if state.current is not None and migration.stem > state.current:
                # The engine's own files, as they came with it.
                connection.execute(migration.read_bytes())
        # The engine does not write down which schema it has.
        note = sql.SQL("COMMENT ON SCHEMA {} IS {}").format(schema, sql.Literal(state.head))
        connection.execute(note)
        return _state(connection)


def ensure_queue(url: str) -> None:
    """Create the queue where there is none; never migrate an older one unasked.

    Raises:
        ConfigError: The database is a file of one machine.
        StoreError: It cannot be reached or written.
        MigrationError: The queue is of an older or a newer engine; the message says what to do.
    """
    state = queue_state(url)
    if not state.is_usable:
        raise _unusable(url, state)
    if not state.is_current:
        upgrade_queue(url)


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    if not is_shared(url):
        raise ConfigError(
            f"workers share a backlog on PostgreSQL, and {redacted(url)} is a file of this machine: set "
            "CLAIMDESK_DATABASE_URL to postgresql://..., or work here with `claimdesk extract`"
        )
    try:
        with psycopg.connect(conninfo(url), connect_timeout=CONNECT_TIMEOUT_S) as connection:
            yield connection
    except psycopg.Error as exc:
        raise explain(exc, url) from exc


def _migrations() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _state(connection: psycopg.Connection[tuple[object, ...]]) -> SchemaState:
    names = [migration.stem for migration in _migrations()]
    row = connection.execute(
        "SELECT obj_description(to_regnamespace(%s), 'pg_namespace'), to_regclass(%s)",
        (QUEUE_SCHEMA, f"{QUEUE_SCHEMA}.procrastinate_jobs"),
    ).fetchone()
    note, jobs = row or (None, None)
    if jobs is None:
        return SchemaState(current=None, head=names[-1], verdict=Verdict.EMPTY)
    current = str(note)
    if current == names[-1]:
        verdict = Verdict.CURRENT
    else:
        verdict = Verdict.OLDER if current in names else Verdict.NEWER
    return SchemaState(current=current, head=names[-1], verdict=verdict)


def _unusable(url: str, state: SchemaState) -> MigrationError:
    return MigrationError(f"the queue in {redacted(url)} has {state.described}: {state.remedy}")
