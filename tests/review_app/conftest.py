"""Fixtures of the review app's tests."""

from collections.abc import Iterator

import pytest

from tests.browser import browser, browser_page
from tests.review_app.stage import Stage, open_stage

__all__ = ["browser", "browser_page"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server for all tests of a module; each empties its database first."""
    with open_stage(tmp_path_factory.mktemp("stage")) as running:
        yield running
