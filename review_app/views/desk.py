"""The page of the desk: how the work goes, one plot for each question, and the numbers to take away."""

from collections.abc import Callable, Sequence
from functools import partial
from math import floor

import streamlit as st

from extractor.export import table_to_csv
from extractor.people import Act
from extractor.schema import RunState
from review_app.deps import Visit
from review_app.logic import words
from review_app.logic.work import (
    Period,
    Table,
    Work,
    people_bars,
    reason_bars,
    source_bars,
    standings,
    time_bars,
    within,
)
from review_app.logic.worktables import (
    accepted_table,
    agreement_table,
    bar_table,
    cost_table,
    done_table,
    run_table,
)
from review_app.widgets.frame import message
from review_app.widgets.work_card import agreement_told, bar_list, figures, numbers, question, standing_line
from review_app.widgets.work_plots import MOST_SERIES, accepted_plot, cost_plot, done_plot

TITLES = {
    Period.WEEK: "7 days",
    Period.MONTH: "30 days",
    Period.QUARTER: "13 weeks",
    Period.EVER: "All",
}
EVERYBODY = "Everybody"
FEW_PAIRS = 8
"""Pairs of reviewers on the page; the file has all."""


def desk_page(visit: Visit) -> None:
    """Draw how the work goes."""
    desk = visit.work_desk()
    title = st.container()
    with st.container(key="desk_choice", horizontal=True, vertical_alignment="center", gap="medium"):
        period = st.segmented_control(
            "Period",
            list(Period),
            default=Period.MONTH,
            required=True,
            format_func=TITLES.__getitem__,
            key="period",
            label_visibility="collapsed",
            bind="query-params",
            wrap=True,
        )
        who = st.container(width="content")
    work = desk.read(period, reviewer=_reviewer(visit), shift_hours=_shift_hours())
    with who:
        _choose_reviewer(visit, work)
    if not work.progress.total and not work.costs:
        message("Nothing to tell yet", ["Extract claims, decide them, then come back."], ["claimdesk extract"])
        return
    title.html('<h1 class="cd-title">How the work goes</h1>')
    figures(work)
    sections: list[Callable[[Work], None]] = [_done, _times, _accepted, _reasons, _sources]
    if work.reviewer is None:
        sections += [_people] if work.people else []
        sections += [_agreement, _cost, _runs]
    for first in range(0, len(sections), 2):
        columns = st.columns(2, gap="large")
        for column, section in zip(columns, sections[first : first + 2], strict=False):
            with column:
                section(work)


def _reviewer(visit: Visit) -> str | None:
    chosen = st.session_state.get("desk_reviewer") or EVERYBODY
    return None if chosen == EVERYBODY else str(chosen)


def _choose_reviewer(visit: Visit, work: Work) -> None:
    """Let an editor choose anybody, and everybody else themselves."""
    me = visit.person.name
    names = {me} if visit.person.may(Act.DECIDE) else set()
    names |= {person.reviewer for person in work.people} | ({work.reviewer} if work.reviewer else set())
    if names:
        options = [EVERYBODY, *sorted(names - {EVERYBODY}, key=lambda name: (name != me, name))]
        st.selectbox("Whose work", options, key="desk_reviewer", label_visibility="collapsed", width=220)


def _shift_hours() -> int:
    """Return what the browser's clock is ahead of UTC, in whole hours."""
    behind_min = st.context.timezone_offset
    return 0 if behind_min is None else floor(-behind_min / 60)


def _done(work: Work) -> None:
    rest = "" if work.n_decided else " Decide claims on the review page, or choose a longer period."
    question("How much gets done?", f"{words.count(work.n_decided, 'claim')} decided.{rest}")
    if work.n_decided:
        done_plot(work)
        _with_numbers(done_table(work))


def _times(work: Work) -> None:
    half, most = within(work.times, 0.5), within(work.times, 0.9)
    if half is None or most is None:
        question("How long does a claim take?", "Claims are timed from being opened to being decided. None was.")
        return
    told = f"Half are decided within {words.seconds(half)} of being opened, 9 of 10 within {words.seconds(most)}."
    question("How long does a claim take?", told)
    bars = time_bars(work.times)
    bar_list(bars, head=("Open", "claims"))
    _take_away(bar_table("time", "open", bars))


def _accepted(work: Work) -> None:
    found = standings(work.done)
    if not found:
        told = "Tells how many claims of each extractor were verified as found, once some are decided."
        question("Do the extractors stay as good?", told)
        return
    drifting = [one for one in found if one.drift]
    told = "Share of claims that were verified as found; the rest was corrected or rejected."
    if drifting:
        told += f" {words.count(len(drifting), 'extractor')} changed with time."
    question("Do the extractors stay as good?", told)
    for one in found[:MOST_SERIES]:
        standing_line(one)
        accepted_plot(work, one)
    if len(found) > MOST_SERIES:
        st.html(f'<p class="cd-notice">{words.count(len(found) - MOST_SERIES, "more extractor")} in the file.</p>')
    _with_numbers(accepted_table(work, found))


def _reasons(work: Work) -> None:
    bars = reason_bars(work.done)
    if not bars:
        question("Why are claims rejected?", "None was rejected in this period.")
        return
    n = sum(bar.n for bar in bars)
    told = f"{words.count(n, 'claim')} rejected, {n / work.n_decided:.0%} of those decided."
    question("Why are claims rejected?", told)
    bar_list(bars, head=("Reason", "claims"))
    _take_away(bar_table("reasons", "reason", bars, note="share"))


def _sources(work: Work) -> None:
    bars = source_bars(work.sources)
    if not bars:
        question("Who speaks most?", "Nobody has in this period: no claim was decided.")
        return
    told = "Sources of the claims decided in this period, and what became of them."
    if not work.sources.is_all:
        told = f"Sources of the {work.sources.n:,} claims decided last, and what became of them."
    question("Who speaks most?", told)
    bar_list(bars, head=("Source", "claims"))
    _take_away(bar_table("sources", "source", bars, note="kind"))


def _people(work: Work) -> None:
    bars = people_bars(work.people)
    question("Who did the work?", f"{words.count(len(bars), 'reviewer')} decided claims. Only editors see this.")
    bar_list(bars, head=("Reviewer", "claims"))
    _take_away(bar_table("people", "reviewer", bars))


def _agreement(work: Work) -> None:
    agreement = work.agreement
    if not agreement.n:
        told = "Tells it once claims were decided twice: set the share of second looks under [second_look]."
        question("Do reviewers agree?", told)
        return
    question("Do reviewers agree?", f"{agreement_told(agreement)} All second looks so far count.")
    table = agreement_table(work)
    numbers(table.model_copy(update={"rows": table.rows[:FEW_PAIRS]}), is_open=True)
    _take_away(table)


def _cost(work: Work) -> None:
    title = "What does extraction cost?"
    n_articles, n_claims = sum(c.n_articles for c in work.costs), sum(c.n_claims for c in work.costs)
    read = f"{words.count(n_articles, 'article')} read, {words.count(n_claims, 'claim')} found"
    known: list[float] = [c.cost_usd for c in work.costs if c.cost_usd is not None]
    unknown = sorted({c.model for c in work.costs if c.cost_usd is None})
    if not work.costs:
        question(title, "No extraction ran in this period.")
        return
    each = f", {100 * sum(known) / n_claims:,.2f} for 100 claims" if n_claims and not unknown and any(known) else ""
    paid = f"{sum(known):,.2f} USD{each}" if known else ""
    missing = f"The price of {', '.join(unknown)} is not known: name it in prices.toml." if unknown else ""
    question(title, ". ".join(filter(None, (f"{read}", paid, missing))).rstrip(".") + ".")
    if any(known):
        cost_plot(work)
    _with_numbers(cost_table(work))


def _runs(work: Work) -> None:
    going = sum(run.state in {RunState.RUNNING, RunState.QUEUED} for run in work.runs)
    told = f"{words.count(going, 'run')} going on now." if going else "None goes on now."
    question(
        "What did each run do and use?", f"{told} claimdesk status --watch shows them live." if work.runs else told
    )
    if work.runs:
        table = run_table(work)
        numbers(table, is_open=True)
        _take_away(table)


def _with_numbers(table: Table) -> None:
    numbers(table)
    _take_away(table)


def _take_away(table: Table) -> None:
    """Offer a table as a file."""
    st.download_button(
        "CSV",
        partial(_csv, table.columns, table.rows),
        file_name=f"claimdesk-{table.name}.csv",
        mime="text/csv",
        key=f"csv_{table.name}",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str | float | None]]) -> bytes:
    told = table_to_csv(columns, (["" if cell is None else str(cell) for cell in row] for row in rows))
    return told.encode()
