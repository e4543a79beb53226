"""The desk page in a real Chromium."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser import settled
from tests.review_app.stage import Stage
from tests.review_app.states.desk import N_DAYS, PAGE, work_of_days

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.browser


def test_numbers_are_taken_away_and_the_period_stands_in_the_address(
    stage: Stage, engine: "Engine", browser_page: Page, tmp_path: Path
) -> None:
    work_of_days(engine)
    stage.visit(browser_page, PAGE)
    expect(browser_page.locator("[data-testid=stVegaLiteChart] svg").first).to_be_visible()
    assert browser_page.title() != "stolen"
    browser_page.get_by_role("radio", name="7 days").click()
    settled(browser_page)
    expect(browser_page.get_by_text("70 claims decided.")).to_be_visible()
    assert "period=7" in browser_page.url
    browser_page.reload()
    settled(browser_page)
    expect(browser_page.get_by_text("70 claims decided.")).to_be_visible()
    browser_page.get_by_role("radio", name="All").click()
    expect(browser_page.get_by_text(f"{N_DAYS * 10} claims decided.")).to_be_visible()
    settled(browser_page)
    for name, n_rows in (("decided", N_DAYS), ("sources", 4)):
        with browser_page.expect_download() as taking:
            browser_page.locator(f".st-key-csv_{name} button").click()
        path = tmp_path / name
        taking.value.save_as(path)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert taking.value.suggested_filename == f"claimdesk-{name}.csv"
        assert sum(int(row[-1]) for row in rows[1:]) == N_DAYS * 10
        assert len(rows) == n_rows + 1
