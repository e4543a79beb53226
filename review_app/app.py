"""Entry of the review app: ``streamlit run review_app/app.py`` or ``claimdesk review``."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from extractor.errors import ClaimDeskError
from extractor.settings import Settings, load_settings
from extractor.store import open_store
from review_app.deps import Visit, arrival
from review_app.logic.door import LogIn, Stranger
from review_app.views.door import login_page, stranger_page
from review_app.views.notices import trouble_page
from review_app.views.pages import PAGES
from review_app.widgets.frame import styles, top_line
from review_app.widgets.ways import follow

if TYPE_CHECKING:
    from sqlalchemy import Engine

# A file, because the browser fetches Streamlit's own icons from a server far away.
ICON = Path(__file__).parent / "widgets" / "icon.svg"

PROXIED = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip")
"""Headers by which another server in between gives itself away."""


@st.cache_resource(show_spinner=False)
def _engine(database_url: str) -> "Engine":
    """Keep one engine a database for all sessions."""
    return open_store(database_url)


def _arrival(settings: Settings) -> Visit | LogIn | Stranger:
    is_proxied = any(name in st.context.headers for name in PROXIED)
    return arrival(settings, _engine(settings.database_url), st.user.to_dict(), is_proxied=is_proxied)


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="ClaimDesk", page_icon=str(ICON), layout="wide")
    styles()
    settings = load_settings()
    try:
        visit = _arrival(settings)
    except ClaimDeskError as error:
        top_line((), None)
        trouble_page(str(error))
        return
    if not isinstance(visit, Visit):
        top_line((), None)
        if isinstance(visit, LogIn):
            login_page()
        else:
            stranger_page(visit, is_logged_in=bool(st.user.to_dict().get("is_logged_in")))
        return
    _renew(visit)
    pages = [
        st.Page(partial(page.draw, visit), title=page.title, url_path=page.path, default=not page.path)
        for page in PAGES
        if visit.person.may(page.least)
    ]
    chosen = st.navigation(pages, position="hidden")
    follow(pages)
    top_line(pages, visit.person, log_out=None if visit.is_local else st.logout)
    try:
        chosen.run()
    except ClaimDeskError as error:
        trouble_page(str(error))


def _renew(visit: Visit) -> None:
    """Begin the session anew where somebody has another role than when it began."""
    now = (visit.person.name, visit.person.role)
    if st.session_state.setdefault("is", now) != now:
        st.session_state.clear()
        st.session_state["is"] = now


main()
