"""Agreement beyond chance: Krippendorff's alpha and Cohen's kappa of two annotators."""

from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.metrics.figure import MIN_ARTICLES, Interval, Resamples, interval_of
from extractor.schema import Value

Pairs = Mapping[tuple[Hashable, Hashable], int]
"""How often the first annotator gave one label and the second the other, for the same unit."""
Tables = NDArray[np.float64]
"""Pairs as numbers: the last two axes are the labels of the first and the second annotator."""


class Coefficient(Value):
    """Agreement beyond chance."""

    value: float | None
    """1 is perfect, 0 is chance, below 0 is worse than chance; None where all labels are the same or
    there is none, so that chance cannot be told from agreement."""
    n: int
    """Units that both annotators labelled."""
    interval: Interval | None = None
    """95 %, by bootstrap over articles; None when fewer than `MIN_ARTICLES` have units."""


def krippendorff_alpha(pairs: Pairs) -> Coefficient:
    """Return Krippendorff's alpha for two annotators, nominal labels and no missing ones.

    One minus observed over expected disagreement, the latter from the labels of both annotators
    together, drawn without replacement (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability).
    """
    return coefficient([pairs], alpha_of, None)


def cohen_kappa(pairs: Pairs) -> Coefficient:
    """Return Cohen's kappa: chance agreement from each annotator's own labels (Cohen 1960)."""
    return coefficient([pairs], kappa_of, None)


def alpha_of(tables: Tables) -> NDArray[np.float64]:
    """Return alpha for each table; NaN where it is undefined."""
    n_units = tables.sum(axis=(1, 2))
    labels = tables.sum(axis=1) + tables.sum(axis=2)
    unlike = (2 * n_units) ** 2 - (labels**2).sum(axis=1)
    disagreeing = n_units - np.trace(tables, axis1=1, axis2=2)
    return 1 - _divided((2 * n_units - 1) * 2 * disagreeing, unlike)


def kappa_of(tables: Tables) -> NDArray[np.float64]:
    """Return kappa for each table; NaN where it is undefined."""
    n_units = tables.sum(axis=(1, 2))
    # Times n squared: whole numbers, exact below 2**53, decide whether anything but agreement was possible.
    by_chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    agreeing = n_units * np.trace(tables, axis1=1, axis2=2)
    return _divided(agreeing - by_chance, n_units**2 - by_chance)


def _divided(sums: NDArray[np.float64], by: NDArray[np.float64]) -> NDArray[np.float64]:
    result = np.full(by.shape, np.nan)
    np.divide(sums, by, out=result, where=by > 0)
    return result


def coefficient(
    articles: Sequence[Pairs], formula: Callable[[Tables], NDArray[np.float64]], resamples: Resamples | None
) -> Coefficient:
    """Compute a coefficient over articles, with its interval where there are resamples of them."""
    labels = {
        label: at for at, label in enumerate(dict.fromkeys(x for pairs in articles for pair in pairs for x in pair))
    }
    tables = np.zeros((len(articles), len(labels), len(labels)))
    for k, pairs in enumerate(articles):
        for (first, second), times in pairs.items():
            tables[k, labels[first], labels[second]] += times
    whole = formula(tables.sum(axis=0, keepdims=True))[0]
    with_units = np.count_nonzero(tables.sum(axis=(1, 2)))
    interval = None
    if resamples is not None and with_units >= MIN_ARTICLES and not np.isnan(whole):
        rounds = resamples.weights @ tables.reshape(len(articles), -1)
        interval = interval_of(formula(rounds.reshape(-1, len(labels), len(labels))))
    n_units = int(tables.sum())
    return Coefficient(value=None if np.isnan(whole) else float(whole), n=n_units, interval=interval)
