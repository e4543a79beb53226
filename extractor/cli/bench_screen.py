"""From a key press to the next claim on the screen, in a real Chromium; and reviewers who work in it."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.cli.output import complain
from extractor.errors import ConfigError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SETTLED_S = 0.6
"""A press that comes sooner after a claim was drawn does not count, see `review_app.logic.presses`."""

PATIENCE_S = 20.0
"""After that a press is taken for one that came too soon: on a busy machine the guard of the keys is drawn late."""

FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    # Where others keep the processors busy, the process that draws is taken for hung and killed, and after the
    # sixth time Chromium ends itself. Each time a new one draws on as well.
    "--disable-gpu-watchdog",
    "--disable-gpu-process-crash-limit",
)

WATCH = """(patience) => {
  const text = () => document.querySelector(".cd-text")?.textContent;
  const before = text();
  window.nextClaim = new Promise((done) => {
    let pressed;
    addEventListener("keydown", () => { pressed ??= performance.now(); }, { capture: true, once: true });
    const watch = new MutationObserver(() => {
      if (!text() || text() === before) return;
      watch.disconnect();
      // The frame that shows it, and one more: then it has been painted.
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - pressed)));
    });
    watch.observe(document.body, { subtree: true, childList: true, characterData: true });
    setTimeout(() => done(null), patience);
  });
}"""


def chromium_path() -> str | None:
    """Return the Chromium of ``CLAIMDESK_CHROMIUM``, of the system, or of playwright; None when there is none."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("CLAIMDESK_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def missing_for_screen() -> str:
    """Say what has to be installed to drive a browser; empty when nothing has."""
    if find_spec("playwright") is None:
        return "a browser is driven by playwright: pip install playwright"
    if chromium_path() is None:
        return "Chromium is needed: install the package chromium (make browser), or name it in CLAIMDESK_CHROMIUM"
    return ""


@contextmanager
def browsers() -> "Iterator[Callable[[], Browser]]":
    """Yield what gives a headless Chromium that calls nobody: the same each time, and a new one when it has died."""
    from playwright.sync_api import sync_playwright

    # As root there is no sandbox.
    sandbox = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    running: Browser | None = None
    with sync_playwright() as playwright:

        def give() -> "Browser":
            nonlocal running
            if running is None or not _is_alive(running):
                running = playwright.chromium.launch(executable_path=chromium_path(), args=[*FLAGS, *sandbox])
            return running

        yield give
        if running is not None:
            running.close()


@contextmanager
def browser() -> "Iterator[Browser]":
    """Run a headless Chromium that calls nobody."""
    with browsers() as give:
        yield give()


def _is_alive(running: "Browser") -> bool:
    from playwright.sync_api import Error

    try:
        # What playwright knows may be old: it hears of the end only while it waits for something.
        running.new_browser_cdp_session().detach()
    except Error:
        return False
    return running.is_connected()


def key_presses(url: str, runs: int) -> tuple[float, ...]:
    """Verify claims by key, each after the time that nobody reads faster than.

    Args:
        url: Of a database with claims waiting.
        runs: How often; a few more before that are not counted.

    Returns:
        From each key press until the next claim was painted, in seconds.

    Raises:
        ConfigError: The page does not answer.
    """
    from review_app.launch import serve

    env = {**os.environ, "CLAIMDESK_DATABASE_URL": url, "CLAIMDESK_REVIEWER": "bench"}
    with serve(env=env) as app, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page.set_default_timeout(FIRST_PAGE_S * 1000)
        page.goto(app.url)
        wait_for_claim(page)
        times: list[float] = []
        n_lost = 0
        while len(times) < runs + WARM_UP:
            time.sleep(SETTLED_S)
            page.evaluate(WATCH, PATIENCE_S * 1000)
            page.keyboard.press("v")
            took_ms = page.evaluate("window.nextClaim")
            if took_ms is not None:
                times.append(took_ms / 1000)
            elif (n_lost := n_lost + 1) > MOST_LOST:
                raise ConfigError(f"the page left {n_lost} key presses without an answer for {PATIENCE_S:.0f} s each")
            wait_for_claim(page)
        if n_lost:
            complain(f"{n_lost} key presses had no answer within {PATIENCE_S:.0f} s and are not counted")
        return tuple(times[WARM_UP:])


WARM_UP, MOST_LOST = 5, 5
FIRST_PAGE_S = 180.0
"""A server that has just started has much to import; on a loaded machine that takes half a minute."""


def wait_for_claim(page: "Page") -> None:
    """Wait until a claim is on the screen and Streamlit has drawn everything."""
    page.wait_for_selector(".cd-text")
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
