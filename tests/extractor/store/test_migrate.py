import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, make_url, text

from extractor.errors import MigrationError, StoreError
from extractor.schema import ClaimFilter, ClaimOrder, ClaimStatus
from extractor.store import (
    Verdict,
    claims_page,
    decide,
    ensure_schema,
    ledger_totals,
    open_engine,
    open_session,
    open_store,
    schema_state,
    upgrade,
)
from extractor.store.engine import VERSION_TABLE
from extractor.store.migrate import MIGRATIONS
from extractor.store.tables import Row
from tests.extractor.store.samples import NOON, fill, make_claim, verification

HEAD = ScriptDirectory(str(MIGRATIONS)).get_current_head()


def write_revision(url: str, revision: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :revision"), {"revision": revision})
    engine.dispose()


@pytest.fixture
def next_revision(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the program one more migration than the database has; its body is the argument."""
    head = upgrade(database_url).head

    def add(body: str) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(MIGRATIONS, folder)
        (folder / "versions" / "9000_next.py").write_text(
            "from alembic import op\nimport sqlalchemy as sa\n"
            f'revision = "9000"\ndown_revision = "{head}"\n'
            f"def upgrade():\n    {body}\n"
        )
        monkeypatch.setattr("extractor.store.migrate.MIGRATIONS", folder)

    return add


def test_migrations_lead_to_the_tables_of_the_program(database_url: str) -> None:
    upgrade(database_url)
    engine = open_engine(database_url)
    with engine.connect() as connection:
        # What full-text search keeps differs between the two databases and is no table of the program's.
        of_search = {"ix_claim_index_document", "ix_claim_index_queue", "ix_claim_index_time"}
        own = {
            "version_table": VERSION_TABLE,
            "include_name": lambda name, _type, _parents: "_fts" not in str(name) and name not in of_search,
        }
        context = MigrationContext.configure(connection, opts=own)
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()


def test_an_empty_database_is_empty_until_upgraded(database_url: str) -> None:
    before = schema_state(database_url)
    assert (before.current, before.verdict, before.is_usable, before.remedy) == (None, Verdict.EMPTY, True, "")
    after = upgrade(database_url)
    assert (after.current, after.is_current, after.remedy) == (after.head, True, "")
    assert schema_state(database_url) == after == upgrade(database_url)


def test_looking_at_a_database_that_is_not_there_makes_no_file(sqlite_url: str) -> None:
    assert schema_state(sqlite_url).verdict is Verdict.EMPTY
    assert not Path(str(make_url(sqlite_url).database)).parent.exists()


def test_upgrading_keeps_what_is_there(database_url: str) -> None:
    engine = open_store(database_url)
    article = fill(engine)
    upgrade(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT sha256 FROM article")).scalar_one() == article.sha256
    engine.dispose()


def test_a_newer_schema_is_refused_and_left_alone(database_url: str) -> None:
    upgrade(database_url)
    write_revision(database_url, "9999")
    for opening in (ensure_schema, open_store, upgrade):
        with pytest.raises(MigrationError, match=r"newer schema \(9999\): upgrade claimdesk"):
            opening(database_url)
    state = schema_state(database_url)
    assert (state.current, state.verdict, state.is_usable) == ("9999", Verdict.NEWER, False)


def test_an_older_schema_is_refused_until_upgraded(database_url: str, next_revision: Callable[[str], None]) -> None:
    next_revision('op.add_column("article", sa.Column("added_later", sa.String))')
    with pytest.raises(MigrationError, match=r"older schema \(\d{4}\): run `claimdesk db upgrade`"):
        open_store(database_url)
    assert schema_state(database_url).remedy.startswith("run `claimdesk db upgrade`")
    assert upgrade(database_url).current == "9000"
    ensure_schema(database_url)


def test_a_migration_that_fails_leaves_nothing_behind(database_url: str, next_revision: Callable[[str], None]) -> None:
    next_revision('op.create_table("half", sa.Column("id", sa.Integer)); op.execute("SELECT nonsense")')
    with pytest.raises(StoreError):
        upgrade(database_url)
    assert schema_state(database_url).verdict is Verdict.OLDER
    engine = open_engine(database_url)
    assert not inspect(engine).has_table("half")
    engine.dispose()


def test_many_programs_may_open_a_new_database_at_once(database_url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ensure_schema, [database_url] * 8))
    assert schema_state(database_url).is_current


def test_what_was_extracted_before_is_counted(database_url: str) -> None:
    """A database of revision 0001 with data in it: the ledger's sums are there after the upgrade."""
    engine = open_engine(database_url)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.commit()
    pieces = [{"state": state} for state in ("claims", "claims", "failed", "truncated")]
    article = "INSERT INTO article VALUES (1, 'a', 'Title', 0, '2026-11-20 12:00:00+00:00', '{}', 'Text.')"
    extraction = (
        "INSERT INTO extraction (id, article_sha256, identity_sha256, model, identity, started_at, seconds, calls, "
        "prompt_tokens, output_tokens, call_seconds, suspected_misses, pieces) VALUES (1, 'a', 'b', 'm', '{}', "
        "'2026-11-20 12:00:00+00:00', 1, 1, 1, 1, 1, '[{}, {}]', :pieces)"
    )
    with engine.begin() as connection:
        connection.execute(text(article))
        connection.execute(text(extraction), {"pieces": json.dumps(pieces)})
    assert upgrade(database_url).current == HEAD
    with open_session(engine, reading=True) as session:
        totals = ledger_totals(session)
    assert {state: n for state, n in totals.pieces.items() if n} == {"claims": 2, "failed": 1, "truncated": 1}
    assert totals.n_suspected_misses == 2
    engine.dispose()


def test_an_index_of_claims_from_before_learns_their_status(database_url: str) -> None:
    """A database as revision 0016 left it, with claims in it: they are found by status in every order."""
    engine = open_store(database_url)
    claims = [make_claim(f"claim {n}", start=n) for n in range(3)]
    fill(engine, *claims)
    with open_session(engine) as session:
        decide(session, decision=verification(claims[1]), now=NOON)
    with engine.begin() as connection:
        for index in ("status", "queue", "time"):
            connection.execute(text(f"DROP INDEX IF EXISTS ix_claim_index_{index}"))
        connection.execute(text("ALTER TABLE claim_index DROP COLUMN status"))
    write_revision(database_url, "0016")
    upgrade(database_url)
    test_migrations_lead_to_the_tables_of_the_program(database_url)
    waiting, done = ({claims[0].id, claims[2].id}, ClaimStatus.PENDING), ({claims[1].id}, ClaimStatus.VERIFIED)
    with open_session(engine, reading=True) as session:
        for order in ClaimOrder:
            for expected, status in (waiting, done):
                page = claims_page(session, where=ClaimFilter(statuses=(status,)), order=order)
                assert {held.claim.id for held in page.claims} == expected, (order, status)
    engine.dispose()
