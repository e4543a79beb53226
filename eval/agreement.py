"""How far two annotators, or an annotator and a model, agree on the same articles.

Three questions, apart: did both find the same claims (F1 between them), did both mark the same
characters as content (Krippendorff's alpha), and do they give the claims that both found the same
labels (alpha, and Cohen's kappa for check-worthiness). Nothing depends on which side comes first.
Between annotators before adjudication the F1 is the ceiling that a score against their labels stands
under (`eval.ceiling`).
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from eval.cases import GoldCase, GoldClaim
from eval.ceiling import ArticleAgreement, Between
from eval.matching import Comparison, Criterion, Thresholds, compare, match
from eval.metrics.beyond_chance import Coefficient, alpha_of, coefficient, kappa_of
from eval.metrics.figure import Bootstrap, Figure, Ratio, figure, resample
from eval.metrics.given_match import FoundPair, GivenMatch, given_match
from eval.metrics.quality import inside
from eval.run import EvalRun
from extractor.errors import EvalError
from extractor.schema import Claim, Value

WORTHY_FROM = 0.5
"""A model's check-worthiness from which it counts as having called a claim check-worthy."""


class CriterionAgreement(Value):
    """Whether both found the same claims, by one criterion."""

    criterion: Criterion
    f1: Figure
    """Matched claims of both sides over all claims of both sides (Dice)."""


class Agreement(Value):
    """Two annotators on the same articles."""

    n_articles: int
    n_claims_one: int
    n_claims_other: int
    found: tuple[CriterionAgreement, ...]
    """One per criterion, in the order of `Criterion`."""
    content: Coefficient
    """Alpha over all characters: inside a claim's content or not."""
    quotation: Coefficient
    """Alpha over the claims that both found by overlapping spans, as are all below."""
    kind: Coefficient
    source_kind: Coefficient
    check_worthy: Coefficient
    check_worthy_kappa: Coefficient
    articles: tuple[ArticleAgreement, ...]
    """Sorted by case id."""

    def f1(self, criterion: Criterion) -> float | None:
        """Return the F1 by one criterion, in [0, 1]; None without claims."""
        return next(f.f1.value for f in self.found if f.criterion is criterion)


def agreement(
    one: Iterable[GoldCase],
    other: Iterable[GoldCase] | EvalRun,
    thresholds: Thresholds | None = None,
    bootstrap: Bootstrap | None = None,
) -> Agreement:
    """Compare the labels of two annotators, or of an annotator and a model.

    Args:
        one: the cases of the first, each with its text.
        other: the cases of the second: the same articles, in any order; or a run, which may lack some.
        thresholds: when overlapping spans and similar texts are the same claim.
        bootstrap: rounds and seed of the intervals.

    Raises:
        EvalError: the two sides are not the same articles.
    """
    both = _with_run(one, other) if isinstance(other, EvalRun) else _paired(one, other)
    compared = [_compared(sides, thresholds) for sides in both]
    resamples = resample(len(both), bootstrap or Bootstrap())

    def alpha(label: Callable[["_Labels"], Hashable]) -> Coefficient:
        return coefficient([_pairs(c.labels, label) for c in compared], alpha_of, resamples)

    worthy = [_pairs(c.labels, lambda labels: labels.check_worthy) for c in compared]
    return Agreement(
        n_articles=len(both),
        n_claims_one=sum(len(sides.one.claims) for sides in both),
        n_claims_other=sum(len(sides.claims) for sides in both),
        found=tuple(
            CriterionAgreement(criterion=c, f1=figure([a.article.found[k].f1 for a in compared], resamples))
            for k, c in enumerate(Criterion)
        ),
        content=coefficient([_characters(sides) for sides in both], alpha_of, resamples),
        quotation=alpha(lambda labels: labels.quotation),
        kind=alpha(lambda labels: labels.kind),
        source_kind=alpha(lambda labels: labels.source_kind),
        check_worthy=coefficient(worthy, alpha_of, resamples),
        check_worthy_kappa=coefficient(worthy, kappa_of, resamples),
        articles=tuple(c.article for c in compared),
    )


@dataclass(frozen=True)
class _Both:
    """One article as each side labelled it."""

    one: GoldCase
    other: GoldCase | None
    """None for a model."""
    claims: tuple[Claim, ...]
    """Of the other side."""


def _paired(one: Iterable[GoldCase], other: Iterable[GoldCase]) -> tuple[_Both, ...]:
    ones, others = ({case.id: case for case in side} for side in (one, other))
    if alone := sorted(ones.keys() ^ others.keys()):
        raise EvalError(f"only one annotator labelled {', '.join(map(repr, alone))}; leave out what lacks a partner")
    for case_id, case in ones.items():
        if case.article.text_sha256 != others[case_id].article.text_sha256:
            raise EvalError(f"case {case_id!r}: the annotators labelled different texts; compare their text_sha256")
    return tuple(_both(ones[case_id], others[case_id]) for case_id in sorted(ones))


def _both(one: GoldCase, other: GoldCase) -> _Both:
    return _Both(one, other, tuple(claim.as_predicted(other.text) for claim in other.claims))


def _with_run(one: Iterable[GoldCase], run: EvalRun) -> tuple[_Both, ...]:
    predictions = {p.case_id: p for p in run.predictions}
    cases = sorted((case for case in one if case.id in predictions), key=lambda case: case.id)
    if not cases:
        raise EvalError("the run has no prediction for any of the labelled articles; compare their ids")
    for case in cases:
        if case.article.text_sha256 != predictions[case.id].text_sha256:
            raise EvalError(f"case {case.id!r}: the run read another text than was labelled; compare their text_sha256")
    return tuple(_Both(case, None, predictions[case.id].claims) for case in cases)


class _Labels(NamedTuple):
    quotation: Hashable
    kind: Hashable
    source_kind: Hashable
    check_worthy: bool | None


def _labels_of(claim: GoldClaim | Claim) -> _Labels:
    worthy = claim.check_worthiness >= WORTHY_FROM if isinstance(claim, Claim) else claim.check_worthy
    return _Labels(claim.quotation, claim.kind, claim.source.kind, worthy)


@dataclass(frozen=True)
class _Compared:
    article: ArticleAgreement
    labels: tuple[tuple[_Labels, _Labels], ...]
    """Of the claims that both found by overlapping spans."""


def _compared(sides: _Both, thresholds: Thresholds | None) -> _Compared:
    there = compare(sides.one, sides.claims, thresholds)
    # Aliases and wordings count on the gold side only, so each annotator takes a turn as gold; a model does not.
    turns = (
        [there]
        if sides.other is None
        else [there, compare(sides.other, _both(sides.other, sides.one).claims, thresholds)]
    )
    n_claims = len(sides.one.claims) + len(sides.claims)
    others: Sequence[GoldClaim | Claim] = sides.claims if sides.other is None else sides.other.claims
    overlapping = match(there, Criterion.SPAN_OVERLAP)
    return _Compared(
        article=ArticleAgreement(
            case_id=sides.one.id,
            found=tuple(
                Between(
                    criterion=c,
                    f1=Ratio(hits=sum(len(match(turn, c).pairs) for turn in turns) * (2 // len(turns)), n=n_claims),
                )
                for c in Criterion
            ),
            given_match=sum((_given_match(turn) for turn in turns), GivenMatch()),
        ),
        labels=tuple(
            (_labels_of(sides.one.claims[pair.gold]), _labels_of(others[pair.predicted])) for pair in overlapping.pairs
        ),
    )


def _given_match(turn: Comparison) -> GivenMatch:
    return given_match(
        tuple(
            FoundPair(
                gold=turn.case.claims[pair.gold],
                predicted=turn.claims[pair.predicted],
                source_agrees=turn.source_agrees(pair.predicted, pair.gold),
            )
            for pair in match(turn, Criterion.SPAN_OVERLAP).pairs
        )
    )


def _pairs(
    claims: Iterable[tuple[_Labels, _Labels]], label: Callable[[_Labels], Hashable]
) -> Counter[tuple[Hashable, Hashable]]:
    given = ((label(first), label(second)) for first, second in claims)
    return Counter(pair for pair in given if None not in pair)


def _characters(sides: _Both) -> Counter[tuple[Hashable, Hashable]]:
    n_chars = len(sides.one.text)
    first = inside(n_chars, (span for claim in sides.one.claims for span in claim.content))
    second = inside(n_chars, (span for claim in sides.claims for span in claim.content.spans))
    return Counter(
        {
            (bool(i), bool(j)): int(np.count_nonzero((first == i) & (second == j)))
            for i in (False, True)
            for j in (False, True)
        }
    )
