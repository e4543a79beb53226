"""The states of the review page."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import Page

from extractor.schema import DecisionKind, PieceState
from extractor.store import NewDecision, decide, list_claims, open_session
from tests.browser import settled
from tests.review_app.desk_data import (
    NOW,
    bridge_article,
    bridge_claims,
    hostile_article,
    hostile_claims,
    save,
)
from tests.review_app.stage import State
from tests.review_app.story_data import CLAIM, eventful

if TYPE_CHECKING:
    from sqlalchemy import Engine


def nothing(engine: "Engine") -> None:
    """An empty desk."""


def bridge(engine: "Engine") -> None:
    """Six claims, and what was lost and perhaps missed."""
    article = bridge_article()
    lost = {PieceState.TRUNCATED: "the reply ran into its limit of 64 tokens"}
    missed = ("The council will vote on the plan on December 4.",)
    save(engine, article, bridge_claims(article), lost=lost, missed=missed)


def decided(engine: "Engine") -> None:
    """Six claims, all verified."""
    article = bridge_article()
    save(engine, article, bridge_claims(article))
    with open_session(engine) as session:
        for stored in list_claims(session):
            by_anna = NewDecision(
                claim_id=stored.claim.id, version=stored.version, kind=DecisionKind.VERIFY, reviewer="anna"
            )
            decide(session, decision=by_anna, now=NOW)


def hostile(engine: "Engine") -> None:
    """An article that would do harm."""
    article = hostile_article()
    save(engine, article, hostile_claims(article))


def pressing(key: str, waiting_for: str) -> "Callable[[Page], None]":
    """Press a key and wait until its outcome is there."""

    def press(page: Page) -> None:
        page.keyboard.press(key)
        page.wait_for_selector(waiting_for)
        settled(page)

    return press


def selecting(words: str) -> Callable[[Page], None]:
    """Select words of the article with the mouse."""

    def select(page: Page) -> None:
        select_words(page, words)
        page.wait_for_selector(".pick button")

    return select


def select_words(page: Page, words: str) -> None:
    """Draw the mouse over words that stand in one run of the article."""
    ends = page.locator(".article").evaluate(
        """(article, words) => {
          const walker = document.createTreeWalker(article.querySelector(".text"), NodeFilter.SHOW_TEXT);
          for (let node; (node = walker.nextNode()); ) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + words.length);
            node.parentElement.scrollIntoView({ block: "nearest" });
            const lines = [...range.getClientRects()];
            const last = lines[lines.length - 1];
            const middle = (line) => line.top + line.height / 2;
            return [[lines[0].left + 0.5, middle(lines[0])], [last.right - 0.5, middle(last)]];
          }
          throw new Error(`not in one run of the article: ${words}`);
        }""",
        words,
    )
    page.mouse.move(*ends[0])
    page.mouse.down()
    page.mouse.move(*ends[1], steps=4)
    page.mouse.up()


def after(*steps: Callable[[Page], None]) -> Callable[[Page], None]:
    """Do one thing after the other."""

    def do(page: Page) -> None:
        for step in steps:
            page.wait_for_timeout(600)
            step(page)

    return do


def unfolding(selector: str) -> Callable[[Page], None]:
    """Open what is folded away."""

    def unfold(page: Page) -> None:
        page.locator(f"{selector} summary").click()

    return unfold


STATES = (
    State("review-empty", nothing),
    State("review-claim", bridge),
    State("review-keys", bridge, pressing("?", "dialog[open]")),
    State("review-select", bridge, selecting("No other crossing within 20 kilometres")),
    State("review-reject", bridge, after(pressing("x", ".st-key-reasons"))),
    State("review-correct", bridge, after(pressing("e", ".sheet form"))),
    State("review-note", bridge, after(pressing("n", ".sheet form"))),
    State("review-split", bridge, after(pressing("p", ".sheet form"))),
    State("review-merge", bridge, after(pressing("m", ".st-key-together"), pressing("1", ".cd-row .chosen"))),
    State("review-send", bridge, after(pressing("t", ".st-key-colleagues"))),
    State("review-missed", bridge, after(pressing("a", ".st-key-missed"))),
    State("review-add", bridge, after(pressing("a", ".st-key-missed"), pressing("1", ".sheet form"))),
    State("review-history", eventful, unfolding(".cd-history"), path=f"?claim={CLAIM.id}"),
    State("review-done", decided),
    State("review-hostile", hostile),
)
