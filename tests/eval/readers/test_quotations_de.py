"""JSON in the shape of the German news quotation attribution dataset, with sentences of our own."""

import json
from pathlib import Path

import pytest

from eval.formats import Format
from eval.readers import read_set
from extractor.errors import EvalError
from extractor.schema import Quotation, SourceKind

TEXT = (
    "Die Pumpe sei ausgefallen, teilte das Wasserwerk am Montag mit. "
    "„Niemand hat uns angerufen“, sagte Ruta Osei. Das Amt forderte „sofort“ neue Pumpen. Das soll teuer werden."
)


def part(*phrases: str) -> dict[str, object]:
    starts = [(TEXT.index(phrase), TEXT.index(phrase) + len(phrase)) for phrase in phrases]
    spans = [{"begin": 0, "end": 1, "charBegin": start, "charEnd": end} for start, end in starts]
    return {"spans": spans, "text": " ".join(phrases), "tokenIds": []}


EMPTY = {"spans": [], "text": "", "tokenIds": []}


def annotation(number: int, kind: str, quote: object, **parts: object) -> dict[str, object]:
    given: dict[str, object] = {"addressee": [], "cue": EMPTY, "frame": EMPTY, "speaker": EMPTY, **parts}
    return {"id": number, "type": kind, "quote": quote, "medium": "SW", "isNested": False, "hasNested": False} | given


def document(*annotations: object, **changes: object) -> dict[str, object]:
    return {"documentName": "1 - Pumpe", "originalText": TEXT, "annotations": annotations, "sentences": []} | changes


def write(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_quotations_become_claims(tmp_path: Path) -> None:
    write(
        tmp_path / "pumpe.json",
        document(
            annotation(0, "Direct", part("Niemand hat uns angerufen"), speaker=part("Ruta Osei"), cue=part("sagte")),
            annotation(
                1,
                "Indirect",
                part("Die Pumpe sei ausgefallen"),
                speaker=part("das Wasserwerk"),
                cue=part("teilte", " mit"),
            ),
            annotation(2, "Reported", part("„sofort“ neue Pumpen"), speaker=part("Das Amt")),
            annotation(3, "FreeIndirect", part("Das soll teuer werden.")),
        ),
    )
    (case,) = read_set(tmp_path, Format.QUOTATIONS_DE).cases
    assert (case.id, case.language) == ("1 - Pumpe", "de")
    assert [(c.text, c.quotation, c.source.name) for c in case.claims] == [
        ("Die Pumpe sei ausgefallen", Quotation.INDIRECT, "das Wasserwerk"),
        ("Niemand hat uns angerufen", Quotation.DIRECT, "Ruta Osei"),
        ("„sofort“ neue Pumpen", Quotation.MIXED, "Das Amt"),
        ("Das soll teuer werden.", Quotation.INDIRECT, "unnamed"),
    ]
    assert [c.cue.of(TEXT) if c.cue else None for c in case.claims] == ["teilte", "sagte", None, None]
    assert case.claims[3].source.kind is SourceKind.ANONYMOUS


def test_missing_parts_are_borne_and_an_empty_quote_is_named(tmp_path: Path) -> None:
    bare = {"id": 0, "quote": part("Die Pumpe sei ausgefallen"), "speaker": []}
    path = write(tmp_path / "pumpe.json", document(bare, annotation(1, "Direct", EMPTY)))
    found = read_set(path, Format.QUOTATIONS_DE)
    assert len(found.cases[0].claims) == 1
    assert [(row.where, row.reason) for row in found.left_out] == [(f"{path}: annotation 1", "its quote has no span")]


OUTSIDE = {"spans": [{"charBegin": 0, "charEnd": 9999}]}
BROKEN = {
    "outside": (document(annotation(4, "Direct", OUTSIDE)), "annotation 4: [0, 9999) is no range of the text"),
    "unknown type": (document(annotation(4, "Sung", part("Niemand"))), "annotation 4: type 'Sung' is unknown"),
    "no text": ({"annotations": []}, "field 'originalText' is missing"),
    "empty text": (document(originalText=" "), "originalText is empty"),
}


@pytest.mark.parametrize(("value", "wrong"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_document_is_named(tmp_path: Path, value: object, wrong: str) -> None:
    path = write(tmp_path / "pumpe.json", value)
    with pytest.raises(EvalError) as caught:
        read_set(path, Format.QUOTATIONS_DE)
    assert str(caught.value).startswith(f"{path}: ")
    assert wrong in str(caught.value)


def test_broken_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pumpe.json"
    path.write_text("{")
    with pytest.raises(EvalError, match=r"pumpe\.json: broken JSON"):
        read_set(path, Format.QUOTATIONS_DE)
