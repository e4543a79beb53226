"""Selecting, correcting, adding, splitting and merging in a real Chromium; the database is the witness."""

import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from extractor.schema import ClaimStatus, DecisionKind, Quotation, RejectionReason, Span
from extractor.store import list_claims, open_session
from tests.browser import settled
from tests.review_app.desk_data import article_of, bridge_article, claim_of, save
from tests.review_app.reviewer import READ_S, Reviewer, sit_down
from tests.review_app.stage import Stage
from tests.review_app.states.review import bridge, select_words

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.browser

FIRST = "The repairs to the harbour bridge will cost 41 million crowns, twice the first estimate."


def selects(reviewer: Reviewer, words: str) -> None:
    settled(reviewer.page)
    time.sleep(0.2)
    select_words(reviewer.page, words)
    reviewer.page.wait_for_selector(".pick button")


def span_of(words: str) -> Span:
    start = bridge_article().text.index(words)
    return Span(start_char=start, end_char=start + len(words))


def test_the_words_of_a_claim_are_corrected_by_selecting_them(reviewer: Reviewer) -> None:
    reviewer.claim()
    selects(reviewer, "the repairs would cost 14 million crowns")
    reviewer.press("e")
    field = reviewer.field("Words in the article")
    expect(field).to_have_value("the repairs would cost 14 million crowns")
    reviewer.field("Claim, as one sentence").fill("The repairs will cost 14 million crowns.")
    selects(reviewer, "Marit Oosthuizen, the city's")
    reviewer.press("3")
    expect(reviewer.field("Words for the speaker")).to_have_value("Marit Oosthuizen, the city's")
    expect(reviewer.field("Claim, as one sentence")).to_have_value("The repairs will cost 14 million crowns.")
    selects(reviewer, "said")
    reviewer.page.get_by_role("button", name="Attributing words").click()
    expect(reviewer.field("Attributing words")).to_have_value("said")
    selects(reviewer, "twice the first estimate")
    reviewer.press("2")
    # The deck has these words first, and pieces stand in the order of the article.
    expect(field).to_have_value("twice the first estimate\nthe repairs would cost 14 million crowns")
    reviewer.save()
    reviewer.goes_on_from(FIRST)
    claim = reviewer.stored(FIRST).claim
    assert claim.text == "The repairs will cost 14 million crowns."
    assert claim.content.spans == (
        span_of("twice the first estimate"),
        span_of("the repairs would cost 14 million crowns"),
    )
    assert claim.source.mention is not None
    assert claim.source.mention.spans == (span_of("Marit Oosthuizen, the city's"),)


def test_a_selection_means_its_exact_place_among_strange_characters(
    stage: Stage, engine: "Engine", browser_page: Page
) -> None:
    text = "Note\n\nThe 👩‍🚒 said \u202eten\u202c houses burned; ten houses burned twice, she said."
    article = article_of(text, "Note", "The 👩")
    save(engine, article, (claim_of(article, "ten houses burned twice", who="she"),))
    reviewer = sit_down(stage, engine, browser_page)
    reviewer.claim()
    selects(reviewer, "houses burned; ")
    reviewer.press("e")
    expect(reviewer.field("Words in the article")).to_have_value("houses burned;")
    reviewer.field("Claim, as one sentence").fill("Houses burned.")
    reviewer.save()
    expect(reviewer.page.get_by_role("heading", name="All done")).to_be_visible()
    with open_session(engine, reading=True) as session:
        (stored,) = list_claims(session)
    assert [span.of(text) for span in stored.claim.content.spans] == ["houses burned;"]
    assert stored.claim.content.spans[0].start_char == text.index("houses burned;")


def test_words_are_selected_by_keyboard(reviewer: Reviewer) -> None:
    reviewer.claim()
    reviewer.page.locator(".article .text").focus()
    reviewer.press("Enter")
    reviewer.page.wait_for_selector(".pick button")
    for _ in range(len(", twice the first estimate")):
        reviewer.press("Shift+ArrowLeft")
    time.sleep(0.3)
    reviewer.press("e")
    expect(reviewer.field("Words in the article")).to_have_value("the repairs would cost 14 million crowns")


def test_a_claim_is_added_by_selecting_its_words(reviewer: Reviewer) -> None:
    text = reviewer.claim()
    selects(reviewer, "they will not last another winter")
    reviewer.press("a")
    expect(reviewer.field("Claim, as one sentence")).to_have_value("They will not last another winter.")
    expect(reviewer.field("Said by")).to_have_value("Marit Oosthuizen")
    expect(reviewer.page.get_by_label("How it is said")).to_have_value("direct")
    reviewer.save()
    expect(reviewer.page.get_by_text("Added. Undo takes it back.")).to_be_visible()
    assert reviewer.claim() == text
    with open_session(reviewer.engine, reading=True) as session:
        (added,) = [s for s in list_claims(session) if s.added_by]
    assert (added.status, added.added_by) == (ClaimStatus.VERIFIED, "anna")
    assert added.claim.content.spans == (span_of("they will not last another winter"),)
    assert added.claim.quotation is Quotation.DIRECT


def test_a_suspected_miss_is_added_with_three_keys(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    bridge(engine)
    reviewer = sit_down(stage, engine, browser_page)
    reviewer.claim()
    reviewer.opens("a", ".st-key-missed")
    reviewer.opens("1", ".sheet form")
    reviewer.save()
    expect(reviewer.page.get_by_text("Added. Undo takes it back.")).to_be_visible()
    with open_session(engine, reading=True) as session:
        (added,) = [s for s in list_claims(session) if s.added_by]
    assert added.claim.content.text == "The council will vote on the plan on December 4."
    expect(reviewer.page.locator("mark.missed")).to_have_count(0)


def test_a_claim_is_split_and_the_split_undone_as_one_step(reviewer: Reviewer) -> None:
    reviewer.claim()
    reviewer.opens("x", ".st-key-reasons")
    reviewer.opens("8", ".sheet fieldset")
    parts = reviewer.page.get_by_label("Claim, as one sentence")
    expect(parts).to_have_count(2)
    parts.nth(0).fill("The repairs will cost 14 million crowns.")
    selects(reviewer, "the repairs would cost 14 million crowns")
    reviewer.press("1")
    parts.nth(1).fill("The repairs will cost twice the first estimate.")
    selects(reviewer, "twice the first estimate")
    reviewer.press("2")
    expect(reviewer.page.get_by_label("Words in the article").nth(1)).to_have_value("twice the first estimate")
    expect(parts.nth(0)).to_have_value("The repairs will cost 14 million crowns.")
    reviewer.save()
    reviewer.goes_on_from(FIRST)
    assert reviewer.steps(FIRST)[-1].reason is RejectionReason.SPLIT
    with open_session(reviewer.engine, reading=True) as session:
        added = [s.claim.content.text for s in list_claims(session) if s.added_by]
    assert added == ["twice the first estimate", "the repairs would cost 14 million crowns"]
    reviewer.claim()
    reviewer.press("u")
    expect(reviewer.page.locator(".cd-text")).to_have_text(FIRST)
    assert [step.kind for step in reviewer.steps(FIRST)] == [DecisionKind.REJECT, DecisionKind.UNDO]
    with open_session(reviewer.engine, reading=True) as session:
        assert not [s for s in list_claims(session) if s.added_by]


def test_claims_are_merged_by_digit_and_by_click(reviewer: Reviewer) -> None:
    reviewer.claim()
    reviewer.opens("m", ".st-key-together")
    reviewer.page.locator("mark.link", has_text="38,000 vehicles").click()
    expect(reviewer.page.locator(".cd-row .chosen")).to_have_count(1)
    reviewer.opens("m", ".sheet form")
    reviewer.field("Claim, as one sentence").fill("The repairs cost 14 million; 38,000 vehicles cross.")
    reviewer.save()
    reviewer.goes_on_from(FIRST)
    expect(reviewer.page.get_by_text("2 claims merged into one.")).to_be_visible()
    assert reviewer.steps(FIRST)[-1].reason is RejectionReason.MERGE


def test_the_list_of_keys_lets_nothing_through(reviewer: Reviewer) -> None:
    text = reviewer.claim()
    reviewer.press("?")
    listed = reviewer.page.get_by_role("dialog", name="Keys")
    expect(listed).to_be_visible()
    for key in ("v", "x", "s", "Enter"):
        time.sleep(0.1)
        if key != "Enter":
            reviewer.press(key)
    expect(listed).to_be_visible()
    reviewer.press("Escape")
    expect(listed).to_be_hidden()
    settled(reviewer.page)
    assert reviewer.claim() == text
    assert reviewer.n_decided() == 0
    reviewer.press("v")
    reviewer.goes_on_from(text)


def test_keys_wait_while_a_form_is_written(reviewer: Reviewer) -> None:
    reviewer.claim()
    reviewer.opens("e", ".sheet form")
    reviewer.field("Said by").focus()
    reviewer.page.keyboard.type(" v x s u 1 ?")
    reviewer.press("Enter")
    time.sleep(READ_S)
    expect(reviewer.field("Said by")).to_have_value("Marit Oosthuizen v x s u 1 ?")
    assert reviewer.n_decided() == 0


def test_a_note_is_written_and_shown(reviewer: Reviewer) -> None:
    reviewer.claim()
    reviewer.opens("n", ".sheet form")
    reviewer.page.keyboard.type("Ask the <b>council</b>.")
    reviewer.save()
    expect(reviewer.page.locator(".cd-said")).to_contain_text("Ask the <b>council</b>.")
    assert reviewer.n_decided() == 0
