"""CheckThat! check-worthiness (CLEF, task 1): sentences or posts with Yes or No, and nothing else.

A .tsv file with ``Sentence_id``, ``Text``, ``class_label`` (English, 2023-24) or ``tweet_id``, ``tweet_text``,
``class_label`` (the others), further columns passed over; or .jsonl with ``id``, ``text`` and ``check_worthy`` or
``class_label``. Each text becomes a case without claims that carries the label: an extractor is then scored on
check-worthiness alone. The language is told from all texts together.

Not said by its documentation: whether quotation marks in the .tsv files are doubled. A text that is wholly quoted in
that way is unwrapped, all others are taken as they stand.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import JsonValue, TypeAdapter, ValidationError

from eval.lines import read_lines
from eval.readers.gathered import Gathered, files_in, gold_case
from eval.readers.sheet import read_sheet
from eval.readers.text import gold_text
from extractor.ingest.language import language_of_text

IDS, TEXTS, LABELS = (
    ("sentence_id", "tweet_id", "id"),
    ("text", "tweet_text"),
    ("class_label", "check_worthy", "check_worthiness"),
)
"""Names of the three columns, the usual one first."""
_YES_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
_OBJECT = TypeAdapter(dict[str, JsonValue])


def read(path: Path) -> Gathered:
    """Read a file of sentences, or all .tsv files below a folder."""
    found = Gathered(files=files_in(path, "*.tsv"))
    rows = [row for file in found.files for row in _rows(found, file)]
    sample = "\n".join(text for _, _, text, _ in rows)
    language = language_of_text(sample, stated="en")
    for where, sentence_id, text, label in rows:
        gold = gold_text(text, origin=sentence_id, language=language)
        if gold is None:
            found.complain(where, "the text is empty")
            continue
        case = gold_case(sentence_id, gold, (), form="sentence")
        found.add(where, case.model_copy(update={"check_worthy": label}))
    return found


def _rows(found: Gathered, file: Path) -> Iterator[tuple[str, str, str, bool]]:
    for where, cells in _cells(found, file):
        values = [next((cells[n] for n in names if n in cells), None) for names in (IDS, TEXTS, LABELS)]
        if None in values:
            lacking = [names[0] for names, v in zip((IDS, TEXTS, LABELS), values, strict=True) if v is None]
            found.complain(where, f"there is no {' and no '.join(lacking)}")
            continue
        sentence_id, text, label = (value or "" for value in values)
        if label.strip().lower() not in _YES_NO:
            found.complain(where, f"the label is {label!r}, neither Yes nor No")
            continue
        if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1].replace('""', ""):
            text = text[1:-1].replace('""', '"')
        yield where, sentence_id.strip(), text, _YES_NO[label.strip().lower()]


def _cells(found: Gathered, file: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    if file.suffix.lower() != ".jsonl":
        for row in read_sheet(file, ()):
            yield row.where, row.cells
        return
    for line in read_lines(file):
        try:
            fields = _OBJECT.validate_json(line.text)
        except ValidationError as exc:
            found.complain(line.where, exc)
            continue
        yield line.where, {name.lower(): str(value) for name, value in fields.items() if value is not None}
