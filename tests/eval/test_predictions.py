"""Predictions from elsewhere: anybody's JSON lines, scored like our own."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases import CaseSet, GoldClaim, Split, load_cases
from eval.matching import Criterion
from eval.metrics.figure import Bootstrap
from eval.predictions import read_predictions
from eval.scores import Options, Score
from eval.scoring import score
from extractor.cli.gold import placed
from extractor.errors import EvalError
from extractor.schema import GroundingLevel, Quotation, SourceKind

OWN = Path(__file__).parents[2] / "eval" / "data" / "own.jsonl"
BRIDGE = {"text": "The bridge is safe.", "source": "Ruta Osei", "quote": "The bridge is safe"}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def cases(build: Any) -> CaseSet:
    found: CaseSet = build.cases(build.case(build.gold("The bridge is safe"), case_id="a"), build.case(case_id="b"))
    return found


def scored(path: Path, cases: CaseSet) -> Score:
    return score(read_predictions(path, cases, placed), cases, Options(bootstrap=Bootstrap(rounds=5)))


def test_a_claim_is_placed_and_the_file_names_the_system(cases: CaseSet, tmp_path: Path) -> None:
    path = write(tmp_path / "big-model.jsonl", {"id": "a", "claims": [BRIDGE], "seconds": 1.5})
    run = read_predictions(path, cases, placed)
    assert (run.info.identity.model, run.info.dataset_sha256) == ("big-model", cases.sha256)
    (claim,) = run.predictions[0].claims
    assert (claim.content.level, claim.quotation, claim.source.kind) == (
        GroundingLevel.EXACT,
        Quotation.INDIRECT,
        SourceKind.PERSON,
    )
    result = scored(path, cases)
    assert (result.headline().f1.value, result.seconds) == (1, 1.5)
    assert [(n.case_id, n.reason) for n in result.not_scored] == [("b", "the run has no prediction for it")]


def test_what_stands_nowhere_counts_and_a_failure_misses_everything(cases: CaseSet, tmp_path: Path) -> None:
    moon = {"text": "The moon is made of green cheese, said nobody", "source": "Nobody"}
    result = scored(write(tmp_path / "m.jsonl", {"id": "a", "claims": [BRIDGE, moon]}), cases)
    assert (result.headline().precision.value, result.grounding.grounded.value) == (1 / 2, 1 / 2)
    failed = scored(write(tmp_path / "m.jsonl", {"id": "a", "error": "out of memory"}), cases)
    assert (failed.headline().recall.value, failed.articles[0].error) == (0, "out of memory")


def test_the_least_and_the_most_that_a_claim_may_say(cases: CaseSet, tmp_path: Path) -> None:
    most = BRIDGE | {
        "spans": [[0, 18]],
        "quotation": "direct",
        "source_kind": "organisation",
        "mention": "mayor Ruta Osei",
        "cue": "said",
        "kind": "opinion",
        "check_worthiness": 0.9,
    }
    path = write(tmp_path / "m.jsonl", {"id": "a", "claims": [{"text": "The bridge is safe"}, most]})
    least, full = read_predictions(path, cases, placed).predictions[0].claims
    assert (least.source.kind, least.quotation) == (SourceKind.ARTICLE, Quotation.NONE)
    assert full.cue is not None
    assert full.source.mention is not None
    assert (full.source.mention.text, full.cue.text, full.check_worthiness) == ("mayor Ruta Osei", "said", 0.9)


def foreign(claim: GoldClaim) -> dict[str, object]:
    own = claim.source.kind is SourceKind.ARTICLE
    return {
        "text": claim.text,
        "source": None if own else claim.source.name,
        "spans": [[span.start_char, span.end_char] for span in claim.content],
        "quotation": claim.quotation,
    }


def test_the_labels_themselves_score_1(tmp_path: Path) -> None:
    cases = load_cases(OWN).select({Split.DEV})
    rows = ({"id": case.id, "claims": [foreign(claim) for claim in case.claims]} for case in cases.cases)
    result = scored(write(tmp_path / "gold.jsonl", *rows), cases)
    assert {c.criterion: c.f1.value for c in result.overall} == dict.fromkeys(Criterion, 1)
    assert (result.accuracy.quotation.value, result.partial.f1.value) == (1, pytest.approx(1))


BROKEN = {
    "unknown field": ({"id": "a", "claims": [BRIDGE | {"colour": "red"}]}, "unknown field 'claims.0.colour'"),
    "no text": ({"id": "a", "claims": [{"source": "Osei"}]}, "field 'claims.0.text' is missing"),
    "no id": ({"claims": []}, "field 'id' is missing"),
    "outside": (
        {"id": "a", "claims": [BRIDGE | {"spans": [[0, 9999]]}]},
        "[0, 9999) is no range of the text of 195 characters",
    ),
    "twice": ({"id": "b"}, "article 'b' has two lines; keep one"),
    "too worthy": (
        {"id": "a", "claims": [BRIDGE | {"check_worthiness": 7}]},
        "claims.0.check_worthiness: Input should",
    ),
}


@pytest.mark.parametrize(("row", "wrong"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_line_is_named(cases: CaseSet, tmp_path: Path, row: object, wrong: str) -> None:
    path = write(tmp_path / "m.jsonl", {"id": "b"}, row)
    with pytest.raises(EvalError) as caught:
        read_predictions(path, cases, placed)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert wrong in str(caught.value)


def test_predictions_for_nothing_are_refused(cases: CaseSet, tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no prediction in it"):
        read_predictions(write(tmp_path / "m.jsonl"), cases, placed)
    with pytest.raises(EvalError, match=r"none of its ids is a labelled article of gold\.jsonl"):
        read_predictions(write(tmp_path / "m.jsonl", {"id": "z"}), cases, placed)
