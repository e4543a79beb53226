"""One-to-one matching of predicted and gold claims inside one article.

Six criteria, each matched on its own and reported apart: three ways of saying that the same
statement was found (the very span, an overlapping span, similar words), each without and with the
right source. The matching is optimal: most pairs first, then the most similar ones, found by
scipy's assignment solver (Jonker-Volgenant, Crouse 2016) on the small table of one article.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.optimize import linear_sum_assignment

from eval.cases import GoldCase, GoldClaim
from eval.ranges import Ranges, n_chars, n_shared, united
from eval.sources import Roster
from eval.words import bag, token_f1
from extractor.schema import Claim, Span, Value

Matrix = NDArray[np.float64]


class Criterion(StrEnum):
    """When a predicted claim counts as a gold claim."""

    SPAN_EXACT = "span_exact"
    """Both name exactly the same characters."""
    SPAN_OVERLAP = "span_overlap"
    """Shared characters over all characters (intersection over union) reach the threshold."""
    TEXT = "text"
    """Token-F1 of the claim texts reaches the threshold."""
    SPAN_EXACT_SOURCE = "span_exact+source"
    SPAN_OVERLAP_SOURCE = "span_overlap+source"
    TEXT_SOURCE = "text+source"

    @property
    def base(self) -> "Criterion":
        """The same criterion without regard to the source."""
        return Criterion(self.removesuffix("+source"))

    @property
    def with_source(self) -> bool:
        """Whether the sources must agree."""
        return self.endswith("+source")


class Thresholds(Value):
    """Where similar becomes the same; both inclusive, in (0, 1]."""

    overlap: float = Field(default=0.5, gt=0, le=1)
    """Above 0.5 at most one of several disjoint claims can overlap so much with another one."""
    text_f1: float = Field(default=0.5, gt=0, le=1)


class Pair(Value):
    """A predicted and a gold claim that are the same, by index."""

    predicted: int
    gold: int


class Matching(Value):
    """The outcome of one criterion on one article."""

    criterion: Criterion
    pairs: tuple[Pair, ...]
    """By gold claim, in gold order."""


@dataclass(frozen=True)
class Comparison:
    """Every predicted claim of an article beside every gold claim; rows are predicted."""

    case: GoldCase
    claims: tuple[Claim, ...]
    thresholds: Thresholds
    overlap: Matrix
    """Character intersection over union of the content spans."""
    text_f1: Matrix

    @cached_property
    def _roster(self) -> Roster:
        return Roster(self.case)

    @cached_property
    def _agreement(self) -> dict[tuple[int, int], bool]:
        return {}

    def source_agrees(self, predicted: int, gold: int) -> bool:
        """Tell whether the two claims have the same source."""
        at = (predicted, gold)
        if at not in self._agreement:
            sources = (self.claims[predicted].source, self.case.claims[gold].source)
            self._agreement[at] = self._roster.agree(*sources)
        return self._agreement[at]

    def similarity(self, criterion: Criterion) -> Matrix:
        """Return what the criterion compares, in [0, 1]."""
        return self.text_f1 if criterion.base is Criterion.TEXT else self.overlap

    def threshold(self, criterion: Criterion) -> float:
        """Return what the similarity must reach."""
        match criterion.base:
            case Criterion.SPAN_EXACT:
                return 1.0
            case Criterion.SPAN_OVERLAP:
                return self.thresholds.overlap
            case _:
                return self.thresholds.text_f1


def compare(case: GoldCase, claims: Sequence[Claim], thresholds: Thresholds | None = None) -> Comparison:
    """Compare all claims of one article, two by two.

    The predicted text is compared with the gold text and with the words of the gold content, and the
    better one counts: an extractor without a model gives the content as it stands, which says the
    same and only lacks resolved pronouns; how well a text stands alone is another question than
    whether the claim was found.
    """
    shape = (len(claims), len(case.claims))
    overlap, text_f1 = np.zeros(shape), np.zeros(shape)
    predicted = [(united(c.content.spans), bag(c.text)) for c in claims]
    for j, gold in enumerate(case.claims):
        covered = united(gold.content)
        content = " ".join(span.of(case.text) for span in gold.content)
        wordings = [bag(words) for words in dict.fromkeys((gold.text, content))]
        for i, (spans, text) in enumerate(predicted):
            overlap[i, j] = _intersection_over_union(spans, covered)
            text_f1[i, j] = max(token_f1(text, wording) for wording in wordings)
    return Comparison(case, tuple(claims), thresholds or Thresholds(), overlap, text_f1)


def match(comparison: Comparison, criterion: Criterion) -> Matching:
    """Pair as many claims as the criterion allows, and of these pairings take the most similar one.

    Between equally similar pairings the one with more agreeing sources wins, then the one that comes
    first in an order of the claims' own (not of the arguments), so that neither the order of the
    predictions nor that of the gold claims changes the outcome.
    """
    similarity = comparison.similarity(criterion)
    # A hair of tolerance: 1/2 of the characters is a half, however it is computed.
    eligible = similarity >= comparison.threshold(criterion) - 1e-9
    candidates = [(int(i), int(j)) for i, j in np.argwhere(eligible)]
    agreeing = {at for at in candidates if comparison.source_agrees(*at)}
    if criterion.with_source:
        candidates = [at for at in candidates if at in agreeing]
    if not candidates:
        return Matching(criterion=criterion, pairs=())
    rows = sorted({i for i, _ in candidates}, key=lambda i: _predicted_order(comparison.claims[i]))
    columns = sorted({j for _, j in candidates}, key=lambda j: _gold_order(comparison.case.claims[j]))
    at_row, at_column = ({index: k for k, index in enumerate(indices)} for indices in (rows, columns))
    # A pair is worth 1 and its similarity less than its share of another pair: the count decides first.
    share = 1 / (min(len(rows), len(columns)) + 1)
    worth = np.zeros((len(rows), len(columns)))
    for i, j in candidates:
        worth[at_row[i], at_column[j]] = 1 + share * (similarity[i, j] + 1e-6 * ((i, j) in agreeing)) / 2
    chosen = zip(*linear_sum_assignment(worth, maximize=True), strict=True)
    pairs = [Pair(predicted=rows[r], gold=columns[c]) for r, c in chosen if worth[r, c] > 0]
    return Matching(criterion=criterion, pairs=tuple(sorted(pairs, key=lambda pair: pair.gold)))


def _predicted_order(claim: Claim) -> tuple[object, ...]:
    return (*_bounds(claim.content.spans), claim.text, claim.source.name, claim.quotation, claim.id)


def _gold_order(claim: GoldClaim) -> tuple[object, ...]:
    return (*_bounds(claim.content), claim.text, claim.source.name, claim.quotation, claim.id)


def _bounds(spans: tuple[Span, ...]) -> tuple[int, int]:
    return (spans[0].start_char, spans[-1].end_char) if spans else (-1, -1)


def _intersection_over_union(one: Ranges, other: Ranges) -> float:
    shared = n_shared(one, other)
    return shared / (n_chars(one) + n_chars(other) - shared) if shared else 0.0
