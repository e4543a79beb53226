"""Take pictures of the review app.

    python -m tests.screenshots FOLDER [--only review] [--scale 2]

draws every state of every page (tests/review_app/states), wide and narrow, light and dark, into FOLDER:
``review-claim-1280-light.png``. The desk is a small one of our own; nothing of yours is touched.

    python -m tests.screenshots --database URL [docs/review.png] [--claim ID] [--width 1280] [--height 800] [--dark]

takes the one picture of the README from a database with claims. It shows the claim that is first in the queue
for a reviewer who leaves no trace: nothing is decided, and the lease is given back.
"""

import argparse
import os
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from extractor.cli.bench_screen import browser as chromium
from review_app.launch import serve
from tests.accessibility import views
from tests.browser import settled
from tests.review_app.stage import open_stage
from tests.review_app.states.every import STATES

PICTURE = Path(__file__).parents[1] / "docs" / "review.png"
REVIEWER = "Anna Kovar"


def main() -> None:
    """Read the arguments and write the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n", 1)[0], epilog=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", nargs="?", type=Path, help="a folder; with --database the picture's file")
    parser.add_argument("--only", default="", help="states whose name begins so, such as review or review-claim")
    parser.add_argument("--scale", type=float, default=1.0, help="pixels of the picture for one of the page")
    parser.add_argument("--database", help="a database with claims, such as sqlite:///demo/claimdesk.db")
    parser.add_argument("--claim", help="with --database: id of the claim to show; else the first of the queue")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    if options.database:
        take_one(options)
    elif options.target:
        take_all(options)
    else:
        parser.error("name a folder for the pictures")


def take_all(options: argparse.Namespace) -> None:
    """Picture every state in every view."""
    options.target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, open_stage(Path(folder)) as stage, chromium() as browser:
        for state in (s for s in STATES if s.name.startswith(options.only)):
            context = browser.new_context(device_scale_factor=options.scale, viewport={"width": 1280, "height": 800})
            page = context.new_page()
            state.play(stage, page)
            for view in views(page):
                _rest(page)
                # In the narrow view the page is longer than a screen.
                page.screenshot(path=options.target / f"{state.name}-{view}.png", full_page=view.startswith("390"))
            context.close()


def take_one(options: argparse.Namespace) -> None:
    """Serve the app on a database and picture its first page."""
    picture = options.target or PICTURE
    picture.parent.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "CLAIMDESK_DATABASE_URL": options.database, "CLAIMDESK_REVIEWER": REVIEWER}
    with serve(env=env) as app, chromium() as browser:
        context = browser.new_context(
            viewport={"width": options.width, "height": options.height},
            color_scheme="dark" if options.dark else "light",
            device_scale_factor=2,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(app.url + (f"/?claim={options.claim}" if options.claim else ""))
        page.wait_for_selector(".cd-text")
        settled(page)
        _rest(page)
        page.screenshot(path=picture)
    give_back(options.database)


def _rest(page: Page) -> None:
    """Wait until fonts are there and the article has scrolled to its place."""
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)


def give_back(database_url: str) -> None:
    """End the lease that looking at the queue has taken."""
    from extractor.store import list_claims, open_session, open_store, release

    engine = open_store(database_url)
    with open_session(engine) as session:
        for stored in list_claims(session):
            release(session, claim_id=stored.claim.id, reviewer=REVIEWER)
    engine.dispose()


if __name__ == "__main__":
    main()
