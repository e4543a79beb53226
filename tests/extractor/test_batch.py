"""Many articles: bounded, one failure alone, a lost endpoint is waited for or ends the run, a stop is heeded."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from extractor.batch import MAX_UNAVAILABLE_IN_A_ROW, Batch, Outcome
from extractor.budget import Budget, Limits
from extractor.errors import Fault, ModelError, ModelOutputInvalid, ModelUnavailable
from extractor.ingest import make_article
from extractor.pipeline import Proposal, Question
from extractor.prices import Price
from extractor.schema import Article, ArticleMetadata, Identity, Piece, PieceState, Sentence, Span, Usage

TEXT = "Story number {}. The pump failed at noon, the harbour board said on Monday."


class Scripted:
    """An extractor that finds nothing and fails where it is told to; each article takes two turns of the loop."""

    identity = Identity(model="scripted")

    def __init__(self, fault: Callable[[int], Exception | None] = lambda n: None, tokens: int = 0) -> None:
        self.fault = fault
        self.tokens = tokens
        self.asked: list[int] = []
        self.in_flight = self.most_in_flight = 0

    async def propose(self, article: Article, sentences: tuple[Sentence, ...]) -> Proposal:
        number = int(article.text.split()[2].rstrip("."))
        self.asked.append(number)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.in_flight -= 1
        if error := self.fault(number):
            raise error
        usage = Usage(calls=1, prompt_tokens=self.tokens) if self.tokens else Usage()
        piece = Piece(index=0, span=Span(start_char=0, end_char=1), state=PieceState.EMPTY, usage=usage)
        return Proposal(drafts=(), pieces=(piece,))

    def questions(self, article: Article, sentences: tuple[Sentence, ...]) -> tuple[Question, ...]:
        return (Question(prompt_tokens=100),)


class Desk:
    """A backlog in memory."""

    def __init__(self, n_articles: int, on_finish: Callable[[], None] = lambda: None) -> None:
        self.waiting = [make_article(TEXT.format(n), ArticleMetadata()) for n in range(n_articles)]
        self.finished: list[Outcome] = []
        self.given_back: list[Article] = []
        self._on_finish = on_finish

    async def next(self) -> Article | None:
        return self.waiting.pop(0) if self.waiting else None

    async def finish(self, outcome: Outcome) -> None:
        self.finished.append(outcome)
        self._on_finish()

    def give_back(self, article: Article) -> None:
        self.given_back.append(article)


def clock() -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC)


def run(
    extractor: Scripted, desk: Desk, *, concurrency: int = 1, limits: Limits | None = None, patience_s: float = 30
) -> Batch:
    async def work() -> Batch:
        batch = Batch(extractor, clock=clock, budget=Budget(limits or Limits()), patience_s=patience_s)
        await batch.work(desk, concurrency=concurrency)
        return batch

    return asyncio.run(work())


def test_every_article_has_an_outcome_and_no_more_are_in_flight_than_allowed() -> None:
    extractor, desk = Scripted(), Desk(20)
    run(extractor, desk, concurrency=4)
    assert len({outcome.article_sha256 for outcome in desk.finished}) == 20
    assert all(outcome.extraction is not None for outcome in desk.finished)
    assert extractor.most_in_flight == 4


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(ModelOutputInvalid("the reply is no JSON"), "the reply is no JSON", id="known"),
        pytest.param(KeyError("x"), "a defect in claimdesk: KeyError('x')", id="defect"),
    ],
)
def test_one_failure_is_named_and_the_others_are_done(error: Exception, reason: str) -> None:
    desk = Desk(5)
    run(Scripted(lambda n: error if n == 2 else None), desk)
    assert [bool(outcome.error) for outcome in desk.finished] == [False, False, True, False, False]
    assert desk.finished[2].error.startswith(reason)


def test_an_endpoint_that_was_never_there_ends_the_run_at_once() -> None:
    extractor, desk = Scripted(lambda n: ModelUnavailable("nobody listens at 127.0.0.1:9")), Desk(10)
    with pytest.raises(ModelUnavailable, match="nobody listens"):
        run(extractor, desk)
    assert extractor.asked == [0]
    assert (desk.finished, len(desk.given_back)) == ([], 1)


def test_an_endpoint_that_does_not_come_back_ends_the_run_and_blames_no_article() -> None:
    extractor, desk = Scripted(lambda n: ModelUnavailable("no answer") if n >= 4 else None), Desk(100)
    with pytest.raises(ModelUnavailable, match="no answer"):
        run(extractor, desk, concurrency=4, patience_s=0)
    assert len(desk.finished) == 4
    assert len(desk.given_back) + len(desk.waiting) == 96


def test_a_key_that_expires_is_not_waited_for_and_blames_no_article() -> None:
    expired = ModelUnavailable("the key has expired", fault=Fault.KEY_REFUSED)
    desk = Desk(100)
    with pytest.raises(ModelUnavailable, match="expired"):
        run(Scripted(lambda n: expired if n >= 4 else None), desk, concurrency=2, patience_s=1e6)
    assert len(desk.finished) == 4
    assert len(desk.given_back) + len(desk.waiting) == 96


def test_an_endpoint_that_comes_back_is_waited_for_and_nothing_is_lost() -> None:
    left = [2 * MAX_UNAVAILABLE_IN_A_ROW]

    def fault(n: int) -> ModelError | None:
        if n < 4 or not left[0]:
            return None
        left[0] -= 1
        return ModelUnavailable("busy")

    desk = Desk(12)
    run(Scripted(fault), desk, concurrency=4)
    assert len({outcome.article_sha256 for outcome in desk.finished}) == 12
    assert all(outcome.extraction for outcome in desk.finished)


def test_an_article_that_alone_brings_the_endpoint_down_fails_with_the_reason() -> None:
    extractor = Scripted(lambda n: ModelUnavailable("HTTP 500") if n == 4 else None)
    desk = Desk(60)
    run(extractor, desk, concurrency=2)
    (failed,) = [outcome for outcome in desk.finished if outcome.error]
    assert (failed.error, failed.unavailable, len(desk.finished)) == ("HTTP 500", True, 60)
    assert extractor.asked.count(4) == MAX_UNAVAILABLE_IN_A_ROW


def test_a_stop_lets_what_is_in_flight_end() -> None:
    extractor = Scripted()

    async def work() -> Desk:
        batch = Batch(extractor, clock=clock, budget=Budget(Limits()))
        desk = Desk(50, on_finish=batch.stop)
        await batch.work(desk, concurrency=4)
        return desk

    desk = asyncio.run(work())
    assert len(desk.finished) == len(extractor.asked) == 4
    assert desk.given_back == []


def test_what_is_broken_off_is_given_back() -> None:
    async def work() -> Desk:
        batch = Batch(Scripted(), clock=clock, budget=Budget(Limits()))
        task = asyncio.current_task()
        assert task is not None
        desk = Desk(50, on_finish=task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await batch.work(desk, concurrency=4)
        task.uncancel()
        return desk

    desk = asyncio.run(work())
    done = {outcome.article_sha256 for outcome in desk.finished}
    assert len(done | {article.sha256 for article in desk.given_back}) + len(desk.waiting) == 50


@pytest.mark.parametrize("concurrency", [1, 4, 32])
@pytest.mark.parametrize("used", [10, 100, 110])
def test_a_run_stops_before_it_passes_its_limit_of_tokens(concurrency: int, used: int) -> None:
    extractor, desk = Scripted(tokens=used), Desk(400)
    batch = run(extractor, desk, concurrency=concurrency, limits=Limits(max_tokens=1000))
    spent = sum(outcome.usage.prompt_tokens for outcome in desk.finished)
    assert batch.is_out_of_budget
    assert 1000 - 2.5 * used <= spent <= 1000
    assert len(desk.finished) + len(desk.given_back) + len(desk.waiting) == 400


def test_a_limit_of_money_counts_what_tokens_cost() -> None:
    desk = Desk(40)
    limits = Limits(max_cost_usd=0.001, price=Price(input=1.0, output=2.0))
    assert run(Scripted(tokens=100), desk, limits=limits).is_out_of_budget
    assert len(desk.finished) in {8, 9, 10}


def test_a_limit_too_small_for_the_first_article_asks_nothing() -> None:
    extractor, desk = Scripted(tokens=100), Desk(3)
    assert run(extractor, desk, concurrency=2, limits=Limits(max_tokens=50)).is_out_of_budget
    assert extractor.asked == []


def test_a_backlog_that_fits_the_limit_is_done() -> None:
    desk = Desk(8)
    assert not run(Scripted(tokens=100), desk, concurrency=4, limits=Limits(max_tokens=1100)).is_out_of_budget
    assert len(desk.finished) == 8
