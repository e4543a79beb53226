"""Comparing runs: scipy, hand-computed cases, properties; and the gate."""

import io
import random
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from scipy.stats import bootstrap as scipy_bootstrap
from scipy.stats import permutation_test
from sklearn.metrics import average_precision_score

from eval.cases import CaseSet
from eval.compare import RunComparison, Side, compare_runs
from eval.gate import Floored, gate
from eval.metrics.difference import difference, draw, ranked_difference
from eval.metrics.figure import Bootstrap, Ratio
from eval.metrics.worthiness import Rated
from eval.report.compared import as_markdown, render
from eval.run import EvalRun
from eval.scores import Dimension, Options
from eval.scoring import score
from extractor.errors import EvalError

BRIDGE, TRAFFIC, TUNNEL = "The bridge is safe", "Traffic fell by 12 percent last year", "The tunnel will open in May"
FAST = Options(bootstrap=Bootstrap(rounds=50))


def scipy_p(one: list[Ratio], other: list[Ratio], **options: Any) -> float:
    n = len(one)
    hits, cases = (np.array([getattr(r, field) for r in (*one, *other)], float) for field in ("hits", "n"))

    def statistic(a: Any, b: Any, axis: int) -> Any:
        return hits[b].sum(axis) / cases[b].sum(axis) - hits[a].sum(axis) / cases[a].sum(axis)

    sides = (np.arange(n), np.arange(n, 2 * n))
    result = permutation_test(sides, statistic, permutation_type="samples", vectorized=True, **options)
    return float(result.pvalue)


def ratios(seed: int, n: int) -> list[Ratio]:
    rng = random.Random(seed)
    return [Ratio(hits=rng.randint(0, of), n=of) for of in (rng.randint(1, 9) for _ in range(n))]


@pytest.mark.parametrize("seed", range(6))
def test_p_over_all_permutations_is_scipys(seed: int) -> None:
    one, other = ratios(seed, 9), ratios(seed + 50, 9)
    found = difference(one, other, draw(9, Bootstrap()))
    assert found.p_value == pytest.approx(scipy_p(one, other), rel=1e-14)


def test_p_over_random_permutations_agrees_with_scipys() -> None:
    one, other = ratios(1, 40), ratios(2, 40)
    found = difference(one, other, draw(40, Bootstrap()))
    assert found.p_value == pytest.approx(scipy_p(one, other, rng=np.random.default_rng(5)), abs=0.02)


def test_the_interval_of_the_difference_agrees_with_scipys() -> None:
    one, other = ratios(3, 60), ratios(4, 60)
    columns = [[getattr(r, field) for r in side] for side in (one, other) for field in ("hits", "n")]
    theirs = scipy_bootstrap(
        columns,
        lambda a, n_a, b, n_b, axis: b.sum(axis) / n_b.sum(axis) - a.sum(axis) / n_a.sum(axis),
        paired=True,
        vectorized=True,
        n_resamples=4000,
        method="percentile",
        rng=np.random.default_rng(7),
    ).confidence_interval
    ours = difference(one, other, draw(60, Bootstrap(rounds=4000))).interval
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.02)


def test_two_articles_by_hand() -> None:
    # 1/2 and 0/2 against 2/2 and 1/2: +1/2. Four ways to swap: +1/2 (none), 0 (either one), -1/2 (both).
    one, other = [Ratio(hits=1, n=2), Ratio(hits=0, n=2)], [Ratio(hits=2, n=2), Ratio(hits=1, n=2)]
    found = difference(one, other, draw(2, Bootstrap()))
    assert (found.one, found.other, found.difference, found.p_value) == (1 / 4, 3 / 4, 1 / 2, 2 * 1 / 4)


RATED = st.lists(st.builds(Rated, score=st.integers(0, 4).map(lambda n: n / 4), worthy=st.booleans()), max_size=4)


@given(st.lists(st.tuples(RATED, RATED), min_size=1, max_size=6))
def test_average_precision_of_two_rankings_is_scikit_learns_and_p_that_of_every_swap(
    articles: list[tuple[list[Rated], list[Rated]]],
) -> None:
    def theirs(side: list[list[Rated]]) -> float:
        flat = [r for rated in side for r in rated]
        labels = [r.worthy for r in flat]
        return float(average_precision_score(labels, [r.score for r in flat])) if any(labels) else np.nan

    def lead(swapped: Sequence[bool]) -> float:
        first, second = ([pair[s ^ side] for pair, s in zip(articles, swapped, strict=True)] for side in (False, True))
        return theirs(second) - theirs(first)

    one, other = ([pair[side] for pair in articles] for side in (0, 1))
    found = ranked_difference(one, other, draw(len(articles), Bootstrap(rounds=20)))
    observed = theirs(other) - theirs(one)
    if np.isnan(observed):
        assert (found.difference, found.p_value) == (None, None)
        return
    assert found.difference == pytest.approx(observed, abs=1e-12)
    every = np.array([lead(swapped) for swapped in product((False, True), repeat=len(articles))])
    undefined = np.isnan(every)
    tails = [np.count_nonzero(undefined | side) for side in (every >= observed - 1e-9, every <= observed + 1e-9)]
    assert found.p_value == pytest.approx(min(1, 2 * min(tails) / len(every)))


def test_the_interval_of_average_precision_is_that_of_a_plain_loop() -> None:
    rng = random.Random(4)
    one, other = (
        [[Rated(score=rng.random(), worthy=rng.random() < 0.5) for _ in range(5)] for _ in range(8)] for _ in range(2)
    )
    draws = draw(8, Bootstrap(rounds=60))
    leads = []
    for times in draws.resamples.weights:
        drawn = [[r for rated, k in zip(side, times, strict=True) for r in rated * int(k)] for side in (one, other)]
        first, second = (average_precision_score([r.worthy for r in s], [r.score for r in s]) for s in drawn)
        leads.append(second - first)
    interval = ranked_difference(one, other, draws).interval
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(np.quantile(leads, (0.025, 0.975)))


def test_an_undefined_figure_has_no_difference() -> None:
    found = difference([Ratio()], [Ratio(hits=1, n=1)], draw(1, Bootstrap()))
    assert (found.one, found.other, found.difference, found.interval, found.p_value) == (None, 1, None, None, None)


PARTS = st.integers(0, 9).flatmap(lambda n: st.builds(Ratio, hits=st.integers(0, n), n=st.just(n)))


@settings(deadline=None)
@given(st.lists(st.tuples(PARTS, PARTS), min_size=1, max_size=20))
def test_turning_the_sides_turns_the_sign_and_equal_sides_do_not_differ(pairs: list[tuple[Ratio, Ratio]]) -> None:
    one, other = (list(side) for side in zip(*pairs, strict=True))
    draws = draw(len(pairs), Bootstrap(rounds=50))
    there, back, same = difference(one, other, draws), difference(other, one, draws), difference(one, one, draws)
    assert there.p_value == back.p_value
    if there.difference is None:
        assert back.difference is None
    else:
        assert back.difference == -there.difference
    if there.interval is not None:
        assert back.interval is not None
        assert (back.interval.low, back.interval.high) == pytest.approx((-there.interval.high, -there.interval.low))
    assert (same.difference, same.p_value) in ((0, 1), (None, None))


@pytest.fixture
def cases(build: Any) -> CaseSet:
    found: CaseSet = build.cases(
        build.case(build.gold(BRIDGE), build.gold(TRAFFIC, by="waterworks"), case_id="a"),
        build.case(build.gold(TUNNEL), case_id="b", form="speech"),
    )
    return found


@pytest.fixture
def old(build: Any) -> EvalRun:
    run: EvalRun = build.run(
        [
            build.prediction("a", build.predicted(BRIDGE), build.predicted("the police said", text="Police")),
            build.prediction("b", build.predicted(TUNNEL)),
        ]
    )
    return run


@pytest.fixture
def new(build: Any) -> EvalRun:
    run: EvalRun = build.run(
        [
            build.prediction("a", build.predicted(BRIDGE), build.predicted(TRAFFIC, by="waterworks")),
            build.prediction("b", build.predicted("in the flood", by="the police")),
        ]
    )
    return run


def test_claims_that_changed_side_are_listed(cases: CaseSet, old: EvalRun, new: EvalRun) -> None:
    found = compare_runs(old, new, cases, FAST)
    assert [(c.side, c.case_id, c.gold_id, c.text) for c in found.changes] == [
        (Side.WON, "a", cases.cases[0].claims[1].id, TRAFFIC),
        (Side.LOST, "b", cases.cases[1].claims[0].id, TUNNEL),
        (Side.INVENTED, "b", None, "in the flood"),
        (Side.DROPPED, "a", None, "Police"),
    ]
    f1 = found.headline().f1
    # 2 of 3 + 3 either way.
    assert (f1.one, f1.other, f1.difference, f1.p_value) == (2 / 3, 2 / 3, 0, 1)
    sliced = {(s.dimension, s.value): s.found.f1.difference for s in found.slices}
    assert sliced[Dimension.FORM, "speech"] == -1
    assert sliced[Dimension.FORM, "wire_report"] == 1 / 2


def test_a_run_does_not_differ_from_itself(cases: CaseSet, old: EvalRun) -> None:
    found = compare_runs(old, old, cases, FAST)
    assert found.changes == ()
    differences = [d for c in found.overall for d in (c.precision, c.recall, c.f1)]
    differences += [s.found.f1 for s in found.slices] + [f.difference for f in found.figures]
    assert {(d.difference, d.p_value) for d in differences} <= {(0, 1), (None, None)}


def test_other_ids_change_nothing(cases: CaseSet, old: EvalRun, new: EvalRun) -> None:
    def renamed(run: EvalRun) -> EvalRun:
        def claims(prediction: Any) -> tuple[Any, ...]:
            return tuple(c.model_copy(update={"id": f"x{n}"}) for n, c in enumerate(prediction.claims))

        changed = tuple(p.model_copy(update={"claims": claims(p)}) for p in run.predictions)
        return run.model_copy(update={"predictions": changed})

    assert compare_runs(renamed(old), renamed(new), cases, FAST) == compare_runs(old, new, cases, FAST)
    one, two = score(old, cases, FAST), score(renamed(old), cases, FAST)
    assert (one.overall, one.slices, one.accuracy) == (two.overall, two.slices, two.accuracy)


def on_other_data(run: EvalRun) -> EvalRun:
    return run.model_copy(update={"info": run.info.model_copy(update={"dataset_sha256": "1" * 64})})


def test_runs_on_different_data_are_refused(cases: CaseSet, old: EvalRun, new: EvalRun) -> None:
    with pytest.raises(EvalError, match=r"different data \(gold.jsonl, sha256 000000000000\.\.\. and"):
        compare_runs(old, on_other_data(new), cases, FAST)
    shared = compare_runs(old, on_other_data(new), cases, FAST, common=True)
    assert shared.overall == compare_runs(old, new, cases, FAST).overall


def test_runs_on_different_cases_are_refused(cases: CaseSet, old: EvalRun, new: EvalRun) -> None:
    shorter = new.model_copy(update={"predictions": new.predictions[:1]})
    with pytest.raises(EvalError, match="only one of the runs can be scored on 'b'"):
        compare_runs(old, shorter, cases, FAST)
    found = compare_runs(old, shorter, cases, FAST, common=True)
    assert (found.n_articles, found.left_out) == (1, ("b",))
    with pytest.raises(EvalError, match="no case in common"):
        compare_runs(old, new.model_copy(update={"predictions": ()}), cases, FAST, common=True)


def many(build: Any, n: int, n_right: int) -> EvalRun:
    claims = [build.predicted(BRIDGE if k < n_right else "the police said") for k in range(n)]
    run: EvalRun = build.run([build.prediction(f"c{k:02}", claim) for k, claim in enumerate(claims)])
    return run


@pytest.fixture
def twenty(build: Any) -> CaseSet:
    found: CaseSet = build.cases(*(build.case(build.gold(BRIDGE), case_id=f"c{k:02}") for k in range(20)))
    return found


def compared(build: Any, cases: CaseSet, before: int, after: int) -> RunComparison:
    return compare_runs(many(build, 20, before), many(build, 20, after), cases)


@pytest.mark.parametrize(("before", "after", "passes"), [(18, 6, False), (18, 17, True), (6, 18, True), (9, 9, True)])
def test_the_gate_refuses_what_is_worse_beyond_noise(
    build: Any, twenty: CaseSet, before: int, after: int, passes: bool
) -> None:
    outcome = gate(score(many(build, 20, after), twenty), compared(build, twenty, before, after), {})
    assert outcome.passed is passes
    assert (" not worse beyond noise" in outcome.checks[0].why) is passes


def test_the_gate_refuses_what_is_below_a_floor(build: Any, twenty: CaseSet) -> None:
    result = score(many(build, 20, 15), twenty)
    assert gate(result, None, {Floored.F1: 0.75, Floored.GROUNDED: 1.0}).passed
    outcome = gate(result, None, {Floored.F1: 0.76, Floored.CUE: 0.1})
    assert [(c.passed, c.why) for c in outcome.checks] == [
        (False, "f1 0.7500 < 0.76"),
        (False, "cue is undefined (n = 0), so it cannot be shown to reach 0.1"),
    ]


def test_a_gate_that_cannot_decide_says_so(build: Any, cases: CaseSet, old: EvalRun) -> None:
    with pytest.raises(EvalError, match="nothing to ask"):
        gate(score(old, cases, FAST), None, {})
    alone = cases.model_copy(update={"cases": cases.cases[:1]})
    with pytest.raises(EvalError, match="too few"):
        gate(score(old, alone, FAST), compare_runs(old, old, alone, FAST), {})


def test_reports_say_the_same_and_escape_what_comes_from_elsewhere(build: Any, cases: CaseSet, old: EvalRun) -> None:
    nasty = build.predicted(TUNNEL, text="[red]|x|[/red]\n<b>@all", by="Nobody")
    other = build.run([old.predictions[0], build.prediction("b", nasty)])
    found = compare_runs(old, other, cases, FAST)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(render(found))
    terminal = console.export_text()
    assert "[red]|x|[/red] <b>@all - Nobody" in terminal
    assert "Claims lost: only A finds them (1)" in terminal
    markdown = as_markdown(found)
    assert r"\[red\]\|x\|\[/red\] &lt;b\>&#64;all - Nobody" in markdown
    assert "<details><summary>Claims lost: only A finds them (1)</summary>" in markdown
