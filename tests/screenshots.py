"""Take the picture of the review app for the README.

    python -m tests.screenshots DATABASE_URL [docs/review.png] [--width 1280] [--height 800] [--dark]

The picture shows the claim that is first in the queue for a reviewer who leaves no trace: nothing is
decided, and the lease is given back.
"""

import argparse
import os
from pathlib import Path

from review_app.launch import serve
from tests.browser import chromium, settled

PICTURE = Path(__file__).parents[1] / "docs" / "review.png"
REVIEWER = "Anna Kovar"


def main() -> None:
    """Read the arguments and write one PNG."""
    parser = argparse.ArgumentParser(description="Take the picture of the review app for the README.")
    parser.add_argument("database_url", help="a database with claims, such as sqlite:///demo/claimdesk.db")
    parser.add_argument("picture", nargs="?", type=Path, default=PICTURE)
    parser.add_argument("--claim", help="id of the claim to show; without it the first of the queue")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    options.picture.parent.mkdir(parents=True, exist_ok=True)
    take(options)


def take(options: argparse.Namespace) -> None:
    """Serve the app on a database and picture its first page."""
    env = {**os.environ, "CLAIMDESK_DATABASE_URL": options.database_url, "CLAIMDESK_REVIEWER": REVIEWER}
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
        page.evaluate("document.fonts.ready")
        page.wait_for_timeout(500)
        page.screenshot(path=options.picture)
    give_back(options.database_url)


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
