"""Differences between two runs on the same articles, and whether they are more than noise.

Both runs are resampled together, article by article: the paired bootstrap gives the interval of the
difference, the permutation test the probability of one at least as great if it did not matter which
run an article's predictions came from. All figures share the draws. scipy's ``permutation_test``,
which gives the same p (the tests hold them together), asks for a new draw for every figure and took
minutes over all slices of a thousand articles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from eval.metrics.figure import (
    MIN_ARTICLES,
    Bootstrap,
    Interval,
    Ratio,
    Resamples,
    interval_of,
    resample,
    total,
)
from eval.metrics.worthiness import Ranking, Rated, average_precision, by_rows, rank
from extractor.schema import Value

PERMUTATIONS = 9999
"""Random swaps of articles; with fewer ways than that to swap them, all ways are tried."""
_TOLERANCE = 1e-12
"""Differences that only rounding tells apart are equal."""


class Difference(Value):
    """One figure of two runs."""

    one: float | None
    other: float | None
    difference: float | None
    """Other minus one; None where either is undefined."""
    interval: Interval | None
    """95 % paired bootstrap over articles; None when fewer than `MIN_ARTICLES` have cases."""
    p_value: float | None
    """Two-sided permutation test over articles; None where the difference is."""


@dataclass(frozen=True)
class Draws:
    """What both tests draw, once for all figures over the same articles."""

    resamples: Resamples
    swaps: NDArray[np.float64]
    """Permutations (rows) of articles (columns): 1 where the two runs change places."""
    exact: bool
    """The swaps are all there are."""

    def of(self, articles: Sequence[int]) -> "Draws":
        """Return the draws for some of the articles, by their columns."""
        swaps = self.swaps[:, list(articles)]
        every = _every_swap(len(articles))
        return Draws(self.resamples.of(articles), swaps if every is None else every, every is not None)


def draw(n_articles: int, bootstrap: Bootstrap) -> Draws:
    """Draw for articles that both runs were scored on."""
    every = _every_swap(n_articles)
    rng = np.random.default_rng(bootstrap.seed)
    swaps = rng.integers(0, 2, (PERMUTATIONS, n_articles)).astype(np.float64) if every is None else every
    return Draws(resample(n_articles, bootstrap), swaps, every is not None)


def _every_swap(n_articles: int) -> NDArray[np.float64] | None:
    if 2**n_articles > PERMUTATIONS:
        return None
    return ((np.arange(2**n_articles)[:, None] >> np.arange(n_articles)) & 1).astype(np.float64)


def difference(one: Sequence[Ratio], other: Sequence[Ratio], draws: Draws) -> Difference:
    """Compare a figure of two runs.

    Args:
        one: The figure's parts by article, in the order of the draws' columns.
        other: The same for the other run.
        draws: Drawn for exactly these articles.
    """
    values = total(one).value, total(other).value
    if values[0] is None or values[1] is None:
        return Difference(one=values[0], other=values[1], difference=None, interval=None, p_value=None)
    table = np.array([(a.hits, a.n, b.hits, b.n) for a, b in zip(one, other, strict=True)], dtype=np.float64)
    observed = values[1] - values[0]
    with_cases = np.count_nonzero(table[:, 1] + table[:, 3])
    rounds = _differences(draws.resamples.weights @ table)
    return Difference(
        one=values[0],
        other=values[1],
        difference=observed,
        interval=interval_of(rounds) if with_cases >= MIN_ARTICLES else None,
        p_value=_p_value(observed, _swapped(table, draws), draws),
    )


def ranked_difference(one: Sequence[Sequence[Rated]], other: Sequence[Sequence[Rated]], draws: Draws) -> Difference:
    """Compare the average precision of two runs.

    Args:
        one: The rated claims of each article, in the order of the draws' columns.
        other: The same for the other run.
        draws: Drawn for exactly these articles.
    """
    sides = rank(one), rank(other)
    first, second = (_value(side) for side in sides)
    if first is None or second is None:
        return Difference(one=first, other=second, difference=None, interval=None, p_value=None)
    observed = second - first
    interval = None
    if min(side.n_articles for side in sides) >= MIN_ARTICLES:
        interval = interval_of(by_rows(partial(_lead, *sides), draws.resamples.weights))
    # Claims of both runs in one ranking: to swap an article is to give each side the weights of the other.
    both = rank([*one, *other])

    def swapped(swaps: NDArray[np.float64]) -> NDArray[np.float64]:
        here, there = np.hstack([1 - swaps, swaps]), np.hstack([swaps, 1 - swaps])
        return average_precision(both, there[:, both.article]) - average_precision(both, here[:, both.article])

    p_value = _p_value(observed, by_rows(swapped, draws.swaps), draws)
    return Difference(one=first, other=second, difference=observed, interval=interval, p_value=p_value)


def _value(ranking: Ranking) -> float | None:
    if not ranking.worthy.any():
        return None
    return float(average_precision(ranking, np.ones((1, len(ranking.scores))))[0])


def _lead(one: Ranking, other: Ranking, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Other minus one in average precision, for each row of weights of the articles."""
    return average_precision(other, weights[:, other.article]) - average_precision(one, weights[:, one.article])


def _swapped(table: NDArray[np.float64], draws: Draws) -> NDArray[np.float64]:
    # Swapping an article moves the difference of the two runs' parts from one side to the other.
    moved = draws.swaps @ (table[:, 2:] - table[:, :2])
    return _differences(np.hstack([table[:, :2].sum(axis=0) + moved, table[:, 2:].sum(axis=0) - moved]))


def _differences(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Other minus one for each row of hits, n, hits, n; NaN where either is undefined."""
    result = np.full(len(sums), np.nan)
    defined = (sums[:, 1] > 0) & (sums[:, 3] > 0)
    a, n_a, b, n_b = sums[defined].T
    result[defined] = b / n_b - a / n_a
    return result


def _p_value(observed: float, permuted: NDArray[np.float64], draws: Draws) -> float:
    """Return twice the smaller tail, at most 1; in a random sample the observed order counts as one more.

    The convention of `scipy.stats.permutation_test` (Phipson and Smyth 2010 for the one more). A
    permutation that leaves a figure undefined counts as extreme, on both sides.
    """
    undefined = np.isnan(permuted)
    more = 0 if draws.exact else 1
    greater = np.count_nonzero((permuted >= observed - _TOLERANCE) | undefined)
    less = np.count_nonzero((permuted <= observed + _TOLERANCE) | undefined)
    return float(min(1.0, 2 * (min(greater, less) + more) / (len(permuted) + more)))
