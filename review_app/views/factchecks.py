"""The page of fact-checks: the lists, and one fact-check beside its claim and article."""

from typing import assert_never

import streamlit as st

from extractor.factcheck import CheckState, Deed
from review_app.deps import Visit
from review_app.logic import checkwords
from review_app.logic.factchecks import CheckScreen, CheckSession, ListScreen, Tab
from review_app.logic.segments import article_view
from review_app.views.checkform import check_form
from review_app.views.downloads import downloads, preview
from review_app.widgets.article import article_pane
from review_app.widgets.check_card import (
    assessment_shown,
    check_history,
    entry_row,
    public_version,
    publication_notices,
    rated_claim,
    state_line,
    warnings,
)
from review_app.widgets.claim_card import notice_line
from review_app.widgets.frame import message
from review_app.widgets.ways import go

TITLES = {
    Tab.TO_RATE: "To rate",
    Tab.IN_WORK: "In work",
    Tab.TO_APPROVE: "To approve",
    Tab.APPROVED: "Approved",
    Tab.PUBLISHED: "Published",
    Tab.SET_ASIDE: "Set aside",
}
ALWAYS = (Tab.TO_RATE, Tab.IN_WORK, Tab.PUBLISHED)
"""Lists that are offered also when they are empty."""
EMPTY = {
    Tab.TO_RATE: (
        "Nothing to rate",
        "Claims that are verified in Review come here, the most urgent first.",
    ),
    Tab.IN_WORK: ("Nothing in work", "Choose a claim under “To rate”. What you type is kept, and waits here."),
    Tab.TO_APPROVE: ("Nothing to approve", "Fact-checks that a colleague sends for approval come here."),
    Tab.APPROVED: ("Nothing approved", "Fact-checks that a second person has approved wait here to be published."),
    Tab.PUBLISHED: ("Nothing published yet", "Published fact-checks stand here, ready to be exported as ClaimReview."),
    Tab.SET_ASIDE: ("Nothing set aside", "Claims that the desk will not rate stand here."),
}


def fact_checks_page(visit: Visit) -> None:
    """Draw what the session shows now."""
    session = check_session(visit)
    screen = session.screen()
    match screen:
        case ListScreen():
            _lists(session, screen)
        case CheckScreen():
            _check(visit, session, screen)
        case _:
            assert_never(screen)
    st.query_params.from_dict({"claim": session.claim_id} if session.claim_id else {"list": session.tab})
    session.drawn()


def check_session(visit: Visit) -> CheckSession:
    """Return this browser session's state; the address counts when it begins, and only follows later."""
    if "fact_checks" not in st.session_state:
        session = visit.fact_checks()
        st.session_state["fact_checks"] = session
        if (named := st.query_params.get("list")) in set(Tab):
            session.show(Tab(named))
        if claim_id := st.query_params.get("claim"):
            session.open(claim_id)
    found: CheckSession = st.session_state["fact_checks"]
    if wanted := st.session_state.pop("fact_check_of", None):
        found.open(wanted)
    return found


def _lists(session: CheckSession, screen: ListScreen) -> None:
    offered = [tab for tab in Tab if tab in ALWAYS or screen.counts[tab] or tab is screen.tab]
    st.session_state["check_tab"] = screen.tab

    def go() -> None:
        session.show(st.session_state["check_tab"])

    with st.container(key="check_lists"):
        st.segmented_control(
            "List",
            offered,
            key="check_tab",
            required=True,
            format_func=lambda tab: f"{TITLES[tab]} {screen.counts[tab]:,}",
            on_change=go,
            label_visibility="collapsed",
            wrap=True,
        )
        if screen.notice:
            notice_line(screen.notice)
        if not screen.entries:
            message(EMPTY[screen.tab][0], [EMPTY[screen.tab][1]])
        for entry in screen.entries:
            with st.container(key=f"entry_{entry.claim_id}", horizontal=True, vertical_alignment="center", wrap=False):
                entry_row(entry)
                label = "Rate" if screen.tab is Tab.TO_RATE else "Open"
                st.button(label, key=f"open_{entry.claim_id}", on_click=session.open, args=(entry.claim_id,))
        if screen.has_more:
            st.button("Show more", key="more", type="tertiary", on_click=session.more)


def _check(visit: Visit, session: CheckSession, screen: CheckScreen) -> None:
    left, right = st.columns([11, 10], gap="large")
    with left, st.container(key="check"):
        st.button(
            "All fact-checks",
            key="check_back",
            type="tertiary",
            icon=":material/arrow_back:",
            on_click=session.close,
        )
        rated_claim(screen.claim)
        state_line(screen, session.checks.now())
        if screen.fact_check is not None and screen.fact_check.publication is not None:
            publication_notices(screen.fact_check.publication)
        warnings(screen)
        if not screen.claim_verified:
            st.button("Open the claim in Review", key="check_review", on_click=_review, args=(session.claim_id,))
        if screen.stale:
            st.button("Take theirs, forget mine", key="check_discard", on_click=session.discard)
        if screen.can_write:
            check_form(session, screen)
        else:
            assessment_shown(screen.assessment)
        _deeds(session, screen)
        notice_line(screen.notice)
        preview(session.checks, screen)
        if screen.fact_check is not None:
            if screen.fact_check.is_correction:
                public_version(screen.fact_check)
            downloads(visit, session.checks, screen)
        check_history(screen.steps)
    with right, st.container(key="article_column"):
        opened = screen.opened
        view = article_view(opened.article, screen.claim, opened.others, None)
        article_pane(view, clickable=False, on_open=lambda _id: None)


def _review(claim_id: str) -> None:
    if "triage" in st.session_state:
        st.session_state["triage"].open(claim_id)
    go("", claim=claim_id)


def _deeds(session: CheckSession, screen: CheckScreen) -> None:
    """Draw what can be done next; the first is the way on."""
    if screen.asking is not None:
        _comment(session, screen.asking)
        return
    with st.container(key="deeds", horizontal=True, gap="small"):
        for number, deed in enumerate(screen.offered):
            asks = deed in checkwords.ASKED
            st.button(
                checkwords.BUTTON[deed],
                key=f"deed_{deed}",
                type="primary" if number == 0 and deed is not Deed.WITHDRAW else "secondary",
                shortcut="Ctrl+Enter" if deed is Deed.SAVE else None,
                on_click=session.ask if asks else session.press,
                args=(deed,),
            )
        if screen.undoable:
            st.button(f"Undo: {screen.undoable}", key="check_undo", type="tertiary", on_click=session.undo)
    if not screen.offered and screen.fact_check and screen.fact_check.state is CheckState.SUBMITTED:
        st.html('<p class="cd-notice">A second person has to approve it: somebody who has not written it.</p>')


def _comment(session: CheckSession, deed: Deed) -> None:
    """Ask for what a deed needs said."""

    def go() -> None:
        session.comment(deed, st.session_state.get(f"comment_{deed}") or "")
        session.press(deed)

    with st.container(key="check_comment", border=True):
        st.text_area(checkwords.ASKED[deed], key=f"comment_{deed}", height=90, on_change="ignore")
        with st.container(horizontal=True, gap="small"):
            st.button(checkwords.BUTTON[deed], key=f"deed_{deed}", type="primary", on_click=go)
            st.button("Back", key="check_cancel", type="tertiary", on_click=session.ask, args=(None,))
