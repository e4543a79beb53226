"""The article beside a claim: content, source and cue in colours of their own, scrolled to the place."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from review_app.logic.segments import ArticleView

_HERE = Path(__file__).parent


def article_pane(view: ArticleView, *, clickable: bool, on_open: Callable[[str], None]) -> None:
    """Draw an article.

    Everything that comes from the article goes to the component as data, and the component puts it
    on the page as text nodes only.

    Args:
        view: What to draw.
        clickable: Other claims open at a click; not while something is being typed.
        on_open: Called with the id of a claim that was clicked.
    """

    def opened() -> None:
        if claim_id := st.session_state["article"].get("opened"):
            on_open(str(claim_id))

    # Registered anew in every run: a component is known to one runtime, and a process may have several.
    component = st.components.v2.component(
        "claimdesk_article",
        html='<div class="article"></div>',
        css=(_HERE / "article.css").read_text(encoding="utf-8"),
        js=(_HERE / "article.js").read_text(encoding="utf-8"),
    )
    data = view.model_dump(mode="json")
    component(key="article", data={**data, "clickable": clickable}, on_opened_change=opened)
