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
    for detail in error.errors(include_url=False, include_context=False):
        field = ".".join(str(step) for step in detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                yield f"unknown field {field!r}"
            case "missing":
                yield f"field {field!r} is missing"
            case "json_invalid":
                yield f"broken JSON: {detail['msg'].removeprefix('Invalid JSON: ')}"
            case _:
                yield f"{field}: {detail['msg']}"
