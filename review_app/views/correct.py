"""The form for a correction: every field of a claim."""

from typing import TypeVar

import streamlit as st

from extractor.schema import ClaimKind, Quotation, SourceKind
from review_app.logic import words
from review_app.logic.correction import Form
from review_app.logic.triage import ClaimScreen, Triage
from review_app.widgets.markup import safe

Choice = TypeVar("Choice", SourceKind, Quotation, ClaimKind)


def correction_form(triage: Triage, screen: ClaimScreen, form: Form) -> None:
    """Draw the form; Ctrl+Enter saves, Esc goes back and keeps what was typed."""
    # The fields belong to one claim, so that another one's form begins with its own values.
    prefix = f"field_{screen.opened.stored.claim.id}_"

    def typed() -> Form:
        return Form.model_validate({name: st.session_state[prefix + name] for name in Form.model_fields})

    with st.form("correction", enter_to_submit=False):
        _problems(screen)
        _main_fields(form, prefix)
        touched = {problem.field for problem in screen.problems}
        with st.expander("More fields", expanded=bool(touched & {"mention", "cue", "chain"})):
            _more_fields(form, prefix)
        st.text_input("Comment (optional)", value=form.comment, key=prefix + "comment")
        with st.container(key="save_row", horizontal=True, gap="small"):
            st.form_submit_button(
                "Save correction",
                key="save",
                type="primary",
                shortcut="Ctrl+Enter",
                on_click=lambda: triage.save(typed()),
            )
            st.form_submit_button(
                "Back", key="cancel_form", type="tertiary", shortcut="Esc", on_click=lambda: triage.cancel(typed())
            )


def _problems(screen: ClaimScreen) -> None:
    if screen.problems:
        items = "".join(f"<li>{safe(problem.message)}</li>" for problem in screen.problems)
        st.html(f'<div class="cd-stale" role="alert"><b>Not saved yet.</b><ul>{items}</ul></div>')


def _main_fields(form: Form, prefix: str) -> None:
    st.text_area("Claim, as one sentence", value=form.text, key=prefix + "text", height=76)
    st.text_area(
        "Words in the article",
        value=form.content,
        key=prefix + "content",
        height=76,
        help="Copied as they stand; a quotation in pieces has one piece a line.",
    )
    name, role = st.columns(2, gap="small")
    name.text_input("Said by", value=form.source_name, key=prefix + "source_name")
    role.text_input("Role or title", value=form.source_role, key=prefix + "source_role")


def _more_fields(form: Form, prefix: str) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        _choice("Kind of source", SourceKind, form.source_kind, words.SOURCE_KIND, prefix + "source_kind")
        _choice("Quotation", Quotation, form.quotation, words.QUOTATION, prefix + "quotation")
        st.text_input("Words for the speaker", value=form.mention, key=prefix + "mention")
    with right:
        _choice("Kind of claim", ClaimKind, form.kind, words.CLAIM_KIND, prefix + "kind")
        st.text_input("Attributing words", value=form.cue, key=prefix + "cue")
    st.text_area(
        "Reported by",
        value=form.chain,
        key=prefix + "chain",
        height=68,
        help="Who reports the speaker, one a line, outermost first: name; kind; role",
    )
    st.text_input(
        "Why it is worth checking", value=form.check_worthiness_reason, key=prefix + "check_worthiness_reason"
    )
    st.slider("Check-worthiness", 0, 100, value=form.check_worthiness, key=prefix + "check_worthiness")


def _choice(label: str, kind: type[Choice], value: Choice, told: dict[Choice, str], key: str) -> None:
    options = list(kind)
    st.selectbox(label, options, index=options.index(value), format_func=told.__getitem__, key=key)
