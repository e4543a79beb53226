"""Rating and publishing in a real Chromium; the database is the witness."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from extractor.factcheck import CheckState, Deed, FactCheck
from extractor.store import find_fact_check, find_typed, open_session
from tests.browser import settled
from tests.review_app.check_data import COUNT, HARM, REPAIRS, VEHICLES, do, verified
from tests.review_app.desk_data import bridge_article, bridge_claims, save
from tests.review_app.stage import Stage
from tests.review_app.states.factchecks import hostile

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.browser

READ_S = 0.5
"""Longer than `presses.SETTLE_S`."""


@pytest.fixture
def engine(stage: Stage) -> Iterator["Engine"]:
    engine = stage.cleared()
    yield engine
    engine.dispose()


def stored(engine: "Engine", claim_id: str = REPAIRS.id) -> FactCheck | None:
    with open_session(engine, reading=True) as session:
        return find_fact_check(session, claim_id=claim_id)


def press(page: Page, name: str) -> None:
    settled(page)
    time.sleep(READ_S)
    page.get_by_role("button", name=name, exact=True).click()


def test_from_the_queue_to_readers(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    page = browser_page
    article = bridge_article()
    save(engine, article, bridge_claims(article))
    stage.visit(page)
    time.sleep(READ_S)
    page.keyboard.press("v")
    page.get_by_role("button", name="Rate the claim you just decided").click()
    expect(page.locator(".cd-rated .cd-text")).to_have_text(REPAIRS.text)
    expect(page.locator("mark.content")).to_contain_text("the repairs would cost 14 million crowns")

    page.get_by_role("radio", name="Mostly false").click()
    expect(page.locator(".cd-meaning")).to_contain_text("the substance is wrong")
    page.get_by_label("Conclusion, in one sentence").fill("The tender says 14 million, not 41.")
    page.get_by_placeholder("Paste the address of a source").fill("https://tenders.example.org/118")
    page.keyboard.press("Enter")
    page.get_by_label("Title").fill("Tender 118")
    press(page, "Done")
    expect(page.locator(".cd-evidence b")).to_have_text("Tender 118")
    press(page, "Publish")
    expect(page.get_by_text("Published.", exact=False).first).to_be_visible()
    expect(page.locator(".cd-check .cd-conclusion")).to_have_text("The tender says 14 million, not 41.")
    published = stored(engine)
    assert published is not None
    assert (published.state, published.author) == (CheckState.PUBLISHED, "anna")
    assert published.assessment.rating is not None
    assert published.assessment.rating.label == "Mostly false"
    assert published.assessment.evidence[0].title == "Tender 118"


def test_a_reload_in_mid_sentence_loses_nothing(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    page = browser_page
    verified(engine)
    stage.visit(page, f"factchecks?claim={REPAIRS.id}")
    field = page.get_by_label("How we know")
    field.focus()
    page.keyboard.type("Half a thought about the ten")
    expect(page.get_by_text("what you typed is kept")).to_be_visible()
    expect(field).to_be_focused()
    page.keyboard.type("der")
    expect(field).to_have_value("Half a thought about the tender")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with open_session(engine, reading=True) as session:
            kept = find_typed(session, claim_id=REPAIRS.id, person="anna")
        if kept and kept.assessment.explanation.endswith("tender"):
            break
        time.sleep(0.1)
    page.reload()
    expect(page.get_by_label("How we know")).to_have_value("Half a thought about the tender")
    assert stored(engine) is None, "kept, and not saved"


def test_typing_does_nothing_but_type_and_ctrl_enter_saves(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    page = browser_page
    do(engine, VEHICLES, (Deed.SUBMIT, "anna"), (Deed.RETURN, "ben"), at=verified(engine), said=COUNT)
    stage.visit(page, f"factchecks?claim={VEHICLES.id}")
    expect(page.get_by_role("alert")).to_contain_text("Returned by ben: “The count is of 2024. Is there a newer one?”")
    field = page.get_by_label("Conclusion, in one sentence")
    field.fill("The office counts 32,000 v x e u s 1 2 3")
    time.sleep(READ_S)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    saved = stored(engine, VEHICLES.id)
    assert saved is not None
    assert (saved.state, saved.version) == (CheckState.DRAFT, 3)
    assert saved.assessment.conclusion == "The office counts 32,000 v x e u s 1 2 3"


def test_what_would_do_harm_is_text(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    page = browser_page
    hostile(engine)
    stage.visit(page, f"factchecks?claim={REPAIRS.id}")
    expect(page.locator(".cd-conclusion")).to_have_text(HARM.replace("\u202e", "[U+202E]"))
    expect(page.locator(".cd-evidence blockquote")).to_contain_text("**bold** [x](javascript:alert(1))")
    assert page.title() == "ClaimDesk"
    assert page.locator(".cd-check img, .cd-check script, .cd-check a[href^=javascript]").count() == 0
    link = page.locator(".cd-check a").first
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")
