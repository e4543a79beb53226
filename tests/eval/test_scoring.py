"""A whole run against gold cases."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.cases import CaseSet, GoldArticle, NotScored, Split
from eval.matching import Criterion
from eval.metrics.figure import Bootstrap
from eval.metrics.found import Counts
from eval.metrics.quality import Measure
from eval.run import EvalRun
from eval.scores import Dimension, Options, Score
from eval.scoring import score
from extractor.schema import Claim, GroundingLevel, Part, Quotation, Source, Span

BRIDGE, TRAFFIC, TUNNEL = "The bridge is safe", "Traffic fell by 12 percent last year", "The tunnel will open in May"
FAST = Options(bootstrap=Bootstrap(rounds=20))


def counts_of(result: Score, criterion: Criterion) -> Counts:
    return next(c.counts for c in result.overall if c.criterion is criterion)


@pytest.fixture
def worked(build: Any) -> Score:
    """Two articles: one right, one with the wrong source, one missed, one invented."""
    cases = build.cases(
        build.case(build.gold(BRIDGE), build.gold(TRAFFIC, by="waterworks"), case_id="a"),
        build.case(build.gold(TUNNEL), case_id="b", form="speech", split=Split.TEST),
    )
    run = build.run(
        [
            build.prediction("b", build.predicted("Nobody was hurt in the flood", by="the police")),
            build.prediction("a", build.predicted(BRIDGE), build.predicted(TRAFFIC, by="Ruta Osei")),
        ]
    )
    return score(run, cases, FAST)


def test_figures_by_hand(worked: Score) -> None:
    assert counts_of(worked, Criterion.SPAN_EXACT) == Counts(
        n_predicted=3, n_gold=3, n_predicted_matched=2, n_gold_matched=2
    )
    assert counts_of(worked, Criterion.SPAN_OVERLAP_SOURCE).n_gold_matched == 1
    headline = worked.headline()
    assert headline.criterion is Criterion.SPAN_OVERLAP_SOURCE
    assert (headline.precision.value, headline.recall.value, headline.f1.value) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert (worked.accuracy.source.value, worked.accuracy.source.n) == (1 / 2, 2)
    assert worked.accuracy.cue.value is None
    assert (worked.accuracy.kind.value, worked.accuracy.kind.n) == (1, 2)
    # All three contents are whole, two of three are gold: partial credit is 2 of 3 on either side.
    assert (worked.partial.precision.value, worked.partial.f1.value) == pytest.approx((2 / 3, 2 / 3))
    assert worked.grounding.false_spans.value == 0
    assert worked.grounding.misquoted.value is None


def test_articles_come_by_id_with_their_details(worked: Score) -> None:
    first, second = worked.articles
    assert (first.case_id, second.case_id) == ("a", "b")
    assert [f.gold.text for f in first.details.found] == [BRIDGE]
    missed, invented = first.details.missed[0], first.details.invented[0]
    assert missed.gold.text == invented.predicted.text == TRAFFIC
    assert missed.near is not None
    assert (missed.near.overlap, missed.near.source_agrees, missed.near.taken) == (1.0, False, False)
    assert invented.nearest == missed.gold
    assert second.details.missed[0].near is None
    assert second.details.invented[0].near is None


def test_a_duplicate_is_invented_because_its_gold_claim_is_taken(build: Any) -> None:
    claims = (build.predicted(BRIDGE), build.predicted(BRIDGE, text="It is safe"))
    result = score(build.run([build.prediction("a", *claims)]), build.cases(build.case(build.gold(BRIDGE))), FAST)
    near = result.articles[0].details.invented[0].near
    assert near is not None
    assert near.taken


def test_slices(worked: Score) -> None:
    found = {(s.dimension, s.value): s for s in worked.slices}
    assert set(found) == {
        (Dimension.FORM, "wire_report"),
        (Dimension.FORM, "speech"),
        (Dimension.LANGUAGE, "en"),
        (Dimension.SPLIT, "dev"),
        (Dimension.SPLIT, "test"),
        (Dimension.QUOTATION, "indirect"),
        (Dimension.PUBLISHER, "not given"),
        (Dimension.LENGTH, "under 250 words"),
        (Dimension.MENTION, "none"),
    }
    wire = found[Dimension.FORM, "wire_report"]
    assert wire.n_articles == 1
    assert wire.criteria[0].counts == Counts(n_predicted=2, n_gold=2, n_predicted_matched=2, n_gold_matched=2)
    assert found[Dimension.LANGUAGE, "en"].criteria == worked.overall


def test_slices_stand_in_an_order_of_their_own(build: Any) -> None:
    texts = {name: f"{'word ' * n}\n{build.text}" for name, n in (("long", 600), ("short", 10), ("usual", 300))}
    wire = f"KOLSHEM, Oct 3 (Sextant) -- {build.text}"
    cases = []
    for name, text in (*texts.items(), ("wire", wire)):
        article = GoldArticle(text=text, text_sha256=hashlib.sha256(text.encode()).hexdigest())
        cases.append(build.case(case_id=name, article=article))
    run = build.run([build.prediction(c.id, text_sha256=c.article.text_sha256) for c in cases])
    found = score(run, build.cases(*cases), FAST).slices
    assert [s.value for s in found if s.dimension is Dimension.LENGTH] == [
        "under 250 words",
        "250 to 499 words",
        "500 to 999 words",
    ]
    # Told from the dateline, as ingest tells it.
    assert [s.value for s in found if s.dimension is Dimension.PUBLISHER] == ["Sextant", "not given"]


def test_a_quotation_slice_asks_each_side_for_its_own_type(build: Any) -> None:
    gold = (build.gold(BRIDGE, quotation=Quotation.DIRECT), build.gold(TUNNEL, quotation=Quotation.DIRECT))
    claims = (build.predicted(BRIDGE, quotation=Quotation.DIRECT), build.predicted(TUNNEL))
    result = score(build.run([build.prediction("a", *claims)]), build.cases(build.case(*gold)), FAST)
    direct, indirect = (s.criteria[0] for s in result.slices if s.dimension is Dimension.QUOTATION)
    # Both direct gold claims are found, though one was called indirect.
    assert (direct.recall.value, direct.precision.value, direct.f1.value) == (1, 1, 1)
    assert direct.counts == Counts(n_predicted=1, n_gold=2, n_predicted_matched=1, n_gold_matched=2)
    assert (indirect.recall.value, indirect.precision.value, indirect.f1.value) == (None, 1, None)


def test_a_failed_article_counts_as_missed(build: Any) -> None:
    cases = build.cases(build.case(build.gold(BRIDGE)))
    result = score(build.run([build.prediction("a", error="the endpoint hung up")]), cases, FAST)
    assert result.articles[0].error == "the endpoint hung up"
    assert (result.headline().recall.value, result.headline().precision.value) == (0, None)


def test_what_cannot_be_judged_is_listed_with_its_reason(build: Any) -> None:
    cases = CaseSet(
        path="gold",
        sha256="0" * 64,
        cases=(build.case(case_id="a"), build.case(case_id="b"), build.case(case_id="c")),
        not_scored=(NotScored(case_id="z", split=Split.DEV, reason="no text"),),
    )
    run = build.run(
        [
            build.prediction("a"),
            build.prediction("b", text_sha256="f" * 64),
            build.prediction("elsewhere"),
            build.prediction("z"),
        ]
    )
    result = score(run, cases, FAST)
    assert [a.case_id for a in result.articles] == ["a"]
    assert [(n.case_id, n.reason) for n in result.not_scored] == [
        ("z", "no text"),
        ("b", "its prediction is for another text (sha256 ffffffffffff...)"),
        ("c", "the run has no prediction for it"),
    ]
    assert result.unused_predictions == ("elsewhere",)


def test_cost_and_time_are_those_of_the_scored_cases(build: Any) -> None:
    run = build.run([build.prediction("a", seconds=2.0), build.prediction("b", seconds=3.0)])
    assert score(run, build.cases(build.case(case_id="a")), FAST).seconds == 2.0


def test_nothing_to_score_is_undefined(build: Any) -> None:
    result = score(build.run([]), build.cases(), FAST)
    assert all(c.f1.value is None for c in result.overall)
    assert result.slices == ()


def perfect(build: Any, gold: Any) -> Claim:
    return build.predicted(
        "The",
        text=gold.text,
        by=gold.source.name,
        content=Part(
            text=" ".join(s.of(build.text) for s in gold.content), spans=gold.content, level=GroundingLevel.EXACT
        ),
        quotation=gold.quotation,
        source=Source(name=gold.source.name, kind=gold.source.kind),
    )


@st.composite
def gold_articles(draw: st.DrawFn) -> list[list[tuple[int, int, str, Quotation]]]:
    claim = st.tuples(
        st.integers(0, 100),
        st.integers(1, 60),
        st.sampled_from(["Ruta Osei", "Juan Torres", "Osei"]),
        st.sampled_from(Quotation),
    )
    return draw(st.lists(st.lists(claim, min_size=1, max_size=5), min_size=1, max_size=4))


def built(build: Any, articles: Any) -> CaseSet:
    def gold(n: int, start: int, length: int, by: str, quotation: Quotation) -> Any:
        span = Span(start_char=start, end_char=start + length)
        return build.gold("The", id=f"c{n}", by=by, text=f"claim {n}", content=(span,), quotation=quotation)

    return build.cases(
        *(build.case(*(gold(n, *c) for n, c in enumerate(a)), case_id=f"case{k}") for k, a in enumerate(articles))
    )


def run_of(build: Any, claims: dict[str, list[Claim]]) -> EvalRun:
    return build.run([build.prediction(case_id, *found) for case_id, found in claims.items()])


@settings(deadline=None)
@given(gold_articles())
def test_a_perfect_prediction_scores_1_everywhere(build: Any, articles: Any) -> None:
    cases = built(build, articles)
    result = score(run_of(build, {c.id: [perfect(build, g) for g in c.claims] for c in cases.cases}), cases, FAST)
    for row in (*result.overall, *(c for s in result.slices for c in s.criteria)):
        assert row.precision.value == row.recall.value == row.f1.value == 1
    assert result.accuracy.source.value == result.accuracy.quotation.value == result.accuracy.kind.value == 1
    assert all(cell.n == 0 for cell in result.confusion if cell.gold is not cell.predicted)
    assert result.partial.f1.value == pytest.approx(1)
    by_measure = {q.measure: q.predicted.value for q in result.quality}
    assert by_measure[Measure.FOCUS] == by_measure[Measure.COVERAGE] == 1


@settings(deadline=None)
@given(gold_articles(), gold_articles(), st.randoms())
def test_order_does_not_matter(build: Any, articles: Any, others: Any, random: Any) -> None:
    cases = built(build, articles)
    other = {c.id: c for c in built(build, others).cases}
    claims = {c.id: [perfect(build, g) for g in other[c.id].claims] for c in cases.cases if c.id in other}
    shuffled = {case_id: random.sample(found, len(found)) for case_id, found in claims.items()}
    mixed = [c.model_copy(update={"claims": tuple(random.sample(c.claims, len(c.claims)))}) for c in cases.cases]
    random.shuffle(mixed)
    one = score(run_of(build, claims), cases, FAST)
    two = score(run_of(build, shuffled), cases.model_copy(update={"cases": tuple(mixed)}), FAST)
    assert one.overall == two.overall
    assert one.slices == two.slices
    assert (one.accuracy, one.grounding, one.confusion) == (two.accuracy, two.grounding, two.confusion)
    assert (one.worthiness, one.quality) == (two.worthiness, two.quality)
    assert one.partial.f1.value == pytest.approx(two.partial.f1.value)


@settings(deadline=None)
@given(gold_articles(), gold_articles())
def test_adding_a_wrong_claim_never_raises_precision_nor_changes_recall(build: Any, articles: Any, others: Any) -> None:
    cases = built(build, articles)
    other = {c.id: c for c in built(build, others).cases}
    claims = {c.id: [perfect(build, g) for g in (other.get(c.id) or c).claims] for c in cases.cases}
    wrong = build.predicted("the police said", by="Nobody At All", text="Purple elephants")
    more = claims | {"case0": [*claims["case0"], wrong]}
    before, after = (score(run_of(build, c), cases, FAST) for c in (claims, more))
    for one, two in zip(before.overall, after.overall, strict=True):
        assert two.precision.value is not None
        assert one.precision.value is None or two.precision.value <= one.precision.value
        assert two.recall.value == one.recall.value


@settings(deadline=None)
@given(gold_articles(), gold_articles())
def test_asking_for_the_source_too_never_finds_more(build: Any, articles: Any, others: Any) -> None:
    cases = built(build, articles)
    other = {c.id: c for c in built(build, others).cases}
    claims = {c.id: [perfect(build, g) for g in other[c.id].claims] for c in cases.cases if c.id in other}
    result = score(run_of(build, claims), cases, FAST)
    for criterion in Criterion:
        assert counts_of(result, criterion).n_gold_matched <= counts_of(result, criterion.base).n_gold_matched
    exact, overlap = (counts_of(result, c) for c in (Criterion.SPAN_EXACT, Criterion.SPAN_OVERLAP))
    assert exact.n_gold_matched <= overlap.n_gold_matched
