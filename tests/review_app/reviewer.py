"""Somebody at the keyboard of the review page."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import Locator, Page, expect

from extractor.schema import ClaimStatus, Decision, StoredClaim
from extractor.store import get_claim, history, list_claims, open_session
from tests.browser import settled
from tests.review_app.desk_data import bridge_article, bridge_claims
from tests.review_app.stage import Stage

if TYPE_CHECKING:
    from sqlalchemy import Engine

READ_S = 0.5
"""Longer than `presses.SETTLE_S`: nobody decides on a claim sooner than this."""


@dataclass
class Reviewer:
    """Somebody at the keyboard."""

    page: Page
    engine: "Engine"

    def claim(self) -> str:
        """Read the claim on the screen and take the time that takes."""
        settled(self.page)
        text = self.page.locator(".cd-text").inner_text()
        time.sleep(READ_S)
        return text

    def press(self, keys: str) -> None:
        self.page.keyboard.press(keys)

    def field(self, label: str) -> Locator:
        """Find a field of the form by its label."""
        return self.page.get_by_label(label, exact=True)

    def opens(self, key: str, selector: str) -> None:
        """Press a key and wait for what it opens."""
        time.sleep(READ_S)
        self.press(key)
        self.page.wait_for_selector(selector)
        settled(self.page)

    def save(self) -> None:
        """Save a correction by key; a key works from when its button is drawn, and a script outruns that."""
        settled(self.page)
        time.sleep(READ_S)
        self.press("Control+Enter")

    def goes_on_from(self, text: str) -> None:
        expect(self.page.locator(".cd-text")).not_to_have_text(text)
        settled(self.page)

    def stored(self, text: str) -> StoredClaim:
        """Find a claim by its text, as it was before corrections."""
        known = {c.text: c.id for c in bridge_claims(bridge_article())}
        with open_session(self.engine, reading=True) as session:
            return get_claim(session, claim_id=known[text])

    def steps(self, text: str) -> list[Decision]:
        with open_session(self.engine, reading=True) as session:
            return history(session, claim_id=self.stored(text).claim.id)

    def n_decided(self) -> int:
        with open_session(self.engine, reading=True) as session:
            return sum(s.status is not ClaimStatus.PENDING for s in list_claims(session))


def sit_down(stage: Stage, engine: "Engine", page: Page) -> Reviewer:
    stage.visit(page)
    return Reviewer(page, engine)
