"""The form that is being written in; it redraws alone while somebody types."""

from typing import Any

import streamlit as st

from review_app.logic.fields import sheet_view
from review_app.logic.screens import ClaimScreen
from review_app.logic.triage import Triage
from review_app.logic.writer import Sent
from review_app.widgets.sheet import sheet_form


@st.fragment
def writing_panel(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the sheet of a session."""
    now = triage.writing(screen)
    if now is None or now.sheet is None:
        st.rerun()
    sheet_form(sheet_view(now, now.sheet), lambda event, sent: _on_event(triage, event, sent))


def _on_event(triage: Triage, event: str, values: dict[str, Any]) -> None:
    writer, sent = triage.writer, Sent.model_validate(values)
    match event:
        case "typed":
            writer.typed(sent)
        case "saved":
            writer.save(sent)
        case "left":
            writer.leave(sent)
        case "grown":
            writer.lengthen(sent)
        case "dropped":
            writer.shorten(sent)
        case "theirs":
            writer.take_theirs(sent)
