"""The page of fact-checks by AppTest."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from extractor.store import find_fact_check, open_session, undo
from tests.review_app.check_data import COST, REPAIRS, VEHICLES, every_state
from tests.review_app.desk_data import NOW, bridge_desk, open_desk
from tests.review_app.test_app import APP, pressed, told


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv("CLAIMDESK_DATABASE_URL", url)
    monkeypatch.setenv("CLAIMDESK_REVIEWER", "anna")
    return url


def opened(tab: str = "", claim_id: str = "") -> AppTest:
    """Open the page of fact-checks, and there a list and a claim."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    # Pages that are functions have no file to switch to: go as a callback goes.
    app.session_state["go"] = ("factchecks", {})
    app.run()
    assert not app.exception
    if tab:
        app.segmented_control[0].set_value(tab).run()
        pressed(app, f"open_{claim_id}")
    return app


def test_an_empty_desk_says_where_claims_come_from(url: str) -> None:
    open_desk(url).dispose()
    assert "Claims that are verified in Review come here" in told(opened())


def test_the_lists_say_what_waits_for_whom(url: str) -> None:
    every_state(open_desk(url))
    app = opened()
    assert app.segmented_control[0].options == ["To rate 2", "In work 1", "To approve 1", "Published 1"]
    assert "The ferry will run every ten minutes" in told(app)
    app.segmented_control[0].set_value("in-work").run()
    assert "waits for you" in told(app)
    pressed(app, f"open_{VEHICLES.id}")
    assert "Returned by <bdi>ben</bdi>:" in told(app)


def test_a_published_one_can_be_taken_away_once_the_desk_has_a_name(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_state(open_desk(url))
    page = told(opened("published", REPAIRS.id))
    assert COST.conclusion in page
    assert "set name and url and page_url under [desk]" in page
    path = tmp_path / "desk.toml"
    path.write_text('[desk]\nname="C"\nurl="https://c.example"\npage_url="https://c.example/{id}"', encoding="utf-8")
    monkeypatch.setenv("CLAIMDESK_DESK", str(path))
    app = opened("published", REPAIRS.id)
    assert [button.label for button in app.get("download_button")] == ["Page (HTML)", "ClaimReview (JSON-LD)"]
    assert "&quot;@type&quot;: &quot;ClaimReview&quot;" in told(app)


def test_the_form_keeps_what_is_typed_and_saves_it(url: str) -> None:
    engine = open_desk(url)
    every_state(engine)
    app = opened("in-work", VEHICLES.id)
    app.text_area[0].set_value("The office counts 32,000.").run()
    assert "what you typed is kept" in told(app)
    pressed(app, "deed_save")
    with open_session(engine, reading=True) as session:
        saved = find_fact_check(session, claim_id=VEHICLES.id)
    assert saved is not None
    assert saved.assessment.conclusion == "The office counts 32,000."


def test_the_ways_between_review_and_fact_check(url: str) -> None:
    bridge_desk(url).dispose()
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    pressed(app, "verify")
    pressed(app, "rate")
    assert "Not begun" in told(app)
    assert REPAIRS.text in told(app)
    with open_session(open_desk(url)) as session:
        undo(session, claim_id=REPAIRS.id, version=2, reviewer="anna", now=NOW)
    app.run()
    assert "This claim is not verified." in told(app)
    pressed(app, "check_review")
    assert app.query_params["claim"] == REPAIRS.id
    assert "0 of 6 decided" in told(app)


def test_a_settings_file_that_cannot_be_used_is_told_in_one_sentence(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(url).dispose()
    path = tmp_path / "desk.toml"
    path.write_text("[desk", encoding="utf-8")
    monkeypatch.setenv("CLAIMDESK_DESK", str(path))
    page = told(opened())
    assert "cannot be used" in page
    assert "Traceback" not in page
