"""Entry of the review app: ``streamlit run review_app/app.py`` or ``claimdesk review``."""

from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import streamlit as st

from extractor.errors import ClaimDeskError
from extractor.settings import Settings, load_settings
from extractor.store import open_store
from review_app.deps import new_triage
from review_app.logic.triage import ClaimScreen, EmptyScreen, FinishedScreen, Screen, Triage
from review_app.views.notices import empty_page, finished_page, trouble_page
from review_app.views.review import review_page
from review_app.widgets.frame import styles, top_line

if TYPE_CHECKING:
    from sqlalchemy import Engine

# A file, because the browser fetches Streamlit's own icons from a server far away.
ICON = Path(__file__).parent / "widgets" / "icon.svg"


@st.cache_resource(show_spinner=False)
def _engine(database_url: str) -> "Engine":
    """Keep one engine a database for all sessions."""
    return open_store(database_url)


def _triage(settings: Settings) -> Triage:
    """Return this browser session's state; the address names the claim that was open before a reload."""
    if "triage" not in st.session_state:
        st.session_state["triage"] = new_triage(settings, _engine(settings.database_url))
        if named := st.query_params.get("claim"):
            st.session_state["triage"].open(named)
    triage: Triage = st.session_state["triage"]
    return triage


def _draw(triage: Triage, screen: Screen) -> None:
    match screen:
        case EmptyScreen():
            top_line(None, triage.desk.reviewer)
            empty_page(screen)
        case FinishedScreen():
            top_line(screen.progress, triage.desk.reviewer)
            finished_page(triage, screen)
        case ClaimScreen():
            top_line(screen.progress, triage.desk.reviewer)
            review_page(triage, screen)
        case _:
            assert_never(screen)


def main() -> None:
    """Draw the page once."""
    st.set_page_config(page_title="ClaimDesk", page_icon=str(ICON), layout="wide")
    styles()
    settings = load_settings()
    try:
        triage = _triage(settings)
        screen = triage.screen()
    except ClaimDeskError as error:
        top_line(None, settings.reviewer)
        trouble_page(str(error))
        return
    _draw(triage, screen)
    if triage.claim_id:
        st.query_params["claim"] = triage.claim_id
    else:
        st.query_params.clear()
    triage.drawn()


main()
