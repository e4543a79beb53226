"""The list of claims: ticks, acts on what is ticked, and the ways to one claim."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from review_app.logic.claims_pane import ClaimsPane

_HERE = Path(__file__).parent


def claims_pane(pane: ClaimsPane, *, on_act: Callable[[dict[str, Any]], None]) -> None:
    """Draw the list.

    Everything goes to the component as data, and the component puts it on the page as text nodes only.

    Args:
        pane: What to draw.
        on_act: Called with what somebody did: ``deed`` says what, the rest depends on it.
    """

    def acted() -> None:
        if deed := st.session_state["claims_pane"].get("act"):
            on_act(dict(deed))

    component = st.components.v2.component(
        "claimdesk_claims",
        html='<div class="claims"></div>',
        css=(_HERE / "claims.css").read_text(encoding="utf-8"),
        js=(_HERE / "claims.js").read_text(encoding="utf-8"),
    )
    component(key="claims_pane", data=pane.model_dump(mode="json"), on_act_change=acted)
