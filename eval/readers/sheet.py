"""Rows of a sheet: .xlsx (openpyxl), .csv and .tsv, by the names of their columns."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from zipfile import BadZipFile

from eval.readers.gathered import read_text
from extractor.errors import EvalError
from extractor.schema import Value

MAX_CELL_CHARS = 10_000_000
"""Whole articles stand in cells; the csv module stops at 131,072 characters unless told."""


class Row(Value):
    """One row that is not blank."""

    where: str
    """File and line, or file, sheet and row."""
    cells: dict[str, str]
    """By lower-case column name; a missing cell is empty."""


def read_sheet(path: Path, columns: Collection[str]) -> Iterator[Row]:
    """Yield the rows below the header.

    Args:
        path: By its ending a workbook, of which the first sheet with these columns is read, or a text
            file of fields between commas, semicolons or tabs.
        columns: Lower-case names that the header must have; it may have others.

    Raises:
        EvalError: the file cannot be read or has not the columns; the message names those that are missing.
    """
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        yield from _workbook(path, columns)
    else:
        yield from _separated(path, columns)


def _workbook(path: Path, columns: Collection[str]) -> Iterator[Row]:
    from openpyxl import load_workbook

    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except OSError as exc:
        raise EvalError(f"{path}: cannot be read ({exc.strerror or exc}); check the path") from exc
    except (BadZipFile, KeyError, ValueError) as exc:
        raise EvalError(f"{path}: is no workbook ({exc}); save it as .xlsx or .csv") from exc
    try:
        missing: dict[str, list[str]] = {}
        for sheet in workbook.worksheets:
            rows = enumerate(sheet.iter_rows(values_only=True), start=1)
            numbered = [(n, [_cell(value) for value in row]) for n, row in rows]
            numbered = [(n, cells) for n, cells in numbered if any(cells)]
            header = _names(numbered[0][1]) if numbered else []
            missing[sheet.title] = sorted(set(columns) - set(header))
            if not missing[sheet.title]:
                places = ((f"{path}: sheet {sheet.title!r}, row {n}", cells) for n, cells in numbered[1:])
                yield from _rows(header, places)
                return
    finally:
        workbook.close()
    lacks = "; ".join(f"sheet {title!r} lacks {', '.join(names)}" for title, names in missing.items())
    raise EvalError(f"{path}: {lacks}; name the columns in the first row")


def _cell(value: object) -> str:
    # An id that Excel took for a number comes back as 12.0.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


class _Tabbed(csv.excel_tab):
    quoting = csv.QUOTE_NONE


def _separated(path: Path, columns: Collection[str]) -> Iterator[Row]:
    text = read_text(path).removeprefix("\ufeff")
    first = text.partition("\n")[0]
    delimiter = max("\t,;", key=first.count)
    missing = sorted(set(columns) - set(_names(first.strip("\r").replace('"', "").split(delimiter))))
    if missing:
        raise EvalError(f"{path}:1: the header lacks {', '.join(missing)}; name the columns in the first line")
    # Tab-separated files of shared tasks are written without quoting: a quotation mark is only a character.
    dialect: type[csv.Dialect] = _Tabbed if delimiter == "\t" else csv.excel
    csv.field_size_limit(MAX_CELL_CHARS)
    reader = csv.reader(io.StringIO(text, newline=""), dialect=dialect, delimiter=delimiter, strict=True)
    try:
        header = _names(next(reader))
        yield from _rows(header, _places(path, reader))
    except csv.Error as exc:
        raise EvalError(f"{path}:{reader.line_num}: {exc}; correct the line") from exc


def _places(path: Path, reader: Iterator[list[str]]) -> Iterator[tuple[str, list[str]]]:
    line = 2
    for cells in reader:
        yield f"{path}:{line}", cells
        line = getattr(reader, "line_num", line) + 1


def _names(cells: Iterable[str]) -> list[str]:
    return [cell.strip().lower() for cell in cells]


def _rows(header: Sequence[str], places: Iterable[tuple[str, Sequence[str]]]) -> Iterator[Row]:
    for where, cells in places:
        if len(cells) > len(header) and any(cells[len(header) :]):
            raise EvalError(f"{where}: {len(cells)} fields under {len(header)} columns; correct the line")
        if any(cell.strip() for cell in cells):
            padded = [*cells, *[""] * (len(header) - len(cells))]
            yield Row(where=where, cells=dict(zip(header, padded, strict=False)))
