"""The page of the queue: one claim beside its article, or why there is none."""

from typing import assert_never

import streamlit as st

from review_app.deps import Visit
from review_app.logic.fields import targets_of
from review_app.logic.screens import ClaimScreen, EmptyScreen, FinishedScreen, Mode, Screen
from review_app.logic.segments import article_view, focus_of_forms
from review_app.logic.triage import RENEW_S, Triage
from review_app.logic.within import read_within
from review_app.views.actions import ACTING, decision_bar, reading_bar, take_back_button
from review_app.views.notices import empty_page, finished_page
from review_app.views.panels import missed_panel, reason_panel, send_panel, together_panel
from review_app.views.part import part_line
from review_app.views.rate_link import rate_link
from review_app.views.same import same_claims
from review_app.views.writing import writing_panel
from review_app.widgets.article import article_pane
from review_app.widgets.claim_card import (
    claim_card,
    claim_line,
    doubts_only,
    held_banner,
    history_list,
    notice_line,
    stale_banner,
)
from review_app.widgets.frame import progress_line
from review_app.widgets.keys import key_guard


def review_page(visit: Visit) -> None:
    """Draw what the reviewer's session shows now."""
    triage = _triage(visit)
    _draw(visit, triage, triage.screen())
    address = {"claim": triage.claim_id or "", "within": triage.within}
    st.query_params.from_dict({name: value for name, value in address.items() if value})
    triage.drawn()
    _stay(triage)


@st.fragment(run_every=RENEW_S)
def _stay(triage: Triage) -> None:
    """Keep the claim while the page is open, also when nobody presses anything."""
    if triage.stay():
        st.rerun()


def _triage(visit: Visit) -> Triage:
    """Return this browser session's state; the address names the claim and the view that were open before.

    Later the address only follows: when keys come fast, the browser's is a claim behind. Other pages open a claim
    by `Triage.open` before they switch to this one.
    """
    if "triage" not in st.session_state:
        st.session_state["triage"] = visit.triage()
        if address := st.query_params.get("within"):
            st.session_state["triage"].work_through(read_within(address, visit.person.name))
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
            key_guard("finished", triage.run, ACTING)
        case ClaimScreen():
            _claim(visit, triage, screen)
        case _:
            assert_never(screen)


def _claim(visit: Visit, triage: Triage, screen: ClaimScreen) -> None:
    """Draw a claim on the left and its article on the right."""
    part_line(triage, screen.part)
    left, right = st.columns([9, 10], gap="large")
    with left, st.container(key="claim"):
        progress_line(screen.progress)
        _left(triage, screen)
        notice_line(screen.notice)
        rate_link(visit, triage, screen)
        same_claims(triage, screen)
        history_list(screen.opened, triage.desk.now())
        take_back_button(triage, screen)
        key_guard(screen.opened.stored.claim.id, triage.run, ACTING)
    with right, st.container(key="article_column"):
        opened = screen.opened
        view = article_view(
            opened.article,
            opened.stored.claim,
            opened.others,
            opened.reading,
            focus=focus_of_forms(screen.sheet.forms) if screen.sheet else None,
            appearances=opened.appearances,
        )
        article_pane(
            view,
            clickable=screen.mode in {Mode.READ, Mode.TOGETHER},
            targets=targets_of(screen),
            on_open=triage.clicked,
            on_select=triage.writer.select,
            taken=triage.writer.taken,
        )


def _left(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the claim and what can be done with it now."""
    now = triage.desk.now()
    if screen.stale:
        stale_banner(screen.stale, is_writing=screen.mode is Mode.WRITE)
    if screen.held:
        held_banner(screen.held, now)
    match screen.mode:
        case Mode.READ:
            claim_card(screen.opened, screen.person, now)
            (decision_bar if screen.can_write else reading_bar)(triage, screen)
        case Mode.REJECT:
            claim_card(screen.opened, screen.person, now)
            reason_panel(triage, screen)
        case Mode.SEND:
            claim_card(screen.opened, screen.person, now)
            send_panel(triage, screen)
        case Mode.MISSED:
            missed_panel(triage, screen)
        case Mode.TOGETHER:
            claim_line(screen.opened)
            together_panel(triage, screen)
        case Mode.WRITE:
            if screen.shows_doubts:
                doubts_only(screen.opened)
            writing_panel(triage, screen)
        case _:
            assert_never(screen.mode)
