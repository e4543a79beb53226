"""What a reader of a score gets to see."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from eval.matching import Criterion, Thresholds
from eval.metrics.figure import Bootstrap, Figure, Interval
from eval.report.as_json import as_json
from eval.report.terminal import render
from eval.report.wording import criterion_name, figure_text, share
from eval.scores import Options, Score
from eval.scoring import score
from extractor.schema import Quotation, Source, SourceKind

BRIDGE, TRAFFIC, TUNNEL = "The bridge is safe", "Traffic fell by 12 percent last year", "The tunnel will open in May"


@pytest.fixture
def result(build: Any) -> Score:
    cases = build.cases(
        build.case(
            build.gold(BRIDGE),
            build.gold(TRAFFIC, by="waterworks"),
            build.gold(TUNNEL, text="The tunnel opens [in] May."),
            case_id="a",
        ),
        build.case(build.gold(BRIDGE), case_id="b"),
        build.case(case_id="c"),
    )
    claims = (
        build.predicted(BRIDGE, quotation=Quotation.DIRECT),
        build.predicted(TRAFFIC, source=Source(name="Varn Courier", kind=SourceKind.ARTICLE)),
        build.predicted("May, she added", text="\x1b[31mShe added something"),
        build.predicted("Nobody was hurt"),
    )
    run = build.run([build.prediction("a", *claims), build.prediction("b", error="the endpoint hung up")])
    return score(run, cases, Options(bootstrap=Bootstrap(rounds=50)))


def shown(result: Score, *, details: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=160).print(render(result, details=details))
    return out.getvalue()


def line_with(output: str, *words: str) -> str:
    return next(line for line in output.splitlines() if all(word in line for word in words))


def test_the_terminal_shows_criteria_articles_and_what_was_left_out(result: Score) -> None:
    output = shown(result)
    headline = result.headline()
    row = line_with(output, "span overlap ≥ 0.5 + source")
    assert figure_text(headline.f1) in row
    assert figure_text(headline.recall) in row
    assert line_with(output, "a ", "wire_report").split() == "a wire_report 3 4 1 0.25 0.33 0.29".split()
    assert "undefined" in line_with(output, "b ", "failed: the endpoint hung up")
    assert line_with(output, "quotation type", " direct ").split()[:6] == "quotation type direct 1 0 1".split()
    assert "Not scored: c: the run has no prediction for it" in output
    assert "invented" not in output


def test_of_many_articles_the_terminal_shows_the_worst(build: Any) -> None:
    cases = build.cases(*(build.case(build.gold(BRIDGE), case_id=f"case-{k:02}") for k in range(30)))
    found = [build.prediction(c.id, build.predicted(BRIDGE)) for c in cases.cases]
    found[7], found[9] = build.prediction("case-07"), build.prediction("case-09", error="hung up")
    result = score(build.run(found), cases, Options(bootstrap=Bootstrap(rounds=5)))
    lines = shown(result).splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("The 10 worst articles"))
    assert [line.split()[0] for line in lines[start + 4 : start + 14]][:3] == ["case-09", "case-07", "case-00"]
    assert "of 30; --details and --json tell all" in lines[start + 15]
    assert sum("wire_report" in line and "case-" in line for line in shown(result, details=True).splitlines()) == 30


def test_details_say_why_near_claims_are_no_match(result: Score) -> None:
    output = shown(result, details=True)
    lines = [line.strip() for line in output.splitlines()]

    def after(beginning: str) -> list[str]:
        at = next(k for k, line in enumerate(lines) if line.startswith(beginning))
        return lines[at : at + 4]

    assert "quotation differs: direct instead of indirect" in after(f"matched   {BRIDGE}")
    assert "source differs: Varn Courier (article) instead of waterworks" in after(f"missed    {TRAFFIC}")
    assert "source differs: Varn Courier (article) instead of waterworks" in after(f"invented  {TRAFFIC}")
    assert after("missed    The tunnel opens [in] May.")[2].startswith("spans overlap too little: 0.")
    assert after("invented  Nobody was hurt")[1] == "no gold claim is near it"


def test_text_from_elsewhere_cannot_steer_the_terminal(result: Score) -> None:
    output = shown(result, details=True)
    assert "\x1b" not in output
    assert "[31mShe added something" in output


def test_json_has_the_same_content_rounded(result: Score) -> None:
    document = json.loads(as_json(result))
    row = next(r for r in document["overall"] if r["criterion"] == "span_overlap+source")
    assert row["precision"]["value"] == 0.25
    assert row["recall"]["value"] == 0.25
    assert row["precision"]["interval"] is None
    article = document["articles"][0]
    missed = next(m for m in article["details"]["missed"] if m["gold"]["text"] == TRAFFIC)
    assert missed["why"] == ["source differs: Varn Courier (article) instead of waterworks"]
    assert document["articles"][1]["error"] == "the endpoint hung up"
    assert document["not_scored"] == [{"case_id": "c", "split": "dev", "reason": "the run has no prediction for it"}]
    overlap = article["details"]["missed"][1]["near"]["overlap"]
    assert overlap == round(overlap, 6) != round(overlap, 3)


SHARES = [
    (None, "undefined"),
    (0.0, "0.00"),
    (1.0, "1.00"),
    (0.9999, ">0.99"),
    (0.0001, "<0.01"),
    (0.994, "0.99"),
    (0.125, "0.12"),
]


@pytest.mark.parametrize(("value", "text"), SHARES)
def test_only_exactly_all_is_shown_as_all(value: float | None, text: str) -> None:
    assert share(value) == text


def test_a_figure_is_shown_with_its_interval() -> None:
    assert figure_text(Figure(value=0.5, n=4, interval=Interval(low=0.25, high=1))) == "0.50 [0.25, 1.00]"
    assert figure_text(Figure(value=None, n=0, interval=None)) == "undefined"


def test_a_criterion_is_named_with_its_threshold() -> None:
    thresholds = Thresholds(overlap=0.75)
    assert [criterion_name(c, thresholds) for c in Criterion] == [
        "span exact",
        "span overlap ≥ 0.75",
        "text token-F1 ≥ 0.5",
        "span exact + source",
        "span overlap ≥ 0.75 + source",
        "text token-F1 ≥ 0.5 + source",
    ]
