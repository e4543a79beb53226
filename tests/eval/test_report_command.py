"""`claimdesk eval report` as a person meets it."""

import sys
from pathlib import Path

import pytest

from extractor.cli import main

OWN = Path(__file__).parents[2] / "eval" / "data" / "own.jsonl"


def claimdesk(monkeypatch: pytest.MonkeyPatch, *args: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["claimdesk", "eval", *map(str, args)])
    try:
        main()
    except SystemExit as exc:
        return int(exc.code or 0)
    return 0


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "runs" / "first.json"
    assert claimdesk(monkeypatch, "run", "--model", "rules", "--data", OWN, "--split", "dev", "--save", path) == 0
    return path


def test_two_runs_become_a_page_and_tables(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    second = run.with_name("second.json")
    second.write_bytes(run.read_bytes())
    page = run.parents[1] / "out" / "report.html"
    capsys.readouterr()
    data = ("--data", OWN, "--split", "dev")
    assert claimdesk(monkeypatch, "report", run, second, *data, "--html", page, "--markdown") == 0
    out, err = capsys.readouterr()
    assert "## Evaluation of rules (first) and rules (second)" in out
    assert f"wrote {page}" in err
    assert "rules (second)" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--html FILE, --markdown or both"),
        (("--html", "{file}/report.html"), "the report cannot be written"),
        (("--html", "{folder}/r.html", "--data", "{folder}/gold.jsonl"), "no article that the runs have a prediction"),
    ],
    ids=["nowhere", "not writable", "other data"],
)
def test_what_cannot_be_done_is_said(
    run: Path,
    options: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    gold = run.with_name("gold.jsonl")
    first = OWN.read_text(encoding="utf-8").splitlines()[0]
    gold.write_text(first.replace('"id": "own-', '"id": "other-', 1), encoding="utf-8")
    named = [option.format(file=run, folder=run.parent) for option in options]
    capsys.readouterr()
    data = () if "--data" in named else ("--data", OWN)
    assert claimdesk(monkeypatch, "report", run, *data, *named) == 2
    assert told in " ".join(capsys.readouterr().err.replace("│", " ").split())
