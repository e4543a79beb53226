"""The page of the list of claims: search, filters, saved views, and acts on many claims."""

from functools import partial
from typing import Any

import streamlit as st
from pydantic import TypeAdapter, ValidationError

from extractor.errors import ClaimDeskError
from extractor.schema import ClaimOrder, RejectionReason
from extractor.store import Seen
from review_app.deps import Visit
from review_app.logic import words
from review_app.logic.claim_list import MOST_EXPORTED, MOST_LISTED, ClaimList, ClaimsScreen, Done
from review_app.logic.claims_pane import pane_of
from review_app.logic.claims_view import Chip, ClaimsView, Read, address_of, cleared, read_view, without
from review_app.logic.triage import Triage
from review_app.logic.within import within
from review_app.views.filters import Change, filter_row
from review_app.views.paging import paging
from review_app.views.saved_views import views_menu
from review_app.widgets.claims import claims_pane
from review_app.widgets.frame import message
from review_app.widgets.markup import safe
from review_app.widgets.ways import go, is_back_from

ORDERS = {
    ClaimOrder.QUEUE: "Most urgent first",
    ClaimOrder.NEWEST: "Last to come in first",
    ClaimOrder.CHANGED: "Last changed first",
}
_SEEN = TypeAdapter(tuple[Seen, ...])


class ClaimsPage:
    """What a browser session holds of this page.

    The address says what is shown. Only in a run that begins with somebody's press here does the session know
    better: a second press may come before the browser has heard of the first one's address, or before its run
    has drawn anything.
    """

    def __init__(self, claims: ClaimList) -> None:
        self.claims = claims
        self.done: Done | None = None
        self._shown = ClaimsView()
        self._wanted: ClaimsView | None = None

    def change(self, change: Change) -> None:
        """Show another view than the one at hand; for the callback of a widget."""
        self._wanted = change(self._wanted or self._shown)
        self.done = None

    def read(self) -> Read:
        """Return what is to be shown in this run."""
        wanted, self._wanted = self._wanted, None
        if wanted is None and is_back_from("claim"):
            wanted = self._shown
        read = Read(view=wanted) if wanted else read_view({p: st.query_params.get_all(p) for p in st.query_params})
        self._shown = read.view
        return read


def claims_page(visit: Visit) -> None:
    """Draw the list that the address describes."""
    page = _page(visit)
    screen = page.claims.screen(page.read())
    _follow(screen.view)
    view = screen.view
    st.html('<h1 class="cd-hidden">Claims</h1>')
    with st.container(key="claims_head", horizontal=True, gap="small", vertical_alignment="center"):
        _search(page, view)
        _order(page, view)
        _ways(visit, page, screen)
    with st.container(key="claims_row", horizontal=True, gap="small", vertical_alignment="center"):
        _tabs(page, screen)
        filter_row(view, partial(page.claims.menu, view), page.change)
    for problem in screen.problems:
        st.html(f'<p class="cd-problem" role="alert">{safe(problem)}</p>')
    colleagues = page.claims.colleagues()
    pane = pane_of(screen, page.done, page.claims.person, colleagues)
    claims_pane(pane, on_act=lambda deed: _act(visit, page, view, deed))
    if not screen.lines:
        _nothing(screen)
    _pages(page, screen)


def _review_session(visit: Visit) -> Triage:
    if "triage" not in st.session_state:
        st.session_state["triage"] = visit.triage()
    triage: Triage = st.session_state["triage"]
    return triage


def _page(visit: Visit) -> ClaimsPage:
    if "claims_page" not in st.session_state:
        st.session_state["claims_page"] = ClaimsPage(visit.claims())
    page: ClaimsPage = st.session_state["claims_page"]
    page.claims.person = visit.person
    return page


def _follow(view: ClaimsView) -> None:
    """Let the address say what is shown."""
    address = address_of(view)
    if address != {param: st.query_params.get_all(param) for param in st.query_params}:
        st.query_params.from_dict(address)


def _search(page: ClaimsPage, view: ClaimsView) -> None:
    st.session_state["claims_q"] = view.typed

    def search() -> None:
        typed = st.session_state["claims_q"]
        page.change(lambda shown: shown.searching(typed, in_articles=bool(shown.where.article_text)))

    st.text_input(
        "Search",
        type="search",
        key="claims_q",
        label_visibility="collapsed",
        placeholder="Search: word, begin*, “a phrase”, -without",
        icon=":material/search:",
        on_change=search,
    )


def _ways(visit: Visit, page: ClaimsPage, screen: ClaimsScreen) -> None:
    view = screen.view
    views_menu(page.claims, view, page.change)
    with st.popover("Export", key="claims_export"):
        n = words.count(min(screen.total.n, MOST_EXPORTED), "claim")
        least = "" if screen.total.is_exact else "at least "
        st.html(f'<p class="cd-hint">{least}{n} of this view, as <code>claimdesk export</code> writes them.</p>')
        for label, ending, mime in (("CSV", "csv", "text/csv"), ("JSON lines", "jsonl", "application/jsonl")):
            st.download_button(
                label,
                data=partial(_file, page.claims, view, ending == "csv"),
                file_name=f"claims.{ending}",
                mime=mime,
                key=f"claims_export_{ending}",
                on_click="ignore",
                width="stretch",
            )


def _file(claims: ClaimList, view: ClaimsView, as_csv: bool) -> str:
    return "".join(claims.export(view, as_csv=as_csv))


def _tabs(page: ClaimsPage, screen: ClaimsScreen) -> None:
    labels = {tab.statuses: f"{tab.label} {tab.count}" for tab in screen.tabs}
    st.session_state["claims_tab"] = screen.view.where.statuses if screen.view.where.statuses in labels else None

    def changed() -> None:
        statuses = st.session_state["claims_tab"]
        page.change(lambda shown: shown if statuses is None else shown.narrowed(statuses=statuses))

    st.segmented_control(
        "Status",
        list(labels),
        format_func=labels.__getitem__,
        key="claims_tab",
        label_visibility="collapsed",
        on_change=changed,
    )


def _order(page: ClaimsPage, view: ClaimsView) -> None:
    st.session_state["claims_sort"] = view.order

    def changed() -> None:
        order = st.session_state["claims_sort"]
        page.change(lambda shown: shown.first().model_copy(update={"order": order}))

    st.selectbox(
        "Order",
        list(ORDERS),
        format_func=ORDERS.__getitem__,
        key="claims_sort",
        label_visibility="collapsed",
        on_change=changed,
        width=200,
    )


def _pages(page: ClaimsPage, screen: ClaimsScreen) -> None:
    is_cut = screen.total.n >= MOST_LISTED
    paging(
        "claims",
        screen.view.page,
        screen.n_pages,
        turn=lambda number: page.change(lambda shown: shown.model_copy(update={"page": number})),
        end=f"Pages end at {MOST_LISTED:,} claims: narrow the list to see others." if is_cut else "",
    )


def _nothing(screen: ClaimsScreen) -> None:
    if screen.view.is_default:
        everything = next(tab for tab in screen.tabs if not tab.statuses)
        if everything.count.n:
            message("Nothing waits", ["Every claim is decided. The other tabs have them."])
        else:
            message(
                "No claims yet", ["Bring in an article and have its claims extracted: the page Articles does both."]
            )
        return
    message("No claim is like that", ["Take off a filter or a word, or look under another tab."])


def _act(visit: Visit, page: ClaimsPage, view: ClaimsView, deed: dict[str, Any]) -> None:
    """Do what somebody did in the list."""
    page.change(lambda shown: shown)
    try:
        match deed:
            case {"deed": "drop", "param": str(param), "value": str(value)}:
                page.change(lambda shown: without(shown, Chip(param=param, value=value, about="", label="")))
            case {"deed": "add", "param": "source", "value": str(value)}:
                page.change(lambda shown: shown.narrowed(sources=tuple(dict.fromkeys((*shown.where.sources, value)))))
            case {"deed": "clear"}:
                page.change(cleared)
            case {"deed": "scope", "value": str(value)}:
                page.change(lambda shown: shown.searching(shown.typed, in_articles=value == "articles"))
            case {"deed": "open", "claim_id": str(claim_id)}:
                _review_session(visit).open(claim_id)
                go("", claim=claim_id)
            case {"deed": "work"}:
                _review_session(visit).work_through(within(view, page.claims.person.name))
                go("")
            case _:
                page.done = _done(page.claims, deed)
    except ClaimDeskError as error:
        text = str(error)
        page.done = Done(told="", refused=(text[:1].upper() + text[1:] + ".",))


def _done(claims: ClaimList, deed: dict[str, Any]) -> Done | None:
    try:
        seen = _SEEN.validate_python(deed.get("seen", ()))
    except ValidationError:
        return None
    match deed:
        case {"deed": "verify"}:
            return claims.verify(seen)
        case {"deed": "reject", "reason": str(reason)} if reason in set(RejectionReason):
            return claims.reject(seen, RejectionReason(reason))
        case {"deed": "send", "to": str(to)}:
            return claims.send([claim.claim_id for claim in seen], to or None)
        case {"deed": "undo", "undo_id": str(undo_id)}:
            return claims.undo(undo_id)
    return None
