"""What stands before the keys of a page: it lets a press through once, and for the claim that was on the screen."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from review_app.logic.presses import SETTLE_S
from review_app.logic.words import KEY_NOTE, KEYS

_HERE = Path(__file__).parent


def key_guard(screen: str, run: int, acting: Sequence[str]) -> None:
    """Draw the way to the list of keys, and watch over the keys.

    Args:
        screen: Names what is on the page: when it changes, keys wait a moment, since they were meant for what was
            there before.
        run: Rises with every run of the page, which lets the next press through.
        acting: The keys that do something, such as ``V``.
    """
    # Registered anew in every run: a component is known to one runtime, and a process may have several.
    component = st.components.v2.component(
        "claimdesk_keys",
        html='<div class="keys"></div>',
        css=(_HERE / "keys.css").read_text(encoding="utf-8"),
        js=(_HERE / "keys.js").read_text(encoding="utf-8"),
    )
    groups = [{"title": title, "keys": [[list(keys), told] for keys, told in rows]} for title, rows in KEYS]
    component(
        key="keys",
        data={
            "screen": screen,
            "run": run,
            "acting": list(acting),
            "settle_ms": SETTLE_S * 1000,
            "groups": groups,
            "note": KEY_NOTE,
        },
    )
