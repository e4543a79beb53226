"""A review app for browser tests and pictures: one server, and a database that is filled anew for each of them."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page

from review_app.launch import serve
from tests.browser import settled
from tests.review_app.desk_data import open_desk

if TYPE_CHECKING:
    from sqlalchemy import Engine

REVIEWER = "anna"
DESK = """
[desk]
name = "Coast Check"
url = "https://check.example.org"
page_url = "https://check.example.org/{id}"
[second_look]
share = 1
"""
"""The desk's own settings."""


@dataclass(frozen=True)
class Stage:
    """A running app and its database."""

    url: str
    """The app's."""
    database: Path
    empty: Path

    def cleared(self) -> "Engine":
        """Empty the database under the app's hands, and return an engine for it; the caller disposes of it."""
        with closing(sqlite3.connect(self.empty)) as empty, closing(sqlite3.connect(self.database, timeout=30)) as used:
            empty.backup(used)
        return open_desk(f"sqlite:///{self.database}")

    def visit(self, page: Page, path: str = "") -> None:
        """Open a page of the app and wait until it is drawn."""
        page.goto(f"{self.url}/{path}")
        page.wait_for_selector(".cd-brand")
        settled(page)


@contextmanager
def open_stage(folder: Path, *, env: Mapping[str, str] | None = None, port: int | None = None) -> Iterator[Stage]:
    """Serve an app on an empty SQLite database in a folder; `env` comes on top of the environment."""
    database, empty = folder / "desk.db", folder / "empty.db"
    for path in (database, empty):
        open_desk(f"sqlite:///{path}").dispose()
    (folder / "desk.toml").write_text(DESK, encoding="utf-8")
    variables = {
        **os.environ,
        "CLAIMDESK_DESK": str(folder / "desk.toml"),
        "CLAIMDESK_DATABASE_URL": f"sqlite:///{database}",
        "CLAIMDESK_REVIEWER": REVIEWER,
        **(env or {}),
    }
    with serve(env=variables, port=port) as app:
        yield Stage(url=app.url, database=database, empty=empty)


@dataclass(frozen=True)
class State:
    """One state of one page, to be pictured and to be looked at by axe."""

    name: str
    """Begins with the page's: ``review-reject``."""
    fill: Callable[["Engine"], None]
    """What the database holds; it is empty before."""
    show: Callable[[Page], None] = settled
    """What somebody does after the page is there, to see the state."""
    path: str = ""
    """Of the page."""

    def play(self, stage: Stage, page: Page) -> None:
        """Bring a fresh browser page to this state."""
        engine = stage.cleared()
        self.fill(engine)
        engine.dispose()
        stage.visit(page, self.path)
        self.show(page)
        settled(page)
