"""The whole triage in a real Chromium, mostly without a mouse; the database is the witness."""

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from extractor.schema import ClaimStatus, DecisionKind, PieceState, RejectionReason
from tests.browser import settled
from tests.review_app.desk_data import (
    bridge_article,
    bridge_claims,
    hostile_article,
    hostile_claims,
    save,
)
from tests.review_app.reviewer import READ_S, Reviewer, sit_down
from tests.review_app.stage import Stage

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.browser


def test_triage_by_keyboard_alone(reviewer: Reviewer) -> None:
    verified = reviewer.claim()
    reviewer.press("v")
    reviewer.goes_on_from(verified)

    rejected = reviewer.claim()
    reviewer.press("x")
    reviewer.page.wait_for_selector(".st-key-reason_5")
    settled(reviewer.page)
    reviewer.press("5")
    reviewer.goes_on_from(rejected)

    skipped = reviewer.claim()
    reviewer.press("s")
    reviewer.goes_on_from(skipped)

    corrected = reviewer.claim()
    reviewer.press("e")
    field = reviewer.page.get_by_label("Claim, as one sentence")
    field.focus()
    reviewer.press("Control+a")
    reviewer.page.keyboard.type("A claim, mended by hand.")
    reviewer.save()
    reviewer.page.wait_for_selector(".cd-text")
    reviewer.goes_on_from(corrected)

    assert reviewer.stored(verified).status is ClaimStatus.VERIFIED
    assert reviewer.steps(rejected)[-1].reason is RejectionReason.NOT_CHECKABLE
    assert reviewer.stored(skipped).status is ClaimStatus.PENDING
    assert reviewer.stored(corrected).claim.text == "A claim, mended by hand."
    assert reviewer.stored(corrected).status is ClaimStatus.CORRECTED
    assert {step.reviewer for text in (verified, rejected, corrected) for step in reviewer.steps(text)} == {"anna"}

    reviewer.claim()
    reviewer.press("u")
    expect(reviewer.page.locator(".cd-text")).to_have_text(corrected)
    assert reviewer.stored(corrected).claim.text == corrected
    reviewer.claim()
    reviewer.press("u")
    expect(reviewer.page.locator(".cd-text")).to_have_text(rejected)
    assert [step.kind for step in reviewer.steps(rejected)] == [DecisionKind.REJECT, DecisionKind.UNDO]
    assert reviewer.n_decided() == 1


def test_the_whole_queue_takes_one_key_a_claim(reviewer: Reviewer) -> None:
    for _ in range(5):
        text = reviewer.claim()
        reviewer.press("v")
        reviewer.goes_on_from(text)
    reviewer.claim()
    reviewer.press("v")
    expect(reviewer.page.get_by_role("heading", name="All done")).to_be_visible()
    assert reviewer.n_decided() == 6
    expect(reviewer.page.get_by_text("you verified 6")).to_be_visible()
    time.sleep(READ_S)
    reviewer.press("u")
    expect(reviewer.page.locator(".cd-text")).to_be_visible()
    assert reviewer.n_decided() == 5


def test_a_key_held_down_decides_once(reviewer: Reviewer) -> None:
    text = reviewer.claim()
    for _ in range(40):
        reviewer.page.keyboard.down("v")
        time.sleep(0.03)
    reviewer.page.keyboard.up("v")
    reviewer.goes_on_from(text)
    time.sleep(READ_S)
    assert reviewer.n_decided() == 1


def test_typing_decides_nothing(reviewer: Reviewer) -> None:
    reviewer.claim()
    reviewer.press("x")
    comment = reviewer.page.get_by_label("Comment (optional)")
    comment.focus()
    reviewer.page.keyboard.type("v x 1 2 3 u s every key")
    assert comment.input_value() == "v x 1 2 3 u s every key"
    time.sleep(READ_S)
    settled(reviewer.page)
    assert reviewer.n_decided() == 0
    reviewer.press("Tab")
    text = reviewer.page.locator(".cd-text").inner_text()
    reviewer.press("1")
    reviewer.goes_on_from(text)
    (step,) = reviewer.steps(text)
    assert (step.reason, step.comment) == (RejectionReason.WRONG_SPEAKER, "v x 1 2 3 u s every key")


@pytest.mark.parametrize("gap_s", [0.0, 0.03, 0.1, 0.2, 0.3])
def test_a_key_pressed_twice_decides_once(reviewer: Reviewer, gap_s: float) -> None:
    text = reviewer.claim()
    reviewer.press("v")
    time.sleep(gap_s)
    reviewer.press("v")
    reviewer.goes_on_from(text)
    time.sleep(READ_S)
    settled(reviewer.page)
    assert reviewer.n_decided() == 1
    assert [step.kind for step in reviewer.steps(text)] == [DecisionKind.VERIFY]


def test_escape_keeps_what_was_typed(reviewer: Reviewer) -> None:
    reviewer.claim()
    reviewer.press("e")
    field = reviewer.page.get_by_label("Claim, as one sentence")
    field.fill("Half a thought")
    reviewer.press("Escape")
    reviewer.claim()
    reviewer.press("e")
    expect(field).to_have_value("Half a thought")
    assert reviewer.n_decided() == 0


def test_words_that_are_not_in_the_article_are_refused_in_place(reviewer: Reviewer) -> None:
    reviewer.claim()
    reviewer.press("e")
    words = reviewer.page.get_by_role("textbox", name="Words in the article")
    words.fill("the repairs would cost 41 million crowns")
    reviewer.save()
    expect(reviewer.page.get_by_role("alert")).to_contain_text("The article does not say")
    expect(words).to_have_value("the repairs would cost 41 million crowns")
    time.sleep(READ_S)
    words.fill("the repairs would cost 14 million crowns")
    reviewer.save()
    reviewer.page.wait_for_selector(".cd-text")
    assert reviewer.n_decided() == 1


def test_a_reload_comes_back_to_the_claim(reviewer: Reviewer) -> None:
    first = reviewer.claim()
    reviewer.press("s")
    reviewer.goes_on_from(first)
    second = reviewer.claim()
    reviewer.page.reload()
    reviewer.page.wait_for_selector(".cd-text")
    assert reviewer.claim() == second


def test_another_claim_opens_at_a_click(reviewer: Reviewer) -> None:
    reviewer.claim()
    reviewer.page.locator("mark.link", has_text="38,000 vehicles").click()
    expect(reviewer.page.locator(".cd-text")).to_contain_text("38,000 vehicles")


def test_parts_are_marked_in_colours_of_their_own(reviewer: Reviewer) -> None:
    reviewer.claim()
    colours = set()
    for kind, words in {
        "content": "the repairs would cost 14 million crowns, twice the first estimate",
        "source": "She",
        "cue": "told",
    }.items():
        mark = reviewer.page.locator(f"mark.{kind}")
        expect(mark).to_have_text(words)
        colours.add(mark.evaluate("mark => getComputedStyle(mark).backgroundColor"))
    assert len(colours) == 3
    assert reviewer.page.locator("mark.other").count() == 5


def test_what_was_read_and_what_may_be_missed_is_told(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    article = bridge_article()
    vote = "The council will vote on the plan on December 4."
    lost = {PieceState.TRUNCATED: "the reply ran into <b>64</b> tokens"}
    save(engine, article, bridge_claims(article), lost=lost, missed=(vote,))
    reviewer = sit_down(stage, engine, browser_page)
    reviewer.claim()
    pane = reviewer.page.locator(".article")
    expect(pane.locator(".reading p")).to_contain_text("1 piece with claims, 1 cut off, by rules")
    expect(pane.locator(".reading li")).to_have_text("1 piece cut off: the reply ran into <b>64</b> tokens")
    expect(pane.locator(".legend")).to_contain_text("perhaps a missed claim")
    missed, tip = pane.locator("mark.missed"), pane.locator(".tip")
    expect(missed).to_have_text(vote)
    expect(tip).to_be_hidden()
    missed.focus()
    expect(tip).to_contain_text("a quotation that <no claim> covers")
    expect(tip).to_be_in_viewport(ratio=1)
    missed.blur()
    expect(tip).to_be_hidden()
    missed.hover()
    expect(tip).to_be_visible()
    box = pane.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 800, "the end of the article can be reached without scrolling the page"


def test_a_hostile_article_is_text(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    outside: list[str] = []
    browser_page.on("request", lambda request: outside.append(request.url))
    article = hostile_article()
    save(engine, article, hostile_claims(article))
    reviewer = sit_down(stage, engine, browser_page)
    assert (
        reviewer.claim()
        == "<img src=x onerror=\"document.title='stolen'\"> The fee is [U+202E]000,1[U+202C] **crowns**."
    )
    text = reviewer.page.locator(".article")
    expect(text).to_contain_text("<script>document.title = 'stolen'</script>")
    expect(text).to_contain_text("![tracker](http://198.51.100.7/pixel.png) **bold**")
    expect(text).to_contain_text("[U+202E]000,1[U+202C]")
    expect(text).to_contain_text("more characters are not shown here")
    assert reviewer.page.title() == "ClaimDesk"
    foreign = "main script, main iframe, .article img, .cd-claim img, .article script, .article a"
    assert reviewer.page.locator(foreign).count() == 0
    assert [url for url in outside if not re.match(r"(data|blob):|\w+://127\.0\.0\.1", url)] == []
    reviewer.press("v")
    expect(reviewer.page.get_by_role("heading", name="All done")).to_be_visible()


def test_an_empty_desk_says_what_to_run(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    reviewer = sit_down(stage, engine, browser_page)
    expect(reviewer.page.get_by_role("heading", name="Nothing to review yet")).to_be_visible()
    expect(reviewer.page.get_by_text("claimdesk ingest article.txt")).to_be_visible()


def test_a_narrow_screen_has_one_column_and_the_keys_at_hand(reviewer: Reviewer) -> None:
    page = reviewer.page
    page.set_viewport_size({"width": 390, "height": 844})
    text = reviewer.claim()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    claim, article = page.locator(".cd-claim").bounding_box(), page.locator(".article").bounding_box()
    assert claim is not None
    assert article is not None
    assert article["y"] > claim["y"] + claim["height"]
    verify = page.get_by_role("button", name="Verify")
    box = verify.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    assert box["height"] >= 44
    verify.click()
    reviewer.goes_on_from(text)
    assert reviewer.n_decided() == 1
