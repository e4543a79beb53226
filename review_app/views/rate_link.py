"""From the review to the fact-check of a claim."""

import streamlit as st

from extractor.people import Act
from extractor.store import Checked
from review_app.deps import Visit
from review_app.logic.factchecks import VERIFIED
from review_app.logic.screens import ClaimScreen
from review_app.logic.triage import Triage
from review_app.widgets.ways import go


def rate_link(visit: Visit, triage: Triage, screen: ClaimScreen) -> None:
    """Offer to rate the claim on the screen where it is verified, else the one that was just verified."""
    if not visit.person.may(Act.RATE):
        return
    stored = screen.opened.stored
    if stored.status in VERIFIED:
        is_begun = any(isinstance(step, Checked) for step in screen.opened.timeline.steps)
        label, claim_id = "Open its fact-check" if is_begun else "Rate this claim", stored.claim.id
    elif screen.notice and (last := triage.desk.last_decision()) and last.status_after in VERIFIED:
        label, claim_id = "Rate the claim you just decided", last.claim_id
    else:
        return

    def rate() -> None:
        # Not opened here: the desk's settings are read there, and if they cannot be, that page says so.
        st.session_state["fact_check_of"] = claim_id
        go("factchecks")

    st.button(label, key="rate", type="tertiary", on_click=rate)
