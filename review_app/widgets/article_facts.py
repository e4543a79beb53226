"""What is known of one article, and what became of what somebody brought in, as HTML."""

from collections.abc import Sequence

import streamlit as st

from review_app.logic import words
from review_app.logic.article_list import OpenedArticle
from review_app.logic.intake import Arrival, Results
from review_app.widgets.markup import isolated, safe

ARRIVAL = {
    Arrival.NEW: "New",
    Arrival.COPY: "New, and like another",
    Arrival.KNOWN: "Already here",
    Arrival.REFUSED: "Refused",
}
LONG_CHARS = 32
"""A longer cell of a table goes over several lines."""
_SUMMED = {
    Arrival.NEW: "new",
    Arrival.COPY: "new and like another",
    Arrival.KNOWN: "already here",
    Arrival.REFUSED: "refused",
}


def article_facts(opened: OpenedArticle) -> None:
    """Draw what is known of an article beside its text."""
    claims = "".join(f'<li class="{status}"><b>{n:,}</b> {words.STATUS[status]}</li>' for status, n in opened.counts)
    parts = [
        f'<ul class="cd-counts">{claims}</ul>' if claims else "<p>No claims.</p>",
        f'<p>Came in <time title="{safe(opened.came_at)}">{safe(opened.came)}</time> · '
        f"{opened.n_chars:,} characters</p>",
        *(f"<p>{isolated(told)}</p>" for told in opened.copies),
    ]
    if opened.usage:
        used = "".join(f"<li><b>{isolated(model)}</b>: {safe(told)}</li>" for model, told in opened.usage)
        parts.append(f"<h2>What reading it took</h2><ul>{used}</ul>")
    st.html(f'<section class="cd-facts">{"".join(parts)}</section>')


def results_list(results: Results) -> None:
    """Draw what became of everything that was brought in."""
    sums = ", ".join(f"{n:,} {_SUMMED[arrival]}" for arrival, n in results.n.items() if n)
    items = "".join(
        f'<li class="{result.arrival}"><b>{ARRIVAL[result.arrival]}</b> {isolated(result.name, "cd-result")}'
        f"{f' <span>{isolated(result.told)}</span>' if result.told else ''}</li>"
        for result in results.first
    )
    more = sum(results.n.values()) - len(results.first)
    rest = f"<p>And {words.count(more, 'more article')}.</p>" if more > 0 else ""
    st.html(f'<section class="cd-results" role="status"><h2>{safe(sums)}</h2><ul>{items}</ul>{rest}</section>')


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], n_words: int) -> None:
    """Draw a table; the first `n_words` columns are words, the others numbers."""
    if not rows:
        return
    head = "".join(f'<th scope="col"{_kind(i, n_words, name)}>{safe(name)}</th>' for i, name in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f"<td{_kind(i, n_words, cell)}>{isolated(cell)}</td>" for i, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    st.html(
        f'<section class="cd-table"><h2>{safe(title)}</h2>'
        f'<div tabindex="0" role="region" aria-label="{safe(title)}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _kind(i: int, n_words: int, cell: str) -> str:
    if i >= n_words:
        return ' class="number"'
    return ' class="long"' if len(cell) > LONG_CHARS else ""
