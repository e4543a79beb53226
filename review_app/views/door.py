"""The pages before the desk: log in, or be told why not."""

from collections.abc import Mapping

import streamlit as st

from review_app.logic.door import Stranger
from review_app.widgets.frame import message

MAIN = "client_id"
"""What stands in the section itself where there is one login service."""


def login_page() -> None:
    """Offer the login services that are set up."""
    message("Log in", ["This desk wants to know who decides."])
    section = st.secrets.get("auth", {})
    named = [name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value]
    with st.container(key="log_in", horizontal=True, horizontal_alignment="center", gap="small"):
        if MAIN in section or not named:
            st.button("Log in", key="login", type="primary", on_click=st.login)
        for name in named:
            # The admin's own names, from the settings.
            st.button(f"Log in with {name}", key=f"login_{name}", on_click=st.login, args=(name,))


def stranger_page(stranger: Stranger, *, is_logged_in: bool) -> None:
    """Say why somebody does not get in."""
    message("Not at this desk", [stranger.told])
    if is_logged_in:
        with st.container(key="log_in", horizontal=True, horizontal_alignment="center"):
            st.button("Log out", key="logout", on_click=st.logout)
