"""The form of a sheet, drawn by the browser and kept as one types."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from review_app.logic.fields import SheetView

_HERE = Path(__file__).parent
EVENTS = ("typed", "saved", "left", "grown", "dropped", "theirs")
KEY = "sheet"


def sheet_form(view: SheetView, on_event: Callable[[str, dict[str, Any]], None]) -> None:
    """Draw a sheet.

    Args:
        view: What to draw; its texts reach the page as text.
        on_event: Called with one of `EVENTS` and what the form holds: ``number`` and ``forms``.
    """

    def told(event: str) -> Callable[[], None]:
        def tell() -> None:
            sent = st.session_state[KEY].get(event)
            if sent:
                on_event(event, dict(sent))

        return tell

    # Registered anew in every run: a component is known to one runtime, and a process may have several.
    component = st.components.v2.component(
        "claimdesk_sheet",
        html='<div class="sheet"></div>',
        css=(_HERE / "sheet.css").read_text(encoding="utf-8"),
        js=(_HERE / "sheet.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
    listening: dict[str, Any] = {f"on_{event}_change": told(event) for event in EVENTS}
    component(key=KEY, data=view.model_dump(mode="json"), **listening)
