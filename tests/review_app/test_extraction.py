"""Extractions started from the app: real child processes, stopped, killed, and seen by others."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractor.errors import ConfigError, NotAllowed
from extractor.ingest import make_article
from extractor.people import Person, Role
from extractor.schema import ArticleMetadata, Run, RunState
from extractor.store import add_article, get_run, list_articles, open_session
from review_app.logic.extraction import Choice, ExtractionDesk, Going, Order, Started
from review_app.workshop import LocalWorkshop
from tests.loopback import Answer, LoopbackEndpoint, reply
from tests.review_app.desk_data import open_desk

if TYPE_CHECKING:
    from sqlalchemy import Engine

ANNA = Person(name="anna", role=Role.CHECKER)
CHOICES = [Choice(model=model, label=model) for model in ("rules", "scripted")]
PATIENCE_S = 60.0
NONE = reply({"claims": []})


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
def engine(url: str) -> "Engine":
    engine = open_desk(url)
    with open_session(engine) as session:
        for n in range(6):
            text = f"Report {n} says: the ferry {n} was late by {n + 3} hours, the harbour master said on Monday."
            article = make_article(text, ArticleMetadata(origin=f"{n}.txt"))
            add_article(session, article=article, now=datetime.now(UTC))
    return engine


@contextmanager
def at_work(engine: "Engine", url: str, **env: str) -> "Iterator[tuple[ExtractionDesk, LocalWorkshop]]":
    variables = {k: v for k, v in os.environ.items() if not k.startswith("OPENAI")}
    workshop = LocalWorkshop({**variables, "CLAIMDESK_DATABASE_URL": url, **env})
    try:
        yield ExtractionDesk(engine, ANNA, lambda: datetime.now(UTC), workshop, CHOICES), workshop
    finally:
        workshop.stop()
        until(lambda: (started := workshop.look()) is None or started.exit_code is not None)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def ended(workshop: LocalWorkshop) -> Started:
    until(lambda: (started := workshop.look()) is not None and started.exit_code is not None)
    started = workshop.look()
    assert started is not None
    return started


def run_of(engine: "Engine", started: Started) -> Run:
    assert started.run_id is not None, started.said
    with open_session(engine, reading=True) as session:
        return get_run(session, run_id=started.run_id)


def test_everything_unread_is_extracted_and_told(engine: "Engine", url: str) -> None:
    with at_work(engine, url) as (desk, workshop):
        assert desk.screen().n_unread == 6
        desk.start(Order(model="rules"))
        with pytest.raises(ConfigError, match="going on already"):
            desk.start(Order(model="rules"))
        started = ended(workshop)
        assert (started.n_articles, started.exit_code, started.by) == (6, 0, "anna")
        assert desk.going() == ()
        screen = desk.screen()
    assert screen.n_unread == 0
    assert [(line.state, line.model, line.cells[:3]) for line in screen.runs] == [("done", "rules", ("6", "0", "6"))]
    assert [(line.of, line.cells[0]) for line in screen.by_model] == [("rules", "6")]


def test_chosen_articles_alone_are_extracted(engine: "Engine", url: str) -> None:
    with open_session(engine, reading=True) as session:
        chosen = tuple(article.sha256 for article in list_articles(session)[:2])
    with at_work(engine, url) as (desk, workshop):
        desk.start(Order(model="rules", articles=chosen))
        assert run_of(engine, ended(workshop)).totals.n_done == 2


def test_a_stop_lets_what_is_in_flight_be_finished(engine: "Engine", url: str) -> None:
    slow = Answer(NONE.body, delay_s=0.4)
    with (
        LoopbackEndpoint([slow]) as endpoint,
        at_work(engine, url, OPENAI_BASE_URL=endpoint.base_url, OPENAI_API_KEY="k") as (desk, workshop),
    ):
        # One article at a time would need a flag that the page does not offer: eight are in flight, so six at once.
        desk.start(Order(model="scripted"))
        until(lambda: len(endpoint.requests) == 6)
        (going,) = desk.going()
        assert isinstance(going, Going)
        assert going.can_stop
        desk.stop()
        assert [each.is_stopping for each in desk.going()] in ([True], [])
        run = run_of(engine, ended(workshop))
    assert (run.state, run.totals.n_done, run.totals.usage.calls) == (RunState.INTERRUPTED, 6, 6)


def test_another_session_elsewhere_sees_it_and_cannot_stop_it(engine: "Engine", url: str) -> None:
    with (
        LoopbackEndpoint([Answer(NONE.body, delay_s=3)]) as endpoint,
        at_work(engine, url, OPENAI_BASE_URL=endpoint.base_url, OPENAI_API_KEY="k") as (desk, workshop),
    ):
        desk.start(Order(model="scripted"))
        until(lambda: (started := workshop.look()) is not None and started.run_id is not None)
        other = ExtractionDesk(engine, ANNA, lambda: datetime.now(UTC), LocalWorkshop(), CHOICES)
        (mine,), (theirs,) = desk.going(), other.going()
    assert "started by anna" in mine.title
    assert mine.share is not None
    assert theirs.title == mine.title.replace(", started by anna", "")
    assert not theirs.can_stop
    assert "it is stopped there" in theirs.notes[0]


def test_a_run_whose_process_was_killed_is_over(engine: "Engine", url: str) -> None:
    with (
        LoopbackEndpoint([Answer(NONE.body, delay_s=30)]) as endpoint,
        at_work(engine, url, OPENAI_BASE_URL=endpoint.base_url, OPENAI_API_KEY="k") as (desk, workshop),
    ):
        desk.start(Order(model="scripted"))
        until(lambda: len(endpoint.requests) == 6)
        running = workshop.look()
        assert running is not None
        os.kill(run_of(engine, running).pid, signal.SIGKILL)
        started = ended(workshop)
        assert desk.going() == ()
    run = run_of(engine, started)
    assert (run.state, run.reason) == (RunState.INTERRUPTED, "its process ended without a word")


def test_what_cannot_begin_says_why(engine: "Engine", url: str) -> None:
    with at_work(engine, url) as (desk, workshop):
        desk.start(Order(model="scripted"))
        assert ended(workshop).run_id is None
        assert desk.last_words().startswith("The extraction with scripted did not begin: ")
        assert "OPENAI_API_KEY" in desk.last_words()
        with pytest.raises(ConfigError, match="not set up here"):
            desk.start(Order(model="--retry-failed"))


def test_readers_neither_start_nor_stop(engine: "Engine", url: str) -> None:
    rita = Person(name="rita", role=Role.READER)
    desk = ExtractionDesk(engine, rita, lambda: datetime.now(UTC), LocalWorkshop(), CHOICES)
    for act in (lambda: desk.start(Order(model="rules")), desk.stop):
        with pytest.raises(NotAllowed):
            act()
    assert not desk.may_start
