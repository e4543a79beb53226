"""The page on the figures names every figure there is, with the numbers that the code has."""

from pathlib import Path

import pytest

from eval.judge.questions import MAX_WORDS
from eval.judge.questions import Measure as Judged
from eval.leakage import COPIED_WORDS
from eval.matching import Criterion, Thresholds
from eval.metrics.difference import PERMUTATIONS
from eval.metrics.figure import Bootstrap
from eval.metrics.quality import Measure
from eval.metrics.worthiness import N_BINS, RANKS
from eval.report.wording import CRITERIA
from extractor.near_copies import MIN_SIMILARITY

ROOT = Path(__file__).parents[2]
NUMBERS = {8: "eight", 10: "ten"}


@pytest.fixture(scope="module")
def page() -> str:
    return " ".join((ROOT / "docs" / "figures.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("criterion", [c for c in Criterion if not c.with_source])
def test_every_criterion_is_explained(page: str, criterion: Criterion) -> None:
    assert f"| {CRITERIA[criterion]} |" in page


@pytest.mark.parametrize("measure", Measure)
def test_every_measure_of_quality_is_explained(page: str, measure: Measure) -> None:
    assert f"| {measure} |" in page


@pytest.mark.parametrize("measure", Judged)
def test_every_measure_of_a_judge_is_explained(page: str, measure: Judged) -> None:
    assert f"| {measure} by a judge |" in page


def test_the_numbers_are_those_of_the_code(page: str) -> None:
    thresholds, bootstrap = Thresholds(), Bootstrap()
    assert f"intersection over union ≥ {thresholds.overlap:g}" in page
    assert f"F1 ≥ {thresholds.text_f1:g}" in page
    assert f"({bootstrap.rounds:,} rounds, seed {bootstrap.seed})" in page
    assert f"of the k ({', '.join(map(str, RANKS))}) most" in page
    assert f"over {NUMBERS[N_BINS]} bins" in page
    assert f"longer than {MAX_WORDS:,} words" in page
    assert f"{PERMUTATIONS:,} random swaps" in page
    assert f"runs of {NUMBERS[COPIED_WORDS]} copied words" in page
    assert f"share {MIN_SIMILARITY * 100:.0f} % of the shorter one's wording" in page


def test_the_readme_leads_there() -> None:
    assert "(docs/figures.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
