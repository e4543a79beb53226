"""The browser of the tests: what kills it, or a part of it, costs one test at most."""

import os
import signal
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Error

from tests.browser import chromium_of_module

__all__ = ["chromium_of_module"]

pytestmark = pytest.mark.browser

WAIT_S = 60.0


def reads(browser: Browser) -> str | None:
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<h1>here</h1>")
    page.screenshot()
    found = page.text_content("h1")
    context.close()
    return found


def test_after_a_browser_that_died_comes_another(chromium_of_module: Callable[[], Browser]) -> None:
    first = chromium_of_module()
    assert chromium_of_module() is first
    with pytest.raises(Error):
        first.new_browser_cdp_session().send("Browser.crash")
    second = chromium_of_module()
    assert second is not first
    assert reads(second) == "here"


def test_the_process_that_draws_may_die_often(chromium_of_module: Callable[[], Browser]) -> None:
    """Seven times: without the flags Chromium gives up at the sixth."""
    browser = chromium_of_module()
    asked = browser.new_browser_cdp_session()
    killed: set[int] = set()
    give_up = time.monotonic() + WAIT_S
    while len(killed) < 7 and time.monotonic() < give_up:
        running = asked.send("SystemInfo.getProcessInfo")["processInfo"]
        for pid in {process["id"] for process in running if process["type"] == "GPU"} - killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        time.sleep(0.05)
    assert len(killed) == 7
    assert reads(browser) == "here"
    assert chromium_of_module() is browser
