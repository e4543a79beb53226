"""Sheets in the shape of CED-1K, over sentences of our own."""

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook

from eval.formats import Format
from eval.readers import read_set
from extractor.errors import EvalError
from extractor.schema import Quotation, SourceKind

HEADER = (
    "article_id",
    "Agent",
    "TypeOfAgent",
    "TypeOfUtterance",
    "Utterance",
    "SourceText",
    "Body",
    "Title",
)
BODY = (
    "The ferry Solveig will stay in harbour until May, engineer Ruta Osei said on Monday.\n\n"
    "“The pump failed at noon,” she said. The harbour board called the tender “a disgrace”."
)
ROWS = (
    (7, "Ruta Osei", "person", "indirect", "The ferry Solveig will stay in harbour until May", "", BODY, "Ferry"),
    (7, "she", "person", "direct", "“The pump failed at noon,”", "“The pump failed at noon,” she said.", BODY, "Ferry"),
    (7, "harbour board", "organization", "partially-direct", "the tender “a disgrace”", "", BODY, "Ferry"),
    (8, "", "", "", "", "", "Nothing was said on Sunday at the harbour.", "Quiet"),
)

Cells = tuple[object, ...]


def workbook(path: Path, *rows: Cells, header: Cells = HEADER) -> Path:
    book = Workbook()
    notes = book.active
    assert notes is not None
    notes.title = "Notes"
    notes.append(["nothing of use"])
    sheet = book.create_sheet("Claims")
    for row in (header, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def comma_separated(path: Path, *rows: Cells, header: Cells = HEADER) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows((header, *rows))
    return path


@pytest.fixture(params=[workbook, comma_separated], ids=["xlsx", "csv"])
def sheet(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name = "ced.xlsx" if request.param is workbook else "ced.csv"
    path: Path = request.param(tmp_path / name, *ROWS)
    return path


def test_a_row_is_a_claim_placed_in_its_body(sheet: Path) -> None:
    found = read_set(sheet, Format.CED1K)
    assert found.left_out == ()
    ferry, quiet = found.cases
    assert (ferry.id, ferry.article.title, quiet.id, quiet.claims) == ("7", "Ferry", "8", ())
    assert [" | ".join(s.of(ferry.text) for s in c.content) for c in ferry.claims] == [
        "The ferry Solveig will stay in harbour until May",
        "The pump failed at noon",
        "the tender “a disgrace”",
    ]
    assert [c.quotation for c in ferry.claims] == [Quotation.INDIRECT, Quotation.DIRECT, Quotation.MIXED]
    assert [(c.source.name, c.source.kind, c.source.resolved) for c in ferry.claims] == [
        ("Ruta Osei", SourceKind.PERSON, True),
        ("she", SourceKind.PERSON, False),
        ("harbour board", SourceKind.ORGANISATION, False),
    ]
    mentions = [c.source.mention.of(ferry.text) for c in ferry.claims if c.source.mention]
    assert mentions == ["Ruta Osei", "she", "harbour board"]


def test_a_row_that_cannot_be_placed_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    strange = (7, "Osei", "person", "indirect", "Nobody had oiled the valve since the winter", "", BODY, "Ferry")
    found = read_set(workbook(tmp_path / "ced.xlsx", ROWS[0], strange, ROWS[0]), Format.CED1K)
    assert [len(case.claims) for case in found.cases] == [1]
    where = f"{tmp_path / 'ced.xlsx'}: sheet 'Claims', row"
    assert [(row.where, row.reason) for row in found.left_out] == [
        (f"{where} 3", "the Body does not have the Utterance 'Nobody had oiled the valve since the winter'"),
        (f"{where} 4", f"it repeats {where} 2"),
    ]


def test_a_number_that_differs_is_not_placed(tmp_path: Path) -> None:
    body = "Repairs of the northern pump will cost 3 million crowns by next spring, Osei said."
    wrong = "Repairs of the northern pump will cost 8 million crowns by next spring"
    found = read_set(
        workbook(tmp_path / "ced.xlsx", (1, "Osei", "person", "indirect", wrong, "", body, "")), Format.CED1K
    )
    assert len(found.left_out) == 1


def test_without_article_ids_the_body_tells_articles_apart(tmp_path: Path) -> None:
    rows = [row[1:] for row in (*ROWS, ROWS[1])]
    found = read_set(workbook(tmp_path / "ced.xlsx", *rows, header=HEADER[1:]), Format.CED1K)
    assert [(case.id, len(case.claims)) for case in found.cases] == [("article-0001", 3), ("article-0002", 0)]


def changed(row: Cells, **cells: object) -> Cells:
    return tuple(cells.get(name, value) for name, value in zip(HEADER, row, strict=True))


BROKEN = {
    "unknown agent": (changed(ROWS[0], TypeOfAgent="ship"), "typeofagent is 'ship', which is none of person"),
    "unknown utterance": (changed(ROWS[0], TypeOfUtterance="shouted"), "typeofutterance is 'shouted'"),
    "another body": (changed(ROWS[0], Body="Another text."), "article '7' has another Body"),
    "no body": (changed(ROWS[0], article_id=9, Body=""), "the Body is empty, and no row before has it"),
}


@pytest.mark.parametrize(("row", "wrong"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_row_is_named_by_sheet_and_row(tmp_path: Path, row: Cells, wrong: str) -> None:
    path = workbook(tmp_path / "ced.xlsx", ROWS[0], row)
    with pytest.raises(EvalError) as caught:
        read_set(path, Format.CED1K)
    assert str(caught.value).startswith(f"{path}: sheet 'Claims', row 3: ")
    assert wrong in str(caught.value)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "ced.xlsx", ("x",), header=("Agent",))
    with pytest.raises(EvalError, match=r"sheet 'Claims' lacks body, typeofagent, typeofutterance, utterance"):
        read_set(path, Format.CED1K)
    path = comma_separated(tmp_path / "ced.csv", ("x", "y"), header=("Agent", "Body"))
    with pytest.raises(EvalError, match=r"ced\.csv:1: the header lacks typeofagent"):
        read_set(path, Format.CED1K)


def test_a_file_that_is_no_workbook_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ced.xlsx"
    path.write_text("Agent,Body")
    with pytest.raises(EvalError, match=r"ced\.xlsx: is no workbook"):
        read_set(path, Format.CED1K)
    with pytest.raises(EvalError, match="there is no such file"):
        read_set(tmp_path / "absent.xlsx", Format.CED1K)


def test_a_cell_longer_than_the_csv_module_takes_is_read(tmp_path: Path) -> None:
    body = BODY + "\n\n" + "The harbour was quiet. " * 8_000
    found = read_set(comma_separated(tmp_path / "ced.csv", changed(ROWS[0], Body=body)), Format.CED1K)
    assert len(found.cases[0].claims) == 1
