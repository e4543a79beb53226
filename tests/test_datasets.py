"""Sets of gold cases on the command line: foreign formats, converting, checking."""

import csv
import json
from pathlib import Path

import pytest

from tests.command import Claimdesk

TEXT = (
    "The ferry will stay in harbour until May, engineer Ruta Osei said on Monday. "
    '"The pump failed at noon," Osei said. According to the harbour board, repairs will cost 3 million crowns.'
)
SAID = [
    {"text": "The ferry will stay in harbour until May.", "source": "Ruta Osei"},
    {"text": "The pump failed at noon", "source": "Ruta Osei"},
    {"text": "repairs will cost 3 million crowns", "source": "harbour board"},
]


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    rows = [{"id": "ferry", "text": TEXT, "claims": SAID}, {"id": "quiet", "text": "Nothing was said.", "claims": []}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_foreign_set_is_scored(claimdesk: Claimdesk, mine: Path, tmp_path: Path) -> None:
    given = ("--data", mine, "--format", "simple")
    done = claimdesk("eval", "run", "--model", "rules", *given, "--save", tmp_path / "run.json", "--json")
    assert done.code == 0
    overlap = next(c for c in json.loads(done.out)["overall"] if c["criterion"] == "span_overlap+source")
    assert overlap["recall"]["value"] == 1
    again = claimdesk("eval", "score", tmp_path / "run.json", *given)
    assert "2 articles, 3 gold claims" in again.out


def test_a_set_of_sentences_is_scored_for_check_worthiness_alone(claimdesk: Claimdesk, tmp_path: Path) -> None:
    path = tmp_path / "dev.tsv"
    path.write_text("Sentence_id\tText\tclass_label\n1\tTaxes fell by 40 percent last year.\tYes\n2\tThank you.\tNo\n")
    done = claimdesk("eval", "run", "--model", "rules", "--data", path, "--format", "checkthat", "--json")
    score = json.loads(done.out)
    assert (score["worthiness"]["average_precision"]["value"], score["worthiness"]["average_precision"]["n"]) == (1, 2)
    assert all(criterion["f1"]["value"] is None for criterion in score["overall"])


def test_converting_gives_the_very_cases_that_are_scored(claimdesk: Claimdesk, mine: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    done = claimdesk("eval", "convert", mine, "--format", "simple", "-o", gold)
    assert done.out == f"2 cases with 3 claims written to {gold}\n"
    assert [json.loads(line)["id"] for line in gold.read_text().splitlines()] == ["ferry", "quiet"]
    scores = [
        json.loads(claimdesk("eval", "run", "--model", "rules", "--data", path, "--format", form, "--json").out)
        for path, form in ((mine, "simple"), (gold, "claimdesk"))
    ]
    assert scores[0]["overall"] == scores[1]["overall"]
    again = gold.read_bytes()
    claimdesk("eval", "convert", mine, "--format", "simple", "-o", gold)
    assert gold.read_bytes() == again


def test_rows_left_out_are_told(claimdesk: Claimdesk, tmp_path: Path) -> None:
    path = tmp_path / "ced.csv"
    header = ("Agent", "TypeOfAgent", "TypeOfUtterance", "Utterance", "SourceText", "Body", "Title")
    rows = [
        ("Osei", "person", "indirect", f"Nobody oiled valve number {n} in all those years", "", TEXT, "")
        for n in range(12)
    ]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows((header, *rows))
    done = claimdesk("eval", "run", "--model", "rules", "--data", path, "--format", "ced1k")
    assert f"left out: {path}:2: the Body does not have the Utterance 'Nobody oiled valve number 0" in done.err
    assert "left out: 2 more rows; claimdesk eval check names them all" in done.err
    assert claimdesk("eval", "check", path, "--format", "ced1k").out.count("left out: ") == 12


def test_a_broken_set_is_refused_with_file_and_line(claimdesk: Claimdesk, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"text": "A", "claims": [], "colour": 1}\n')
    done = claimdesk("eval", "run", "--model", "rules", "--data", path, "--format", "simple")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"claimdesk: {path}:1: unknown field 'colour'\n"
    assert claimdesk("eval", "run", "--format", "brat").err == (
        "claimdesk: --format brat is for sets of your own: name one with --data\n"
    )


def test_a_text_of_a_prompt_does_not_get_into_test(claimdesk: Claimdesk, tmp_path: Path) -> None:
    path, gold = tmp_path / "mine.jsonl", tmp_path / "gold.jsonl"
    text = 'Marrowick, who heads the Orvane Water Board, said: "We will not close a single tap before June."'
    path.write_text(json.dumps({"id": "taps", "text": text, "claims": []}) + "\n")
    done = claimdesk("eval", "convert", path, "--format", "simple", "-o", gold, "--split", "test")
    assert done.code == 2
    assert "case 'taps' cannot go into test: the examples in claims.v1.examples.jsonl share the words" in done.err
    assert not gold.exists()
    assert claimdesk("eval", "convert", path, "--format", "simple", "-o", gold, "--split", "examples").code == 0


def test_a_text_of_another_split_does_not_get_into_test(claimdesk: Claimdesk, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[1] / "eval" / "data" / "own.jsonl"
    case = next(c for c in map(json.loads, shipped.read_text(encoding="utf-8").splitlines()) if c["split"] == "dev")
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps({"id": "mine", "text": "Reprint\n\n" + case["article"]["text"], "claims": []}) + "\n")
    done = claimdesk("eval", "convert", path, "--format", "simple", "-o", tmp_path / "gold.jsonl", "--split", "test")
    assert done.code == 2
    assert f"all of the shorter text is in the other one: case '{case['id']}' (dev)" in done.err


def test_checking_tells_leaks_and_doubles(claimdesk: Claimdesk, mine: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    claimdesk("eval", "convert", mine, "--format", "simple", "-o", gold)
    assert claimdesk("eval", "check", gold).code == 0
    lines = gold.read_text().splitlines()
    ferry = json.loads(lines[0])
    gold.write_text("\n".join([*lines, json.dumps(ferry | {"id": "ferry-again"})]) + "\n")
    done = claimdesk("eval", "check", gold)
    assert (done.code, "twice: case 'ferry-again' (dev): it is the text of case 'ferry' (dev)" in done.out) == (0, True)
    gold.write_text("\n".join([*lines, json.dumps(ferry | {"id": "ferry-again", "split": "test"})]) + "\n")
    done = claimdesk("eval", "check", gold, "--json")
    assert done.code == 1
    (leak,) = json.loads(done.out)["leaks"]
    assert (leak["case_id"], leak["reason"]) == ("ferry-again", "it is the text of case 'ferry' (dev)")


def test_the_shipped_sets_pass(claimdesk: Claimdesk) -> None:
    done = claimdesk("eval", "check")
    assert done.code == 0
    assert "hashes, spans and ids hold together" in done.out
