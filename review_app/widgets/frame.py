"""What stands on every page: the styles and the line at the top."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from extractor.people import Person
from extractor.schema import ClaimStatus
from review_app.logic import words
from review_app.logic.desk import Progress
from review_app.logic.ledger import LeftOut
from review_app.widgets.markup import isolated, safe

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

LISTED = 6
"""Articles without a claim that are named; more would push the keys off the page."""
_STYLES = sorted(Path(__file__).parent.glob("page*.css"))
"""The first is for all pages; a page with more than a few lines of its own has a file of its own."""


def styles() -> None:
    """Put the styles on the page."""
    st.html(f"<style>{''.join(sheet.read_text(encoding='utf-8') for sheet in _STYLES)}</style>")


def top_line(pages: "Sequence[Page]", person: Person | None, *, log_out: Callable[[], None] | None = None) -> None:
    """Draw the name of the program, the ways to its pages, who is at it, and the way out where there is one."""
    with st.container(key="top", horizontal=True, vertical_alignment="center", gap="small"):
        st.html('<span class="cd-brand">ClaimDesk</span>', width="content")
        if len(pages) > 1:
            with st.container(key="pages", horizontal=True, gap="small"):
                for page in pages:
                    st.page_link(page)
        if person is None:
            return
        st.html(
            f'<span class="cd-who" title="Decisions are recorded under this name, as {person.role}">'
            f"{isolated(person.name)}</span>",
            width="content",
        )
        if log_out:
            st.button("Log out", key="logout", type="tertiary", on_click=log_out)


def progress_line(progress: Progress) -> None:
    """Draw how far the desk has come."""
    if progress.total:
        st.html(f'<div class="cd-top">{_progress(progress)}</div>')


def message(title: str, paragraphs: list[str], commands: list[str] | None = None) -> None:
    """Draw a page that only says something; every text is escaped."""
    told = "".join(f"<p>{safe(text)}</p>" for text in paragraphs)
    code = f"<pre>{safe(chr(10).join(commands))}</pre>" if commands else ""
    st.html(f'<section class="cd-message"><h1>{safe(title)}</h1>{told}{code}</section>')


def left_out_list(articles: Sequence[LeftOut]) -> None:
    """Name the articles that gave no claim, and why; a long list ends with where the rest is."""
    if not articles:
        return
    items = "".join(f"<li>{isolated(a.title, 'cd-name')} {safe(a.why)}</li>" for a in articles[:LISTED])
    more = len(articles) - LISTED
    rest = f"<li>{words.count(more, 'more article')}: <code>claimdesk status</code></li>" if more > 0 else ""
    st.html(f'<section class="cd-left-out"><h2>Articles without a claim</h2><ul>{items}{rest}</ul></section>')


def _progress(progress: Progress) -> str:
    share = 100 * progress.decided / progress.total
    counts = [
        (ClaimStatus.PENDING, progress.waiting),
        (ClaimStatus.VERIFIED, progress.verified),
        (ClaimStatus.CORRECTED, progress.corrected),
        (ClaimStatus.REJECTED, progress.rejected),
    ]
    entries = "".join(f'<li class="{status}"><b>{n:,}</b> {words.STATUS[status]}</li>' for status, n in counts)
    return (
        f'<span class="cd-progress"><span class="cd-bar" aria-hidden="true"><i style="width:{share:.1f}%"></i></span>'
        f"{progress.decided:,} of {progress.total:,} decided</span><ul class='cd-counts'>{entries}</ul>"
    )
