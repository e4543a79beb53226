"""Second looks in a real Chromium, by keyboard; the database is the witness."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from extractor.schema import ClaimStatus
from extractor.secondlook import LookState
from extractor.store import count_looks, find_look, get_claim, list_differing, open_session
from tests.browser import settled
from tests.review_app.check_data import REPAIRS
from tests.review_app.stage import Stage
from tests.review_app.states.second import decided, looked_at

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


def read(page: Page) -> str:
    settled(page)
    text = page.locator(".cd-text").inner_text()
    time.sleep(READ_S)
    return text


def test_a_sample_is_decided_again_by_keyboard_and_blind(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    page = browser_page
    decided(engine)
    stage.visit(page, "second")
    texts = []
    for keys in ("v", "x5", "s", "v"):
        texts.append(text := read(page))
        assert "ben" not in page.locator("[data-testid=stMain]").inner_text().split()
        for key in keys:
            page.keyboard.press(key)
            if key == "x":
                page.wait_for_selector(".st-key-reason_5")
                settled(page)
        expect(page.locator(".cd-text")).not_to_have_text(text)
    assert len(set(texts)) == 4
    with open_session(engine, reading=True) as session:
        assert count_looks(session, share=1).made == 3
    read(page)
    page.keyboard.press("u")
    expect(page.locator(".cd-text")).to_have_text(texts[3])
    expect(page.get_by_text("Taken back.")).to_be_visible()
    with open_session(engine, reading=True) as session:
        assert count_looks(session, share=1).made == 2


def test_an_editor_keeps_one_of_two_and_takes_it_back(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    page = browser_page
    looked_at(engine)
    stage.visit(page, "second?part=settle")
    assert read(page) == REPAIRS.text
    expect(page.locator(".cd-voice").first).to_contain_text("ben: corrected")
    expect(page.locator(".cd-voice").last).to_contain_text("carla: rejected: says something else")
    page.get_by_label("Why (optional)").fill("1 2 v x: it is a wrong sum")
    page.keyboard.press("Tab")
    time.sleep(READ_S)
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Nothing to settle")).to_be_visible()
    with open_session(engine, reading=True) as session:
        look = find_look(session, claim_id=REPAIRS.id)
        assert get_claim(session, claim_id=REPAIRS.id).status is ClaimStatus.REJECTED
    assert look is not None
    assert look.settlement is not None
    assert (look.state, look.settlement.by, look.settlement.comment) == (
        LookState.SETTLED,
        "anna",
        "1 2 v x: it is a wrong sum",
    )
    time.sleep(READ_S)
    page.keyboard.press("u")
    expect(page.locator(".cd-voice")).to_have_count(2)
    with open_session(engine, reading=True) as session:
        assert len(list_differing(session)) == 1
        assert get_claim(session, claim_id=REPAIRS.id).status is ClaimStatus.CORRECTED
