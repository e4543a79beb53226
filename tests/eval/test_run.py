"""Runs: kept whole, read back, scored again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from eval.run import EvalRun, load_run, prediction, save_run
from extractor.errors import EvalError
from extractor.schema import Extraction, Identity, Piece, PieceState, Span, Usage


def piece(state: PieceState, tokens: int) -> Piece:
    usage = Usage(calls=1, prompt_tokens=tokens, output_tokens=1, seconds=0.5, cost_usd=0.25)
    return Piece(index=0, span=Span(start_char=0, end_char=9), state=state, raw_replies=("{}",), usage=usage)


@pytest.fixture
def run(build: Any) -> EvalRun:
    case = build.case(build.gold("The bridge is safe"))
    extraction = Extraction(
        article_sha256=case.article.text_sha256,
        identity=Identity(model="rules"),
        claims=(build.predicted("The bridge is safe"),),
        pieces=(piece(PieceState.CLAIMS, 10), piece(PieceState.TRUNCATED, 5)),
        started_at=datetime(2026, 1, 2, tzinfo=UTC),
        seconds=1.5,
    )
    return build.run([prediction(case, extraction), prediction(build.case(case_id="b"), "hung up")])


def test_a_run_comes_back_as_it_was_saved(run: EvalRun, tmp_path: Path) -> None:
    path = tmp_path / "runs" / "one.json"
    save_run(run, path)
    assert load_run(path) == run
    assert [p.name for p in path.parent.iterdir()] == ["one.json"]


def test_a_run_knows_what_it_cost(run: EvalRun) -> None:
    assert run.usage == Usage(calls=2, prompt_tokens=15, output_tokens=2, seconds=1.0, cost_usd=0.5)
    assert run.seconds == 1.5
    assert [p.n_lost_pieces for p in run.predictions] == [1, 0]
    assert [p.error for p in run.predictions] == [None, "hung up"]


def test_two_predictions_for_one_case_are_refused(build: Any) -> None:
    with pytest.raises(ValidationError, match="case 'a' has two predictions"):
        build.run([build.prediction("a"), build.prediction("a")])


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("{", "broken JSON"),
        ('{"predictions": []}', "field 'info' is missing"),
        ('{"format": "other", "predictions": []}', "format: Input should be 'claimdesk-eval-run.v1'"),
        ('{"colour": "red", "predictions": []}', "unknown field 'colour'"),
    ],
    ids=["broken", "missing", "format", "unknown"],
)
def test_a_broken_run_is_named(tmp_path: Path, content: str, wrong: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(EvalError) as caught:
        load_run(path)
    assert f"{path}: {wrong}" in str(caught.value)


def test_a_missing_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"absent\.json: cannot be read"):
        load_run(tmp_path / "absent.json")


def test_a_place_that_cannot_be_written_leaves_nothing_behind(run: EvalRun, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EvalError, match="the run cannot be saved"):
        save_run(run, tmp_path / "file" / "run.json")
    (tmp_path / "folder").mkdir()
    with pytest.raises(EvalError, match="the run cannot be saved"):
        save_run(run, tmp_path / "folder")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]
