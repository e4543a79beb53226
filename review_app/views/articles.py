"""The page of articles: the list, one article, what somebody brings in, and extractions."""

from collections.abc import Callable

import streamlit as st

from extractor.people import Act
from extractor.schema import ArticleState
from review_app.deps import Visit
from review_app.logic import words
from review_app.logic.article_list import (
    MOST_LISTED,
    STATES,
    ArticleRoom,
    ArticlesScreen,
    ArticlesView,
    OpenedArticle,
    address_of,
    read_address,
)
from review_app.logic.extraction import ExtractionDesk
from review_app.views.extraction import extraction_panel, going_panel, workshop
from review_app.views.intake import intake_panel
from review_app.views.paging import paging
from review_app.widgets.article import article_pane
from review_app.widgets.article_facts import article_facts
from review_app.widgets.articles import articles_pane
from review_app.widgets.frame import message
from review_app.widgets.ways import go, is_back_from

TABS = {"": "Articles", "add": "Add", "runs": "Extraction"}

Change = Callable[[ArticlesView], ArticlesView]


class ArticlesPage:
    """What a browser session holds of this page; the address says what is shown, as with the list of claims."""

    def __init__(self, room: ArticleRoom) -> None:
        self.room = room
        self.chosen: tuple[str, ...] = ()
        """Articles that the next extraction is to be of."""
        self._shown = ArticlesView()
        self._wanted: ArticlesView | None = None

    def change(self, change: Change) -> None:
        """Show another view than the one at hand; for the callback of a widget."""
        self._wanted = change(self._wanted or self._shown)

    def choose(self, sha256s: tuple[str, ...]) -> None:
        """Go to the extraction of some articles; for the callback of a widget."""
        self.chosen = sha256s
        self._wanted = ArticlesView(show="runs")

    def read(self) -> ArticlesView:
        """Return what is to be shown in this run."""
        wanted, self._wanted = self._wanted, None
        if wanted or not is_back_from("claim"):
            self._shown = wanted or read_address(st.query_params.to_dict())
        return self._shown


def articles_page(visit: Visit) -> None:
    """Draw what the address describes."""
    if "articles_page" not in st.session_state:
        st.session_state["articles_page"] = ArticlesPage(visit.articles())
    page: ArticlesPage = st.session_state["articles_page"]
    view = page.read()
    may_add = visit.person.may(Act.INGEST)
    if view.show == "add" and not may_add:
        view = ArticlesView()
    if address_of(view) != st.query_params.to_dict():
        st.query_params.from_dict(address_of(view))
    st.html('<h1 class="cd-hidden">Articles</h1>')
    desk = visit.extractions(workshop(visit.settings.database_url))
    if view.article:
        going_panel(desk)
        _article(visit, page, view, desk)
        return
    _tabs(page, view, may_add=may_add)
    going_panel(desk)
    match view.show:
        case "add":
            intake_panel(visit.intake(), page.choose)
        case "runs":
            extraction_panel(desk, page.chosen)
        case _:
            _list(page, page.room.screen(view), may_add=may_add)


def _tabs(page: ArticlesPage, view: ArticlesView, *, may_add: bool) -> None:
    st.session_state["articles_tab"] = view.show

    def changed() -> None:
        tab = st.session_state["articles_tab"]
        page.change(lambda shown: shown if tab is None else ArticlesView(show=tab))

    with st.container(key="articles_tabs"):
        st.segmented_control(
            "Part of the page",
            [tab for tab in TABS if may_add or tab != "add"],
            format_func=TABS.__getitem__,
            key="articles_tab",
            label_visibility="collapsed",
            on_change=changed,
        )


def _list(page: ArticlesPage, screen: ArticlesScreen, *, may_add: bool) -> None:
    if not screen.n_all:
        how = "Paste a text or an address, or upload files, under Add." if may_add else "Nobody has brought one in yet."
        message("No articles yet", [how])
        return
    with st.container(key="articles_head", horizontal=True, gap="small", vertical_alignment="center"):
        _search(page, screen.view)
        _state(page, screen.view)
    articles_pane(
        screen.lines,
        _told(screen),
        on_open=lambda sha256: page.change(lambda shown: shown.model_copy(update={"article": sha256})),
    )
    if not screen.lines:
        message("No article is like that", ["Take words off, or choose all articles."])
    _pages(page, screen)


def _search(page: ArticlesPage, view: ArticlesView) -> None:
    st.session_state["articles_q"] = view.typed

    def search() -> None:
        typed = st.session_state["articles_q"].strip()
        page.change(lambda shown: shown.model_copy(update={"typed": typed, "page": 1}))

    st.text_input(
        "Search",
        type="search",
        key="articles_q",
        label_visibility="collapsed",
        placeholder="Search titles and texts: word, begin*, “a phrase”, -without",
        icon=":material/search:",
        on_change=search,
    )


def _state(page: ArticlesPage, view: ArticlesView) -> None:
    st.session_state["articles_state"] = view.state or ""

    def changed() -> None:
        state = ArticleState(st.session_state["articles_state"]) if st.session_state["articles_state"] else None
        page.change(lambda shown: shown.model_copy(update={"state": state, "page": 1}))

    st.selectbox(
        "Which articles",
        list(STATES),
        format_func=STATES.__getitem__,
        key="articles_state",
        label_visibility="collapsed",
        on_change=changed,
        width=270,
    )


def _told(screen: ArticlesScreen) -> str:
    if screen.n_pages == 1 and screen.total.is_exact:
        return words.count(screen.total.n, "article")
    return f"{screen.n_before + 1:,}–{screen.n_before + len(screen.lines):,} of {screen.total} articles"


def _pages(page: ArticlesPage, screen: ArticlesScreen) -> None:
    is_cut = screen.total.n >= MOST_LISTED or not screen.total.is_exact
    paging(
        "articles",
        screen.view.page,
        screen.n_pages,
        turn=lambda number: page.change(lambda shown: shown.model_copy(update={"page": number})),
        end="Pages end here: search for other articles." if is_cut else "",
    )


def _article(visit: Visit, page: ArticlesPage, view: ArticlesView, desk: ExtractionDesk) -> None:
    opened = page.room.open(view.article)
    st.button(
        "All articles",
        key="articles_back",
        type="tertiary",
        icon=":material/arrow_back:",
        on_click=page.change,
        args=(lambda shown: shown.model_copy(update={"article": ""}),),
    )
    if opened is None:
        message("No such article", ["The address names an article that is not here."])
        return
    left, right = st.columns([9, 5], gap="large")
    with left:
        article_pane(opened.view, clickable=True, on_open=lambda claim_id: _review(visit, claim_id))
    with right:
        article_facts(opened)
        _deeds(visit, page, opened, desk)


def _deeds(visit: Visit, page: ArticlesPage, opened: OpenedArticle, desk: ExtractionDesk) -> None:
    if opened.first_waiting:
        st.button(
            "Review its waiting claims",
            key="article_review",
            type="primary",
            on_click=_review,
            args=(visit, opened.first_waiting),
        )
    if desk.may_start:
        label = "Extract it by another model" if opened.is_read else "Extract its claims"
        st.button(label, key="article_extract", on_click=page.choose, args=((opened.sha256,),))


def _review(visit: Visit, claim_id: str) -> None:
    if "triage" not in st.session_state:
        st.session_state["triage"] = visit.triage()
    st.session_state["triage"].open(claim_id)
    go("", claim=claim_id)
