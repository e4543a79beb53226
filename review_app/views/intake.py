"""The panel by which somebody brings articles in."""

from collections.abc import Callable

import streamlit as st

from extractor.errors import ClaimDeskError
from review_app.logic import words
from review_app.logic.intake import MOST_MB, MOST_PAGES, About, Intake, Results, Upload
from review_app.widgets.article_facts import results_list
from review_app.widgets.markup import safe

ENDINGS = ["txt", "md", "html", "htm", "jsonl"]
MOST_CHARS = 2_000_000


def intake_panel(intake: Intake, choose: Callable[[tuple[str, ...]], None]) -> None:
    """Draw the form, and what became of what was brought in last.

    Args:
        intake: Takes it.
        choose: Goes to the extraction of some articles.
    """
    _told(choose)
    # The fields are emptied by being made anew, once what was in them is stored.
    number = st.session_state.setdefault("intake_number", 0)
    pasted = st.text_area(
        "Paste a text, or web addresses, one a line",
        key=f"intake_text_{number}",
        height=220,
        max_chars=MOST_CHARS,
        placeholder="The text of an article, headline first",
        on_change="ignore",
    )
    about = _about(number)
    files = st.file_uploader(
        "Files: text, Markdown, HTML, or JSON lines with one article a line",
        type=ENDINGS,
        accept_multiple_files=True,
        key=f"intake_files_{number}",
        max_upload_size=MOST_MB,
    )
    st.html(
        f'<p class="cd-hint">At most {MOST_PAGES} addresses at once, 10 MB an article and {MOST_MB} MB a file. Only '
        "public pages are fetched; what cannot be had that way, paste or upload.</p>"
    )
    if st.button("Add", key="intake_add", type="primary"):
        uploads = [Upload(name=file.name, data=file.getvalue()) for file in files]
        if _bring(intake, pasted or "", about, uploads):
            st.session_state["intake_number"] = number + 1
            st.rerun()
    if problem := st.session_state.pop("intake_problem", None):
        st.html(f'<p class="cd-problem" role="alert">{safe(problem)}</p>')


def _told(choose: Callable[[tuple[str, ...]], None]) -> None:
    results: Results | None = st.session_state.get("intake_results")
    if results:
        results_list(results)
        if results.added:
            label = f"Extract the claims of {words.count(len(results.added), 'new article')}"
            st.button(label, key="intake_extract", type="primary", on_click=choose, args=(results.added,))


def _about(number: int) -> About:
    with st.expander("About the pasted text: publisher, day, address"):
        publisher = st.text_input("Publisher", key=f"intake_publisher_{number}", max_chars=200, on_change="ignore")
        published = st.date_input(
            "Published on", value=None, key=f"intake_published_{number}", format="DD/MM/YYYY", on_change="ignore"
        )
        url = st.text_input(
            "Where it stands on the web", key=f"intake_url_{number}", max_chars=2000, on_change="ignore"
        )
    return About(publisher=publisher or "", published=published, url=url or "")


def _bring(intake: Intake, pasted: str, about: About, uploads: list[Upload]) -> bool:
    """Store it; False where nothing could be taken, and what was typed stays."""
    if not pasted.strip() and not uploads:
        st.session_state["intake_problem"] = "There is nothing to add: paste a text or an address, or choose files."
        return False
    try:
        with st.spinner("Reading …"):
            st.session_state["intake_results"] = intake.bring(pasted, about, uploads)
    except ClaimDeskError as error:
        text = str(error)
        st.session_state["intake_problem"] = text[:1].upper() + text[1:] + "."
        return False
    results: Results = st.session_state["intake_results"]
    return len(results.added) > 0 or any(n for arrival, n in results.n.items() if arrival != "refused")
