"""A site, a database of each kind, and who follows."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from extractor.following import Event, Follower, FollowOptions
from extractor.store import open_store
from tests.site import Site

Look = Callable[..., list[Event]]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_store(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({}) as site:
        yield site


@pytest.fixture
def look(engine: Engine, site: Site) -> Look:
    """Look once at some sources, each time as a program that was started anew."""

    def look(*sources: str, limit: int = 100, **options: object) -> list[Event]:
        follower = Follower(
            engine, site.fetcher(), clock=site.time.now, tell=lambda message: None, sleep=site.time.sleep
        )
        return list(follower.round(sources, FollowOptions.model_validate({"limit": limit, **options})))

    return look
