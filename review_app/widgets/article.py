"""The article beside a claim: content, source and cue in colours of their own, scrolled to the place."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from review_app.logic.fields import Target
from review_app.logic.segments import ArticleView
from review_app.logic.writer import Selected

_HERE = Path(__file__).parent
KEY = "article"


def article_pane(
    view: ArticleView,
    *,
    clickable: bool,
    on_open: Callable[[str], None],
    targets: Sequence[Target] = (),
    on_select: Callable[[Sequence[Selected]], None] | None = None,
    taken: int = 0,
) -> None:
    """Draw an article.

    Everything that comes from the article goes to the component as data, and the component puts it
    on the page as text nodes only.

    Args:
        view: What to draw.
        clickable: Other claims open at a click; not while something is being typed.
        on_open: Called with the id of a claim that was clicked.
        targets: What words that are selected can be for.
        on_select: Called with what was selected and is not known to be taken over.
        taken: Number of the last selection that was.
    """

    def opened() -> None:
        if claim_id := st.session_state[KEY].get("opened"):
            on_open(str(claim_id))

    def selected() -> None:
        sent = st.session_state[KEY].get("selected")
        if sent and on_select:
            on_select([Selected.model_validate(one) for one in sent])

    # Registered anew in every run: a component is known to one runtime, and a process may have several.
    component = st.components.v2.component(
        "claimdesk_article",
        html='<div class="article"></div>',
        css=(_HERE / "article.css").read_text(encoding="utf-8"),
        js=(_HERE / "article.js").read_text(encoding="utf-8"),
    )
    data = view.model_dump(mode="json", exclude_defaults=True)
    component(
        key=KEY,
        data={**data, "clickable": clickable, "targets": [target.model_dump() for target in targets], "taken": taken},
        on_opened_change=opened,
        on_selected_change=selected,
    )
