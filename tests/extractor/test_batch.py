"""Many articles: bounded, one failure alone, and a lost endpoint ends the run."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from extractor.batch import MAX_UNAVAILABLE_IN_A_ROW, Outcome, extract_many
from extractor.errors import ModelError, ModelOutputInvalid, ModelUnavailable
from extractor.ingest import make_article
from extractor.pipeline import Proposal
from extractor.schema import Article, ArticleMetadata, Identity, Sentence

TEXT = "Story number {}. The pump failed at noon, the harbour board said on Monday."


class Scripted:
    """An extractor that finds nothing and fails where it is told to."""

    identity = Identity(model="scripted")

    def __init__(self, fault: Callable[[int], Exception | None] = lambda n: None) -> None:
        self.fault = fault
        self.in_flight = self.most_in_flight = 0

    async def propose(self, article: Article, sentences: tuple[Sentence, ...]) -> Proposal:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(0.001)
        self.in_flight -= 1
        if error := self.fault(int(article.text.split()[2].rstrip("."))):
            raise error
        return Proposal(drafts=(), pieces=())


def clock() -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC)


def run(
    extractor: Scripted, n_articles: int, *, concurrency: int = 1, names: Iterator[str] | None = None
) -> list[Outcome]:
    async def collect() -> list[Outcome]:
        outcomes = extract_many(
            names or (str(n) for n in range(n_articles)),
            load=lambda name: make_article(TEXT.format(name), ArticleMetadata()),
            extractor=extractor,
            concurrency=concurrency,
            clock=clock,
        )
        return [outcome async for outcome in outcomes]

    return asyncio.run(collect())


def test_every_article_has_an_outcome_and_no_more_are_in_flight_than_allowed() -> None:
    extractor = Scripted()
    outcomes = run(extractor, 20, concurrency=4)
    assert len({o.article_sha256 for o in outcomes}) == 20
    assert all(o.extraction is not None for o in outcomes)
    assert extractor.most_in_flight == 4


def test_the_backlog_is_drawn_only_as_room_appears() -> None:
    drawn = itertools.count()
    names = (str(next(drawn)) for _ in range(50))

    async def first_of_them() -> None:
        outcomes = extract_many(
            names,
            load=lambda name: make_article(TEXT.format(name), ArticleMetadata()),
            extractor=Scripted(),
            concurrency=3,
            clock=clock,
        )
        await anext(outcomes)
        await outcomes.aclose()

    asyncio.run(first_of_them())
    assert next(drawn) <= 3


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(ModelOutputInvalid("the reply is no JSON"), "the reply is no JSON", id="known"),
        pytest.param(KeyError("x"), "a defect in claimdesk: KeyError('x')", id="defect"),
    ],
)
def test_one_failure_is_named_and_the_others_are_done(error: Exception, reason: str) -> None:
    outcomes = run(Scripted(lambda n: error if n == 2 else None), 5)
    assert [bool(o.error) for o in outcomes] == [False, False, True, False, False]
    assert outcomes[2].error.startswith(reason)


def test_an_endpoint_that_was_never_there_ends_the_run_at_once() -> None:
    asked: list[int] = []

    def fault(n: int) -> ModelError:
        asked.append(n)
        return ModelUnavailable("nobody listens at 127.0.0.1:9")

    with pytest.raises(ModelUnavailable, match="nobody listens"):
        run(Scripted(fault), 10)
    assert asked == [0]


def test_an_endpoint_lost_in_mid_run_ends_it_after_a_few_articles() -> None:
    lost = ModelUnavailable("the key has expired")
    extractor = Scripted(lambda n: lost if n >= 4 else None)
    with pytest.raises(ModelUnavailable, match="expired"):
        run(extractor, 100)


def test_a_short_outage_costs_only_its_articles() -> None:
    gap = range(4, 4 + MAX_UNAVAILABLE_IN_A_ROW - 1)
    outcomes = run(Scripted(lambda n: ModelUnavailable("busy") if n in gap else None), 10)
    assert [o.unavailable for o in outcomes] == [n in gap for n in range(10)]
