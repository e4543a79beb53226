"""Figures with their intervals.

Nearly every figure is a ratio of two sums over articles: precision is matched over predicted, F1 is
twice the matched over all. So an article comes down to two numbers per figure, and a bootstrap round
is a weighted sum of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from extractor.schema import Value

CONFIDENCE = 0.95
MIN_ARTICLES = 5
"""With cases, for an interval: k articles can be drawn in C(2k-1, k) ways, and of fewer than forty ways (k = 4 has
35) none lies in a tail of 2.5 %. The interval of two articles would look better than that of a hundred."""


class Ratio(Value):
    """`hits` of `n`; sums over articles add up with `+`."""

    hits: int | float = 0
    """Whole where cases are right or wrong; a sum of shares where they can be partly right."""
    n: int = 0

    def __add__(self, other: "Ratio") -> "Ratio":
        return Ratio(hits=self.hits + other.hits, n=self.n + other.n)

    @property
    def value(self) -> float | None:
        """In [0, 1]; None without cases."""
        return self.hits / self.n if self.n else None


class Interval(Value):
    """A range that the figure would fall into for other articles of the same kind."""

    low: float
    high: float


class Figure(Value):
    """One figure over a set of articles."""

    value: float | None
    """In [0, 1]; None where it is undefined because there are no cases."""
    n: int
    """The cases it is a share of: the denominator."""
    interval: Interval | None
    """95 %, by bootstrap over articles; None when fewer than `MIN_ARTICLES` have cases."""


class Bootstrap(Value):
    """How intervals are made."""

    rounds: int = Field(default=1000, ge=1)
    seed: int = 0


@dataclass(frozen=True)
class Resamples:
    """Bootstrap samples of articles; all figures of a score use the same ones."""

    weights: NDArray[np.float64]
    """How often each article (column) was drawn in each round (row)."""

    def of(self, articles: Sequence[int]) -> "Resamples":
        """Return the same draws for some of the articles, by their columns."""
        return Resamples(self.weights[:, list(articles)])


def resample(n_articles: int, bootstrap: Bootstrap) -> Resamples:
    """Draw articles with replacement, as many as there are, once a round."""
    if n_articles == 0:
        return Resamples(np.zeros((bootstrap.rounds, 0)))
    rng = np.random.default_rng(bootstrap.seed)
    shares = np.full(n_articles, 1 / n_articles)
    return Resamples(rng.multinomial(n_articles, shares, size=bootstrap.rounds).astype(np.float64))


def total(ratios: Iterable[Ratio]) -> Ratio:
    """Sum over articles: the micro average."""
    parts = [(ratio.hits, ratio.n) for ratio in ratios]
    return Ratio(hits=sum(hits for hits, _ in parts), n=sum(n for _, n in parts))


def figure(ratios: Sequence[Ratio], resamples: Resamples) -> Figure:
    """Sum ratios over articles and put a 95 % percentile interval around the result (Efron 1979).

    Rounds in which no drawn article has a case are undefined and left out of the percentiles.

    Args:
        ratios: one per article, in the order of the resamples' columns; none for an undefined figure.
        resamples: drawn for exactly these articles.
    """
    whole = total(ratios)
    return Figure(value=whole.value, n=whole.n, interval=_interval(ratios, resamples))


def _interval(ratios: Sequence[Ratio], resamples: Resamples) -> Interval | None:
    if sum(ratio.n > 0 for ratio in ratios) < MIN_ARTICLES:
        return None
    sums = resamples.weights @ np.array([(ratio.hits, ratio.n) for ratio in ratios], dtype=np.float64)
    defined = sums[sums[:, 1] > 0]
    return interval_of(defined[:, 0] / defined[:, 1])


def interval_of(rounds: NDArray[np.float64]) -> Interval | None:
    """Return the 95 % percentile interval of a figure's bootstrap rounds; NaN is an undefined round."""
    defined = rounds[~np.isnan(rounds)]
    if not len(defined):
        return None
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(defined, (tail, 1 - tail))
    return Interval(low=float(low), high=float(high))
