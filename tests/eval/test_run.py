"""Runs: kept whole, read back, scored again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from eval.run import EvalRun, KeptRun, Prediction, load_run, prediction, save_run
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


FIRST = (
    '{"format": "claimdesk-eval-run.v2", "info": {"identity": {"model": "m"}, "dataset": "d", "dataset_sha256": "0", '
    '"code_version": "1", "created_at": "2026-01-02T00:00:00Z"}}\n'
)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("{", ":1: broken JSON"),
        ('{"format": "claimdesk-eval-run.v2"}\n', ":1: field 'info' is missing"),
        ('{"format": "other", "info": {}}\n', ":1: format is 'other': input should be 'claimdesk-eval-run.v2'"),
        (FIRST + '{"case_id": "a"}\n', ":2: field 'text_sha256' is missing"),
        (FIRST + '{"case_id": "a", "text_sha256": "", "colour": "red"}\n\n', ":2: unknown field 'colour'"),
        (FIRST + '{"case_id": \n{"case_id": "a", "text_sha256": ""}\n', ":2: broken JSON"),
        ("", ": is empty"),
    ],
    ids=["broken", "missing", "format", "no text", "unknown", "broken in the middle", "empty"],
)
def test_a_broken_run_is_named_by_file_and_line(tmp_path: Path, content: str, wrong: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(EvalError) as caught:
        load_run(path)
    assert f"{path}{wrong}" in str(caught.value)


def test_a_run_kept_in_one_document_is_still_read(run: EvalRun, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text('{"format":"claimdesk-eval-run.v1",' + run.model_dump_json()[1:])
    assert load_run(path) == run
    path.write_text('{"format":"claimdesk-eval-run.v1", "predictions": []}')
    with pytest.raises(EvalError, match=r"old\.json: field 'info' is missing"):
        load_run(path)


@pytest.fixture
def half(run: EvalRun, tmp_path: Path) -> Path:
    """A run that was killed while it wrote its third answer."""
    path = tmp_path / "half.json"
    save_run(run, path)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"case_id": "c", "text_sha')
    return path


def test_a_line_that_was_cut_off_is_left_aside(run: EvalRun, half: Path) -> None:
    assert load_run(half) == run


def test_a_run_goes_on_where_it_was_interrupted(run: EvalRun, half: Path, build: Any) -> None:
    kept = KeptRun.resume(run.info, half)
    answered, failed, unknown = (build.case(case_id=i) for i in "abc")
    assert kept.of(answered) == run.predictions[0]
    known = kept.of(failed)
    assert known is not None
    assert known.error == "hung up"
    assert kept.of(unknown) is None
    again = Prediction(case_id="b", text_sha256=failed.article.text_sha256, seconds=2.0)
    kept.add(again)
    assert kept.run.predictions == (run.predictions[0], again)
    assert load_run(half) == kept.run


def test_an_answer_for_another_text_is_none(run: EvalRun, half: Path, build: Any) -> None:
    case = build.case(case_id="a")
    changed = case.model_copy(update={"article": case.article.model_copy(update={"text_sha256": "f" * 64})})
    assert KeptRun.resume(run.info, half).of(changed) is None


def test_another_extractor_does_not_go_on(run: EvalRun, half: Path, tmp_path: Path) -> None:
    other = run.info.model_copy(update={"identity": Identity(model="another")})
    with pytest.raises(EvalError, match=r"half\.json: kept from another model, prompt or setting"):
        KeptRun.resume(other, half)
    assert KeptRun.resume(other, tmp_path / "new" / "run.json").run.predictions == ()
    assert load_run(tmp_path / "new" / "run.json").info == other


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
