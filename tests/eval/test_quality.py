"""Partial credit, and the proxies for the quality of claims: hand-computed cases."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.figure import Bootstrap, Ratio, resample
from eval.metrics.partial import partial_credit
from eval.metrics.quality import Measure, quality, quality_figures
from eval.reference import is_pronoun, stands_alone

BRIDGE, TRAFFIC, TUNNEL = "The bridge is safe", "Traffic fell by 12 percent last year", "The tunnel will open in May"
BOTH = "The bridge is safe, mayor Ruta Osei said. Traffic fell by 12 percent last year"


def test_partial_credit_takes_the_pairing_that_earns_most() -> None:
    # The greedy pairing (0.6 first) earns 0.6 + 0; the best one 0.5 + 0.4.
    found = partial_credit(np.array([[0.6, 0.5], [0.4, 0.0], [0.0, 0.0]]))
    assert found.credit == pytest.approx(0.9)
    assert (found.precision.value, found.recall.value) == (pytest.approx(0.3), pytest.approx(0.45))
    assert found.f1.value == pytest.approx(2 * 0.9 / 5)


def test_partial_credit_without_claims_is_undefined() -> None:
    empty = partial_credit(np.zeros((0, 0)))
    assert (empty.precision.value, empty.recall.value, empty.f1.value) == (None, None, None)
    assert partial_credit(np.zeros((0, 2))).f1.value == 0


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), max_size=4))
def test_partial_credit_lies_between_nothing_and_everything(rows: list[list[float]]) -> None:
    table = np.array(rows).reshape(len(rows), 3)
    found = partial_credit(table)
    assert 0 <= found.credit <= min(table.shape) + 1e-9
    assert partial_credit(table.T).credit == pytest.approx(found.credit)


def test_atomicity_asks_how_many_gold_claims_a_claim_holds(build: Any) -> None:
    case = build.case(build.gold(BRIDGE), build.gold(TRAFFIC))
    claims = [build.predicted(BOTH), build.predicted(BRIDGE), build.predicted(TUNNEL), build.unplaced("The moon")]
    found = quality(case, claims)
    assert found.predicted[Measure.ATOMICITY] == Ratio(hits=1, n=2)
    assert found.gold[Measure.ATOMICITY] == Ratio(hits=2, n=2)


def test_focus_and_coverage_count_characters(build: Any) -> None:
    case = build.case(build.gold(TRAFFIC), build.gold(TUNNEL))
    found = quality(case, [build.predicted(BRIDGE), build.predicted("Traffic fell"), build.unplaced("Off the text")])
    shared = len("Traffic fell")
    assert found.predicted[Measure.FOCUS] == Ratio(hits=shared, n=len(BRIDGE) + shared + len("Off the text"))
    assert found.predicted[Measure.COVERAGE] == Ratio(hits=shared, n=len(TRAFFIC) + len(TUNNEL))


def test_faithfulness_sees_changed_numbers_names_and_negations_and_lost_places(build: Any) -> None:
    case = build.case(build.gold(TRAFFIC))
    claims = [
        build.predicted(TRAFFIC),
        build.predicted(TRAFFIC, text="Traffic fell by 21 percent last year"),
        build.predicted(TRAFFIC, text="Traffic in Gotham fell by 12 percent last year"),
        build.predicted(BRIDGE, text="The bridge is not safe"),
        build.unplaced("The bridge is safe"),
    ]
    found = quality(case, claims)
    assert found.predicted[Measure.FAITHFULNESS] == Ratio(hits=1, n=5)
    assert found.gold[Measure.FAITHFULNESS] == Ratio(hits=1, n=1)


ALONE = {
    "a name": ("Ruta Osei opened her bridge.", "en", True),
    "a pronoun first": ("She opened the bridge.", "en", False),
    "a possessive first": ("In his view it was safe.", "en", False),
    "a name before it": ("In Varn his bridge fell.", "en", True),
    "first person": ("Traffic fell because of us.", "en", False),
    "first person quoted": ('Osei calls it "our bridge".', "en", True),
    "today": ("Traffic fell today.", "en", False),
    "German": ("Gestern fiel die Brücke.", "de", False),
    "Russian": ("Он открыл мост.", "ru", False),
    "no list": ("He opened it.", "fi", None),
}


@pytest.mark.parametrize(("text", "language", "expected"), ALONE.values(), ids=ALONE.keys())
def test_what_stands_alone(text: str, language: str, expected: bool | None) -> None:
    assert stands_alone(text, language) is expected


@pytest.mark.parametrize(
    ("mention", "language", "expected"),
    [("She", "en", True), ("the mayor", "en", False), ("it", "en", True), ("er", "de", True), ("she", "fi", False)],
)
def test_a_pronoun_is_told_from_a_description(mention: str, language: str, expected: bool) -> None:
    assert is_pronoun(mention, language) is expected


def test_languages_without_a_list_are_left_out(build: Any) -> None:
    case = build.case(build.gold(BRIDGE), language="fi")
    assert quality(case, [build.predicted(BRIDGE)]).predicted[Measure.DECONTEXTUALISATION].value is None


def test_gold_stands_beside_what_can_be_asked_of_it(build: Any) -> None:
    found = quality(build.case(build.gold(BRIDGE)), [build.predicted(BRIDGE)])
    figures = {f.measure: f for f in quality_figures([found], resample(1, Bootstrap(rounds=10)))}
    assert set(figures) == set(Measure)
    assert {m for m, f in figures.items() if f.gold is None} == {Measure.FOCUS, Measure.COVERAGE}
    assert figures[Measure.FOCUS].predicted.value == figures[Measure.ATOMICITY].predicted.value == 1
