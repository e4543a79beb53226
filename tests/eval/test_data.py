"""The gold cases that ship with the project, and the samples made of them."""

import io
import json
from itertools import pairwise
from pathlib import Path

import pytest

from eval.cases import GoldCase, Split, load_cases, wikinews_texts
from extractor.ingest import Rejected, normalise, read_articles
from extractor.ingest.fetch import fetch_page
from extractor.schema import Article

ROOT = Path(__file__).parents[2]
DATA = ROOT / "eval" / "data"
SAMPLES = {
    "strait-pilots.txt": "own-001-wire-pilots",
    "governor-water-speech.txt": "own-002-speech-water",
    "derailment-press-conference.md": "own-003-press-derailment",
    "coral-study.html": "own-004-science-corals",
    "market-hall-council.md": "own-005-council-market",
    "kestrel-results.txt": "own-007-business-kestrel",
}
"""Each sample file and the case that it is."""


@pytest.fixture(scope="module")
def own() -> dict[str, GoldCase]:
    return {case.id: case for case in load_cases(DATA / "own.jsonl").cases}


def read(path: Path) -> Article:
    (article,) = read_articles([str(path)], stdin=io.BytesIO(), fetch=fetch_page)
    assert not isinstance(article, Rejected), article
    return article


def test_every_sample_is_a_case() -> None:
    assert {path.name for path in (DATA / "samples").iterdir()} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_as_the_very_text_that_was_labelled(name: str, own: dict[str, GoldCase]) -> None:
    article, case = read(DATA / "samples" / name), own[SAMPLES[name]]
    assert article.text == case.text
    assert article.sha256 == case.article.text_sha256
    assert article.metadata.title == case.article.title
    assert article.metadata.language == case.language
    assert case.split is not Split.TEST, "people see the samples"


@pytest.mark.parametrize("path", sorted(DATA.glob("*.jsonl")), ids=lambda path: path.name)
def test_every_gold_file_loads_in_order_of_its_ids(path: Path) -> None:
    loaded = load_cases(path)
    ids = [str(json.loads(line)["id"]) for line in path.read_text(encoding="utf-8").splitlines()]
    assert {*ids} == {*(c.id for c in loaded.cases), *(n.case_id for n in loaded.not_scored)}
    assert all(a < b for a, b in pairwise(ids))
    assert path.with_suffix(".card.md").exists(), "a gold file has its data card"


def test_labels_of_texts_that_are_elsewhere_fit_them(shared_data: Path) -> None:
    texts = wikinews_texts(shared_data / "wikinews_en.jsonl", normalise=normalise)
    assert load_cases(DATA / "wikinews.jsonl", texts).not_scored == ()
