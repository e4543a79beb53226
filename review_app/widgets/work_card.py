"""How the work goes, without plots over time: figures, and lists with bars, which are their own tables."""

from collections.abc import Sequence

import streamlit as st

from review_app.logic import words
from review_app.logic.agreement import Agreement
from review_app.logic.work import Bar, Standing, Table, Work, within
from review_app.widgets.markup import isolated, safe

MOST_ROWS = 60
"""Rows of a table on the page; the file has all."""


def figures(work: Work) -> None:
    """Draw the few numbers that matter most."""
    shown = [
        (f"{work.n_decided:,}", "decided", "Decisions of this period that are in force, added claims among them"),
        (_rate(work.per_day), "a day", "Over all days of the period since work began, those without work among them"),
    ]
    if (half := within(work.times, 0.5)) is not None:
        most = within(work.times, 0.9) or half
        title = f"From when a claim is opened; 9 of 10 within {words.seconds(most)}"
        shown.append((words.seconds(half), "or less for half of the claims", title))
    if work.reviewer is None:
        shown.append((f"{work.progress.waiting:,}", "waiting", "Claims that nobody has decided"))
        if work.per_day and work.progress.waiting:
            left = max(1, round(work.progress.waiting / work.per_day))
            shown.append((words.count(left, "day"), "until none waits", "At the pace of this period, if none is added"))
        shown.append((f"{work.n_published:,}", "fact-checks published", "For the first time in this period"))
    items = "".join(f'<li title="{safe(why)}"><b>{safe(n)}</b> {safe(what)}</li>' for n, what, why in shown)
    st.html(f'<ul class="cd-figures">{items}</ul>')


def question(text: str, told: str) -> None:
    """Draw what a plot answers, and the answer in a sentence."""
    st.html(f'<section class="cd-question"><h2>{safe(text)}</h2><p>{safe(told)}</p></section>')


def bar_list(bars: Sequence[Bar], *, head: tuple[str, str]) -> None:
    """Draw a list with bars, all to one scale.

    Args:
        bars: In their order.
        head: What the lines are, and what is counted.
    """
    longest = max((bar.n for bar in bars), default=0) or 1
    rows = "".join(
        f'<tr><th scope="row">{isolated(bar.label)}{_note(bar.note)}</th>'
        f'<td class="bar"><span style="width:{100 * bar.n / longest:.2f}%" title="{safe(_told(bar))}">{_segments(bar)}'
        f"</span></td><td>{bar.n:,}</td></tr>"
        for bar in bars
    )
    kinds = dict.fromkeys(kind for bar in bars for kind, n in bar.parts if kind and n)
    legend = (
        "".join(f'<span><i class="{kind}"></i>{words.DID[kind]}</span>' for kind in kinds) if len(kinds) > 1 else ""
    )
    names = f'<th scope="col">{safe(head[0])}</th><td></td><th scope="col">{safe(head[1])}</th>'
    st.html(
        f'<p class="cd-legend">{legend}</p>'
        f'<table class="cd-bars"><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>'
    )


def standing_line(one: Standing) -> None:
    """Draw how an extractor stands over the whole period."""
    low, high = one.accepted.interval
    drift = f' <strong class="cd-drift">{safe(one.drift)}</strong>' if one.drift else ""
    st.html(
        f'<p class="cd-standing"><b>{isolated(one.name)}</b> <span>{one.accepted.value:.0%} of '
        f"{words.count(one.accepted.n, 'claim')} (between {low:.0%} and {high:.0%})</span>{drift}</p>"
    )


def agreement_told(agreement: Agreement) -> str:
    """Say how far reviewers agree."""
    if not agreement.n:
        return ""
    beyond = "" if agreement.alpha is None else f" Krippendorff’s alpha is {agreement.alpha:.2f}."
    return f"The same on {agreement.n_same / agreement.n:.0%} of {words.count(agreement.n, 'claim')}.{beyond}"


def numbers(table: Table, *, is_open: bool = False) -> None:
    """Draw a table, folded unless it is short."""
    head = "".join(f'<th scope="col">{safe(column)}</th>' for column in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{isolated(_cell(cell))}</td>" for cell in row) + "</tr>"
        # The latest stand last, and are what most people look for.
        for row in reversed(table.rows[-MOST_ROWS:])
    )
    more = len(table.rows) - MOST_ROWS
    rest = f'<p class="cd-notice">{words.count(more, "more row")} in the file.</p>' if more > 0 else ""
    # The table scrolls by itself, so that keys must reach it.
    reached = f'tabindex="0" role="region" aria-label="In numbers: {safe(table.name)}"'
    st.html(
        f'<details class="cd-numbers"{" open" if is_open else ""}><summary>In numbers</summary><div {reached}>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{rest}</details>"
    )


def _segments(bar: Bar) -> str:
    return "".join(f'<i class="{kind or ""}" style="flex:{n}"></i>' for kind, n in bar.parts if n)


def _told(bar: Bar) -> str:
    return ", ".join(f"{n:,} {words.DID[kind]}" for kind, n in bar.parts if kind and n)


def _note(note: str) -> str:
    return f" <small>{safe(note)}</small>" if note else ""


def _cell(cell: str | float | None) -> str:
    match cell:
        case None:
            return "–"
        case float():
            return f"{cell:,.3f}".rstrip("0").rstrip(".")
        case int():
            return f"{cell:,}"
        case str():
            return cell


def _rate(per_day: float) -> str:
    return f"{per_day:,.0f}" if per_day >= 10 or per_day == round(per_day) else f"{per_day:.1f}"
