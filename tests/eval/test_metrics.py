"""Figures by hand, intervals against a plain loop and against scipy."""

import math
import random
from statistics import quantiles
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap as scipy_bootstrap
from sklearn.metrics import f1_score, precision_score, recall_score

from eval.metrics.figure import CONFIDENCE, MIN_ARTICLES, Bootstrap, Ratio, figure, resample, total
from eval.metrics.found import Counts
from eval.metrics.given_match import FoundPair, confusion, given_match
from eval.metrics.grounding import grounded
from extractor.schema import Flag, FlagCode, GroundingLevel, Part, Quotation, Span


def test_precision_recall_f1_by_hand() -> None:
    counts = Counts(n_predicted=4, n_gold=5, n_predicted_matched=3, n_gold_matched=3)
    assert counts.precision.value == 3 / 4
    assert counts.recall.value == 3 / 5
    assert counts.f1.value == pytest.approx(2 * (3 / 4) * (3 / 5) / (3 / 4 + 3 / 5))


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_precision_recall_f1_are_those_of_scikit_learn(matched: int, missed: int, invented: int) -> None:
    counts = Counts(
        n_predicted=matched + invented,
        n_gold=matched + missed,
        n_predicted_matched=matched,
        n_gold_matched=matched,
    )
    gold = [1] * matched + [1] * missed + [0] * invented
    predicted = [1] * matched + [0] * missed + [1] * invented
    for ours, theirs in ((counts.precision, precision_score), (counts.recall, recall_score), (counts.f1, f1_score)):
        value = theirs(gold, predicted, zero_division=np.nan) if gold else np.nan
        assert ours.value == (None if np.isnan(value) else pytest.approx(value, rel=1e-15))


UNDEFINED = {
    "nothing at all": (Counts(), (None, None, None)),
    "nothing predicted": (Counts(n_gold=3), (None, 0.0, 0.0)),
    "nothing to find": (Counts(n_predicted=2), (0.0, None, 0.0)),
}


@pytest.mark.parametrize(("counts", "expected"), UNDEFINED.values(), ids=UNDEFINED.keys())
def test_undefined_is_none(counts: Counts, expected: tuple[float | None, ...]) -> None:
    assert (counts.precision.value, counts.recall.value, counts.f1.value) == expected


def test_a_total_is_micro() -> None:
    assert total([Ratio(hits=1, n=1), Ratio(hits=0, n=3)]).value == 1 / 4


def test_a_figure_without_cases_is_undefined_and_has_no_interval() -> None:
    found = figure([Ratio(), Ratio()], resample(2, Bootstrap()))
    assert (found.value, found.n, found.interval) == (None, 0, None)
    empty = figure([], resample(0, Bootstrap()))
    assert (empty.value, empty.n, empty.interval) == (None, 0, None)


def test_few_articles_with_cases_say_nothing_about_others() -> None:
    articles = [Ratio(hits=1, n=2)] * (MIN_ARTICLES - 1) + [Ratio()]
    found = figure(articles, resample(len(articles), Bootstrap()))
    assert (found.value, found.interval) == (0.5, None)
    articles[-1] = Ratio(hits=0, n=1)
    assert figure(articles, resample(len(articles), Bootstrap())).interval is not None


def test_so_few_articles_have_no_tail() -> None:
    ways = [math.comb(2 * k - 1, k) for k in (MIN_ARTICLES - 1, MIN_ARTICLES)]
    assert 1 / ways[0] > (1 - CONFIDENCE) / 2 > 1 / ways[1]


RATIOS = [Ratio(hits=h, n=n) for h, n in [(1, 4), (3, 5), (0, 2), (6, 6), (2, 7), (0, 0), (4, 9), (5, 8)]]


def test_the_interval_is_that_of_a_plain_loop_over_the_same_draws() -> None:
    resamples = resample(len(RATIOS), Bootstrap(rounds=400, seed=3))
    values = []
    for draws in resamples.weights:
        assert sum(draws) == len(RATIOS)
        drawn = [ratio for ratio, times in zip(RATIOS, draws, strict=True) for _ in range(int(times))]
        values.append(sum(r.hits for r in drawn) / sum(r.n for r in drawn))
    cuts = quantiles(values, n=40, method="inclusive")
    interval = figure(RATIOS, resamples).interval
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((cuts[0], cuts[-1]))


def test_the_interval_agrees_with_scipy() -> None:
    rng = random.Random(1)
    ratios = [Ratio(hits=min(n, rng.randint(0, 9)), n=n) for n in (rng.randint(1, 12) for _ in range(60))]
    ours = figure(ratios, resample(60, Bootstrap(rounds=4000))).interval
    theirs = scipy_bootstrap(
        ([r.hits for r in ratios], [r.n for r in ratios]),
        lambda hits, n, axis: np.sum(hits, axis) / np.sum(n, axis),
        paired=True,
        vectorized=True,
        n_resamples=4000,
        method="percentile",
        rng=np.random.default_rng(7),
    ).confidence_interval
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_the_seed_decides_the_interval() -> None:
    def interval(seed: int) -> Any:
        return figure(RATIOS, resample(len(RATIOS), Bootstrap(rounds=50, seed=seed))).interval

    assert interval(1) == interval(1)
    assert interval(1) != interval(2)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 9).flatmap(lambda n: st.builds(Ratio, hits=st.integers(0, n), n=st.just(n))), min_size=2)
)
def test_an_interval_lies_in_0_to_1_and_holds_the_middle(ratios: list[Ratio]) -> None:
    found = figure(ratios, resample(len(ratios), Bootstrap(rounds=100)))
    if found.interval is not None:
        assert 0 <= found.interval.low <= found.interval.high <= 1


def test_accuracies_given_a_match(build: Any) -> None:
    said = build.span("said")
    said_part = Part(text="Osei said", spans=(build.span("Osei said"),), level=GroundingLevel.EXACT)
    added = Part(text="she added", spans=(build.span("she added"),), level=GroundingLevel.EXACT)
    right = FoundPair(
        gold=build.gold("The bridge", cue=said),
        predicted=build.predicted("The bridge", cue=said_part),
        source_agrees=True,
    )
    wrong = FoundPair(
        gold=build.gold("The bridge", cue=said),
        predicted=build.predicted("The bridge", cue=added, quotation=Quotation.DIRECT),
        source_agrees=False,
    )
    without = FoundPair(gold=build.gold("The bridge"), predicted=build.predicted("The bridge"), source_agrees=True)
    found = given_match((right, wrong, without))
    assert found.source == Ratio(hits=2, n=3)
    assert found.quotation == Ratio(hits=2, n=3)
    assert found.cue == Ratio(hits=1, n=2)
    assert found.kind == Ratio(hits=3, n=3)
    assert {(c.gold, c.predicted): c.n for c in confusion((right, wrong, without)) if c.n} == {
        (Quotation.INDIRECT, Quotation.INDIRECT): 2,
        (Quotation.INDIRECT, Quotation.DIRECT): 1,
    }
    assert given_match(()).source.value is None


def test_grounding(build: Any) -> None:
    shifted = Part(text="The bridge", spans=(Span(start_char=1, end_char=11),), level=GroundingLevel.EXACT)
    beyond = Part(text="x", spans=(Span(start_char=9000, end_char=9001),), level=GroundingLevel.EXACT)
    sentence = Part(text="A bridge", spans=(build.span("The bridge is safe"),), level=GroundingLevel.SENTENCE)
    flag = Flag(code=FlagCode.MISQUOTE, detail="")
    claims = [
        build.predicted("The bridge is safe", "Traffic fell", quotation=Quotation.DIRECT),
        build.predicted("The bridge", content=shifted, cue=beyond),
        build.predicted("The bridge", content=sentence, quotation=Quotation.DIRECT),
        build.predicted("The bridge", quotation=Quotation.MIXED, flags=(flag,)),
        build.unplaced("The moon is cheese"),
    ]
    found = grounded(build.text, claims)
    assert found.grounded == Ratio(hits=3, n=5)
    assert found.false_spans == Ratio(hits=2, n=4)
    assert found.misquoted == Ratio(hits=2, n=3)
    assert grounded(build.text, []).misquoted.value is None
