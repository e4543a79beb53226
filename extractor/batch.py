"""Many articles through the pipeline: bounded concurrency, one article's failure is its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from extractor.errors import ClaimDeskError, ModelUnavailable
from extractor.pipeline import Clock, Extractor, extract
from extractor.schema import Article, Extraction, Value

MAX_UNAVAILABLE_IN_A_ROW = 3
"""So many articles may fail for want of the endpoint, one after the other, before the run gives up."""


class Outcome(Value):
    """What became of one article: an extraction, or the reason why there is none."""

    article_sha256: str
    extraction: Extraction | None = None
    error: str = ""
    unavailable: bool = False
    """The endpoint could not be used, so the article is not to blame."""


async def extract_many(
    articles: Iterable[str],
    *,
    load: Callable[[str], Article],
    extractor: Extractor,
    concurrency: int,
    clock: Clock,
) -> AsyncIterator[Outcome]:
    """Extract a backlog, yielding each article's outcome as soon as it is known.

    Args:
        articles: Hashes of the articles to do, drawn one by one as room appears.
        load: Gives the article to a hash.
        extractor: Who proposes the claims.
        concurrency: How many articles are in flight at once, at least 1.
        clock: Gives the time now.

    Yields:
        One outcome an article, in the order in which they end.

    Raises:
        ModelUnavailable: The endpoint was never reached, or is lost for several articles in a row.
    """
    backlog = iter(articles)
    in_flight: set[asyncio.Task[Outcome]] = set()
    unavailable_in_a_row = 0
    n_done = 0
    try:
        while True:
            for sha256 in _take(backlog, concurrency - len(in_flight)):
                in_flight.add(asyncio.create_task(_one(load(sha256), extractor, clock)))
            if not in_flight:
                return
            finished, in_flight = await asyncio.wait(in_flight, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                outcome = task.result()
                n_done += outcome.extraction is not None
                unavailable_in_a_row = unavailable_in_a_row + 1 if outcome.unavailable else 0
                if outcome.unavailable and (n_done == 0 or unavailable_in_a_row >= MAX_UNAVAILABLE_IN_A_ROW):
                    raise ModelUnavailable(outcome.error)
                yield outcome
    finally:
        for task in in_flight:
            task.cancel()
        await asyncio.gather(*in_flight, return_exceptions=True)


def _take(backlog: Iterator[str], n: int) -> Iterator[str]:
    for _, sha256 in zip(range(n), backlog, strict=False):
        yield sha256


async def _one(article: Article, extractor: Extractor, clock: Clock) -> Outcome:
    try:
        return Outcome(article_sha256=article.sha256, extraction=await extract(article, extractor, clock=clock))
    except ModelUnavailable as exc:
        return Outcome(article_sha256=article.sha256, error=str(exc), unavailable=True)
    except ClaimDeskError as exc:
        return Outcome(article_sha256=article.sha256, error=str(exc))
    except Exception as exc:  # noqa: BLE001 - the boundary of one article: the others go on, the reason is kept
        return Outcome(article_sha256=article.sha256, error=f"a defect in claimdesk: {exc!r}; please report it")
