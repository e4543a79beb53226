"""The page of articles by AppTest: what stands on it, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from extractor.schema import ArticleFilter
from extractor.store import articles_page, count_listed_articles, open_session
from tests.review_app.desk_data import HOSTILE, open_desk
from tests.review_app.states.articles import runs
from tests.review_app.test_app import APP, pressed, told


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv("CLAIMDESK_DATABASE_URL", url)
    return url


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    # Pages that are functions have no file to switch to: go as a callback goes.
    app.session_state["go"] = ("articles", address)
    app.run()
    assert not app.exception
    return app


def test_an_empty_desk_says_where_articles_come_from(url: str) -> None:
    open_desk(url).dispose()
    app = opened()
    assert "Paste a text or an address, or upload files, under Add." in told(app)
    assert app.segmented_control(key="articles_tab").options == ["Articles", "Add", "Extraction"]


def test_a_harmful_text_is_brought_in_and_shown_as_text(url: str) -> None:
    engine = open_desk(url)
    app = opened(show="add")
    pressed(app, "intake_add")
    assert "There is nothing to add" in told(app)
    app.text_area(key="intake_text_0").set_value(HOSTILE)
    page = told(pressed(app, "intake_add"))
    assert ">1 new</h2>" in page
    assert "<script>" not in page
    with open_session(engine, reading=True) as session:
        (article,) = articles_page(session, where=ArticleFilter()).articles
        assert count_listed_articles(session, where=ArticleFilter()).n == 1
    page = told(opened(article=article.sha256))
    assert "No claims." in page
    assert f"{len(HOSTILE):,} characters" in page


def test_runs_and_what_they_used_stand_in_tables(url: str) -> None:
    runs(open_desk(url))
    page = told(opened(show="runs"))
    assert "Started on night-shift, not from this page: it is stopped there." in page
    assert "stopped at its limit: the next article could have passed the limit" in page
    assert "0.0123 USD" in page
    assert "3 articles not read at all" in page
