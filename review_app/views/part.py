"""The line that says which part of the queue is worked through, with the ways out."""

import streamlit as st

from review_app.logic import words
from review_app.logic.screens import FinishedScreen
from review_app.logic.triage import Triage
from review_app.logic.within import Part
from review_app.widgets.frame import message
from review_app.widgets.markup import isolated
from review_app.widgets.ways import go


def part_line(triage: Triage, part: Part | None) -> None:
    """Draw the line; nothing for the whole queue."""
    if part is None:
        return
    n = words.count(part.n_waiting.n, "claim")
    least = "" if part.n_waiting.is_exact else "at least "
    with st.container(key="part", horizontal=True, gap="small", vertical_alignment="center"):
        st.html(
            f'<p class="cd-part">Only claims of this view: {isolated(part.told, "cd-told")} '
            f"<span>{least}{n} waiting</span></p>"
        )
        _ways_out(triage, part)


def part_finished(triage: Triage, screen: FinishedScreen, part: Part) -> None:
    """Say that nothing of a part is left for this reviewer."""
    if part.n_waiting.n:
        left = f"{words.count(part.n_waiting.n, 'claim')} of it left, and all with colleagues or sent to them."
        message("Nothing free in this view", [part.told, left])
    else:
        message("This view is done", [part.told, f"{words.count(screen.progress.waiting, 'claim')} waiting elsewhere."])
    with st.container(key="part_ways", horizontal=True, gap="small", horizontal_alignment="center"):
        _ways_out(triage, part)


def _ways_out(triage: Triage, part: Part) -> None:
    st.button("Back to the list", key="part_list", type="tertiary", on_click=go, args=("claims",), kwargs=part.address)
    st.button("Review all claims", key="part_all", type="tertiary", on_click=triage.work_through, args=(None,))
