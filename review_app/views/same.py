"""The same claim in near copies of the article, as far as the desk has it there."""

import streamlit as st

from extractor.store import Elsewhere
from review_app.logic import words
from review_app.logic.screens import ClaimScreen, Mode
from review_app.logic.triage import Triage
from review_app.widgets.markup import isolated, safe

SHOWN = 3


def same_claims(triage: Triage, screen: ClaimScreen) -> None:
    """Draw where else the claim is, how it stands there, and the way to it."""
    same = screen.opened.same
    if not same or screen.mode is not Mode.READ:
        return
    with st.container(key="same"):
        st.html('<h2 class="cd-panel">The same words in near copies</h2>')
        for number, other in enumerate(same[:SHOWN]):
            key = f"same_{number + 1}"
            with st.container(key=f"pickrow_{key}", horizontal=True, wrap=False, gap="small"):
                st.button("Open", key=key, type="tertiary", on_click=triage.open, args=(other.stored.claim.id,))
                st.html(f'<div class="cd-row">{_told(other, screen)}</div>')
        if (more := len(same) - SHOWN) > 0:
            st.html(f'<p class="cd-quiet">and in {words.count(more, "more article")}</p>')


def _told(other: Elsewhere, screen: ClaimScreen) -> str:
    place = other.metadata.publisher or other.metadata.title or other.metadata.url or "Another article"
    who = other.stored.claim.source.name
    status = words.STATUS[other.stored.status]
    if who.casefold() != screen.opened.stored.claim.source.name.casefold():
        return f"<span>{isolated(place)}: {status}, <b>said by {isolated(who)}</b></span>"
    return f"<span>{isolated(place)}: {safe(status)}</span>"
