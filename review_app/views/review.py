"""The page of one claim beside its article."""

from typing import assert_never

import streamlit as st

from review_app.logic.segments import article_view
from review_app.logic.triage import ClaimScreen, Mode, Triage
from review_app.views.actions import decision_bar, reason_panel
from review_app.views.correct import correction_form
from review_app.widgets.article import article_pane
from review_app.widgets.claim_card import claim_card, doubts_only, history_list, notice_line, stale_banner


def review_page(triage: Triage, screen: ClaimScreen) -> None:
    """Draw a claim on the left and its article on the right."""
    left, right = st.columns([9, 10], gap="large")
    now = triage.desk.now()
    with left, st.container(key="claim"):
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
        history_list(screen.opened, now)
    with right, st.container(key="article_column"):
        opened = screen.opened
        view = article_view(opened.article, opened.stored.claim, opened.others, opened.reading)
        article_pane(view, clickable=screen.mode is Mode.READ, on_open=triage.open)
