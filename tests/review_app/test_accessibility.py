"""Every state of every page, light and dark, wide and narrow, as axe sees it."""

import pytest
from playwright.sync_api import Page

from tests.accessibility import barriers, views
from tests.review_app.stage import Stage, State
from tests.review_app.states.every import STATES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("state", STATES, ids=[state.name for state in STATES])
def test_nobody_is_kept_out(stage: Stage, browser_page: Page, state: State) -> None:
    state.play(stage, browser_page)
    found = [f"{view} {barrier}" for view in views(browser_page) for barrier in barriers(browser_page)]
    assert found == []
