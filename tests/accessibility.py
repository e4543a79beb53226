"""What on a page keeps people with other eyes and hands from using it, as axe-core finds it in a real browser.

The rules are those of WCAG 2.2 A and AA and axe's best practices. axe sees what is drawn at the moment: a page is
looked at in every state (`tests.review_app.states`), light and dark, wide and narrow.
"""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import settled

VIEWS = tuple((width, scheme) for width in (1280, 390) for scheme in ("light", "dark"))
"""Widths in CSS pixels, and colour schemes."""

STREAMLITS_OWN = {
    # Streamlit draws the frame of every app without landmarks; ours are inside.
    "region",
    # The drop zone of a file uploader has a name though it is said to be decoration; the button in it has one too.
    "presentation-role-conflict",
}
"""Rules about elements that Streamlit draws and no app can change."""


def barriers(page: Page) -> list[str]:
    """Return what axe finds on a page as it is now: a line for each rule and element, none when all is well."""
    options = {"resultTypes": ["violations"], "rules": {rule: {"enabled": False} for rule in STREAMLITS_OWN}}
    found = Axe().run(page, options=options).response
    assert found["passes"], "axe looked at nothing"
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {node['html'][:160]} {_reasons(node)}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def views(page: Page) -> Iterator[str]:
    """Show a page in each width and scheme, and give the view's name: ``1280-light``."""
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 844 if width < 800 else 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function(
            "scheme => getComputedStyle(document.querySelector('.stApp')).colorScheme === scheme", arg=scheme
        )
        settled(page)
        yield f"{width}-{scheme}"


def _reasons(node: dict[str, list[dict[str, str]]]) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])
