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


@pytest.mark.parametrize("path", sorted(DATA.glob("*.jsonl")), ids=lambda path: path.name)
def test_a_card_counts_what_is_in_its_file(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    n_claims = sum(len(row["claims"]) for row in rows)
    card = path.with_suffix(".card.md").read_text(encoding="utf-8")
    (size,) = (line for line in card.splitlines() if line.startswith("| size |"))
    assert size.startswith(f"| size | {len(rows)} articles, ")
    assert f" {n_claims} claims" in size
    for row in rows:
        assert row["article"]["text"] is not None or f"| {row['id']} |" in card, "who wrote it is named on the card"


@pytest.mark.parametrize("name", ["wikinews.jsonl", "wikinews_dev.jsonl"])
def test_labels_of_texts_that_are_elsewhere_fit_them(name: str, shared_data: Path) -> None:
    texts = wikinews_texts(shared_data / "wikinews_en.jsonl", normalise=normalise)
    loaded = load_cases(DATA / name, texts)
    assert loaded.not_scored == ()
    assert {case.article.publisher for case in loaded.cases} == {"Wikinews"}


def test_a_set_that_was_only_reviewed_is_dev_and_gives_no_ceiling() -> None:
    assert {case.split for case in load_cases(DATA / "wikinews_dev.jsonl").not_scored} == {Split.DEV}
    assert not (DATA / "wikinews_dev.agreement.json").exists(), "a review pass is no second opinion"
