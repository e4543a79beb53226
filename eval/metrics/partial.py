"""Partial credit: how much of the gold contents was covered, claim by claim, without a threshold.

A separate figure that is never mixed into precision, recall or F1 of the criteria.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from eval.metrics.figure import Figure, Ratio, Resamples, figure
from extractor.schema import Value


class PartialCredit(Value):
    """Partial credit of one article."""

    credit: float = 0.0
    """Sum of the overlaps (intersection over union) of the one-to-one pairing that makes it greatest."""
    n_predicted: int = 0
    n_gold: int = 0

    @property
    def precision(self) -> Ratio:
        """Credit for each predicted claim."""
        return Ratio(hits=self.credit, n=self.n_predicted)

    @property
    def recall(self) -> Ratio:
        """Credit for each gold claim."""
        return Ratio(hits=self.credit, n=self.n_gold)

    @property
    def f1(self) -> Ratio:
        """Twice the credit over all claims of both sides."""
        return Ratio(hits=2 * self.credit, n=self.n_predicted + self.n_gold)


class PartialScore(Value):
    """Partial credit over a set of articles: a claim found by half earns a half; sources play no part."""

    precision: Figure
    recall: Figure
    f1: Figure


def partial_credit(overlap: NDArray[np.float64]) -> PartialCredit:
    """Pair claims so that the sum of their overlaps is greatest (the CEAF alignment of Luo 2005, on spans).

    Args:
        overlap: Intersection over union, predicted claims by gold claims.
    """
    n_predicted, n_gold = overlap.shape
    credit = float(overlap[linear_sum_assignment(overlap, maximize=True)].sum()) if overlap.any() else 0.0
    return PartialCredit(credit=credit, n_predicted=n_predicted, n_gold=n_gold)


def partial_score(articles: Sequence[PartialCredit], resamples: Resamples) -> PartialScore:
    """Add up partial credit over articles, given in the order of the resamples' columns."""
    return PartialScore(
        precision=figure([a.precision for a in articles], resamples),
        recall=figure([a.recall for a in articles], resamples),
        f1=figure([a.f1 for a in articles], resamples),
    )
