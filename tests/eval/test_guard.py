import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cases import load_cases
from eval.guard import Fault
from eval.guard.changes import other_dates, other_numbers, turned_round
from eval.guard.faults import plant
from eval.guard.subjects import subjects
from extractor.cli import app

OWN = Path(__file__).parents[2] / "eval" / "data" / "own.jsonl"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param(other_numbers("It rose by 14 % to two million."), ["It rose by 24 % to two million."], id="first"),
        pytest.param(other_dates("In 2019, on 3 May."), ["In 2016, on 3 May.", "In 2019, on 4 May."], id="date"),
        pytest.param(turned_round("The dam is safe.", "en"), ["The dam is not safe."], id="put in"),
        pytest.param(turned_round("The dam isn't safe.", "en"), ["The dam is safe."], id="taken out"),
        pytest.param(turned_round("La presa no es segura.", "es"), ["La presa es segura."], id="taken out, Spanish"),
        pytest.param(turned_round("Only one was hurt.", "en"), [], id="only is a negation already"),
    ],
)
def test_changes_are_small(changed: object, expected: list[str]) -> None:
    found = list(changed)  # type: ignore[call-overload]
    assert found[: len(expected)] == expected
    assert len(found) >= len(expected)


def test_every_fault_differs_from_the_claim_and_is_always_the_same() -> None:
    claims = [claim for article in subjects(load_cases(OWN).cases[:12]) for claim in article]
    for fault in Fault:
        planted = [draft for claim in claims for draft in plant(claim, fault)]
        assert planted == [draft for claim in claims for draft in plant(claim, fault)]
        assert planted
        assert not {claim.draft for claim in claims} & set(planted)


def test_faults_are_flagged_and_sound_claims_are_not(tmp_path: Path) -> None:
    some = tmp_path / "some.jsonl"
    some.write_text("\n".join(OWN.read_text(encoding="utf-8").splitlines()[:8]) + "\n", encoding="utf-8")
    slips = tmp_path / "slips.jsonl"
    command = ["eval", "bench", "guard", "--data", str(some), "--rounds", "50"]
    done = CliRunner().invoke(app, [*command, "--json", "--slips", str(slips)])
    table = json.loads(done.stdout)
    flagged = {row["fault"]: row["detected"]["value"] for row in table["rows"]}
    assert min(flagged[f] for f in ("number", "date", "name", "negation", "quotation_changed", "quotation_made")) > 0.9
    assert min(flagged[f] for f in ("name_swapped", "speaker", "quotation_cut")) > 0.7
    assert table["any_false_alarm"]["value"] < 0.05
    missed = sum(row["detected"]["n"] * (1 - row["detected"]["value"]) for row in table["rows"])
    assert sum(not json.loads(line)["details"] for line in slips.read_text().splitlines()) == pytest.approx(missed)
