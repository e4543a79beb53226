"""Keeps what is being typed before the field is left."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent


def keeper() -> None:
    """Let fields inside the container ``check_form`` give their text to the server at every pause in typing."""
    component = st.components.v2.component(
        "claimdesk_keeper", html="<span></span>", js=(_HERE / "keeper.js").read_text(encoding="utf-8")
    )
    component(key="keeper")
