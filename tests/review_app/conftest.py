"""Fixtures of the review app's tests."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from tests.browser import browser, browser_page, chromium_of_module
from tests.review_app.desk_data import bridge_article, bridge_claims, save
from tests.review_app.reviewer import Reviewer, sit_down
from tests.review_app.stage import Stage, open_stage

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["browser", "browser_page", "chromium_of_module"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server for all tests of a module; each empties its database first."""
    with open_stage(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture
def engine(stage: Stage) -> Iterator["Engine"]:
    """The app's database, emptied under its hands."""
    engine = stage.cleared()
    yield engine
    engine.dispose()


@pytest.fixture
def reviewer(stage: Stage, engine: "Engine", browser_page: Page) -> Reviewer:
    """Somebody before a queue of six claims."""
    article = bridge_article()
    save(engine, article, bridge_claims(article))
    return sit_down(stage, engine, browser_page)
