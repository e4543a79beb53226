"""How far two annotators agree on the same articles, before anybody adjudicates.

Three questions, apart: did both find the same claims (F1 between them), did both mark the same
characters as content (Krippendorff's alpha), and do they give the claims that both found the same
labels (alpha, and Cohen's kappa for check-worthiness). Nothing depends on which annotator comes
first. The F1 is the ceiling that a score against labels of one of them stands under.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.cases import GoldCase, GoldClaim
from eval.matching import Criterion, Thresholds, compare, match
from eval.metrics.figure import Ratio, total
from extractor.errors import EvalError
from extractor.schema import Value

Pairs = Mapping[tuple[Hashable, Hashable], int]
"""How often the first annotator gave one label and the second the other, for the same unit."""


class Coefficient(Value):
    """Agreement beyond chance."""

    value: float | None
    """1 is perfect, 0 is chance, below 0 is worse than chance; None where all labels are the same or
    there is none, so that chance cannot be told from agreement."""
    n: int
    """Units that both annotators labelled."""


class Found(Value):
    """Whether both found the same claims, by one criterion."""

    criterion: Criterion
    f1: Ratio
    """Matched claims of both sides over all claims of both sides (Dice)."""


class Agreement(Value):
    """Two annotators on the same articles."""

    n_articles: int
    n_claims_one: int
    n_claims_other: int
    found: tuple[Found, ...]
    """One per criterion, in the order of `Criterion`."""
    content: Coefficient
    """Alpha over all characters: inside a claim's content or not."""
    quotation: Coefficient
    """Alpha over the claims that both found by overlapping spans, as are all below."""
    kind: Coefficient
    source_kind: Coefficient
    check_worthy: Coefficient
    check_worthy_kappa: Coefficient

    def f1(self, criterion: Criterion) -> float | None:
        """Return the F1 by one criterion, in [0, 1]; None without claims."""
        return next(f.f1.value for f in self.found if f.criterion is criterion)


def agreement(one: Iterable[GoldCase], other: Iterable[GoldCase], thresholds: Thresholds | None = None) -> Agreement:
    """Compare the labels of two annotators.

    Args:
        one: the cases of the first, each with its text.
        other: the cases of the second: the same articles, in any order.
        thresholds: when overlapping spans and similar texts are the same claim.

    Raises:
        EvalError: the two sides are not the same articles.
    """
    both = _paired(one, other)
    claims = [pair for cases in both for pair in _matched(cases, thresholds)]

    def alpha(label: Callable[[GoldClaim], Hashable]) -> Coefficient:
        return krippendorff_alpha(_labels(claims, label))

    return Agreement(
        n_articles=len(both),
        n_claims_one=sum(len(cases.one.claims) for cases in both),
        n_claims_other=sum(len(cases.other.claims) for cases in both),
        found=tuple(Found(criterion=c, f1=total(_f1(cases, c, thresholds) for cases in both)) for c in Criterion),
        content=krippendorff_alpha(sum((_characters(cases) for cases in both), Counter())),
        quotation=alpha(lambda claim: claim.quotation),
        kind=alpha(lambda claim: claim.kind),
        source_kind=alpha(lambda claim: claim.source.kind),
        check_worthy=alpha(lambda claim: claim.check_worthy),
        check_worthy_kappa=cohen_kappa(_labels(claims, lambda claim: claim.check_worthy)),
    )


def krippendorff_alpha(pairs: Pairs) -> Coefficient:
    """Return Krippendorff's alpha for two annotators, nominal labels and no missing ones.

    One minus observed over expected disagreement, the latter from the labels of both annotators
    together, drawn without replacement (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability).
    """
    n_units = sum(pairs.values())
    labels: Counter[Hashable] = Counter()
    for (first, second), times in pairs.items():
        labels[first] += times
        labels[second] += times
    n_labels = 2 * n_units
    unlike = n_labels**2 - sum(times**2 for times in labels.values())
    if not unlike:
        return Coefficient(value=None, n=n_units)
    disagreeing = sum(times for (first, second), times in pairs.items() if first != second)
    return Coefficient(value=1 - (n_labels - 1) * 2 * disagreeing / unlike, n=n_units)


def cohen_kappa(pairs: Pairs) -> Coefficient:
    """Return Cohen's kappa: chance agreement from each annotator's own labels (Cohen 1960)."""
    n_units = sum(pairs.values())
    firsts: Counter[Hashable] = Counter()
    seconds: Counter[Hashable] = Counter()
    for (first, second), times in pairs.items():
        firsts[first] += times
        seconds[second] += times
    agreeing = sum(times for (first, second), times in pairs.items() if first == second)
    # Times n squared, so that whole numbers decide whether anything but agreement was possible.
    by_chance = sum(times * seconds[label] for label, times in firsts.items())
    if by_chance == n_units**2:
        return Coefficient(value=None, n=n_units)
    return Coefficient(value=(n_units * agreeing - by_chance) / (n_units**2 - by_chance), n=n_units)


class _Both(NamedTuple):
    """One article as each annotator labelled it."""

    one: GoldCase
    other: GoldCase

    def swapped(self) -> "_Both":
        return _Both(self.other, self.one)


def _paired(one: Iterable[GoldCase], other: Iterable[GoldCase]) -> tuple[_Both, ...]:
    ones, others = ({case.id: case for case in side} for side in (one, other))
    if alone := sorted(ones.keys() ^ others.keys()):
        raise EvalError(f"only one annotator labelled {', '.join(map(repr, alone))}; leave out what lacks a partner")
    for case_id, case in ones.items():
        if case.article.text_sha256 != others[case_id].article.text_sha256:
            raise EvalError(f"case {case_id!r}: the annotators labelled different texts; compare their text_sha256")
    return tuple(_Both(ones[case_id], others[case_id]) for case_id in sorted(ones))


def _f1(cases: _Both, criterion: Criterion, thresholds: Thresholds | None) -> Ratio:
    # Aliases and wordings count on the gold side only, so each side takes its turn as gold.
    matched = sum(len(_pairs(turn, criterion, thresholds)) for turn in (cases, cases.swapped()))
    return Ratio(hits=matched, n=len(cases.one.claims) + len(cases.other.claims))


def _matched(cases: _Both, thresholds: Thresholds | None) -> Iterator[tuple[GoldClaim, GoldClaim]]:
    for at_one, at_other in _pairs(cases, Criterion.SPAN_OVERLAP, thresholds):
        yield cases.one.claims[at_one], cases.other.claims[at_other]


def _pairs(cases: _Both, criterion: Criterion, thresholds: Thresholds | None) -> tuple[tuple[int, int], ...]:
    predicted = [claim.as_predicted(cases.other.text) for claim in cases.other.claims]
    matching = match(compare(cases.one, predicted, thresholds), criterion)
    return tuple((pair.gold, pair.predicted) for pair in matching.pairs)


def _labels(
    claims: Sequence[tuple[GoldClaim, GoldClaim]], label: Callable[[GoldClaim], Hashable]
) -> Counter[tuple[Hashable, Hashable]]:
    given = ((label(first), label(second)) for first, second in claims)
    return Counter(pair for pair in given if None not in pair)


def _characters(cases: _Both) -> Counter[tuple[Hashable, Hashable]]:
    first, second = (_inside(case) for case in cases)
    return Counter(
        {
            (bool(i), bool(j)): int(np.count_nonzero((first == i) & (second == j)))
            for i in (False, True)
            for j in (False, True)
        }
    )


def _inside(case: GoldCase) -> NDArray[np.bool_]:
    inside = np.zeros(len(case.text), dtype=np.bool_)
    for claim in case.claims:
        for span in claim.content:
            inside[span.start_char : span.end_char] = True
    return inside
