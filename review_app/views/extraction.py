"""The panels by which extractions are started, watched and stopped."""

from collections.abc import Callable

import streamlit as st

from extractor.errors import ClaimDeskError
from review_app.logic import words
from review_app.logic.extraction import RUN_CELLS, USAGE_CELLS, ExtractionDesk, Going, Order
from review_app.widgets.article_facts import table
from review_app.widgets.markup import safe
from review_app.workshop import LocalWorkshop

LOOK_EVERY_S = 2.0

CHOSEN = "chosen"
UNREAD = "unread"


@st.cache_resource(show_spinner=False)
def workshop(database_url: str) -> LocalWorkshop:
    """Keep one a database for all sessions: an extraction goes on when the page is left."""
    del database_url
    return LocalWorkshop()


def going_panel(desk: ExtractionDesk) -> None:
    """Draw what goes on, and look again every now and then while something does."""
    is_going = bool(desk.going())
    st.fragment(_going, run_every=LOOK_EVERY_S if is_going else None)(desk, is_going=is_going)


def _going(desk: ExtractionDesk, *, is_going: bool) -> None:
    with st.container(key="going", gap="small"):
        _draw_going(desk, is_going=is_going)


def _draw_going(desk: ExtractionDesk, *, is_going: bool) -> None:
    going = desk.going()
    if is_going and not going:
        # The lists of the page have something new.
        st.rerun()
    problem = st.session_state.pop("extraction_problem", None) or desk.last_words()
    if problem:
        st.html(f'<p class="cd-problem" role="alert">{safe(problem)}</p>')
    for run in going:
        st.html(_card(run))
        if run.can_stop:
            st.button(
                "Stopping: articles in flight are finished" if run.is_stopping else "Stop",
                key="extraction_stop",
                disabled=run.is_stopping,
                on_click=_stop,
                args=(desk,),
            )


def extraction_panel(desk: ExtractionDesk, chosen: tuple[str, ...]) -> None:
    """Draw the form that starts an extraction, the runs, and what they used."""
    screen = desk.screen()
    if desk.may_start:
        _form(desk, chosen, screen.n_unread)
    runs = [
        (f"{run.number}", run.begun, run.model, f"{run.state}: {run.why}" if run.why else run.state, *run.cells)
        for run in screen.runs
    ]
    table("Runs", ("Run", "Begun", "Model", "State", *RUN_CELLS), runs, 4)
    table("Used by model", ("Model", *USAGE_CELLS), [(line.of, *line.cells) for line in screen.by_model], 1)
    dearest = ("Article", "Model", *USAGE_CELLS[1:])
    table("Dearest articles", dearest, [(line.of, *line.cells) for line in screen.by_article], 2)


def _form(desk: ExtractionDesk, chosen: tuple[str, ...], n_unread: int) -> None:
    with st.container(border=True, key="extraction_form"):
        n = words.count(n_unread, "article")
        scopes = {UNREAD: f"Every article that the model has not read yet ({n} not read at all)"}
        if chosen:
            scopes = {CHOSEN: f"{words.count(len(chosen), 'chosen article')}", **scopes}
        if chosen:
            key = f"extraction_scope_{hash(chosen)}"
            scope = st.radio("What", list(scopes), format_func=scopes.__getitem__, key=key)
        else:
            scope = UNREAD
            st.html(f"<p>{safe(scopes[UNREAD])}</p>")
        labels = {choice.model: choice for choice in desk.choices}
        model = st.radio(
            "By which model", list(labels), format_func=lambda name: labels[name].label, key="extraction_model"
        )
        limit = None
        if labels[model].asks_limit:
            limit = st.number_input(
                "Stop before it costs more than (USD)", value=None, min_value=0.01, key="extraction_limit", width=280
            )
        with st.expander("More"):
            retry_failed = st.checkbox("Articles that were set aside too", key="extraction_failed")
            retry_lost = st.checkbox("Pieces that were lost once more", key="extraction_lost")
            with_copies = st.checkbox("Near copies that say nothing new too", key="extraction_copies")
        order = Order(
            model=model,
            articles=chosen if scope == CHOSEN else (),
            max_cost_usd=limit,
            retry_failed=retry_failed,
            retry_lost=retry_lost,
            with_copies=with_copies,
        )
        st.button("Extract claims", key="extraction_start", type="primary", on_click=_start, args=(desk, order))


def _start(desk: ExtractionDesk, order: Order) -> None:
    _heeding(lambda: desk.start(order))


def _stop(desk: ExtractionDesk) -> None:
    _heeding(desk.stop)


def _heeding(act: Callable[[], None]) -> None:
    try:
        act()
    except ClaimDeskError as error:
        text = str(error)
        st.session_state["extraction_problem"] = text[:1].upper() + text[1:] + "."


def _card(run: Going) -> str:
    bar = ""
    if run.share is not None:
        share = round(100 * run.share)
        bar = (
            f'<span class="cd-bar" role="progressbar" aria-label="Done" aria-valuenow="{share}" aria-valuemin="0" '
            f'aria-valuemax="100"><i style="width:{share}%"></i></span>'
        )
    notes = "".join(f'<p class="cd-note">{safe(note)}</p>' for note in (run.spent, *run.notes) if note)
    failed = "".join(f"<li>{safe(failure)}</li>" for failure in run.failures)
    failures = f'<ul aria-label="Last failures">{failed}</ul>' if failed else ""
    title = f"<p><b>{safe(run.title)}</b></p>"
    return f'<section class="cd-going">{title}{bar}<p>{safe(run.done)}</p>{notes}{failures}</section>'
