"""From one page of the app to another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.navigation.page import Page


def go(path: str, **address: str | list[str]) -> None:
    """Go to the page of this address, empty for the first, when the script runs next: for the callback of a widget.

    Args:
        path: The page's.
        address: What stands behind it, by name.
    """
    st.session_state["go"] = (path, address)


def follow(pages: "Sequence[Page]") -> None:
    """Go where a callback of this run wants to go."""
    path, address = st.session_state.pop("go", (None, {}))
    for page in pages:
        if page.url_path == path:
            st.switch_page(page, query_params=address)


def is_back_from(param: str) -> bool:
    """Tell whether the browser's way back has led to a page from one that it was left for.

    Streamlit sets the other page's address before it leaves this one, and so that is what the browser comes back to.
    """
    return param in st.query_params
