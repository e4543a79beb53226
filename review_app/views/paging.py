"""The numbers of the pages below a list."""

from collections.abc import Callable

import streamlit as st

from review_app.widgets.markup import safe


def paging(of: str, number: int, n_pages: int, *, turn: Callable[[int], None], end: str) -> None:
    """Draw the numbers; nothing for one page.

    Args:
        of: What is listed, the beginning of the widgets' keys.
        number: The page that is shown, from 1.
        n_pages: How many there are.
        turn: Shows another page.
        end: Said below the last page where the list goes on behind it; empty where it does not.
    """
    if n_pages < 2:
        return
    key = f"{of}_number"
    st.session_state[key] = number

    with st.container(key=f"{of}_pages", horizontal=True, horizontal_alignment="center"):
        st.pagination(n_pages, key=key, on_change=lambda: turn(st.session_state[key]))
    if end and number == n_pages:
        st.html(f'<p class="cd-hint">{safe(end)}</p>')
