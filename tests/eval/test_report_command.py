"""`claimdesk eval report` as a person meets it."""

from functools import partial
from pathlib import Path

import pytest

from tests.command import Claimdesk

OWN = Path(__file__).parents[2] / "eval" / "data" / "own.jsonl"


@pytest.fixture
def claimdesk(claimdesk: Claimdesk) -> Claimdesk:
    """Run one eval command."""
    return partial(claimdesk, "eval")


@pytest.fixture
def run(claimdesk: Claimdesk, tmp_path: Path) -> Path:
    path = tmp_path / "runs" / "first.json"
    assert claimdesk("run", "--model", "rules", "--data", OWN, "--split", "dev", "--save", path).code == 0
    return path


def test_two_runs_become_a_page_and_tables(run: Path, claimdesk: Claimdesk) -> None:
    second = run.with_name("second.json")
    second.write_bytes(run.read_bytes())
    page = run.parents[1] / "out" / "report.html"
    done = claimdesk("report", run, second, "--data", OWN, "--split", "dev", "--html", page, "--markdown")
    assert done.code == 0
    assert "## Evaluation of rules (first) and rules (second)" in done.out
    assert f"wrote {page}" in done.err
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
def test_what_cannot_be_done_is_said(run: Path, options: tuple[str, ...], told: str, claimdesk: Claimdesk) -> None:
    gold = run.with_name("gold.jsonl")
    first = OWN.read_text(encoding="utf-8").splitlines()[0]
    gold.write_text(first.replace('"id": "own-', '"id": "other-', 1), encoding="utf-8")
    named = [option.format(file=run, folder=run.parent) for option in options]
    data = () if "--data" in named else ("--data", OWN)
    done = claimdesk("report", run, *data, *named)
    assert done.code == 2
    assert told in " ".join(done.err.replace("│", " ").split())
