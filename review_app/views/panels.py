"""The small panels in which one thing is chosen by a digit: a reason, a colleague, a passage, claims to merge."""

from collections.abc import Callable, Sequence

import streamlit as st

from extractor.schema import RejectionReason
from review_app.logic import words
from review_app.logic.screens import ClaimScreen
from review_app.logic.sheet import Task
from review_app.logic.triage import Triage
from review_app.widgets.markup import isolated, safe

MOST_NUMBERED = 9


def reason_panel(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the reasons for a rejection, one key each."""

    def reject(reason: RejectionReason) -> None:
        triage.reject(reason, _typed("reject_comment"))

    with st.container(key="reasons", border=True):
        _title("Why reject it?")
        with st.container(key="reason_keys", horizontal=True, gap="small"):
            for number, (reason, label) in enumerate(words.REASON.items(), start=1):
                key = f"reason_{number}"
                st.button(label, key=key, shortcut=str(number), on_click=reject, args=(reason,), wrap=True)
        st.text_input(
            "Comment (optional)",
            value=screen.comment,
            key="reject_comment",
            placeholder="N, type it, Enter; then the reason",
            on_change="ignore",
        )
        _back(lambda: triage.cancel(_typed("reject_comment")))


def send_panel(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the colleagues, one key each."""

    def send(to: str | None) -> None:
        triage.send(to, _typed("send_comment"))

    with st.container(key="colleagues", border=True):
        _title("Send it to whom?")
        if screen.colleagues:
            rows = [isolated(name) for name in screen.colleagues[:MOST_NUMBERED]]
            _numbered("colleague", "Send", rows, lambda number: send(screen.colleagues[number]))
        else:
            st.html(
                '<p class="cd-quiet">Nobody else is at this desk yet. An admin lets people in under <b>People</b>, or '
                "with <code>claimdesk people add</code>.</p>"
            )
        if screen.colleagues or screen.opened.stored.assigned_to:
            st.text_input(
                "Comment (optional)",
                key="send_comment",
                placeholder="N, type it, Enter; then the colleague",
                on_change="ignore",
            )
        with st.container(key="send_row", horizontal=True, gap="small"):
            if screen.opened.stored.assigned_to:
                st.button("Give it back to all", key="send_back", type="tertiary", on_click=send, args=(None,))
            _back(triage.cancel)


def missed_panel(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the sentences that may hold a missed claim, one key each."""
    with st.container(key="missed", border=True):
        _title("Add a claim that was missed")
        st.html('<p class="cd-quiet">Select its words in the article and press A.</p>')
        if screen.misses:
            st.html('<p class="cd-quiet">Or take a sentence that looks like somebody’s words and has no claim:</p>')
            text = screen.opened.article.text
            rows = [
                f'<span dir="auto" class="cd-words">{safe(_short(miss.span.of(text)))}</span>'
                f"<small>{safe(miss.reason)}</small>"
                for miss in screen.misses
            ]
            _numbered("miss", "Take", rows, lambda number: triage.writer.add((screen.misses[number].span,)))
        _back(triage.cancel)


def together_panel(triage: Triage, screen: ClaimScreen) -> None:
    """Draw the claims of the article that may be merged with this one, one key each."""
    with st.container(key="together", border=True):
        _title("Merge it with which?")
        if not screen.choices:
            st.html('<p class="cd-quiet">There is no other claim of this article to merge it with.</p>')
        rows = [
            f'<span dir="auto" class="cd-words{" chosen" if choice.is_chosen else ""}">'
            f"{safe(_short(choice.stored.claim.text))}</span>"
            f"<small>{isolated(choice.stored.claim.source.name)}{', chosen' if choice.is_chosen else ''}</small>"
            for choice in screen.choices
        ]
        ids = [choice.stored.claim.id for choice in screen.choices]
        chosen = [choice.is_chosen for choice in screen.choices]
        _numbered("choice", "Take", rows, lambda number: triage.writer.choose(ids[number]), chosen=chosen)
        with st.container(key="together_row", horizontal=True, gap="small"):
            st.button(
                "Merge these",
                key="merge_chosen",
                type="primary",
                shortcut="M",
                disabled=not any(chosen),
                on_click=triage.writer.start,
                args=(Task.MERGE,),
            )
            _back(triage.cancel)


def _numbered(
    name: str, verb: str, rows: Sequence[str], on_press: Callable[[int], None], *, chosen: Sequence[bool] = ()
) -> None:
    """Draw rows of safe HTML, each with a digit that takes it; labels of buttons are no place for text of others."""
    for number, row in enumerate(rows):
        key = f"{name}_{number + 1}"
        with st.container(key=f"pickrow_{key}", horizontal=True, wrap=False, gap="small"):
            st.button(
                "Leave" if chosen and chosen[number] else verb,
                key=key,
                shortcut=str(number + 1),
                on_click=on_press,
                args=(number,),
            )
            st.html(f'<div class="cd-row">{row}</div>')


def _back(on_click: Callable[[], None]) -> None:
    st.button("Back", key="cancel", type="tertiary", shortcut="Esc", on_click=on_click)


def _title(text: str) -> None:
    st.html(f'<h2 class="cd-panel">{safe(text)}</h2>')


def _typed(key: str) -> str:
    return str(st.session_state.get(key) or "")


def _short(text: str, most: int = 220) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= most else one_line[: most - 1].rstrip() + "…"
