"""The embedded model, loaded once for all tests that need it."""

import os
from collections.abc import Iterator

import pytest

from extractor.local import LocalServer, weights_status
from extractor.settings import load_settings


@pytest.fixture(scope="session")
def local_server() -> Iterator[LocalServer]:
    """A running server with the real weights; nothing is fetched for a test."""
    status = weights_status(load_settings())
    if not status.is_here:
        message = f"the embedded model is absent: no weights at {str(status.path)!r} (claimdesk models pull gets them)"
        if os.environ.get("CLAIMDESK_REQUIRE_MODEL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with LocalServer(status.path) as server:
        yield server
