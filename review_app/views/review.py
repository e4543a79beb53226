"""The page of the queue: one claim beside its article, or why there is none."""

from typing import assert_never

import streamlit as st

from review_app.deps import Visit
from review_app.logic.segments import article_view
from review_app.logic.triage import ClaimScreen, EmptyScreen, FinishedScreen, Mode, Screen, Triage
from review_app.views.actions import decision_bar, reason_panel
from review_app.views.correct import correction_form
from review_app.views.notices import empty_page, finished_page
from review_app.views.rate_link import rate_link
from review_app.widgets.article import article_pane
from review_app.widgets.claim_card import claim_card, doubts_only, history_list, notice_line, stale_banner
from review_app.widgets.frame import progress_line


def review_page(visit: Visit) -> None:
    """Draw what the reviewer's session shows now."""
    triage = _triage(visit)
    _draw(visit, triage, triage.screen())
    if triage.claim_id:
        st.query_params["claim"] = triage.claim_id
    else:
        st.query_params.clear()
    triage.drawn()


def _triage(visit: Visit) -> Triage:
    """Return this browser session's state; the address names the claim that was open before a reload.

    Later the address only follows: when keys come fast, the browser's is a claim behind. Other pages open a claim
    by `Triage.open` before they switch to this one.
    """
    if "triage" not in st.session_state:
        st.session_state["triage"] = visit.triage()
        if named := st.query_params.get("claim"):
            st.session_state["triage"].open(named)
    triage: Triage = st.session_state["triage"]
    return triage


def _draw(visit: Visit, triage: Triage, screen: Screen) -> None:
    match screen:
        case EmptyScreen():
            empty_page(screen)
        case FinishedScreen():
            progress_line(screen.progress)
            finished_page(triage, screen)
        case ClaimScreen():
            _claim(visit, triage, screen)
        case _:
            assert_never(screen)


def _claim(visit: Visit, triage: Triage, screen: ClaimScreen) -> None:
    """Draw a claim on the left and its article on the right."""
    left, right = st.columns([9, 10], gap="large")
    now = triage.desk.now()
    with left, st.container(key="claim"):
        progress_line(screen.progress)
        if screen.stale:
            stale_banner(screen.stale)
        match screen.mode:
            case Mode.READ:
                claim_card(screen.opened, now)
                decision_bar(triage, screen)
            case Mode.REJECT:
                claim_card(screen.opened, now)
                reason_panel(triage, screen)
            case Mode.CORRECT:
                doubts_only(screen.opened)
                if screen.form:
                    correction_form(triage, screen, screen.form)
            case _:
                assert_never(screen.mode)
        notice_line(screen.notice)
        rate_link(visit, triage, screen)
        history_list(screen.opened, now)
    with right, st.container(key="article_column"):
        opened = screen.opened
        view = article_view(opened.article, opened.stored.claim, opened.others, opened.reading)
        article_pane(view, clickable=screen.mode is Mode.READ, on_open=triage.open)
