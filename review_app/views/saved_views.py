"""The menu of views: some that everybody has, those of the desk, and one's own."""

from urllib.parse import parse_qs

import streamlit as st

from extractor.errors import ClaimDeskError
from extractor.people import Act
from extractor.schema import SavedView
from review_app.logic.claim_list import ClaimList
from review_app.logic.claims_view import ClaimsView, read_view
from review_app.logic.visible import visible
from review_app.views.filters import Changer
from review_app.widgets.markup import safe

BUILT_IN = {
    "Waiting, most urgent first": "",
    "Sent to me": "for=me",
    "With a doubt": "doubt=yes",
    "Statistics": "kind=statistic",
    "Decided by me, last first": "status=all&by=me&sort=changed",
    "Rejected, last first": "status=rejected&sort=changed",
    "All, last to come in first": "status=all&sort=newest",
}


def views_menu(claims: ClaimList, shown: ClaimsView, change: Changer) -> None:
    """Draw the menu, and the way to give the present view a name."""
    saved = {_title(view): view for view in claims.views()}
    addresses = {**BUILT_IN, **{title: view.address for title, view in saved.items()}}

    def chosen() -> None:
        wanted = _view(addresses.get(st.session_state["claims_view"], ""))
        change(lambda _shown: wanted)

    present = next((title for title in addresses if _view(addresses[title]) == shown.first()), None)
    with st.popover("Views", key="claims_views"):
        st.session_state["claims_view"] = present
        st.selectbox(
            "Show",
            list(addresses),
            key="claims_view",
            placeholder="Choose a view",
            on_change=chosen,
        )
        if present in saved:
            st.button("Forget this saved view", key="claims_forget", on_click=_forget, args=(claims, saved[present]))
        elif present is None:
            _save_form(claims, shown)
        if problem := st.session_state.pop("claims_view_problem", None):
            st.html(f'<p class="cd-problem" role="alert">{safe(problem)}</p>')
        st.html('<p class="cd-hint">The address of this page holds the view: keep it or send it.</p>')


def _save_form(claims: ClaimList, shown: ClaimsView) -> None:
    def save() -> None:
        name = st.session_state["claims_view_name"]
        try:
            claims.save_view(name, shown, for_desk=bool(st.session_state.get("claims_view_for_desk")))
        except ClaimDeskError as error:
            st.session_state["claims_view_problem"] = _sentence(error)

    st.text_input("Save this view as", key="claims_view_name", max_chars=80, on_change="ignore")
    if claims.person.may(Act.EDIT):
        st.toggle("For the whole desk", key="claims_view_for_desk", on_change="ignore")
    st.button("Save", key="claims_save_view", on_click=save)


def _forget(claims: ClaimList, view: SavedView) -> None:
    try:
        claims.delete_view(view)
    except ClaimDeskError as error:
        st.session_state["claims_view_problem"] = _sentence(error)


def _title(view: SavedView) -> str:
    return f"{visible(view.name)} ({'mine' if view.owner else 'desk'})"


def _view(address: str) -> ClaimsView:
    return read_view(parse_qs(address)).view.first()


def _sentence(error: ClaimDeskError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + "."
