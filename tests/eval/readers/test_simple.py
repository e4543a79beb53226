"""The least that a set of one's own needs."""

import json
from pathlib import Path

import pytest

from eval.formats import Format
from eval.readers import read_set
from extractor.errors import EvalError
from extractor.schema import Quotation, SourceKind

TEXT = (
    'The pump, Ruta Osei said, had failed at noon. "Nobody," she added, "called us." '
    "Repairs cost 3 million crowns last year."
)
ROW = {
    "text": TEXT,
    "claims": [
        {"text": "Repairs cost 3 million crowns last year."},
        {"text": "The pump failed at noon.", "source": "Ruta Osei", "quote": ["The pump", "had failed at noon"]},
        {"text": "Nobody called us.", "source": "Ruta Osei", "quote": ["Nobody,", "called us."], "cue": "added"},
    ],
}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_quotes_are_placed_and_claims_put_in_reading_order(tmp_path: Path) -> None:
    found = read_set(write(tmp_path / "mine.jsonl", ROW | {"id": "pump", "title": "Pump"}), Format.SIMPLE)
    (case,) = found.cases
    assert found.left_out == ()
    assert (case.id, case.article.title) == ("pump", "Pump")
    assert [" | ".join(s.of(TEXT) for s in c.content) for c in case.claims] == [
        "The pump | had failed at noon",
        "Nobody, | called us.",
        "Repairs cost 3 million crowns last year.",
    ]
    assert [c.quotation for c in case.claims] == [Quotation.INDIRECT, Quotation.DIRECT, Quotation.NONE]
    assert [c.source.kind for c in case.claims] == [None, None, SourceKind.ARTICLE]
    assert [c.cue.of(TEXT) for c in case.claims if c.cue] == ["added"]
    assert case.claims[0].source.mention is not None
    assert case.claims[0].source.mention.of(TEXT) == "Ruta Osei"


def test_a_claim_that_is_not_in_the_text_is_named(tmp_path: Path) -> None:
    row = {"text": TEXT, "claims": [{"text": "The mayor has resigned over the flood.", "source": "Osei"}]}
    found = read_set(write(tmp_path / "mine.jsonl", row), Format.SIMPLE)
    assert [c.id for c in found.cases] == ["line-00001"]
    (left_out,) = found.left_out
    assert left_out.where == f"{tmp_path / 'mine.jsonl'}:1"
    assert "claim 1: the text does not have 'The mayor has resigned over the flood.'" in left_out.reason


BROKEN = {
    "unknown field": (ROW | {"colour": "red"}, "unknown field 'colour'"),
    "no claims": ({"text": TEXT}, "field 'claims' is missing"),
    "empty text": ({"text": " ", "claims": []}, "the text is empty"),
    "same id": (ROW | {"id": "a"}, "case id 'a' is used already at"),
}


@pytest.mark.parametrize(("row", "wrong"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_line_is_named(tmp_path: Path, row: object, wrong: str) -> None:
    path = write(tmp_path / "mine.jsonl", ROW | {"id": "a"}, row)
    with pytest.raises(EvalError) as caught:
        read_set(path, Format.SIMPLE)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert wrong in str(caught.value)


def test_an_empty_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no gold case in it"):
        read_set(write(tmp_path / "mine.jsonl"), Format.SIMPLE)
