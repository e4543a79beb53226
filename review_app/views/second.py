"""The page of second looks: decide again, blind; settle what differs; see how far reviewers agree."""

from typing import assert_never

import streamlit as st

from extractor.schema import Quotation, RejectionReason
from extractor.secondlook import Choice
from review_app.deps import Visit
from review_app.logic import words
from review_app.logic.correction import Form
from review_app.logic.second import REASONS, AgreementScreen, LookScreen, Mode, RestScreen, Second, Tab
from review_app.logic.segments import article_view
from review_app.widgets.article import article_pane
from review_app.widgets.claim_card import notice_line
from review_app.widgets.frame import message
from review_app.widgets.markup import safe
from review_app.widgets.second_card import agreement_table, looked_at_claim, sample_line, voice_card

TITLES = {Tab.LOOK: "Look again", Tab.SETTLE: "To settle", Tab.AGREEMENT: "Agreement"}


def second_page(visit: Visit) -> None:
    """Draw what the session shows now."""
    session = _session(visit)
    screen = session.screen()
    with st.container(key="second"):
        _tabs(session, screen)
        match screen:
            case AgreementScreen():
                agreement_table(screen.agreement)
            case RestScreen():
                _rest(session, screen)
            case LookScreen():
                _look(session, screen)
            case _:
                assert_never(screen)
    st.query_params.from_dict({"part": session.tab})
    session.drawn()


def _session(visit: Visit) -> Second:
    if "second" not in st.session_state:
        st.session_state["second"] = visit.second()
        if (named := st.query_params.get("part")) in set(Tab):
            st.session_state["second"].show(Tab(named))
    session: Second = st.session_state["second"]
    return session


def _tabs(session: Second, screen: LookScreen | RestScreen | AgreementScreen) -> None:
    st.session_state["second_tab"] = session.tab
    label = {**TITLES, Tab.SETTLE: f"{TITLES[Tab.SETTLE]} {screen.n_to_settle:,}"}

    def go() -> None:
        session.show(st.session_state["second_tab"])

    with st.container(key="second_tabs", horizontal=True, vertical_alignment="center", gap="small"):
        if len(session.tabs) > 1:
            st.segmented_control(
                "Part",
                session.tabs,
                key="second_tab",
                required=True,
                format_func=label.__getitem__,
                on_change=go,
                label_visibility="collapsed",
                wrap=True,
            )
        sample_line(screen.counts)


def _rest(session: Second, screen: RestScreen) -> None:
    """Say why nothing is here."""
    if screen.tab is Tab.SETTLE:
        message("Nothing to settle", ["Where two reviewers decide differently, an editor who is neither settles it."])
    elif not screen.share:
        message("No second looks", ["Set the share of claims that are decided twice: share under [second_look]."])
    else:
        told = f"{screen.share:.0%} of the decided claims are decided again by somebody else, blind."
        message("Nothing to look at again", [told, "None of them waits for you."])
    with st.container(key="second_move", horizontal=True, gap="small", horizontal_alignment="center"):
        _undo(session, can_undo=screen.can_undo)
    if screen.notice:
        notice_line(screen.notice)


def _look(session: Second, screen: LookScreen) -> None:
    left, right = st.columns([9, 10], gap="large")
    with left, st.container(key="claim"):
        looked_at_claim(screen)
        match screen.mode:
            case Mode.READ:
                _voices(session, screen)
                _keys(session, screen)
            case Mode.REJECT:
                _reasons(session)
            case Mode.CORRECT:
                if screen.form:
                    _correction(session, screen, screen.form)
            case _:
                assert_never(screen.mode)
        notice_line(screen.notice)
    with right, st.container(key="article_column"):
        view = article_view(screen.article, screen.claim)
        article_pane(view, clickable=False, on_open=lambda _id: None)


def _voices(session: Second, screen: LookScreen) -> None:
    """Draw the two decisions side by side, each with its key."""
    if not screen.voices:
        return

    def keep(choice: Choice) -> None:
        session.choose(choice, st.session_state.get("settle_comment") or "")

    columns = st.columns(2, gap="small")
    for column, voice, choice, key in zip(columns, screen.voices, (Choice.FIRST, Choice.SECOND), "12", strict=True):
        with column, st.container(key=f"voice_{choice}", border=True):
            voice_card(voice)
            st.button("Keep this", key=f"keep_{choice}", shortcut=key, on_click=keep, args=(choice,), width="stretch")
    st.text_input("Why (optional)", key="settle_comment", on_change="ignore")
    st.html('<p class="cd-label">Or decide otherwise</p>')


def _keys(session: Second, screen: LookScreen) -> None:
    settling = bool(screen.voices)
    with st.container(key="decide", horizontal=True, gap="small"):
        st.button(
            "Verify",
            key="verify",
            type="secondary" if settling else "primary",
            shortcut="V",
            on_click=session.verify,
            width="stretch",
        )
        st.button("Correct", key="correct", shortcut="E", on_click=session.start, args=(Mode.CORRECT,), width="stretch")
        st.button("Reject", key="reject", shortcut="X", on_click=session.start, args=(Mode.REJECT,), width="stretch")
    with st.container(key="second_move", horizontal=True, gap="small"):
        if not settling:
            st.button("Skip", key="skip", type="tertiary", shortcut="S", on_click=session.skip)
        _undo(session, can_undo=screen.can_undo)


def _undo(session: Second, *, can_undo: bool) -> None:
    if can_undo:
        st.button("Undo my last", key="undo", type="tertiary", shortcut="U", on_click=session.undo)


def _reasons(session: Second) -> None:
    def reject(reason: RejectionReason) -> None:
        session.reject(reason, st.session_state.get("reject_comment") or "")

    with st.container(key="reasons", border=True):
        st.html('<p class="cd-panel">Why reject it?</p>')
        with st.container(key="reason_keys", horizontal=True, gap="small"):
            for number, reason in enumerate(REASONS, start=1):
                st.button(
                    words.REASON[reason],
                    key=f"reason_{number}",
                    shortcut=str(number),
                    on_click=reject,
                    args=(reason,),
                    wrap=True,
                )
        st.text_input(
            "Comment (optional)",
            key="reject_comment",
            placeholder="Type it first, then choose the reason",
            on_change="ignore",
        )
        st.button("Back", key="cancel", type="tertiary", shortcut="Esc", on_click=session.start, args=(Mode.READ,))


def _correction(session: Second, screen: LookScreen, form: Form) -> None:
    """Draw the fields that second looks are compared by, and a comment."""
    prefix = f"second_{screen.claim.id}_"

    def typed() -> Form:
        names = ("text", "content", "source_name", "source_role", "quotation", "comment")
        return form.model_copy(update={name: st.session_state[prefix + name] for name in names})

    with st.form("second_correction", enter_to_submit=False):
        if screen.problems:
            items = "".join(f"<li>{safe(problem.message)}</li>" for problem in screen.problems)
            st.html(f'<div class="cd-stale" role="alert"><b>Not saved yet.</b><ul>{items}</ul></div>')
        st.text_area("Claim, as one sentence", value=form.text, key=prefix + "text", height=76)
        st.text_area("Words in the article", value=form.content, key=prefix + "content", height=76)
        name, role = st.columns(2, gap="small")
        name.text_input("Said by", value=form.source_name, key=prefix + "source_name")
        role.text_input("Role or title", value=form.source_role, key=prefix + "source_role")
        kinds = list(Quotation)
        st.selectbox(
            "Quotation",
            kinds,
            index=kinds.index(form.quotation),
            format_func=words.QUOTATION.__getitem__,
            key=prefix + "quotation",
        )
        st.text_input("Comment (optional)", value=form.comment, key=prefix + "comment")
        with st.container(key="save_row", horizontal=True, gap="small"):
            st.form_submit_button(
                "Save correction",
                key="save",
                type="primary",
                shortcut="Ctrl+Enter",
                on_click=lambda: session.save(typed()),
            )
            st.form_submit_button("Back", key="cancel_form", type="tertiary", on_click=session.start, args=(Mode.READ,))
