"""The queue's schema: made, upgraded, refused."""

from pathlib import Path

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from extractor.errors import ConfigError, MigrationError
from extractor.store import QUEUE_SCHEMA, Verdict, upgrade
from extractor.worker import ensure_queue, queue_state, upgrade_queue

FUNCTIONS = (
    "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
    f"WHERE n.nspname = '{QUEUE_SCHEMA}' ORDER BY 1"
)


def test_an_empty_database_gets_a_queue_of_its_own(postgres_url: str) -> None:
    upgrade(postgres_url)
    assert queue_state(postgres_url).verdict is Verdict.EMPTY
    ensure_queue(postgres_url)
    state = queue_state(postgres_url)
    assert state.is_current
    assert upgrade_queue(postgres_url) == state
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'procrastinate%'")
        assert found.fetchall() == [(QUEUE_SCHEMA,)]


def test_a_queue_of_an_older_engine_is_refused_until_upgraded(postgres_url: str) -> None:
    migrations = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    older = next(n for n, migration in enumerate(migrations) if migration.stem.startswith("03.02"))
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"CREATE SCHEMA {QUEUE_SCHEMA}")
        connection.execute(f"SET LOCAL search_path TO {QUEUE_SCHEMA}")
        for migration in migrations[:older]:
            connection.execute(migration.read_bytes())
        connection.execute(f"COMMENT ON SCHEMA {QUEUE_SCHEMA} IS '{migrations[older - 1].stem}'")
    assert queue_state(postgres_url).verdict is Verdict.OLDER
    with pytest.raises(MigrationError, match=r"older schema .*: run `claimdesk db upgrade`"):
        ensure_queue(postgres_url)
    assert upgrade_queue(postgres_url).is_current
    with psycopg.connect(postgres_url) as connection:
        upgraded = connection.execute(FUNCTIONS).fetchall()
        connection.execute(f"DROP SCHEMA {QUEUE_SCHEMA} CASCADE")
    upgrade_queue(postgres_url)
    with psycopg.connect(postgres_url) as connection:
        assert set(connection.execute(FUNCTIONS).fetchall()) <= set(upgraded)


def test_a_queue_of_a_newer_engine_is_left_alone(postgres_url: str) -> None:
    ensure_queue(postgres_url)
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"COMMENT ON SCHEMA {QUEUE_SCHEMA} IS '99.00.00_01_later'")
    for opening in (ensure_queue, upgrade_queue):
        with pytest.raises(MigrationError, match="newer schema"):
            opening(postgres_url)


def test_a_file_has_no_queue(sqlite_url: str) -> None:
    with pytest.raises(ConfigError, match="is a file of this machine"):
        ensure_queue(sqlite_url)
