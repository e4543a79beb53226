"""The states of the page of articles."""

from typing import TYPE_CHECKING

from playwright.sync_api import Page

from extractor.alive import this_process
from extractor.schema import PieceState, RunSettings, RunState, RunTotals, Usage
from extractor.store import add_article, add_to_run, end_run, open_session, record_failure, start_run
from tests.browser import settled
from tests.review_app.desk_data import (
    NOW,
    article_of,
    bridge_article,
    bridge_claims,
    extraction_of,
    hostile_article,
    save,
)
from tests.review_app.stage import State
from tests.review_app.states.claims import SCHOOLS, schools
from tests.review_app.states.review import nothing

if TYPE_CHECKING:
    from sqlalchemy import Engine

IDENTITY = extraction_of(bridge_article(), ()).identity
SETTINGS = RunSettings(concurrency=1, max_tries=3)

COPY = f"{SCHOOLS}\n\nThe ministry did not answer questions on Monday."


def newsroom(engine: "Engine") -> None:
    """Articles in every state: with claims, with losses, a near copy, unread, failed, harmful."""
    bridge = bridge_article()
    save(engine, bridge, bridge_claims(bridge), lost={PieceState.TRUNCATED: "the answer was cut off"})
    save(engine, *schools())
    copy = article_of(COPY, "Fewer pupils, more teachers in the north", "The number of pupils")
    failed = article_of("Ferry late\nThe ferry was late again, the harbour master said.", "Ferry late", "The ferry")
    with open_session(engine) as session:
        for article in (copy, failed, hostile_article()):
            add_article(session, article=article, now=NOW)
        why = "the endpoint refused it"
        record_failure(session, article_sha256=failed.sha256, identity=IDENTITY, error=why, now=NOW, blame=None)


def runs(engine: "Engine") -> None:
    """Two runs that ended, and one that goes on elsewhere."""
    newsroom(engine)
    usage = Usage(calls=18, prompt_tokens=30_412, output_tokens=4_108, seconds=61.0, cost_usd=0.0123)
    with open_session(engine) as session:
        for state, reason in ((RunState.DONE, ""), (RunState.BUDGET, "the next article could have passed the limit")):
            number = start_run(session, identity=IDENTITY, settings=SETTINGS, holder=this_process(), now=NOW)
            totals = RunTotals(n_done=12, n_failed=1, n_claims=103, usage=usage)
            add_to_run(session, run_id=number, totals=totals, now=NOW)
            end_run(session, run_id=number, state=state, reason=reason, now=NOW)
        holder = this_process().model_copy(update={"host": "night-shift"})
        number = start_run(session, identity=IDENTITY, settings=SETTINGS, holder=holder, now=NOW)
        add_to_run(session, run_id=number, totals=RunTotals(n_done=3, n_claims=21, usage=usage), now=NOW)


def bring_in(page: Page) -> None:
    """Paste a text that is here already, and upload three files."""
    page.get_by_label("Paste a text").fill(SCHOOLS)
    files = [
        {
            "name": "quay.txt",
            "mimeType": "text/plain",
            "buffer": b"Quay\nThe quay is closed, the mayor said.",
        },
        {"name": "again.md", "mimeType": "text/markdown", "buffer": COPY.replace("Monday", "Tuesday").encode()},
        {"name": "<b>report\u202e.html", "mimeType": "text/html", "buffer": b"%PDF-1.7 \x00\x01"},
    ]
    page.locator("input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    page.get_by_text("quay.txt").wait_for()
    settled(page)
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator(".cd-results").wait_for()
    settled(page)


def open_first(page: Page) -> None:
    """Open an article by the list."""
    page.get_by_role("link", name="Harbour bridge to close").click()
    page.locator(".cd-facts").wait_for()
    settled(page)


STATES = (
    State("articles-empty", nothing, path="articles"),
    State("articles-list", newsroom, path="articles"),
    State("articles-none", newsroom, path="articles?q=zeppelin"),
    State("articles-one", newsroom, open_first, path="articles"),
    State("articles-add", nothing, path="articles?show=add"),
    State("articles-added", newsroom, bring_in, path="articles?show=add"),
    State("articles-runs", runs, path="articles?show=runs"),
)
