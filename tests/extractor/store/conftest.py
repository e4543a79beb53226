"""An open store and values to put into it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from extractor.store import open_store


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database of each kind, its schema in place."""
    engine = open_store(database_url)
    yield engine
    engine.dispose()
