"""What a report says became of each claim."""

from typing import Any

import pytest

from eval.matching import Criterion
from eval.report.verdicts import Verdict, count, judge
from eval.scores import ArticleScore, Options
from eval.scoring import score
from extractor.schema import Quotation, SourceKind

BRIDGE, TRAFFIC, TUNNEL = "The bridge is safe", "Traffic fell by 12 percent last year", "The tunnel will open in May"
FLOOD = "Nobody was hurt in the flood"


@pytest.fixture
def claims(build: Any) -> tuple[Any, tuple[Any, ...]]:
    case = build.case(
        build.gold(BRIDGE), build.gold(TRAFFIC, by="waterworks"), build.gold(TUNNEL), build.gold("the police said")
    )
    predicted = (
        build.unplaced("Something else"),
        build.predicted(FLOOD),
        build.predicted(TUNNEL, quotation=Quotation.DIRECT),
        build.predicted(TRAFFIC, by="the ministry", quotation=Quotation.MIXED),
        build.predicted(BRIDGE),
    )
    return case, predicted


def scored(build: Any, claims: tuple[Any, tuple[Any, ...]], headline: Criterion) -> tuple[ArticleScore, Options]:
    case, predicted = claims
    options = Options(headline=headline)
    result = score(build.run([build.prediction("a", *predicted)]), build.cases(case), options)
    return result.articles[0], options


@pytest.mark.parametrize("headline", list(Criterion))
def test_every_claim_has_one_verdict_in_reading_order(
    build: Any, claims: tuple[Any, tuple[Any, ...]], headline: Criterion
) -> None:
    judged = judge(*scored(build, claims, headline))
    told = [(j.verdict, (j.gold or j.predicted).text) for j in judged if j.gold or j.predicted]
    assert told == [
        (Verdict.MATCHED, BRIDGE),
        (Verdict.WRONG_SOURCE, TRAFFIC),
        (Verdict.WRONG_TYPE, TUNNEL),
        (Verdict.INVENTED, FLOOD),
        (Verdict.MISSED, "the police said"),
        (Verdict.INVENTED, "Something else"),
    ]
    assert judged[1].reasons == (
        "source differs: the ministry instead of waterworks",
        "quotation differs: mixed instead of indirect",
    )
    assert judged[3].reasons == ("no gold claim is near it",)
    assert [c.n for c in count(judged)] == [1, 1, 1, 1, 2]


def test_all_claims_of_both_sides_are_there_once(build: Any, claims: tuple[Any, tuple[Any, ...]]) -> None:
    case, predicted = claims
    judged = judge(*scored(build, claims, Criterion.SPAN_OVERLAP_SOURCE))
    assert sorted(j.gold.id for j in judged if j.gold) == sorted(g.id for g in case.claims)
    assert sorted(j.predicted.id for j in judged if j.predicted) == sorted(p.id for p in predicted)


def test_a_second_claim_at_the_place_stays_invented(build: Any) -> None:
    case = build.case(build.gold(BRIDGE))
    predicted = (
        build.predicted(BRIDGE, by="the ministry"),
        build.predicted(BRIDGE, by="the board", text="Safe bridge"),
    )
    article, options = scored(build, (case, predicted), Criterion.SPAN_OVERLAP_SOURCE)
    assert [j.verdict for j in judge(article, options)] == [Verdict.WRONG_SOURCE, Verdict.INVENTED]


def test_a_claim_far_from_the_gold_span_is_not_called_a_wrong_source(build: Any) -> None:
    case = build.case(build.gold(TUNNEL, by="the article", source=build.gold_source("it", kind=SourceKind.ARTICLE)))
    article, options = scored(build, (case, (build.predicted("May, she added"),)), Criterion.SPAN_OVERLAP_SOURCE)
    verdicts = {j.verdict for j in judge(article, options)}
    assert verdicts == {Verdict.MISSED, Verdict.INVENTED}
