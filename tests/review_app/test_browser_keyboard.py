"""Ten claims from the first to the last without a mouse, in a real Chromium; the database is the witness."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from extractor.people import Role
from extractor.schema import Article, Claim, Decision, DecisionKind
from extractor.store import NewMember, history, list_claims, open_session, put_member
from tests.browser import settled
from tests.review_app.desk_data import NOW, article_of, bridge_article, bridge_claims, claim_of, save
from tests.review_app.reviewer import READ_S, Reviewer, sit_down
from tests.review_app.stage import Stage

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.browser

MISSED = "Nobody counted the sheep."
FARMS = f"""Farms

The county has 412 farms, the farm office said. They keep 9,000 cows, it said.

Milk brought 31 million crowns last year, the dairy said. Two farms closed in May, the dairy said. {MISSED}"""


def farms() -> tuple[Article, tuple[Claim, ...]]:
    article = article_of(FARMS, "Farms", "The county")
    told = (
        ("The county has 412 farms", "the farm office", 0.2),
        ("They keep 9,000 cows", "the farm office", 0.15),
        ("Milk brought 31 million crowns last year", "the dairy", 0.1),
        ("Two farms closed in May", "the dairy", 0.05),
    )
    return article, tuple(claim_of(article, words, who=who, worth=worth) for words, who, worth in told)


@pytest.fixture
def typist(stage: Stage, engine: "Engine", browser_page: Page) -> Reviewer:
    """Somebody before ten claims of two articles, with one colleague."""
    save(engine, bridge_article(), bridge_claims(bridge_article()))
    save(engine, *farms(), missed=(MISSED,))
    with open_session(engine) as session:
        put_member(session, new=NewMember(login="ben@desk.example", name="Ben", role=Role.CHECKER), by="test", now=NOW)
    return sit_down(stage, engine, browser_page)


def retypes(typist: Reviewer, text: str) -> None:
    typist.press("Control+a")
    typist.page.keyboard.type(text)


def shortens(typist: Reviewer, *, by: str) -> None:
    """Select the claim's words and take some off the end."""
    typist.press("Alt+w")
    typist.page.wait_for_selector(".pick button")
    for _ in by:
        typist.press("Shift+ArrowLeft")
    time.sleep(0.3)


def tabs_to(typist: Reviewer, label: str, part: int) -> None:
    """Press Tab until the field of a part has the focus."""
    field = typist.page.get_by_label(label, exact=True).nth(part)
    for _ in range(20):
        if field.evaluate("field => field.getRootNode().activeElement === field"):
            return
        typist.press("Tab")
    raise AssertionError(f"no way by Tab to {label!r} of part {part + 1}")


def decides(typist: Reviewer, deed: Callable[[Reviewer], None]) -> str:
    """Do something to the claim on the screen that leads to the next one, and return the claim."""
    text = typist.claim()
    deed(typist)
    typist.goes_on_from(text)
    return text


def verifies(typist: Reviewer) -> None:
    typist.press("v")


def corrects(typist: Reviewer) -> None:
    typist.opens("e", ".sheet form")
    retypes(typist, "The repairs will cost 14 million crowns.")
    shortens(typist, by=", twice the first estimate")
    typist.press("1")
    expect(typist.field("Words in the article")).to_have_value("the repairs would cost 14 million crowns")
    typist.save()


def rejects(typist: Reviewer) -> None:
    typist.opens("x", ".st-key-reason_1")
    typist.press("n")
    typist.page.keyboard.type("1 baker says so, not all.")
    typist.press("Enter")
    typist.press("1")


def splits(typist: Reviewer) -> None:
    typist.opens("p", ".sheet fieldset")
    retypes(typist, "The bridge will close to cars on January 12.")
    tabs_to(typist, "Claim, as one sentence", 1)
    retypes(typist, "The bridge will stay closed for eleven weeks.")
    shortens(typist, by=" and stay closed for eleven weeks")
    typist.press("1")
    words = typist.page.get_by_label("Words in the article").first
    expect(words).to_have_value("The harbour bridge will close to cars on January 12")
    typist.save()


def notes(typist: Reviewer) -> None:
    typist.opens("n", ".sheet form")
    typist.page.keyboard.type("vex")
    typist.save()
    expect(typist.page.locator(".cd-said")).to_contain_text("vex")


def merges(typist: Reviewer) -> None:
    typist.opens("m", ".st-key-together")
    typist.press("1")
    typist.page.wait_for_selector(".cd-row .chosen")
    typist.opens("m", ".sheet form")
    typist.save()


def sends(typist: Reviewer) -> None:
    typist.opens("t", ".st-key-colleagues")
    typist.press("1")


def adds(typist: Reviewer) -> None:
    typist.opens("a", ".st-key-missed")
    typist.opens("1", ".sheet form")
    typist.save()
    expect(typist.page.get_by_text("Added. Undo takes it back.")).to_be_visible()


def ends(typist: Reviewer) -> None:
    """Verify the last claim."""
    typist.claim()
    typist.press("v")
    expect(typist.page.locator(".cd-message")).to_be_visible()
    settled(typist.page)
    time.sleep(READ_S)


def test_ten_claims_are_decided_by_keyboard_alone(typist: Reviewer) -> None:
    for deed in (corrects, verifies, rejects, splits):
        decides(typist, deed)
    skipped = decides(typist, lambda typist: typist.press("s"))
    assert skipped == "The ferry will run every ten minutes while the harbour bridge is shut."
    typist.claim()
    notes(typist)
    for deed in (verifies, merges, sends):
        decides(typist, deed)
    typist.claim()
    adds(typist)
    decides(typist, verifies)
    assert typist.claim() == skipped
    ends(typist)
    typist.press("u")
    expect(typist.page.locator(".cd-text")).to_have_text(skipped)
    ends(typist)
    assert outcomes(typist.engine) == {
        "The harbour bridge will close to cars on January 12 and stay closed for eleven weeks": "rejected: split",
        "The bearings are older than most of us, and they will not last another winter": "verified",
        "the repairs would cost 14 million crowns": "corrected",
        "38,000 vehicles cross the bridge on a working day": "verified",
        "We lost a third of our customers the last time": "rejected: wrong_speaker: 1 baker says so, not all.",
        "the ferry would run every ten minutes while the bridge is shut": "verified, undone, verified",
        "The county has 412 farms": "rejected: merge",
        "They keep 9,000 cows": "rejected: merge",
        "Milk brought 31 million crowns last year": "sent to Ben",
        "Two farms closed in May": "verified",
    }


def outcomes(engine: "Engine") -> dict[str, str]:
    """Tell what was done to each of the ten claims, by its words in the article."""
    told = {}
    with open_session(engine, reading=True) as session:
        for stored in list_claims(session):
            steps = history(session, claim_id=stored.claim.id)
            if not stored.added_by:
                whose = f"sent to {stored.assigned_to}" if stored.assigned_to else ""
                told[stored.claim.content.text] = ", ".join(filter(None, [*map(outcome, steps), whose]))
    return told


def outcome(step: Decision) -> str:
    if step.kind is DecisionKind.UNDO:
        return "undone"
    return ": ".join(filter(None, [step.status_after, step.reason, step.comment]))
