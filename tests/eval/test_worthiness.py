"""Check-worthiness: scikit-learn and hand-computed cases."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_curve

from eval.cases import GoldCase
from eval.metrics.figure import MIN_ARTICLES, Bootstrap, resample
from eval.metrics.worthiness import Rated, Worthiness, average_precision, precision_at, rank, worthiness
from eval.scores import Options
from eval.scoring import score

RATED = st.builds(Rated, score=st.integers(0, 20).map(lambda n: n / 20), worthy=st.booleans())
ARTICLES = st.lists(st.lists(RATED, max_size=6), min_size=1, max_size=5)
FAST = Options(bootstrap=Bootstrap(rounds=20))


def judged(*articles: list[Rated], rounds: int = 50) -> Worthiness:
    return worthiness(articles, articles, resample(len(articles), Bootstrap(rounds=rounds)))


def rated(*pairs: tuple[float, bool]) -> list[Rated]:
    return [Rated(score=s, worthy=w) for s, w in pairs]


@settings(deadline=None)
@given(ARTICLES)
def test_average_precision_and_its_curve_are_those_of_scikit_learn(articles: list[list[Rated]]) -> None:
    flat = [r for found in articles for r in found]
    found = judged(*articles)
    assert found.average_precision.n == len(flat)
    if not any(r.worthy for r in flat):
        assert found.average_precision.value is None
        assert found.curve == ()
        return
    labels, scores = [r.worthy for r in flat], [r.score for r in flat]
    assert found.average_precision.value == pytest.approx(average_precision_score(labels, scores), rel=1e-14)
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    ours = [(p.threshold, p.precision, p.recall) for p in found.curve]
    # Theirs rises with the threshold and ends in a point of its own.
    theirs = list(zip(thresholds, precision[:-1], recall[:-1], strict=True))[::-1]
    assert np.array(ours) == pytest.approx(np.array(theirs), rel=1e-14)


def test_a_bootstrap_round_is_scikit_learns_figure_on_the_drawn_articles() -> None:
    rng = random.Random(2)
    articles = [rated(*((rng.randint(0, 9) / 10, rng.random() < 0.4) for _ in range(5))) for _ in range(8)]
    ranking, weights = rank(articles), resample(8, Bootstrap(rounds=20)).weights
    ours = average_precision(ranking, weights[:, ranking.article])
    for value, draws in zip(ours, weights, strict=True):
        drawn = [r for found, times in zip(articles, draws, strict=True) for _ in range(int(times)) for r in found]
        theirs = average_precision_score([r.worthy for r in drawn], [r.score for r in drawn])
        assert value == pytest.approx(theirs, rel=1e-12)


def test_precision_at_k_by_hand() -> None:
    ranking = rank([rated((0.9, True), (0.5, True)), rated((0.8, False), (0.5, False), (0.5, False), (0.1, True))])
    ones = np.ones((1, 6))
    # The first two, then a group of three with one hit, of which one place is left at k = 3.
    expected = {1: 1, 2: 1 / 2, 3: (1 + 1 / 3) / 3, 5: 2 / 5, 6: 3 / 6}
    for k, value in expected.items():
        assert precision_at(ranking, k, ones)[0] == pytest.approx(value)
    assert np.isnan(precision_at(ranking, 7, ones)[0])


def test_a_k_that_is_not_reached_is_undefined() -> None:
    five, ten, *_ = judged(rated(*[(0.5, True)] * 3), rated(*[(0.4, False)] * 3)).precision_at
    assert (five.k, five.precision.value, five.precision.n) == (5, pytest.approx((3 + 2 * 0) / 5), 6)
    assert (ten.k, ten.precision.value, ten.precision.interval) == (10, None, None)


def test_calibration_by_hand() -> None:
    # (0.2, 0.3]: two claims of mean 0.25, none worthy; (0.8, 0.9]: one of 0.9, worthy; the edges 0 and 1.
    found = judged(rated((0.2, True), (0.21, False), (0.29, False)), rated((0.9, True), (0.0, False), (1.0, True)))
    filled = {(b.low, b.high): (b.n, b.mean_score, b.share_worthy) for b in found.bins if b.n}
    assert filled == {
        (0.0, 0.1): (1, 0.0, 0.0),
        (0.1, 0.2): (1, 0.2, 1.0),
        (0.2, 0.3): (2, pytest.approx(0.25), 0.0),
        (0.8, 0.9): (1, 0.9, 1.0),
        (0.9, 1.0): (1, 1.0, 1.0),
    }
    assert found.calibration_error.value == pytest.approx((0 + 0.8 + 2 * 0.25 + 0.1 + 0) / 6)
    assert found.share_worthy.value == pytest.approx(3 / 6)


@settings(deadline=None)
@given(ARTICLES)
def test_the_calibration_error_is_what_the_bins_say(articles: list[list[Rated]]) -> None:
    found = judged(*articles)
    n = found.calibration_error.n
    if not n:
        assert found.calibration_error.value is None
        return
    gaps = [b.n * abs((b.mean_score or 0) - (b.share_worthy or 0)) for b in found.bins]
    assert found.calibration_error.value == pytest.approx(sum(gaps) / n)
    assert 0 <= sum(gaps) / n <= 1


def test_intervals_need_articles() -> None:
    article = rated((0.9, True), (0.2, False))
    few = judged(*[article] * (MIN_ARTICLES - 1), [])
    enough = judged(*[article] * MIN_ARTICLES)
    assert few.average_precision.interval is None
    assert few.calibration_error.interval is None
    assert enough.average_precision.interval is not None
    assert enough.calibration_error.interval is not None


BRIDGE, TRAFFIC, TUNNEL = "The bridge is safe", "Traffic fell by 12 percent last year", "The tunnel will open in May"


def test_found_claims_rank_and_invented_ones_stand_in_the_queue(build: Any) -> None:
    gold = (build.gold(BRIDGE, check_worthy=False), build.gold(TRAFFIC))
    claims = (
        build.predicted(BRIDGE, check_worthiness=0.9),
        build.predicted(TRAFFIC, check_worthiness=0.6),
        build.predicted(TUNNEL, check_worthiness=0.8),
        *(build.predicted("said", text=f"filler {n}", check_worthiness=0.1) for n in range(2)),
    )
    found = score(build.run([build.prediction("a", *claims)]), build.cases(build.case(*gold)), FAST).worthiness
    assert (found.average_precision.value, found.average_precision.n) == (1 / 2, 2)
    assert (found.precision_at[0].precision.value, found.precision_at[0].precision.n) == (1 / 5, 5)


def test_claims_without_a_label_play_no_part(build: Any) -> None:
    case = build.case(build.gold(BRIDGE), build.gold(TRAFFIC, check_worthy=None))
    run = build.run([build.prediction("a", build.predicted(BRIDGE), build.predicted(TRAFFIC))])
    found = score(run, build.cases(case), FAST).worthiness
    assert found.average_precision.n == 1
    assert found.precision_at[0].precision.n == 0


def test_a_text_labelled_as_a_whole_counts_by_its_best_claim_and_for_nothing_else(build: Any) -> None:
    def text(case_id: str, worthy: bool) -> GoldCase:
        case: GoldCase = build.case(case_id=case_id, check_worthy=worthy)
        return case

    claims = (build.predicted(BRIDGE, check_worthiness=0.3), build.predicted(TUNNEL, check_worthiness=0.7))
    run = build.run([build.prediction("a", *claims), build.prediction("b")])
    result = score(run, build.cases(text("a", True), text("b", False)), FAST)
    assert [(p.threshold, p.precision, p.recall) for p in result.worthiness.curve] == [(0.7, 1, 1), (0, 0.5, 1)]
    assert result.headline().counts.n_predicted == 0
    assert result.grounding.grounded.value is None
