"""The states of the page of fact-checks."""

from typing import TYPE_CHECKING

from playwright.sync_api import Page

from extractor.factcheck import Deed
from tests.browser import settled
from tests.review_app.check_data import (
    COST,
    FERRY,
    HARM,
    PUBLISHED,
    REPAIRS,
    VEHICLES,
    do,
    every_state,
    verified,
)
from tests.review_app.stage import State
from tests.review_app.states.review import nothing

if TYPE_CHECKING:
    from sqlalchemy import Engine

PAGE = "factchecks"


def corrected(engine: "Engine") -> None:
    """A fact-check that is public while a correction is being written, after an earlier one."""
    again = ((Deed.REVISE, "anna"), (Deed.SUBMIT, "anna"), (Deed.PUBLISH, "ben"), (Deed.REVISE, "ben"))
    do(engine, REPAIRS, *PUBLISHED, *again, at=verified(engine), note="The first estimate was 7.1 million, not 7.")


def withdrawn(engine: "Engine") -> None:
    """A fact-check that readers no longer have."""
    do(engine, REPAIRS, *PUBLISHED, (Deed.WITHDRAW, "ben"), at=verified(engine), comment="It was about another bridge.")


def hostile(engine: "Engine") -> None:
    """A fact-check that would do harm."""
    evidence = COST.evidence[0].model_copy(update={"title": HARM, "excerpt": HARM, "publisher": HARM})
    said = COST.model_copy(update={"conclusion": HARM, "explanation": HARM, "evidence": (evidence,)})
    do(engine, REPAIRS, *PUBLISHED, at=verified(engine), said=said)


def edit_evidence(page: Page) -> None:
    """Open the fields of the first piece of evidence."""
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_label("Address of evidence 1").wait_for()
    settled(page)


def too_early(page: Page) -> None:
    """Send an empty form on."""
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("Still missing").wait_for()
    settled(page)


def as_readers_see_it(page: Page) -> None:
    """Open the page for readers."""
    page.get_by_text("How readers see it").click()
    page.frame_locator("iframe").get_by_role("heading", level=1).wait_for()
    settled(page)


STATES = (
    State("factchecks-empty", nothing, path=PAGE),
    State("factchecks-list", every_state, path=PAGE),
    State("factchecks-published", every_state, path=f"{PAGE}?list=published"),
    State("factchecks-begin", every_state, too_early, path=f"{PAGE}?claim={FERRY.id}"),
    State("factchecks-returned", every_state, edit_evidence, path=f"{PAGE}?claim={VEHICLES.id}"),
    State("factchecks-public", every_state, as_readers_see_it, path=f"{PAGE}?claim={REPAIRS.id}"),
    State("factchecks-correction", corrected, path=f"{PAGE}?claim={REPAIRS.id}"),
    State("factchecks-withdrawn", withdrawn, path=f"{PAGE}?claim={REPAIRS.id}"),
    State("factchecks-hostile", hostile, path=f"{PAGE}?claim={REPAIRS.id}"),
)
