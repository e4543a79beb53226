"""The form of a fact-check: rating, conclusion, evidence, reasons. Everything typed is kept at once."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from extractor.factcheck import CONCLUSION_CHARS, Rating, Stance
from review_app.logic import checkwords
from review_app.logic.factchecks import CheckScreen, CheckSession, Item
from review_app.widgets.check_card import evidence_card, meaning_line
from review_app.widgets.keeper import keeper


@dataclass(frozen=True)
class _Text:
    """A field that holds text."""

    name: str
    """Of `Assessment`, or ``note``."""
    label: str
    hint: str
    height: int | None = 76
    """In pixels; None for a single line."""
    max_chars: int | None = None


_NOTE = _Text("note", "What the correction changes", "Readers see this sentence above the fact-check.")
_CONCLUSION = _Text(
    "conclusion",
    "Conclusion, in one sentence",
    "What readers remember: what is so, instead of what was said.",
    max_chars=CONCLUSION_CHARS,
)
_EXPLANATION = _Text(
    "explanation", "How we know", "The reasons in plain text, an empty line between paragraphs.", height=200
)
_PAGE = _Text(
    "page_url",
    "Where it will stand",
    "Leave it empty when the address in the desk's settings is right.",
    height=None,
)


def check_form(session: CheckSession, screen: CheckScreen) -> None:
    """Draw the form."""
    with st.container(key="check_form"):
        keeper()
        if screen.fact_check is not None and screen.fact_check.publication is not None:
            _text(session, screen, _NOTE)
        _rating(session, screen)
        _text(session, screen, _CONCLUSION)
        _evidence(session, screen)
        _text(session, screen, _EXPLANATION)
        with st.expander("Address of the page", expanded=bool(screen.assessment.page_url)):
            _text(session, screen, _PAGE)


def _rating(session: CheckSession, screen: CheckScreen) -> None:
    given = screen.assessment.rating
    scale = {rating.key: rating for rating in session.checks.profile.scale.ratings}
    # A rating that has gone from the scale stays where it was given.
    options = scale | ({given.key: given} if given and given.key not in scale else {})
    key = f"rating_{screen.form}"

    def choose() -> None:
        session.rate(st.session_state[key])

    st.pills(
        "Rating",
        list(options),
        default=given.key if given else None,
        format_func=lambda name: _plain(options[name]),
        key=key,
        on_change=choose,
        wrap=True,
    )
    meaning_line(given)


def _plain(rating: Rating) -> str:
    """Return a label as Streamlit shows it unchanged: what it takes for markup is the desk's own text here."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>~$:" else c for c in rating.label)


def _text(session: CheckSession, screen: CheckScreen, field: _Text) -> None:
    key = f"{field.name}_{screen.form}"
    value = screen.note if field.name == "note" else str(getattr(screen.assessment, field.name))

    def typed() -> None:
        session.type(**{field.name: st.session_state[key] or ""})

    if field.height is None:
        st.text_input(field.label, value=value, key=key, placeholder=field.hint, on_change=typed)
    else:
        st.text_area(
            field.label,
            value=value,
            key=key,
            placeholder=field.hint,
            height=field.height,
            max_chars=field.max_chars,
            on_change=typed,
        )


def _evidence(session: CheckSession, screen: CheckScreen) -> None:
    with st.container(key="evidence", gap="small"):
        st.html('<h3 class="cd-label">Evidence</h3>')
        for position, item in enumerate(screen.items):
            if item.uid == screen.editing:
                _fields(session, screen, item, position)
            else:
                _card(session, item, position, n=len(screen.items))
        if screen.removed:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.html('<p class="cd-notice">Removed.</p>', width="content")
                st.button("Put it back", key="put_back", type="tertiary", on_click=session.put_back)
        _add(session, screen)


def _add(session: CheckSession, screen: CheckScreen) -> None:
    key = "new_evidence"

    def add() -> None:
        session.add_evidence(st.session_state[key] or "")
        st.session_state[key] = ""

    with st.container(key="add_evidence", horizontal=True, wrap=False, gap="small"):
        st.text_input(
            "Add evidence",
            key=key,
            type="url",
            placeholder="Paste the address of a source",
            label_visibility="collapsed",
            on_change=add,
        )
        st.button("Add", key="add", on_click=add)


def _card(session: CheckSession, item: Item, position: int, *, n: int) -> None:
    with st.container(key=f"evidence_{item.uid}", gap=None):
        evidence_card(item, position + 1)
        with st.container(key=f"evidence_keys_{item.uid}", horizontal=True, gap="small"):
            st.button("Edit", key=f"edit_{item.uid}", type="tertiary", on_click=session.edit_evidence, args=(item.uid,))
            if n > 1:
                for label, by, off in (("Up", -1, position == 0), ("Down", 1, position == n - 1)):
                    st.button(
                        label,
                        key=f"{label.lower()}_{item.uid}",
                        type="tertiary",
                        disabled=off,
                        on_click=session.move_evidence,
                        args=(item.uid, by),
                    )
            st.button(
                "Remove", key=f"remove_{item.uid}", type="tertiary", on_click=session.remove_evidence, args=(item.uid,)
            )


def _fields(session: CheckSession, screen: CheckScreen, item: Item, position: int) -> None:
    evidence = item.evidence

    def typed(field: str) -> tuple[str, Callable[[], None]]:
        key = f"{field}_of_{item.uid}_{screen.form}"
        return key, lambda: session.type_evidence(item.uid, field, st.session_state[key])

    with st.container(key=f"fields_{item.uid}", border=True, gap="small"):
        key, change = typed("url")
        st.text_input(f"Address of evidence {position + 1}", value=evidence.url, key=key, on_change=change, type="url")
        left, right = st.columns(2, gap="small")
        key, change = typed("title")
        left.text_input("Title", value=evidence.title, key=key, on_change=change)
        key, change = typed("publisher")
        right.text_input("Publisher", value=evidence.publisher, key=key, on_change=change)
        key, change = typed("excerpt")
        st.text_area("What it says, word for word", value=evidence.excerpt, key=key, on_change=change, height=90)
        key, change = typed("stance")
        st.segmented_control(
            "What it does to the claim",
            list(Stance),
            default=evidence.stance,
            required=True,
            format_func=checkwords.STANCE.__getitem__,
            key=key,
            on_change=change,
            wrap=True,
        )
        key, change = typed("accessed")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.date_input("Read on", value=evidence.accessed, key=key, on_change=change, format="YYYY-MM-DD")
            st.button("Done", key=f"done_{item.uid}", on_click=session.edit_evidence, args=(None,))
