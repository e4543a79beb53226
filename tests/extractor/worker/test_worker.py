"""A worker on a real queue: tries, faults, limits, and a database that goes away."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from extractor.batch import Outcome, unobserved
from extractor.clock import utc_now
from extractor.errors import Fault, ModelUnavailable
from extractor.pipeline import Proposal, Question
from extractor.runs import RunRequest
from extractor.schema import (
    Article,
    Identity,
    Piece,
    PieceState,
    Run,
    RunSettings,
    RunState,
    RunTotals,
    Sentence,
    Span,
)
from extractor.store import (
    Backlog,
    RunHolder,
    add_article,
    claim_backlog,
    count_backlog,
    end_queued_run,
    get_run,
    list_failures,
    open_session,
    open_store,
    progress,
    start_run,
)
from extractor.worker import PartReplies, Queued, Worker, WorkerOptions, enqueue, ensure_queue
from tests.extractor.store.samples import NOON, make_article
from tests.test_extract import closed

IDENTITY = Identity(model="scripted")


class Scripted:
    """Finds nothing, fails where it is told to, and waits a little."""

    identity = IDENTITY

    def __init__(self, fault: Callable[[int], Exception | None] = lambda n: None, wait_s: float = 0.0) -> None:
        self.fault = fault
        self.wait_s = wait_s
        self.asked: Counter[int] = Counter()

    async def propose(self, article: Article, sentences: tuple[Sentence, ...]) -> Proposal:
        number = int(article.text.split()[1].rstrip("."))
        self.asked[number] += 1
        await asyncio.sleep(self.wait_s)
        if error := self.fault(number):
            raise error
        piece = Piece(index=0, span=Span(start_char=0, end_char=1), state=PieceState.EMPTY)
        return Proposal(drafts=(), pieces=(piece,))

    def questions(self, article: Article, sentences: tuple[Sentence, ...]) -> tuple[Question, ...]:
        return ()


class Ears:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.closed_parts: list[Run] = []

    def message(self, text: str) -> None:
        self.messages.append(text)

    article = staticmethod(unobserved)

    def begun(self, part: int, queued: Run) -> None:
        self.messages.append(f"{part} is a part of {queued.id}")

    def ended(self, part: int, outcome: Outcome, totals: RunTotals) -> None:
        if outcome.error:
            self.messages.append(outcome.error)

    def closed(self, part: Run) -> None:
        self.closed_parts.append(part)


class Place:
    """A database with a queue."""

    def __init__(self, url: str) -> None:
        self.url = url
        ensure_queue(url)
        self.engine: Engine = open_store(url)
        self.ears = Ears()

    def fill(self, n_articles: int) -> list[Article]:
        articles = [make_article(f"Article {n}.", title=None) for n in range(n_articles)]
        with open_session(self.engine) as session:
            for article in articles:
                add_article(session, article=article, now=NOON)
        return articles

    def enqueue(self, *, max_tries: int = 3, only: tuple[str, ...] | None = None) -> Queued | None:
        settings = RunSettings(concurrency=1, max_tries=max_tries)
        return enqueue(self.engine, RunRequest(identity=IDENTITY, settings=settings, only=only), clock=utc_now)

    def worker(self, extractor: Scripted, *, drain: bool = True, concurrency: int = 2) -> Worker:
        options = WorkerOptions(url=self.url, concurrency=concurrency, drain=drain, dead_after_s=1)
        replies = PartReplies()
        return Worker(self.engine, extractor, options, replies=replies, clock=utc_now, watcher=self.ears)

    def drain(self, extractor: Scripted) -> None:
        async def work() -> None:
            await self.worker(extractor).work()

        asyncio.run(work())

    def run(self, run_id: int) -> Run:
        with open_session(self.engine, reading=True) as session:
            return get_run(session, run_id=run_id)

    def cancel(self, run_id: int) -> int | None:
        with open_session(self.engine) as session:
            return end_queued_run(
                session, run_id=run_id, state=RunState.INTERRUPTED, reason="taken back", now=utc_now()
            )

    def n_waiting(self) -> int:
        with open_session(self.engine, reading=True) as session:
            return count_backlog(session, backlog=Backlog(identity=IDENTITY)).n_waiting


@pytest.fixture
def place(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name in ("AGAIN_AFTER_S", "ELSEWHERE_S"):
        monkeypatch.setattr(f"extractor.worker.part.{name}", 0)
    made = Place(postgres_url)
    yield made
    made.engine.dispose()


def queued(place: Place, **how: int) -> int:
    put = place.enqueue(**how)  # type: ignore[arg-type]
    assert put is not None
    return put.run_id


def test_what_fails_is_tried_again_and_set_aside_when_it_has_failed_too_often(place: Place) -> None:
    place.fill(5)
    run_id = queued(place)

    def fault(n: int) -> Exception | None:
        if n == 1 or (n == 2 and extractor.asked[2] < 3):
            return KeyError(n)
        return None

    extractor = Scripted(fault)
    place.drain(extractor)
    run = place.run(run_id)
    assert (run.state, run.totals.n_done, run.totals.n_set_aside) == (RunState.DONE, 4, 1)
    with open_session(place.engine, reading=True) as session:
        (aside,) = list_failures(session)
    assert (aside.n_failures, aside.is_set_aside) == (3, True)
    assert aside.reason.startswith("a defect in claimdesk: KeyError(1)")
    assert place.n_waiting() == 0


def test_a_key_that_expires_ends_the_worker_and_gives_everything_back(place: Place) -> None:
    place.fill(12)
    run_id = queued(place)
    expired = ModelUnavailable("the key has expired", fault=Fault.KEY_REFUSED)
    with pytest.raises(ModelUnavailable, match="expired"):
        place.drain(Scripted(lambda n: expired if n >= 4 else None))
    (part,) = place.ears.closed_parts
    assert (part.state, part.reason, part.totals.n_failed) == (RunState.STOPPED, "the key has expired", 0)
    with open_session(place.engine, reading=True) as session:
        assert list_failures(session) == []
        (going,) = progress(session, now=utc_now())
    assert (going.run.state, going.n_waiting, going.workers) == (RunState.QUEUED, 8, ())
    place.drain(Scripted())
    assert (place.run(run_id).state, place.run(run_id).totals.n_done) == (RunState.DONE, 12)


def test_a_run_that_is_taken_back_ends_and_what_is_in_hand_is_finished(place: Place) -> None:
    place.fill(30)
    run_id = queued(place)
    extractor = Scripted(wait_s=0.2)

    async def work() -> int | None:
        worker = place.worker(extractor, drain=False)
        working = asyncio.create_task(worker.work())
        while not extractor.asked:
            await asyncio.sleep(0.01)
        taken_out = await asyncio.to_thread(place.cancel, run_id)
        while not place.ears.closed_parts:
            await asyncio.sleep(0.01)
        worker.stop()
        await working
        return taken_out

    taken_out = asyncio.run(work())
    run = place.run(run_id)
    assert taken_out is not None
    assert (run.state, run.reason) == (RunState.INTERRUPTED, "taken back")
    assert run.totals.n_done == len(extractor.asked) == 30 - taken_out
    assert place.cancel(run_id) is None
    assert place.n_waiting() == taken_out
    assert queued(place) == run_id + 2


def test_nothing_is_queued_twice_and_what_a_run_left_behind_is_cleared_away(place: Place) -> None:
    first, *_ = place.fill(5)
    one = place.enqueue(only=(first.sha256,))
    rest = place.enqueue()
    assert one is not None
    assert rest is not None
    assert (one.n_queued, rest.n_queued, rest.n_already) == (1, 4, 1)
    assert place.enqueue() is None
    with place.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE run SET state = 'interrupted' WHERE id = {one.run_id}")
    again = place.enqueue()
    assert again is not None
    assert (again.n_queued, again.n_already) == (1, 4)


def test_what_another_run_has_in_hand_is_left_to_it_and_done_when_it_dies(place: Place) -> None:
    place.fill(3)
    run_id = queued(place)
    with open_session(place.engine) as session:
        elsewhere = start_run(
            session,
            identity=IDENTITY,
            settings=RunSettings(concurrency=1, max_tries=3),
            holder=RunHolder(host="another", pid=1),
            now=utc_now() + timedelta(seconds=1),
        )
        claim_backlog(session, backlog=Backlog(identity=IDENTITY, run_id=elsewhere), after=-1, limit=1)
    extractor = Scripted()
    place.drain(extractor)
    assert extractor.asked == {0: 1, 1: 1, 2: 1}
    assert place.run(elsewhere).state is RunState.INTERRUPTED
    assert place.run(run_id).totals.n_done == 3


def test_a_database_that_goes_away_is_waited_for(place: Place, postgres_url: str) -> None:
    place.fill(60)
    run_id = queued(place)
    extractor = Scripted(wait_s=0.05)

    def shut_for_a_while() -> None:
        with closed(postgres_url):
            while not any("waiting for it" in message for message in place.ears.messages):
                pass

    async def work() -> None:
        worker = place.worker(extractor)
        working = asyncio.create_task(worker.work())
        while len(extractor.asked) < 8:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(shut_for_a_while)
        await working

    asyncio.run(work())
    run = place.run(run_id)
    assert (run.state, run.totals.n_done) == (RunState.DONE, 60)
    assert set(extractor.asked.values()) == {1}
