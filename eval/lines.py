"""JSONL by lines, with errors that name the file and the line."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from extractor.errors import EvalError
from extractor.schema import Value


class Line(Value):
    """One line that is not blank."""

    file: str
    number: int
    """1-based."""
    text: str

    @property
    def where(self) -> str:
        """``file:number``, as editors understand it."""
        return f"{self.file}:{self.number}"


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a UTF-8 file that are not blank.

    Raises:
        EvalError: the file cannot be read, or a line is not UTF-8.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise EvalError(f"{path}: cannot be read ({exc.strerror}); check the path") from exc
    # Cut at LF only: str.splitlines also cuts at U+2028, which JSON strings may hold.
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            text = raw.decode()
        except UnicodeDecodeError as exc:
            raise EvalError(f"{path}:{number}: not UTF-8 at byte {exc.start} of the line; save it as UTF-8") from exc
        if text.strip():
            yield Line(file=str(path), number=number, text=text)


def what_is_wrong(error: ValidationError) -> Iterator[str]:
    """Yield each of pydantic's complaints as ``field.path: what`` in plain words."""
    details = error.errors(include_url=False, include_context=False)
    for detail in details:
        field = ".".join(str(step) for step in detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                yield f"unknown field {field!r}"
            case "missing":
                yield f"field {field!r} is missing"
            case "json_invalid":
                yield f"broken JSON: {detail['msg'].removeprefix('Invalid JSON: ')}"
            case "too_short" if any(_is_within(other["loc"], detail["loc"]) for other in details):
                continue  # What is wrong with its items is told, and they are not counted then.
            case "enum" | "literal_error":
                yield f"{field} is {detail['input']!r}: {detail['msg'].lower()}"
            case _:
                yield f"{field}: {detail['msg'].removeprefix('Value error, ')}"


def _is_within(place: tuple[int | str, ...], other: tuple[int | str, ...]) -> bool:
    return len(place) > len(other) and place[: len(other)] == other
