"""Fixtures of the review app's tests."""

from tests.browser import browser, browser_page

__all__ = ["browser", "browser_page"]
