"""A headless Chromium for tests that need a real browser."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from extractor.cli.bench_screen import browsers, chromium_path

PATIENCE_MS = 30_000
"""How long a page may take on a machine that is busy with other tests."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def chromium_of_module() -> Iterator[Callable[[], Browser]]:
    """One browser a module, and another one for the tests that follow when it dies under one."""
    if chromium_path() is None:
        reason = "Chromium is not installed: run `make browser` to run the browser tests"
        if os.environ.get("CLAIMDESK_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with browsers() as give:
        yield give


@pytest.fixture
def browser(chromium_of_module: Callable[[], Browser]) -> Browser:
    """A running browser."""
    return chromium_of_module()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A fresh page of 1280 x 800 in a profile of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


def settled(page: Page) -> None:
    """Wait until Streamlit has drawn everything."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
