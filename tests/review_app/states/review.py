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


STATES = (
    State("review-empty", nothing),
    State("review-claim", bridge),
    State("review-reject", bridge, pressing("x", ".st-key-reasons")),
    State("review-correct", bridge, pressing("e", ".st-key-save")),
    State("review-done", decided),
    State("review-hostile", hostile),
)
