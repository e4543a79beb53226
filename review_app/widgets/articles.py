"""The list of articles, with the ways to each one."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from review_app.logic.article_list import ArticleLine

_HERE = Path(__file__).parent
KEY = "articles_pane"


def articles_pane(lines: Sequence[ArticleLine], told: str, *, on_open: Callable[[str], None]) -> None:
    """Draw the list.

    Everything goes to the component as data, and the component puts it on the page as text nodes only.

    Args:
        lines: What to draw.
        told: Which articles these are, and of how many.
        on_open: Called with the hash of an article that was clicked.
    """

    def opened() -> None:
        if sha256 := st.session_state[KEY].get("opened"):
            on_open(str(sha256))

    sheets = ("claims.css", "articles.css")
    component = st.components.v2.component(
        "claimdesk_articles",
        html='<div class="claims articles"></div>',
        css="".join((_HERE / sheet).read_text(encoding="utf-8") for sheet in sheets),
        js=(_HERE / "articles.js").read_text(encoding="utf-8"),
    )
    component(key=KEY, data={"lines": [line.model_dump() for line in lines], "told": told}, on_opened_change=opened)
