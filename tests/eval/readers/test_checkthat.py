"""Check-worthiness sets in the shape of CheckThat!, with sentences of our own, and the real sample."""

import json
from pathlib import Path

import pytest

from eval.formats import Format
from eval.readers import read_set
from extractor.errors import EvalError

TSV = (
    "Sentence_id\tText\tclass_label\n"
    '11\tThe pump failed "twice" in March.\tYes\n'
    "9\tThank you all for coming.\tNo\n"
    '10\t"He called it ""a disgrace"", twice."\tYes\n'
)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sentence_is_a_case_with_one_label_and_no_claims(tmp_path: Path) -> None:
    found = read_set(write(tmp_path / "dev.tsv", TSV), Format.CHECKTHAT)
    assert [(c.id, c.text, c.check_worthy, c.claims) for c in found.cases] == [
        ("10", 'He called it "a disgrace", twice.', True, ()),
        ("11", 'The pump failed "twice" in March.', True, ()),
        ("9", "Thank you all for coming.", False, ()),
    ]
    assert {c.form for c in found.cases} == {"sentence"}


def test_the_columns_of_the_other_languages(tmp_path: Path) -> None:
    rows = "tweet_id\ttweet_url\ttweet_text\tclass_label\r\n1\thttps://example.org/1\tLa bomba falló.\tYes\r\n"
    (case,) = read_set(write(tmp_path / "es.tsv", rows), Format.CHECKTHAT).cases
    assert (case.id, case.text, case.check_worthy) == ("1", "La bomba falló.", True)


def test_lines_of_json(tmp_path: Path) -> None:
    row = {"id": 3, "text": "Costs rose by 9 percent.", "check_worthy": True, "split": "dev"}
    (case,) = read_set(write(tmp_path / "a.jsonl", json.dumps(row) + "\n"), Format.CHECKTHAT).cases
    assert (case.id, case.check_worthy) == ("3", True)


BROKEN = {
    "no label": ("Sentence_id\tText\n1\tA sentence.\n", "dev.tsv:2: there is no class_label"),
    "unknown label": (TSV + "12\tWhat?\tmaybe\n", "dev.tsv:5: the label is 'maybe', neither Yes nor No"),
    "same id": (TSV + "9\tAgain.\tNo\n", "dev.tsv:5: case id '9' is used already at"),
    "empty text": (TSV + "12\t \tNo\n", "dev.tsv:5: the text is empty"),
    "too many fields": (TSV + "12\ta\tNo\tx\n", "dev.tsv:5: 4 fields under 3 columns"),
}


@pytest.mark.parametrize(("text", "wrong"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_line_is_named(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(EvalError) as caught:
        read_set(write(tmp_path / "dev.tsv", text), Format.CHECKTHAT)
    assert wrong in str(caught.value)


def test_broken_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"a\.jsonl:1: broken JSON"):
        read_set(write(tmp_path / "a.jsonl", '{"id": \n'), Format.CHECKTHAT)


def test_the_real_sample(shared_data: Path) -> None:
    found = read_set(shared_data / "checkworthy_ct24_en.sample500.jsonl", Format.CHECKTHAT)
    assert len(found.cases) == 500
    assert {case.language for case in found.cases} == {"en"}
