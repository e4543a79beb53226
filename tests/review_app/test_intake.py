"""What somebody brings in from the browser: each item with what became of it."""

from datetime import date
from typing import TYPE_CHECKING

import pytest

from extractor.errors import NotAllowed
from extractor.people import Person, Role
from extractor.schema import ArticleFilter
from extractor.settings import load_settings
from extractor.store import articles_page, open_session
from review_app.logic.intake import MOST_PAGES, About, Arrival, Intake, Upload
from review_app.reader import IngestReader
from tests.review_app.desk_data import BRIDGE, NOW, open_desk
from tests.review_app.states.articles import COPY
from tests.review_app.states.claims import SCHOOLS
from tests.site import Site, page, story

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from extractor.schema import ListedArticle

ANNA = Person(name="anna", role=Role.CHECKER)
NOTHING = About()


@pytest.fixture
def engine(tmp_path: "Path") -> "Engine":
    return open_desk(f"sqlite:///{tmp_path / 'desk.db'}")


def intake(engine: "Engine", person: Person = ANNA, **env: str) -> Intake:
    return Intake(engine, person, lambda: NOW, IngestReader(load_settings(env)))


def kept(engine: "Engine") -> "list[ListedArticle]":
    with open_session(engine, reading=True) as session:
        return list(articles_page(session, where=ArticleFilter()).articles)


def test_a_text_comes_in_once_with_what_is_said_of_it(engine: "Engine") -> None:
    about = About(publisher=" Coast Wire ", published=date(2026, 11, 23), url="https://wire.example/bridge")
    first = intake(engine).bring(f"\n{BRIDGE}\n", about, ())
    again = intake(engine).bring(BRIDGE, NOTHING, ())
    (only,) = kept(engine)
    assert (only.metadata.publisher, only.metadata.published) == ("Coast Wire", date(2026, 11, 23))
    assert only.metadata.url == "https://wire.example/bridge"
    assert [(r.arrival, r.name) for r in first.first] == [(Arrival.NEW, "Harbour bridge to close for eleven weeks")]
    assert first.added == (only.sha256,)
    assert [(r.arrival, r.sha256) for r in again.first] == [(Arrival.KNOWN, only.sha256)]
    assert again.added == ()


def test_near_copies_say_what_they_repeat(engine: "Engine") -> None:
    desk = intake(engine)
    desk.bring(SCHOOLS, NOTHING, ())
    (with_news,) = desk.bring(COPY, NOTHING, ()).first
    (nothing_new,) = desk.bring(SCHOOLS.replace("/Nordpost/", "/Nordpost, North/"), NOTHING, ()).first
    assert with_news.arrival is Arrival.COPY
    assert "Near copy of “Fewer pupils, more teachers”" in with_news.told
    assert "1 sentence new." in with_news.told
    assert nothing_new.arrival is Arrival.COPY
    assert "nothing new." in nothing_new.told
    assert "not read again" in nothing_new.told


def test_files_are_read_by_their_ending_and_a_bad_one_stops_nothing(engine: "Engine") -> None:
    rows = b'{"text": "The first row is an article, she said."}\n{"title": "no text"}\nbroken\n'
    files = (
        Upload(name="quay.txt", data=b"The quay is closed, the mayor said on Monday."),
        Upload(name="rows.JSONL", data=rows),
        Upload(name="page.html", data=story(1).body),
        Upload(name="scan.pdf", data=b"%PDF-1.7"),
        Upload(name="really.txt", data=b"%PDF-1.7 \x00\x01"),
        Upload(name="empty\u202e.md", data=b" \n"),
        Upload(name="huge.txt", data=b"word " * 2_100_000),
    )
    results = intake(engine).bring("", NOTHING, files)
    told = {result.name: result.told for result in results.first if result.arrival is Arrival.REFUSED}
    assert results.n == {Arrival.NEW: 3, Arrival.COPY: 0, Arrival.KNOWN: 0, Arrival.REFUSED: 6}
    assert len(kept(engine)) == len(results.added) == 3
    assert "save it as one of these" in told["scan.pdf"]
    assert "PDF" in told["really.txt"]
    assert "is empty" in told["empty[U+202E].md"]
    assert "larger than 10 MB" in told["huge.txt"]
    assert all("\u202e" not in sentence for sentence in told.values())
    assert sum("rows.JSONL" in name for name in told) == 2


def test_addresses_are_fetched_and_private_ones_are_not(engine: "Engine") -> None:
    pages = {"/1": story(1), "/gone": page("no", status=404), "/pic": page("x", media_type="image/png")}
    with Site(pages) as site:
        addresses = "\n".join(site.url(path, host="127.0.0.1") for path in ("/1", "/gone", "/pic"))
        closed = intake(engine).bring(addresses, NOTHING, ())
        assert site.paths == []
        assert all("only public pages" in result.told for result in closed.first)
        env = {"CLAIMDESK_ALLOW_NETWORKS": "127.0.0.0/8", "CLAIMDESK_ALLOW_PORTS": str(site.port)}
        opened = intake(engine, **env).bring(f"{addresses}\n{addresses}", NOTHING, ())
    assert [result.arrival for result in opened.first] == [Arrival.NEW, Arrival.REFUSED, Arrival.REFUSED]
    assert "404" in opened.first[1].told
    assert "image/png" in opened.first[2].told
    assert [article.metadata.url for article in kept(engine)] == [addresses.split("\n")[0]]


def test_a_text_with_an_address_in_it_is_a_text(engine: "Engine") -> None:
    (result,) = intake(engine).bring("The mayor said so.\nhttps://example.org/1", NOTHING, ()).first
    assert result.arrival is Arrival.NEW


def test_what_cannot_be_meant_is_said_in_a_sentence(engine: "Engine") -> None:
    desk = intake(engine)
    many = "\n".join(f"https://example.org/{n}" for n in range(MOST_PAGES + 1))
    (too_many,) = desk.bring(many, NOTHING, ()).first
    (no_address,) = desk.bring("A text.", About(url="javascript:alert(1)"), ()).first
    assert too_many.told == "21 addresses are too many at once: paste at most 20."
    assert no_address.told.startswith("'javascript:alert(1)' is no web address")
    assert kept(engine) == []


def test_readers_bring_nothing_in(engine: "Engine") -> None:
    with pytest.raises(NotAllowed, match="bring in articles takes checker"):
        intake(engine, Person(name="rita", role=Role.READER)).bring(BRIDGE, NOTHING, ())
    assert kept(engine) == []
