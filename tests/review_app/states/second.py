"""The states of the page of second looks."""

from typing import TYPE_CHECKING

from playwright.sync_api import Page

from extractor.schema import DecisionKind, RejectionReason
from extractor.store import NewDecision, decide, make_look, next_second_look, open_session
from tests.browser import settled
from tests.review_app.desk_data import NOW, bridge_article, bridge_claims, save
from tests.review_app.stage import State
from tests.review_app.states.review import nothing

if TYPE_CHECKING:
    from sqlalchemy import Engine

PAGE = "second"


def decided(engine: "Engine") -> None:
    """Six claims, all decided by Ben: verified, and one corrected."""
    article = bridge_article()
    claims = bridge_claims(article)
    save(engine, article, claims)
    with open_session(engine) as session:
        for claim in claims:
            mended = claim.model_copy(update={"text": claim.text.replace("41 million", "14 million")})
            kind = DecisionKind.VERIFY if mended == claim else DecisionKind.CORRECT
            corrected = None if mended == claim else mended
            by_ben = NewDecision(claim_id=claim.id, version=1, kind=kind, reviewer="ben", corrected=corrected)
            decide(session, decision=by_ben, now=NOW)


def looked_at(engine: "Engine") -> None:
    """The same, all looked at again by Carla: she rejects the corrected one, and agrees to the rest."""
    decided(engine)
    with open_session(engine) as session:
        while blind := next_second_look(session, reviewer="carla", share=1, now=NOW):
            disputed = "41 million" in blind.claim.text
            look = NewDecision(
                claim_id=blind.claim.id,
                version=blind.version,
                kind=DecisionKind.REJECT if disputed else DecisionKind.VERIFY,
                reviewer="carla",
                reason=RejectionReason.PARAPHRASE_DRIFT if disputed else None,
                comment="The article says 14 million." if disputed else "",
            )
            make_look(session, decision=look, now=NOW)


def correct(page: Page) -> None:
    """Open the form of a correction."""
    page.keyboard.press("e")
    page.get_by_label("Claim, as one sentence").wait_for()
    settled(page)


STATES = (
    State("second-empty", nothing, path=PAGE),
    State("second-look", decided, path=PAGE),
    State("second-correct", decided, correct, path=PAGE),
    State("second-settle", looked_at, path=f"{PAGE}?part=settle"),
    State("second-agreement", looked_at, path=f"{PAGE}?part=agreement"),
)
