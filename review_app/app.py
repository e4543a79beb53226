"""Entry of the review app: ``streamlit run review_app/app.py`` or ``claimdesk review``."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from extractor.errors import ClaimDeskError
from extractor.settings import Settings, load_settings
from extractor.store import open_store
from review_app.deps import Visit, local_person
from review_app.views.notices import trouble_page
from review_app.views.pages import PAGES
from review_app.widgets.frame import styles, top_line
from review_app.widgets.ways import follow

if TYPE_CHECKING:
    from sqlalchemy import Engine

# A file, because the browser fetches Streamlit's own icons from a server far away.
ICON = Path(__file__).parent / "widgets" / "icon.svg"


@st.cache_resource(show_spinner=False)
def _engine(database_url: str) -> "Engine":
    """Keep one engine a database for all sessions."""
    return open_store(database_url)


def _visit(settings: Settings) -> Visit:
    return Visit(settings=settings, engine=_engine(settings.database_url), person=local_person(settings))


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="ClaimDesk", page_icon=str(ICON), layout="wide")
    styles()
    settings = load_settings()
    try:
        visit = _visit(settings)
    except ClaimDeskError as error:
        top_line((), settings.reviewer)
        trouble_page(str(error))
        return
    pages = [
        st.Page(partial(page.draw, visit), title=page.title, url_path=page.path, default=not page.path)
        for page in PAGES
        if visit.person.may(page.least)
    ]
    chosen = st.navigation(pages, position="hidden")
    follow(pages)
    top_line(pages, visit.person.name)
    try:
        chosen.run()
    except ClaimDeskError as error:
        trouble_page(str(error))


main()
