"""One-to-one matching, criterion by criterion."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.matching import Criterion, Matching, Thresholds, compare, match
from extractor.schema import Claim, GroundingLevel, Part, Span

EXACT, OVERLAP, TEXT_F1 = Criterion.SPAN_EXACT, Criterion.SPAN_OVERLAP, Criterion.TEXT
OVERLAP_SOURCE = Criterion.SPAN_OVERLAP_SOURCE
BRIDGE, TRAFFIC, TUNNEL = "The bridge is safe", "Traffic fell by 12 percent last year", "The tunnel will open in May"


def pairs(matching: Matching) -> set[tuple[int, int]]:
    return {(p.predicted, p.gold) for p in matching.pairs}


def test_every_criterion_has_its_own_verdict(build: Any) -> None:
    case = build.case(build.gold(BRIDGE), build.gold(TRAFFIC, by="waterworks"), build.gold(TUNNEL))
    claims = [
        build.predicted(BRIDGE),
        build.predicted("Traffic fell by 12 percent", by="the police"),
        build.predicted("Nobody was hurt", text="In May the tunnel will open."),
    ]
    comparison = compare(case, claims)
    expected = {
        Criterion.SPAN_EXACT: {(0, 0)},
        Criterion.SPAN_OVERLAP: {(0, 0), (1, 1)},
        Criterion.TEXT: {(0, 0), (1, 1), (2, 2)},
        Criterion.SPAN_EXACT_SOURCE: {(0, 0)},
        Criterion.SPAN_OVERLAP_SOURCE: {(0, 0)},
        Criterion.TEXT_SOURCE: {(0, 0), (2, 2)},
    }
    assert {c: pairs(match(comparison, c)) for c in Criterion} == expected


def test_overlap_is_shared_characters_over_all_characters(build: Any) -> None:
    comparison = compare(build.case(build.gold(BRIDGE)), [build.predicted("bridge is safe, mayor")])
    assert comparison.overlap[0, 0] == len("bridge is safe") / len("The bridge is safe, mayor")


def test_spans_that_touch_or_overlap_are_one_stretch(build: Any) -> None:
    part = Part(
        text="x",
        spans=(Span(start_char=0, end_char=9), Span(start_char=4, end_char=12), Span(start_char=12, end_char=18)),
        level=GroundingLevel.NORMALISED,
    )
    comparison = compare(build.case(build.gold(BRIDGE)), [build.predicted(BRIDGE, content=part)])
    assert comparison.overlap[0, 0] == 1
    assert pairs(match(comparison, EXACT)) == {(0, 0)}


def test_a_claim_in_two_spans_overlaps_by_both(build: Any) -> None:
    case = build.case(build.gold("The bridge is safe", "Traffic fell"))
    comparison = compare(case, [build.predicted("The bridge is safe")])
    assert comparison.overlap[0, 0] == 18 / (18 + 12)


def test_the_threshold_itself_is_enough(build: Any) -> None:
    # 9 of 18 characters.
    comparison = compare(build.case(build.gold("The bridge is safe")), [build.predicted("The bridg")])
    assert pairs(match(comparison, OVERLAP)) == {(0, 0)}
    stricter = compare(
        build.case(build.gold("The bridge is safe")), [build.predicted("The bridg")], Thresholds(overlap=0.51)
    )
    assert pairs(match(stricter, OVERLAP)) == set()


def test_text_is_compared_with_the_gold_text_and_with_the_gold_content(build: Any) -> None:
    gold = build.gold("she added", text="Ruta Osei promised the opening of the tunnel.")
    as_it_stands = build.predicted("Nobody", text="She added")
    resolved = build.predicted("Nobody", text="Ruta Osei promised the opening of the tunnel")
    comparison = compare(build.case(gold), [as_it_stands, resolved])
    assert comparison.text_f1.tolist() == [[1.0], [1.0]]


def test_a_claim_without_place_can_match_by_text_only(build: Any) -> None:
    comparison = compare(build.case(build.gold(BRIDGE)), [build.unplaced("The bridge is safe.")])
    assert {c for c in Criterion if match(comparison, c).pairs} == {Criterion.TEXT, Criterion.TEXT_SOURCE}


def test_the_matching_is_optimal_where_greed_is_not(build: Any) -> None:
    # The first two are most alike (8 of 9), but pairing them leaves the other two alone.
    gold = [build.gold(BRIDGE, text="one two three four five"), build.gold(TRAFFIC, text="one two three four x y")]
    claims = [
        build.predicted("Nobody", text="one two three four"),
        build.predicted("flood", text="three four five"),
    ]
    comparison = compare(build.case(*gold), claims)
    assert comparison.text_f1[0, 0] == comparison.text_f1.max()
    assert pairs(match(comparison, TEXT_F1)) == {(0, 1), (1, 0)}


def test_one_gold_claim_is_matched_once(build: Any) -> None:
    twins = [build.predicted(BRIDGE), build.predicted(BRIDGE, text="Safe is the bridge")]
    assert len(match(compare(build.case(build.gold(BRIDGE)), twins), OVERLAP).pairs) == 1


def test_between_equal_pairs_the_agreeing_source_wins(build: Any) -> None:
    case = build.case(build.gold(BRIDGE, by="Juan Torres", id="c1"), build.gold(BRIDGE, by="Ruta Osei", id="c2"))
    claims = [build.predicted(BRIDGE, by="Ruta Osei"), build.predicted(BRIDGE, by="Juan Torres")]
    assert pairs(match(compare(case, claims), OVERLAP)) == {(0, 1), (1, 0)}


@pytest.mark.parametrize("criterion", Criterion)
def test_nothing_matches_nothing(build: Any, criterion: Criterion) -> None:
    for case, claims in (
        (build.case(), []),
        (build.case(build.gold(BRIDGE)), []),
        (build.case(), [build.predicted(BRIDGE)]),
    ):
        assert match(compare(case, claims), criterion).pairs == ()


def best_by_trying_all(comparison: Any, criterion: Criterion) -> tuple[int, float]:
    """The largest number of pairs and their largest similarity, over every injection; small tables only."""
    similarity = comparison.similarity(criterion)
    n, m = similarity.shape
    best = (0, 0.0)
    if n == 0 or m == 0:
        return best
    for columns in permutations(range(max(n, m)), n):
        chosen = [(i, j) for i, j in enumerate(columns) if j < m and _allowed(comparison, criterion, i, j)]
        best = max(best, (len(chosen), sum(similarity[i, j] for i, j in chosen)))
    return best


def _allowed(comparison: Any, criterion: Criterion, i: int, j: int) -> bool:
    alike = comparison.similarity(criterion)[i, j] >= comparison.threshold(criterion)
    return bool(alike) and (not criterion.with_source or comparison.source_agrees(i, j))


@st.composite
def stretches(draw: st.DrawFn) -> tuple[int, int, str]:
    start = draw(st.integers(0, 60))
    return start, start + draw(st.integers(1, 30)), draw(st.sampled_from(["Ruta Osei", "Juan Torres"]))


def predicted_at(build: Any, start: int, end: int, by: str) -> Claim:
    spans = (Span(start_char=start, end_char=end),)
    content = Part(text=build.text[start:end], spans=spans, level=GroundingLevel.EXACT)
    return build.predicted("The", text=build.text[start:end], by=by, content=content, id=f"{start}-{end}-{by}")


@settings(deadline=None)
@given(
    predicted=st.lists(stretches(), max_size=5),
    gold=st.lists(stretches(), max_size=5),
    criterion=st.sampled_from(list(Criterion)),
)
def test_no_other_pairing_is_better(build: Any, predicted: Any, gold: Any, criterion: Criterion) -> None:
    labelled = [
        build.gold("The", by=by, id=str(n), text=build.text[a:b], content=(Span(start_char=a, end_char=b),))
        for n, (a, b, by) in enumerate(gold)
    ]
    comparison = compare(build.case(*labelled), [predicted_at(build, *p) for p in predicted])
    found = match(comparison, criterion).pairs
    similarity = sum(comparison.similarity(criterion)[p.predicted, p.gold] for p in found)
    n_pairs, best = best_by_trying_all(comparison, criterion)
    assert len(found) == n_pairs
    # The agreeing sources break ties and may cost a millionth of similarity, never more.
    assert similarity == pytest.approx(best, abs=1e-5)
    assert len({p.predicted for p in found}) == len({p.gold for p in found}) == len(found)
