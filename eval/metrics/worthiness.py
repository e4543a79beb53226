"""How well check-worthiness ranks claims and how far its numbers can be believed.

Average precision, its curve and the calibration are taken over found claims (matched by overlapping
span, source left aside), so that they say nothing about finding. Precision@k is what a desk meets at
the top of its queue: predicted claims of all articles in one ranking, invented ones among them.
In sets that label texts as wholes, such as CheckThat!, each text stands for a claim in both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from eval.metrics.figure import MIN_ARTICLES, Figure, Interval, Ratio, Resamples, figure, interval_of
from extractor.schema import Value

RANKS = (5, 10, 20, 50)
"""The k of precision@k: from what one person clears in an hour to what a desk clears in a day."""
N_BINS = 10
_ROUNDS_AT_ONCE = 50
"""Bounds the memory of the bootstrap of a ranking: 50 rounds of 10,000 claims are 4 MB a table."""


class Rated(Value):
    """A claim: what was said of its check-worthiness, and what the annotators say."""

    score: float
    worthy: bool


class PrecisionAt(Value):
    """Precision among the k most check-worthy predicted claims."""

    k: int
    precision: Figure
    """Share that was found and is check-worthy by the labels; among claims of equal check-worthiness at
    the edge, the share to be expected. n: predicted claims; undefined where they are fewer than k."""


class CurvePoint(Value):
    """Found claims with at least this check-worthiness."""

    threshold: float
    precision: float
    """Share of them that is check-worthy."""
    recall: float
    """Share of all found check-worthy claims that is among them."""


class CalibrationBin(Value):
    """Found claims whose check-worthiness lies in (low, high]; the first bin holds 0 too."""

    low: float
    high: float
    n: int
    mean_score: float | None
    """None without claims, as the share."""
    share_worthy: float | None


class Worthiness(Value):
    """Check-worthiness against the labels."""

    average_precision: Figure
    """n: found claims. Undefined where none of them is check-worthy. A ranking by chance gives `share_worthy`."""
    share_worthy: Figure
    """Of the found claims, those that the annotators call check-worthy."""
    calibration_error: Figure
    """Expected calibration error over the bins, in [0, 1], 0 is best. The bootstrap rounds lie above
    the value where claims are few, for noise only adds to it: trust it from some hundred claims on."""
    precision_at: tuple[PrecisionAt, ...]
    """One for each of `RANKS`."""
    curve: tuple[CurvePoint, ...]
    """From the highest threshold down; empty where average precision is undefined."""
    bins: tuple[CalibrationBin, ...]
    """`N_BINS` of equal width."""


@dataclass(frozen=True)
class Ranking:
    """Claims of many articles, from the most to the least check-worthy."""

    scores: NDArray[np.float64]
    worthy: NDArray[np.float64]
    """1 or 0."""
    article: NDArray[np.int64]
    """Column of the resamples."""

    @property
    def ends(self) -> NDArray[np.int64]:
        """Where each run of equal scores ends: nothing tells claims of one score apart."""
        return np.flatnonzero(np.append(np.diff(self.scores) != 0, True))

    @property
    def n_articles(self) -> int:
        """How many articles have a claim in it."""
        return len(np.unique(self.article))


def rank(articles: Sequence[Sequence[Rated]]) -> Ranking:
    """Put the claims of all articles into one ranking; articles count from 0."""
    rated = [(r.score, float(r.worthy), k) for k, found in enumerate(articles) for r in found]
    rated.sort(key=lambda r: -r[0])
    scores, worthy, article = zip(*rated, strict=True) if rated else ((), (), ())
    return Ranking(np.array(scores, float), np.array(worthy, float), np.array(article, np.int64))


def average_precision(ranking: Ranking, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the average precision for each row of weights of the claims; NaN without a check-worthy one.

    The sum over thresholds of precision times the gain in recall, without interpolation, as
    scikit-learn's ``average_precision_score`` (Zhu 2004, Recall, precision and average precision).
    """
    ends = ranking.ends
    hits = np.cumsum(weights * ranking.worthy, axis=1)[:, ends]
    found = np.cumsum(weights, axis=1)[:, ends]
    precision = np.divide(hits, found, out=np.zeros_like(hits), where=found > 0)
    gained = np.diff(hits, axis=1, prepend=0)
    return _divided((gained * precision).sum(axis=1), hits[:, -1])


def precision_at(ranking: Ranking, k: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return precision@k for each row of weights of the claims; NaN where they add up to less than k.

    Ties across the edge count by their average (McSherry and Najork 2008, Computing Information
    Retrieval Performance Measures Efficiently in the Presence of Tied Scores).
    """
    ends = ranking.ends
    ranked = np.cumsum(weights, axis=1)[:, ends]
    hits = np.diff(np.cumsum(weights * ranking.worthy, axis=1)[:, ends], axis=1, prepend=0)
    size = np.diff(ranked, axis=1, prepend=0)
    taken = np.clip(k - (ranked - size), 0, size)
    share = np.divide(taken, size, out=np.zeros_like(size), where=size > 0)
    return np.where(ranked[:, -1] >= k, (hits * share).sum(axis=1) / k, np.nan)


def curve(ranking: Ranking) -> tuple[CurvePoint, ...]:
    """Return precision and recall at every threshold, from the highest down."""
    if not ranking.worthy.any():
        return ()
    ends = ranking.ends
    hits = np.cumsum(ranking.worthy)[ends]
    points = zip(ranking.scores[ends], hits / (ends + 1), hits / hits[-1], strict=True)
    return tuple(CurvePoint(threshold=float(t), precision=float(p), recall=float(r)) for t, p, r in points)


def bin_of(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the bin of each score in [0, 1]: the m-th of M holds ((m-1)/M, m/M] (Guo et al. 2017)."""
    edges = np.arange(1, N_BINS) / N_BINS
    return np.searchsorted(edges, scores, side="left").astype(np.int64)


def calibration_bins(ranking: Ranking) -> tuple[CalibrationBin, ...]:
    """Say for each bin what was predicted and what is so."""
    where = bin_of(ranking.scores)
    bins = []
    for m in range(N_BINS):
        inside = where == m
        n = int(inside.sum())
        bins.append(
            CalibrationBin(
                low=m / N_BINS,
                high=(m + 1) / N_BINS,
                n=n,
                mean_score=float(ranking.scores[inside].mean()) if n else None,
                share_worthy=float(ranking.worthy[inside].mean()) if n else None,
            )
        )
    return tuple(bins)


def calibration_error(sums: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the expected calibration error (Guo et al. 2017, On Calibration of Modern Neural Networks).

    Args:
        sums: Score minus label, added up by bin (last axis).
        n: Claims in all bins, for each row.
    """
    return _divided(np.abs(sums).sum(axis=-1), n)


def _divided(sums: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; NaN where there is nothing to divide by."""
    result = np.full(n.shape, np.nan)
    np.divide(sums, n, out=result, where=n > 0)
    return result


def worthiness(found: Sequence[Sequence[Rated]], queue: Sequence[Sequence[Rated]], resamples: Resamples) -> Worthiness:
    """Judge check-worthiness over a set of articles.

    Args:
        found: The found claims of each article, in the order of the resamples' columns.
        queue: All predicted claims of each article; those that were not found are not worth checking.
        resamples: Drawn for exactly these articles.
    """
    ranking, whole_queue = rank(found), rank(queue)
    return Worthiness(
        average_precision=_over_rounds(ranking, average_precision, resamples),
        share_worthy=figure([Ratio(hits=sum(r.worthy for r in rated), n=len(rated)) for rated in found], resamples),
        calibration_error=_calibration_error(ranking, resamples),
        precision_at=tuple(
            PrecisionAt(k=k, precision=_over_rounds(whole_queue, partial(_precision_at, k), resamples)) for k in RANKS
        ),
        curve=curve(ranking),
        bins=calibration_bins(ranking),
    )


def _precision_at(k: int, ranking: Ranking, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return precision_at(ranking, k, weights)


def _over_rounds(
    ranking: Ranking,
    measure: Callable[[Ranking, NDArray[np.float64]], NDArray[np.float64]],
    resamples: Resamples,
) -> Figure:
    n = len(ranking.scores)
    value = float(measure(ranking, np.ones((1, n)))[0]) if n else np.nan
    if np.isnan(value):
        return Figure(value=None, n=n, interval=None)
    rounds = by_rows(lambda weights: measure(ranking, weights[:, ranking.article]), resamples.weights)
    return Figure(value=value, n=n, interval=_interval(ranking, rounds))


def by_rows(
    measure: Callable[[NDArray[np.float64]], NDArray[np.float64]], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Measure every row of weights of the articles, some rows at a time."""
    chunks = (weights[at : at + _ROUNDS_AT_ONCE] for at in range(0, len(weights), _ROUNDS_AT_ONCE))
    return np.concatenate([measure(chunk) for chunk in chunks])


def _calibration_error(ranking: Ranking, resamples: Resamples) -> Figure:
    n = len(ranking.scores)
    if not n:
        return Figure(value=None, n=0, interval=None)
    n_articles = resamples.weights.shape[1]
    # Per article and bin, so that a round is a weighted sum of articles.
    off, count = np.zeros((n_articles, N_BINS)), np.zeros(n_articles)
    np.add.at(off, (ranking.article, bin_of(ranking.scores)), ranking.scores - ranking.worthy)
    np.add.at(count, ranking.article, 1)
    rounds = calibration_error(resamples.weights @ off, resamples.weights @ count)
    whole = calibration_error(off.sum(axis=0), np.array(float(n)))
    return Figure(value=float(whole), n=n, interval=_interval(ranking, rounds))


def _interval(ranking: Ranking, rounds: NDArray[np.float64]) -> Interval | None:
    return interval_of(rounds) if ranking.n_articles >= MIN_ARTICLES else None
