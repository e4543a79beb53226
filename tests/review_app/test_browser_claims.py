"""The list of claims in a real Chromium; the database is the witness."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from extractor.schema import ClaimStatus, RejectionReason
from extractor.store import history, list_claims, open_session
from tests.browser import settled
from tests.review_app.reviewer import Reviewer
from tests.review_app.stage import Stage
from tests.review_app.states.claims import newsroom

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.browser


@pytest.fixture
def engine(stage: Stage) -> Iterator["Engine"]:
    engine = stage.cleared()
    newsroom(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def page(stage: Stage, engine: "Engine", browser_page: Page) -> Page:
    stage.visit(browser_page, "claims")
    expect(rows(browser_page)).to_have_count(9)
    return browser_page


def rows(page: Page) -> Locator:
    return page.locator(".row")


def search(page: Page, words: str) -> None:
    field = page.get_by_role("searchbox", name="Search")
    field.fill(words)
    field.press("Enter")


def statuses(engine: "Engine") -> dict[ClaimStatus, int]:
    with open_session(engine, reading=True) as session:
        found = [stored.status for stored in list_claims(session)]
    return {status: found.count(status) for status in set(found)}


def test_the_address_holds_what_is_shown(page: Page, stage: Stage) -> None:
    search(page, 'bridge -"41 million"')
    expect(rows(page)).to_have_count(5)
    page.get_by_role("button", name="Claim", exact=True).click()
    page.get_by_role("combobox", name="Kind of claim").click()
    page.get_by_role("option", name="Promise · 2").click()
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/claims\?q=bridge\+-%2241\+million%22&kind=promise$"))
    address = page.url

    page.go_back()
    expect(rows(page)).to_have_count(5)
    page.go_forward()
    expect(rows(page)).to_have_count(2)

    page.goto(address)
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("searchbox", name="Search")).to_have_value('bridge -"41 million"')
    page.get_by_role("button", name="Take off the filter Promise").click()
    expect(rows(page)).to_have_count(5)
    search(page, "")
    expect(rows(page)).to_have_count(9)
    expect(page).to_have_url(f"{stage.url}/claims")


def test_two_changes_in_quick_succession_both_count(page: Page) -> None:
    # The second comes before the browser has heard of the address that the first one led to.
    page.get_by_role("radio", name="All 11").click()
    page.locator(".who", has_text="Ines Valdero").first.click(no_wait_after=True)
    expect(page).to_have_url(re.compile(r"status=all&source=Ines\+Valdero"))
    expect(rows(page)).to_have_count(2)


def test_a_search_reaches_into_the_articles(page: Page) -> None:
    search(page, "Ostravik")
    expect(page.get_by_role("heading", name="No claim is like that")).to_be_visible()
    page.get_by_role("button", name="in the whole articles").click()
    expect(rows(page)).to_have_count(2)
    expect(page).to_have_url(re.compile("in=articles"))


def test_many_are_decided_by_keyboard_and_taken_back(page: Page, engine: "Engine") -> None:
    first, second = (rows(page).nth(n).locator(".text").inner_text() for n in (1, 2))
    rows(page).nth(1).locator(".text").focus()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Reject …").press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Duplicate")).to_be_hidden()
    page.get_by_role("button", name="Reject …").press("Enter")
    page.get_by_role("button", name="Duplicate").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You rejected 2 claims at once just now.")
    expect(rows(page)).to_have_count(7)
    assert statuses(engine) == {ClaimStatus.PENDING: 7, ClaimStatus.VERIFIED: 1, ClaimStatus.REJECTED: 3}
    with open_session(engine, reading=True) as session:
        ids = {s.claim.text: s.claim.id for s in list_claims(session)}
        (step,) = history(session, claim_id=ids[first])
    assert (step.reason, step.reviewer) == (RejectionReason.DUPLICATE, "anna")
    # After a reload too.
    page.reload()
    page.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_count(9)
    expect(page.get_by_text(second)).to_be_visible()
    assert statuses(engine) == {ClaimStatus.PENDING: 9, ClaimStatus.VERIFIED: 1, ClaimStatus.REJECTED: 1}


def test_all_of_a_page_and_a_stretch_of_it_are_selected(page: Page) -> None:
    page.get_by_label("Select all of this page").check()
    expect(page.get_by_text("9 selected")).to_be_visible()
    page.get_by_role("button", name="Deselect").click()
    rows(page).nth(2).get_by_role("checkbox").click()
    rows(page).nth(5).get_by_role("checkbox").click(modifiers=["Shift"])
    expect(page.get_by_text("4 selected")).to_be_visible()
    page.get_by_role("button", name="Send to …").click()
    page.get_by_role("button", name="cora").click()
    expect(page.get_by_role("status")).to_contain_text("You sent 3 claims to cora.")
    expect(rows(page).get_by_text("Sent to cora")).to_have_count(4)


def test_a_double_press_decides_once(page: Page, engine: "Engine") -> None:
    for n in (1, 2):
        rows(page).nth(n).get_by_role("checkbox").click()
    page.get_by_role("button", name="Verify").dblclick()
    expect(page.get_by_role("status")).to_contain_text("You verified 2 claims at once")
    settled(page)
    assert statuses(engine)[ClaimStatus.VERIFIED] == 3


def test_a_claim_opens_beside_its_article_and_back_leads_to_the_list(page: Page) -> None:
    search(page, "ferry")
    expect(rows(page)).to_have_count(1)
    rows(page).first.locator(".text").click()
    expect(page.locator(".cd-text")).to_have_text(
        "The ferry will run every ten minutes while the harbour bridge is shut."
    )
    settled(page)
    page.go_back()
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile("q=ferry"))


def test_a_view_is_saved_for_the_desk_and_found_again(page: Page) -> None:
    search(page, "bridge")
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save this view as").fill("Harbour **bridge** :red[x]")
    page.get_by_text("For the whole desk").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Forget this saved view")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Claims").click()
    expect(rows(page)).to_have_count(9)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("combobox", name="Show").click()
    page.get_by_role("option", name="Harbour **bridge** :red[x] (desk)").click()
    expect(page).to_have_url(re.compile("q=bridge"))


def test_text_of_others_is_text(page: Page) -> None:
    hostile = rows(page).first
    expect(hostile.locator(".text")).to_have_text(re.compile(r"^<img src=x .*\[U\+202E\]000,1\[U\+202C\] \*\*crowns"))
    expect(hostile.locator(".who")).to_have_text("<script>document.title='stolen'</script>")
    assert page.title() == "ClaimDesk"
    assert page.locator("main img, main script, main iframe, .row img, .row script").count() == 0


def test_a_narrow_screen_has_the_list_in_one_column(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = rows(page).first.bounding_box()
    assert box is not None
    assert box["y"] < 420, "the list begins on the first screen"


def test_a_view_is_worked_through_one_by_one(page: Page, stage: Stage, engine: "Engine") -> None:
    search(page, "crowns")
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Review one by one").click()
    expect(page.locator(".cd-part")).to_have_text("Only claims of this view: “crowns” 2 claims waiting")
    reviewer = Reviewer(page, engine)
    reviewer.claim()
    reviewer.press("v")
    expect(page.locator(".cd-part")).to_contain_text("1 claim waiting")
    # The address follows at the end of a run; a reload before that comes back to the claim before.
    settled(page)
    page.reload()
    expect(page.locator(".cd-part")).to_contain_text("1 claim waiting")
    page.get_by_role("button", name="All keys").wait_for()
    reviewer.claim()
    reviewer.press("v")
    expect(page.get_by_role("heading", name="This view is done")).to_be_visible()
    assert statuses(engine) == {ClaimStatus.PENDING: 7, ClaimStatus.VERIFIED: 3, ClaimStatus.REJECTED: 1}
    page.get_by_role("button", name="Back to the list").click()
    expect(page).to_have_url(f"{stage.url}/claims?q=crowns")
    page.get_by_role("link", name="Review", exact=True).click()
    page.get_by_role("button", name="Review all claims").click()
    expect(page.locator(".cd-text")).to_be_visible()
    expect(page.locator(".cd-part")).to_have_count(0)
