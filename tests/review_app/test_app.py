"""The pages by AppTest: what stands on them, without a browser."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from extractor.schema import ClaimStatus
from extractor.store import list_claims, open_session
from review_app.logic.presses import SETTLE_S
from tests.review_app.desk_data import (
    bridge_article,
    bridge_claims,
    bridge_desk,
    hostile_article,
    hostile_claims,
    open_desk,
    save,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

APP = Path(__file__).parents[2] / "review_app" / "app.py"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv("CLAIMDESK_DATABASE_URL", url)
    monkeypatch.setenv("CLAIMDESK_REVIEWER", "Anna <i>")
    return url


def opened() -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    return app


def told(app: AppTest) -> str:
    return "\n".join(element.body for element in app.get("html"))


def pressed(app: AppTest, key: str) -> AppTest:
    time.sleep(SETTLE_S)
    app.button(key=key).click().run()
    assert not app.exception
    return app


def statuses(engine: "Engine") -> list[ClaimStatus]:
    with open_session(engine, reading=True) as session:
        return sorted(s.status for s in list_claims(session))


def test_an_empty_database_says_what_to_run(url: str) -> None:
    page = told(opened())
    assert "claimdesk ingest article.txt" in page
    assert "claimdesk extract" in page


def test_a_claim_stands_with_speaker_reason_and_doubts(url: str) -> None:
    bridge_desk(url)
    page = told(opened())
    for words in (
        "The repairs to the harbour bridge will cost 41 million crowns",
        "Marit Oosthuizen",
        "chief engineer of the city",
        "as reported by <bdi>Coast Wire</bdi>",
        "Indirect speech",
        "High check-worthiness",
        "Public money",
        "Number differs",
        "The article says 14 million, the claim says 41 million.",
        "0 of 6 decided",
        "Anna &lt;i&gt;",
    ):
        assert words in page


def test_an_article_without_a_claim_is_named_where_the_queue_ends(url: str) -> None:
    engine = open_desk(url)
    article = hostile_article()
    save(engine, article, ())
    page = told(opened())
    assert "claimdesk extract" in page
    assert "Read by rules, and no claim was found." in page
    assert "&lt;b&gt;Budget&lt;/b&gt; note [U+202E]" in page
    bridge = bridge_article()
    save(engine, bridge, bridge_claims(bridge)[:1])
    app = opened()
    assert "Articles without a claim" not in told(app)
    pressed(app, "verify")
    assert "All done" in told(app)
    assert "Articles without a claim" in told(app)


def test_verify_reject_and_undo(url: str) -> None:
    engine = bridge_desk(url)
    app = opened()
    pressed(app, "verify")
    assert "1 of 6 decided" in told(app)
    pressed(app, "reject")
    pressed(app, "reason_3")
    assert statuses(engine)[-2:] == [ClaimStatus.REJECTED, ClaimStatus.VERIFIED]
    pressed(app, "undo")
    assert "Taken back" in told(app)
    assert statuses(engine).count(ClaimStatus.PENDING) == 5
    assert "History: 3 steps" in told(app)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        pytest.param("reject", "Why reject it?", id="reject"),
        pytest.param("send", "Nobody else is at this desk yet.", id="send"),
        pytest.param("merge", "Merge it with which?", id="merge"),
        pytest.param("add", "Add a claim that was missed", id="add"),
    ],
)
def test_every_panel_opens_and_goes_back(url: str, key: str, words: str) -> None:
    bridge_desk(url)
    app = pressed(opened(), key)
    assert words in told(app)
    pressed(app, "cancel")
    assert app.button(key="verify")


def test_what_the_history_tells(url: str) -> None:
    bridge_desk(url)
    app = pressed(opened(), "verify")
    pressed(app, "undo")
    page = told(app)
    assert "History: 3 steps" in page
    assert "took back the decision on this claim" in page
    assert "found this claim" in page


def test_text_of_others_is_escaped(url: str) -> None:
    article = hostile_article()
    save(open_desk(url), article, hostile_claims(article))
    page = told(opened())
    assert "&lt;img src=x" in page
    assert "&lt;script&gt;" in page
    for harm in ("<img", "<script", "<iframe", "<b onmouseover", "\u202e"):
        assert harm not in page


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"this is no database at all, but a text", "is not a database")],
)
def test_a_database_that_cannot_be_used_is_told_in_one_sentence(
    url: str, tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "desk.db").write_bytes(content)
    page = told(opened())
    assert words in page
    assert "Traceback" not in page


def test_the_address_names_the_claim(url: str) -> None:
    bridge_desk(url)
    first = opened()
    claim_id = first.query_params["claim"]
    pressed(first, "skip")
    again = AppTest.from_file(str(APP), default_timeout=60)
    again.query_params["claim"] = claim_id
    again.run()
    assert "41 million crowns" in told(again)
