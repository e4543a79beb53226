import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text

from extractor.errors import ClaimDeskError, MigrationError, StoreError
from extractor.store import (
    add_article,
    count_by_status,
    get_article,
    list_articles,
    open_engine,
    open_session,
    open_store,
    redacted,
    schema_state,
    upgrade,
)
from tests.extractor.store.samples import NOON, fill, make_article


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////data/claims.db", "sqlite:////data/claims.db"),
        ("postgresql://desk@host/claims", "postgresql://desk@host/claims"),
        ("postgresql://desk:top%40secret@host/claims", "postgresql://desk:***@host/claims"),
        ("postgresql://desk@host/claims?password=secret", "postgresql://desk@host/claims?password=hidden"),
        ("postgresql://desk:secret@host:port/claims", "postgresql://***@host:port/claims"),
        ("nonsense secret", "a URL that is not one"),
    ],
)
def test_a_shown_url_keeps_its_secrets(url: str, shown: str) -> None:
    assert redacted(url) == shown
    assert "secret" not in redacted(url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "not understood"),
        ("postgresql://desk:secret@host:port/claims", "not understood"),
        ("mysql://desk:secret@host/claims", "no support for 'mysql'"),
        ("sqlite://", "would be forgotten"),
        ("sqlite:///:memory:", "would be forgotten"),
    ],
)
@pytest.mark.parametrize("opening", [open_engine, open_store, schema_state, upgrade])
def test_an_unusable_url_is_refused(url: str, message: str, opening: object) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        opening(url)  # type: ignore[operator]
    assert "secret" not in str(caught.value)


def test_a_url_of_the_older_kind_means_postgresql(postgres_url: str) -> None:
    engine = open_store(postgres_url.replace("postgresql", "postgres", 1))
    assert engine.driver == "psycopg"
    engine.dispose()


def test_a_block_that_raises_leaves_nothing(engine: Engine) -> None:
    def add_and_stop() -> None:
        with open_session(engine) as session:
            add_article(session, article=make_article(), now=NOON)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_and_stop()
    with open_session(engine, reading=True) as session:
        assert list_articles(session) == []


def test_a_reading_session_cannot_write_and_the_next_one_can(engine: Engine) -> None:
    with pytest.raises(StoreError), open_session(engine, reading=True) as session:
        add_article(session, article=make_article(), now=NOON)
    fill(engine)


def test_readers_do_not_wait_for_a_writer(engine: Engine) -> None:
    article = fill(engine)
    with open_session(engine) as writing, open_session(engine, reading=True) as reading:
        add_article(writing, article=make_article("Another."), now=NOON)
        assert [a.sha256 for a in list_articles(reading)] == [article.sha256]


def test_times_come_back_in_utc_whatever_the_session_thinks(engine: Engine) -> None:
    fill(engine)
    with open_session(engine) as session:
        if engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL TIME ZONE 'Asia/Dushanbe'"))
        (article,) = list_articles(session)
    assert article.added_at == NOON
    assert article.added_at.utcoffset() == NOON.utcoffset()


def test_a_naive_time_is_refused(engine: Engine) -> None:
    with pytest.raises(StoreError, match="has no zone"), open_session(engine) as session:
        add_article(session, article=make_article(), now=NOON.replace(tzinfo=None))


def sentence(error: ClaimDeskError) -> str:
    """Return the message after checking that a person can read it."""
    message = str(error)
    assert "\n" not in message
    assert "[SQL" not in message
    assert "Error" not in message
    return message


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Buy milk. " * 500)
    for opening in (open_store, schema_state, upgrade):
        with pytest.raises(StoreError) as caught:
            opening(f"sqlite:///{path}")
        assert "notes.txt is not a database: name another file" in sentence(caught.value)
    assert path.read_text().startswith("Buy milk")


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: check that its folder exists"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(StoreError, match=r"the folder '.*taken' for the database cannot be made \(.*\)"):
        open_store(f"sqlite:///{tmp_path}/taken/claimdesk.db")


@pytest.fixture
def nobody(tmp_path: Path) -> Iterator[None]:
    """Be a user whom permissions bind, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_folder_without_permission(sqlite_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    upgrade(sqlite_url)
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    request.getfixturevalue("nobody")
    with pytest.raises(StoreError, match="cannot be made \\(Permission denied\\): choose another place"):
        open_store(f"sqlite:///{locked}/below/claimdesk.db")
    with pytest.raises(StoreError, match="cannot be opened: check that its folder exists and that you may write"):
        open_store(f"sqlite:///{locked}/claimdesk.db")


def test_a_file_that_may_only_be_read(sqlite_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    upgrade(sqlite_url)
    engine = open_engine(sqlite_url)
    for path in (tmp_path / "data").iterdir():
        path.chmod(0o444)
    (tmp_path / "data").chmod(0o555)
    request.getfixturevalue("nobody")
    with pytest.raises(StoreError, match=r"check the permissions|check that its folder"), open_session(engine) as s:
        add_article(s, article=make_article(), now=NOON)
    engine.dispose()


def test_a_full_disk(sqlite_url: str) -> None:
    engine = open_store(sqlite_url)
    kept = fill(engine)
    with engine.connect() as connection:
        n_pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def add_many() -> None:
        with open_session(engine) as session:
            session.connection().exec_driver_sql(f"PRAGMA max_page_count = {n_pages + 5}")
            for n in range(100):
                add_article(session, article=make_article(f"{n} " * 5000), now=NOON)

    with pytest.raises(StoreError, match="the disk is full: make room"):
        add_many()
    with open_session(engine, reading=True) as session:
        assert [a.sha256 for a in list_articles(session)] == [kept.sha256]
    engine.dispose()


def test_a_damaged_file(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_store(sqlite_url)
    for n in range(30):
        fill(engine, text=f"Article {n}. " * 500)
    engine.dispose()
    path = tmp_path / "data" / "claimdesk.db"
    content = path.read_bytes()
    path.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
    with pytest.raises(StoreError, match="is damaged: restore it"):
        open_store(sqlite_url)


def test_another_program_that_keeps_writing(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.store.engine.BUSY_TIMEOUT_S", 0.1)
    engine = open_store(sqlite_url)
    with open_session(engine) as first:
        count_by_status(first)
        with pytest.raises(StoreError, match="busy with another program"), open_session(engine) as second:
            count_by_status(second)
    engine.dispose()


def test_a_database_without_tables(database_url: str) -> None:
    engine = open_engine(database_url)
    with pytest.raises(MigrationError, match="claimdesk db upgrade"), open_session(engine, reading=True) as session:
        get_article(session, ref="anything")
    engine.dispose()


def test_an_unreachable_server() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with pytest.raises(StoreError) as caught:
        open_store(f"postgresql://desk:top-secret@127.0.0.1:{port}/claims")
    assert "cannot be reached: check that the server runs" in sentence(caught.value)
    assert "desk:***@127.0.0.1" in str(caught.value)


def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://desk:top-secret@no-such-host.invalid/claims")
    assert "cannot be reached" in sentence(caught.value)
    assert "top-secret" not in str(caught.value)


def test_a_wrong_password(secretive_url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(secretive_url)
    assert "refuses the user name or password" in sentence(caught.value)
    assert "wrong-secret" not in str(caught.value)


def test_a_missing_database(postgres_url: str) -> None:
    missing = make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(StoreError) as caught:
        open_store(missing)
    assert "does not exist on its server: create it" in sentence(caught.value)


def test_a_server_that_drops_the_connection_is_used_again(postgres_url: str) -> None:
    engine = open_store(postgres_url)
    with pytest.raises(StoreError, match="cannot be reached"), open_session(engine) as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    fill(engine)
    engine.dispose()
