"""The row of filters over the list of claims: a few menus, each with its values and how many claims have them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st

from review_app.logic.claims_screen import Menu, Option
from review_app.logic.claims_view import DAYS, MANY, ClaimsView, address_of

Change = Callable[[ClaimsView], ClaimsView]
"""Makes of the view that is shown the one that is to be shown."""

Changer = Callable[[Change], None]
"""Shows another view."""

MENUS: Mapping[str, tuple[str, ...]] = {
    "Claim": ("kind", "quotation"),
    "Doubts": ("doubt", "flag"),
    "Source": ("source", "speaker"),
    "Article": ("publisher", "language", "model", *DAYS),
    "People": ("by", "for", "reason"),
}
LABELS = {
    "kind": "Kind of claim",
    "quotation": "How it is said",
    "flag": "What is doubtful",
    "source": "Who says it",
    "speaker": "Kind of source",
    "publisher": "Publisher",
    "language": "Language",
    "model": "Found by",
    "by": "Decided by",
    "for": "Sent to",
    "reason": "Rejected as",
    "published-from": "Published from",
    "published-to": "Published until",
    "added-from": "Came in from",
    "added-to": "Came in until",
}
OPEN = ("source", "publisher", "model", "by", "for")
"""Names beyond those that are offered can be typed."""
_DOUBT = {None: "With or without a doubt", True: "With a doubt", False: "Without a doubt"}


def filter_row(view: ClaimsView, read: Callable[[Sequence[str]], Menu], change: Changer) -> None:
    """Draw the menus; each says how many of its filters are set, and is filled when somebody folds it out.

    Args:
        view: What is shown.
        read: Returns the values of some filters.
        change: Shows another view.
    """
    address = address_of(view)
    with st.container(key="claims_filters", horizontal=True, gap="small", width="content"):
        for title, params in MENUS.items():
            n = sum(len(address.get(param, ())) for param in params)
            folded = st.popover(f"{title} · {n}" if n else title, key=f"claims_menu_{title}", on_change="rerun")
            if folded.open:
                with folded:
                    _menu(view, params, read([param for param in params if param in MANY]), change)


def _menu(view: ClaimsView, params: Sequence[str], menu: Menu, change: Changer) -> None:
    for param in params:
        if param in MANY:
            _values(view, param, menu[param], change)
        elif param == "doubt":
            _doubt(view, change)
    if days := [param for param in params if param in DAYS]:
        _days(view, days, change)


def _values(view: ClaimsView, param: str, options: Sequence[Option], change: Changer) -> None:
    field, _ = MANY[param]
    key = f"claims_{param}"
    chosen = [str(value) for value in getattr(view.where, field)]
    labels = {option.value: f"{option.label} · {option.count}" for option in options}
    # Every run says anew what is chosen: the numbers in the labels change, and with them what the browser holds.
    st.session_state[key] = chosen

    def changed() -> None:
        chosen = tuple(dict.fromkeys(st.session_state[key]))
        change(lambda shown: shown.narrowed(**{field: chosen}))

    st.multiselect(
        LABELS[param],
        list(dict.fromkeys([*labels, *chosen])),
        format_func=lambda value: labels.get(value, value),
        key=key,
        on_change=changed,
        accept_new_options=param in OPEN,
        placeholder="Choose or type a name" if param in OPEN else "Any",
    )


def _doubt(view: ClaimsView, change: Changer) -> None:
    key = "claims_doubt"
    st.session_state[key] = view.where.has_flags

    def changed() -> None:
        has_flags = st.session_state[key]
        change(lambda shown: shown.narrowed(has_flags=has_flags))

    st.selectbox(
        "Doubts",
        list(_DOUBT),
        format_func=_DOUBT.__getitem__,
        key=key,
        on_change=changed,
        label_visibility="collapsed",
    )


def _days(view: ClaimsView, params: Sequence[str], change: Changer) -> None:
    for left, right in zip(params[::2], params[1::2], strict=True):
        for column, param in zip(st.columns(2, gap="small", wrap=False), (left, right), strict=True):
            with column:
                _day(view, param, change)


def _day(view: ClaimsView, param: str, change: Changer) -> None:
    key = f"claims_{param}"
    chosen: date | None = getattr(view.where, DAYS[param])
    st.session_state[key] = chosen

    def changed() -> None:
        day = st.session_state[key]
        change(lambda shown: shown.narrowed(**{DAYS[param]: day}))

    st.date_input(
        LABELS[param],
        value=None,
        min_value=date(1900, 1, 1),
        max_value=date(2100, 12, 31),
        key=key,
        format="DD/MM/YYYY",
        on_change=changed,
    )
