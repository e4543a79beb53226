"""Agreement of two annotators: hand-computed cases, properties, and the krippendorff package."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from eval.agreement import agreement
from eval.ceiling import load_agreements
from eval.matching import Criterion
from eval.metrics.beyond_chance import alpha_of, coefficient, cohen_kappa, kappa_of, krippendorff_alpha
from eval.metrics.figure import Bootstrap, Ratio, resample
from eval.scoring import score
from extractor.errors import EvalError
from extractor.schema import ClaimKind, Quotation, SourceKind

BRIDGE, TRAFFIC, TUNNEL = "The bridge is safe", "Traffic fell by 12 percent last year", "The tunnel will open in May"

Table = Mapping[tuple[str, str], int]

tables = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), st.integers(min_value=1, max_value=20), min_size=1
)


def test_alpha_of_the_textbook_example() -> None:
    # Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section B: two observers, 12
    # articles, nominal, no missing data.
    meg = "a a b b d c c c e d d a".split()
    owen = "b a b b b c c c e d d d".split()
    found = krippendorff_alpha(Counter(zip(meg, owen, strict=True)))
    assert found.n == 12
    assert found.value == pytest.approx(0.692, abs=5e-4)


def test_alpha_by_hand() -> None:
    # Ten units, 6 yes-yes, 2 no-no, 2 yes-no: 14 yes and 6 no among 20 labels. Observed disagreement
    # 2/10; expected 2*14*6 / (20*19) = 42/95; alpha = 1 - 19/42.
    found = krippendorff_alpha({("yes", "yes"): 6, ("no", "no"): 2, ("yes", "no"): 2})
    assert found.value == pytest.approx(float(1 - Fraction(19, 42)))


def test_kappa_by_hand() -> None:
    # Cohen's kappa of 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed 0.7, by chance
    # 0.5*0.6 + 0.5*0.4 = 0.5, so 0.2 of the 0.5 that were left.
    table = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    found = cohen_kappa(table)
    assert (found.value, found.n) == (pytest.approx(0.4), 50)


@pytest.mark.parametrize("coefficient", [krippendorff_alpha, cohen_kappa])
def test_one_label_only_or_none_is_undefined(coefficient: Any) -> None:
    assert coefficient({("yes", "yes"): 9}).value is None
    assert coefficient({}) == coefficient(Counter())
    assert coefficient({}).value is None


def test_kappa_is_zero_where_one_annotator_never_varies() -> None:
    assert cohen_kappa({("yes", "yes"): 3, ("yes", "no"): 1}).value == 0


@given(tables)
def test_alpha_is_that_of_the_krippendorff_package(table: Table) -> None:
    ours = krippendorff_alpha(table).value
    units = list(Counter(table).elements())
    if ours is None:
        assert len({label for unit in units for label in unit}) == 1
        return
    theirs = krippendorff.alpha(
        reliability_data=_rows(units),
        level_of_measurement="nominal",
    )
    assert ours == pytest.approx(theirs)


@given(tables)
def test_kappa_is_that_of_scikit_learn(table: Table) -> None:
    units = list(Counter(table).elements())
    ours = cohen_kappa(table).value
    if ours is None:
        assert len(set(units)) == 1
        return
    firsts, seconds = zip(*units, strict=True)
    assert ours == pytest.approx(cohen_kappa_score(firsts, seconds), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("formula", [alpha_of, kappa_of])
def test_an_interval_is_that_of_a_plain_loop_over_the_same_draws(formula: Any) -> None:
    articles = [Counter({("a", "a"): 3, ("a", "b"): k, ("b", "b"): 2}) for k in range(5)]
    resamples = resample(5, Bootstrap(rounds=200))
    values = []
    for draws in resamples.weights:
        drawn = sum((a for a, times in zip(articles, draws, strict=True) for _ in range(int(times))), Counter())
        values.append(coefficient([drawn], formula, None).value)
    low, high = np.quantile(np.array(values, float), (0.025, 0.975))
    interval = coefficient(articles, formula, resamples).interval
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high))


def _rows(units: list[tuple[str, str]]) -> list[list[int]]:
    return [[ord(unit[side]) for unit in units] for side in (0, 1)]


@given(tables)
def test_who_comes_first_does_not_matter(table: Table) -> None:
    turned = {(second, first): times for (first, second), times in table.items()}
    assert krippendorff_alpha(turned) == krippendorff_alpha(table)
    assert cohen_kappa(turned) == cohen_kappa(table)


@given(tables)
def test_agreement_is_never_above_one_and_one_only_without_difference(table: Table) -> None:
    same = all(first == second for first, second in table)
    for found in (krippendorff_alpha(table), cohen_kappa(table)):
        assert found.value is None or found.value <= 1
        assert found.value is None or (found.value == 1) == same


def test_an_annotator_agrees_with_himself(build: Any) -> None:
    case = build.case(build.gold(BRIDGE), build.gold(TRAFFIC, by="waterworks", quotation=Quotation.DIRECT))
    found = agreement([case], [case])
    assert (found.n_articles, found.n_claims_one, found.n_claims_other) == (1, 2, 2)
    assert {c: found.f1(c) for c in Criterion} == dict.fromkeys(Criterion, 1.0)
    assert (found.content.value, found.content.n) == (1, len(build.text))
    assert (found.quotation.value, found.quotation.n) == (1, 2)
    assert found.check_worthy.value is None


def test_claims_sources_and_labels_are_told_apart(build: Any) -> None:
    one = build.case(
        build.gold(BRIDGE, kind=ClaimKind.OPINION, check_worthy=False),
        build.gold(TRAFFIC, by="waterworks"),
        build.gold(TUNNEL),
    )
    other = build.case(
        build.gold(BRIDGE, check_worthy=False), build.gold(TRAFFIC, by="the police", kind=ClaimKind.STATISTIC)
    )
    found = agreement([one], [other])
    # Two of three and two of two are shared, one of them with its source.
    assert found.f1(Criterion.SPAN_OVERLAP) == pytest.approx(4 / 5)
    assert found.f1(Criterion.SPAN_OVERLAP_SOURCE) == pytest.approx(2 / 5)
    # Both shared claims differ in kind: opinion-event, event-statistic. Four labels, a pair of them alike.
    assert (found.kind.value, found.kind.n) == (pytest.approx(1 - 3 * 4 / (16 - 6)), 2)
    assert (found.check_worthy.value, found.check_worthy_kappa.value) == (1, 1)
    assert found.source_kind.value is None


def test_content_counts_characters(build: Any) -> None:
    found = agreement([build.case(build.gold(TRAFFIC))], [build.case(build.gold("Traffic fell by 12 percent"))])
    inside, alone = len("Traffic fell by 12 percent"), len(" last year")
    outside = len(build.text) - inside - alone
    table = {(True, True): inside, (True, False): alone, (False, False): outside}
    assert found.content == krippendorff_alpha(table)


def test_an_alias_on_either_side_makes_sources_agree(build: Any) -> None:
    mayor = build.gold_source("Ruta Osei", "the town hall")
    hall = build.gold_source("town hall", kind=SourceKind.ORGANISATION)
    one, other = build.case(build.gold(BRIDGE, source=mayor)), build.case(build.gold(BRIDGE, source=hall))
    # Only the first annotator lists the alias, so the sources agree in one of the two directions.
    assert agreement([one], [other]).f1(Criterion.SPAN_EXACT_SOURCE) == 0.5
    assert agreement([other], [one]).f1(Criterion.SPAN_EXACT_SOURCE) == 0.5


def test_articles_without_claims_have_no_f1(build: Any) -> None:
    found = agreement([build.case()], [build.case()])
    assert found.f1(Criterion.TEXT) is None
    assert found.content.value is None
    assert found.quotation.n == 0


def test_sides_must_be_the_same_articles(build: Any) -> None:
    with pytest.raises(EvalError, match="only one annotator labelled 'b'"):
        agreement([build.case(), build.case(case_id="b")], [build.case()])
    changed = build.case().article.model_copy(update={"text_sha256": hashlib.sha256(b"x").hexdigest()})
    with pytest.raises(EvalError, match="different texts"):
        agreement([build.case()], [build.case(article=changed)])


def test_a_model_agrees_as_far_as_it_finds_and_judges_alike(build: Any) -> None:
    cases = [
        build.case(build.gold(BRIDGE), build.gold(TRAFFIC, check_worthy=False), build.gold(TUNNEL)),
        build.case(build.gold(BRIDGE), case_id="unread"),
    ]
    claims = (
        build.predicted(BRIDGE, check_worthiness=0.5),
        build.predicted(TRAFFIC, check_worthiness=0.7),
        build.unplaced("The moon is cheese"),
    )
    found = agreement(cases, build.run([build.prediction("a", *claims)]))
    assert (found.n_articles, found.n_claims_one, found.n_claims_other) == (1, 3, 3)
    assert found.f1(Criterion.SPAN_EXACT) == pytest.approx(4 / 6)
    # worthy-worthy and not-worthy: three labels of one kind, one of the other, half of the pairs unlike.
    assert found.check_worthy.value == pytest.approx(1 - 3 * 2 / (16 - 10))
    with pytest.raises(EvalError, match="no prediction for any"):
        agreement(cases, build.run([]))
    with pytest.raises(EvalError, match="case 'a': the run read another text"):
        agreement(cases, build.run([build.prediction("a", text_sha256="f" * 64)]))


def test_agreements_beside_a_gold_file_become_the_ceiling_of_what_is_scored(build: Any, tmp_path: Path) -> None:
    cases = [build.case(build.gold(BRIDGE), build.gold(TUNNEL), case_id=i) for i in "ab"]
    others = [build.case(build.gold(BRIDGE), case_id="a"), cases[1]]
    beside = tmp_path / "gold.agreement.json"
    beside.write_text(agreement(cases, others).model_dump_json(), encoding="utf-8")
    for path in (tmp_path, tmp_path / "gold.jsonl"):
        assert [a.case_id for a in load_agreements(path)] == ["a", "b"]
    agreements = load_agreements(tmp_path)
    both = score(build.run([build.prediction("a"), build.prediction("b")]), build.cases(*cases), agreements=agreements)
    one = score(build.run([build.prediction("a")]), build.cases(*cases), agreements=agreements)
    assert both.ceiling is not None
    assert one.ceiling is not None
    assert (both.ceiling.n_articles, both.ceiling.f1(Criterion.SPAN_EXACT)) == (2, 6 / 7)
    assert (one.ceiling.n_articles, one.ceiling.f1(Criterion.SPAN_EXACT)) == (1, 2 / 3)
    assert one.ceiling.given_match.source == Ratio(hits=2, n=2)


def test_no_agreement_is_no_ceiling_and_a_broken_one_is_named(build: Any, tmp_path: Path) -> None:
    assert load_agreements(tmp_path) == load_agreements(tmp_path / "gold.jsonl") == ()
    assert score(build.run([build.prediction("a")]), build.cases(build.case())).ceiling is None
    (tmp_path / "gold.agreement.json").write_text("{}", encoding="utf-8")
    with pytest.raises(EvalError, match=r"gold\.agreement\.json: field 'articles' is missing"):
        load_agreements(tmp_path / "gold.jsonl")
