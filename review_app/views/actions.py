"""The keys: verify, correct, reject, and the quieter ones below them."""

from collections.abc import Callable

import streamlit as st

from extractor.people import Act
from review_app.logic.screens import ClaimScreen, Mode
from review_app.logic.sheet import Task
from review_app.logic.triage import Triage

# The keys of these widgets never change with the claim: a button whose key does fires for the wrong one
# when the page is slow. Which claim is meant, the session knows.

ACTING = tuple("VEXSUAPMTNB123456789")
"""Every key of the page that does something at one press."""


def decision_bar(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the three decisions, and below them everything else that can be done with a claim."""
    writer = triage.writer
    with st.container(key="decide", horizontal=True, gap="small"):
        st.button("Verify", key="verify", type="primary", shortcut="V", on_click=triage.verify, width="stretch")
        st.button("Correct", key="correct", shortcut="E", on_click=writer.start, args=(Task.CORRECT,), width="stretch")
        st.button("Reject", key="reject", shortcut="X", on_click=triage.turn_to, args=(Mode.REJECT,), width="stretch")
    with st.container(key="move", horizontal=True, gap="small"):
        _quiet("Skip", "skip", "S", triage.skip)
        undo_button(triage, screen.undo)
        st.button("Note", key="note", type="tertiary", shortcut="N", on_click=writer.start, args=(Task.COMMENT,))
        if screen.person.may(Act.ASSIGN):
            st.button("Send to", key="send", type="tertiary", shortcut="T", on_click=triage.turn_to, args=(Mode.SEND,))
        st.button("Split", key="split", type="tertiary", shortcut="P", on_click=writer.start, args=(Task.SPLIT,))
        if screen.opened.others:
            st.button(
                "Merge", key="merge", type="tertiary", shortcut="M", on_click=triage.turn_to, args=(Mode.TOGETHER,)
            )
        n = len(screen.opened.reading.misses) if screen.opened.reading else 0
        label = f"Add a missed claim ({n})" if n else "Add a missed claim"
        st.button(label, key="add", type="tertiary", shortcut="A", on_click=triage.turn_to, args=(Mode.MISSED,))


def reading_bar(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the ways on for whoever may not decide on this claim."""
    with st.container(key="move", horizontal=True, gap="small"):
        _quiet("Next claim", "skip", "S", triage.skip)
        if not screen.person.may(Act.DECIDE):
            _quiet("Back", "back", "B", triage.back)
        undo_button(triage, screen.undo)


def undo_button(triage: Triage, label: str | None) -> None:
    """Draw the way back; it is there from the reviewer's first decision on."""
    if label:
        st.button(label, key="undo", type="tertiary", shortcut="U", on_click=triage.undo)


def take_back_button(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the way back for the decision by which the claim on the screen stands."""
    if screen.take_back and screen.mode is Mode.READ:
        st.button(screen.take_back, key="take_back", type="tertiary", on_click=triage.take_back)


def _quiet(label: str, key: str, shortcut: str, on_click: Callable[[], None]) -> None:
    st.button(label, key=key, type="tertiary", shortcut=shortcut, on_click=on_click)
