"""The keys: verify, correct, reject with a reason, skip, undo."""

import streamlit as st

from extractor.schema import RejectionReason
from review_app.logic import words
from review_app.logic.triage import ClaimScreen, Triage

# The keys of these widgets never change with the claim: a button whose key does fires for the wrong one
# when the page is slow. Which claim is meant, the session knows.


def decision_bar(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the three decisions, and below them the ways on and back."""
    with st.container(key="decide", horizontal=True, gap="small"):
        st.button("Verify", key="verify", type="primary", shortcut="V", on_click=triage.verify, width="stretch")
        st.button("Correct", key="correct", shortcut="E", on_click=triage.start_correct, width="stretch")
        st.button("Reject", key="reject", shortcut="X", on_click=triage.start_reject, width="stretch")
    with st.container(key="move", horizontal=True, gap="small"):
        st.button("Skip", key="skip", type="tertiary", shortcut="S", on_click=triage.skip)
        undo_button(triage, can_undo=screen.can_undo)


def undo_button(triage: Triage, *, can_undo: bool) -> None:
    """Draw the way back; it is there from the reviewer's first decision on."""
    if can_undo:
        st.button("Undo my last", key="undo", type="tertiary", shortcut="U", on_click=triage.undo)


def reason_panel(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the reasons for a rejection, one key each."""

    def reject(reason: RejectionReason) -> None:
        triage.reject(reason, st.session_state.get("reject_comment") or "")

    with st.container(key="reasons", border=True):
        st.html('<p class="cd-panel">Why reject it?</p>')
        with st.container(key="reason_keys", horizontal=True, gap="small"):
            for number, (reason, label) in enumerate(words.REASON.items(), start=1):
                key = f"reason_{number}"
                st.button(label, key=key, shortcut=str(number), on_click=reject, args=(reason,), wrap=True)
        st.text_input(
            "Comment (optional)",
            value=screen.comment,
            key="reject_comment",
            placeholder="Type it first, then choose the reason",
            on_change="ignore",
        )
        st.button("Back", key="cancel", type="tertiary", shortcut="Esc", on_click=triage.cancel)
