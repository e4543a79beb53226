"""Articles in a real Chromium: brought in, extracted by a real child process, watched, stopped; and the list."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from extractor.schema import RunState
from extractor.store import list_articles, list_claims, list_runs, open_session
from tests.browser import settled
from tests.loopback import Answer, LoopbackEndpoint, reply
from tests.review_app.desk_data import bridge_article, bridge_claims, save
from tests.review_app.stage import Stage, open_stage
from tests.review_app.states.claims import SCHOOLS

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.browser

LONG_MS = 60_000
"""A child process takes seconds to begin on a loaded machine."""
N_REPORTS = 120


@pytest.fixture(scope="module")
def endpoint() -> Iterator[LoopbackEndpoint]:
    """A model that finds nothing, slowly."""
    with LoopbackEndpoint([Answer(reply({"claims": []}).body, delay_s=2.0)]) as running:
        yield running


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, endpoint: LoopbackEndpoint) -> Iterator[Stage]:
    """An app with an endpoint."""
    env = {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_API_KEY": "none", "CLAIMDESK_MODEL": "scripted"}
    with open_stage(tmp_path_factory.mktemp("stage"), env=env) as running:
        yield running


def add(page: Page, told: str) -> None:
    page.get_by_role("button", name="Add", exact=True).click()
    # What reads files and pages is loaded at the first of them.
    expect(page.locator(".cd-results h2")).to_have_text(told, timeout=LONG_MS)
    settled(page)


def test_what_is_brought_in_is_told_extracted_and_found_in_the_list(
    stage: Stage, engine: "Engine", browser_page: Page, tmp_path: Path
) -> None:
    page = browser_page
    stage.visit(page, "articles")
    expect(page.get_by_role("heading", name="No articles yet")).to_be_visible()
    page.get_by_role("radio", name="Add").click()
    page.get_by_label("Paste a text").fill(SCHOOLS)
    add(page, "1 new")
    expect(page.get_by_label("Paste a text")).to_have_value("")

    (tmp_path / "again.txt").write_text(SCHOOLS, encoding="utf-8")
    (tmp_path / "broken.md").write_bytes(b"PK\x03\x04 \x00")
    page.locator("input[type=file]").set_input_files([tmp_path / "again.txt", tmp_path / "broken.md"])
    expect(page.get_by_text("broken.md")).to_be_visible()
    settled(page)
    page.get_by_label("Paste a text").fill("http://127.0.0.1:9/private")
    add(page, "1 already here, 2 refused")
    expect(page.locator(".cd-results")).to_contain_text("only public pages are fetched")

    page.get_by_role("radio", name="Extraction").click()
    page.get_by_text("rules: no model, instant").click()
    settled(page)
    page.get_by_role("button", name="Extract claims").click()
    expect(page.locator(".cd-table").first).to_contain_text(re.compile("rules.*done", re.DOTALL), timeout=LONG_MS)
    expect(page.locator(".cd-going")).to_have_count(0)

    page.get_by_role("radio", name="Articles").click()
    page.get_by_role("link", name="Fewer pupils, more teachers").click()
    expect(page.locator(".cd-facts")).to_contain_text("waiting")
    expect(page).to_have_url(re.compile(r"/articles\?article=[0-9a-f]{64}$"))
    with open_session(engine, reading=True) as session:
        (article,), claims = list_articles(session), list_claims(session)
    assert article.n_claims == len(claims) > 2
    page.get_by_role("button", name="Review its waiting claims").click()
    expect(page.locator(".cd-text")).to_be_visible()
    settled(page)
    page.go_back()
    page.get_by_role("button", name="All articles").click()
    expect(page.locator(".articles .row")).to_have_count(1)


def test_an_extraction_survives_a_reload_is_seen_by_others_and_stops(
    stage: Stage, engine: "Engine", endpoint: LoopbackEndpoint, browser_page: Page
) -> None:
    page = browser_page
    stage.visit(page, "articles?show=add")
    reports = "".join(f'{{"text": "Report {n}: the ferry was late, the master said."}}\n' for n in range(N_REPORTS))
    page.locator("input[type=file]").set_input_files(
        {"name": "reports.jsonl", "mimeType": "application/json", "buffer": reports.encode()}
    )
    expect(page.get_by_text("reports.jsonl")).to_be_visible()
    settled(page)
    add(page, f"1 new, {N_REPORTS - 1} new and like another")
    page.get_by_role("button", name=re.compile("Extract the claims of")).click()
    settled(page)
    page.get_by_role("button", name="Extract claims").click()
    going = page.locator(".cd-going")
    expect(going).to_contain_text("started by anna", timeout=LONG_MS)
    expect(going).to_contain_text(re.compile(rf"[1-9]\d* of {N_REPORTS} articles"), timeout=LONG_MS)

    page.reload()
    expect(going).to_contain_text(f"of {N_REPORTS} articles")
    other = page.context.new_page()
    stage.visit(other, "articles?show=runs")
    expect(other.locator(".cd-going")).to_contain_text("started by anna")
    other.get_by_role("button", name="Stop").click()
    expect(going).to_have_count(0, timeout=LONG_MS)
    with open_session(engine, reading=True) as session:
        (run,) = list_runs(session)
    assert run.state is RunState.INTERRUPTED
    assert 0 < run.totals.n_done == len(endpoint.requests) < N_REPORTS


def test_a_mark_in_an_article_opens_its_claim(stage: Stage, engine: "Engine", browser_page: Page) -> None:
    article = bridge_article()
    save(engine, article, bridge_claims(article))
    stage.visit(browser_page, f"articles?article={article.sha256}")
    browser_page.locator("mark", has_text="38,000 vehicles").click()
    expect(browser_page.locator(".cd-text")).to_contain_text("38,000 vehicles")
    stage.visit(browser_page, "articles?article=none")
    expect(browser_page.get_by_role("heading", name="No such article")).to_be_visible()
