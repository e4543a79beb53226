"""Articles as JSON Lines: one object a line, read as a stream.

Fields: ``text`` (required), ``title``, ``deck``, ``section``, ``byline``, ``publisher``,
``published`` or ``date`` (ISO 8601), ``language`` or ``lang``, ``url``, and ``id``, which becomes
the article's origin. ``licence`` or ``license`` may be there and is not used. Any other field is
an error: a misspelt name must not be lost in silence.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated, BinaryIO

from pydantic import AliasChoices, BeforeValidator, Field, ValidationError

from extractor.errors import IngestError
from extractor.ingest.article import Rejected, make_article
from extractor.ingest.decoding import MAX_ARTICLE_BYTES, too_large
from extractor.schema import Article, ArticleMetadata, Value


def _day_of(value: object) -> object:
    """Cut the time off an ISO 8601 moment."""
    return value[:10] if isinstance(value, str) and value[10:11] in ("T", " ") else value


def _primary_language(value: object) -> object:
    """Cut the region off a language tag: ``en-GB`` is ``en``."""
    return value.replace("_", "-").partition("-")[0].lower() if isinstance(value, str) else value


class ArticleRow(Value):
    """One line of the file; the module's docstring is its documentation."""

    text: str
    title: str | None = None
    deck: str | None = None
    section: str | None = None
    byline: str | None = None
    publisher: str | None = None
    published: Annotated[date | None, BeforeValidator(_day_of)] = Field(
        default=None, validation_alias=AliasChoices("published", "date")
    )
    language: Annotated[str, BeforeValidator(_primary_language), Field(pattern="^[a-z]{2,3}$")] = Field(
        default="en", validation_alias=AliasChoices("language", "lang")
    )
    url: str | None = None
    id: str | int | None = None
    licence: str | None = Field(default=None, validation_alias=AliasChoices("licence", "license"))


def read_jsonl(stream: BinaryIO, origin: str, *, head: bytes = b"") -> Iterator[Article | Rejected]:
    """Read articles line by line; a broken line does not stop the others.

    Args:
        stream: UTF-8, one JSON object a line; blank lines are passed over. It is never held in
            memory as a whole.
        origin: Its name, for messages and for rows without an ``id``.
        head: What was read from the stream before: a line or part of one.

    Yields:
        An article, or the reason why a line is none, in the order of the file.
    """
    is_empty = True
    for number, line in enumerate(_lines(stream, head), start=1):
        where = f"{origin}:{number}"
        is_empty = is_empty and not line.strip()
        try:
            if len(line) > MAX_ARTICLE_BYTES:
                raise too_large(where)
            if line.strip():
                yield _read_row(line, where)
        except IngestError as exc:
            yield Rejected(origin=where, reason=str(exc))
    if is_empty:
        yield Rejected(origin=origin, reason=f"{origin!r} is empty: put one object with the field 'text' on each line.")


def _lines(stream: BinaryIO, head: bytes) -> Iterator[bytes]:
    """Cut a stream into lines; of a line over the limit only the beginning is kept."""
    limit = MAX_ARTICLE_BYTES + 1
    line = head if head.endswith(b"\n") else head + stream.readline(limit - len(head))
    while line:
        yield line
        while line and not line.endswith(b"\n"):
            line = stream.readline(limit)
        line = stream.readline(limit)


def _read_row(line: bytes, where: str) -> Article:
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise IngestError(f"{where!r} is not UTF-8 at byte {exc.start} of the line: save the file as UTF-8.") from exc
    except (ValueError, RecursionError) as exc:
        # A line number of its own would be read as one of the file.
        problem = f"{exc.msg} at column {exc.colno}" if isinstance(exc, json.JSONDecodeError) else str(exc)
        raise IngestError(f"{where!r} is not JSON ({problem}): put one object on each line.") from exc
    if not isinstance(fields, dict):
        raise IngestError(f"{where!r} is not a JSON object: put one object with the field 'text' on each line.")
    try:
        row = ArticleRow.model_validate(fields)
    except ValidationError as exc:
        raise IngestError(f"{where!r} {_complaint(exc)}") from exc
    known = row.model_dump(exclude={"text", "id", "licence"})
    origin = where if row.id is None else str(row.id)
    try:
        return make_article(row.text, ArticleMetadata(**known, origin=origin))
    except IngestError as exc:
        raise IngestError(f"{where!r} has an empty field 'text': put the article there.") from exc


def _complaint(exc: ValidationError) -> str:
    error = exc.errors(include_url=False, include_input=False)[0]
    field = str(error["loc"][0]) if error["loc"] else "?"
    match error["type"]:
        case "extra_forbidden":
            names = ", ".join(sorted(ArticleRow.model_fields))
            return f"has an unknown field {field!r}: rename or remove it (known are {names}, date, lang, license)."
        case "missing":
            return f"has no field {field!r}: put the article's text there."
        case _:
            return f"has an unusable field {field!r} ({error['msg']}): correct it."
