"""The German news quotation attribution dataset (Petersen-Frey and Biemann 2024): one JSON file an article.

``originalText`` with ``annotations``, each a ``quote``, its ``speaker``, ``cue``, ``frame`` and ``addressee`` as
``{"spans": [{"charBegin", "charEnd", ...}]}``, and a ``type``: Direct, Indirect, Reported, FreeIndirect,
IndirectFreeIndirect. Offsets are half-open and count characters of the original text.

Read leniently: a part may be missing, empty or, as in the dataset's own description, an empty list; tokens and
sentences are not needed. Direct is direct; the other types are indirect, or mixed where words stand between
quotation marks. Speakers are not resolved; who has none is unnamed. Addressee, frame and medium have no
counterpart here. Their unit is a quotation of any length, where our guidelines make one claim of each
sentence; Reported quotations are summaries that our guidelines often leave out. Kinds and check-worthiness are not
said.
"""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from eval.cases import GoldClaim, GoldSource
from eval.readers.brat import UNNAMED
from eval.readers.gathered import Gathered, files_in, gold_case, read_text
from eval.readers.text import GoldText, gold_text
from extractor.errors import EvalError
from extractor.schema import Quotation, Span

TYPES = frozenset({"direct", "indirect", "reported", "freeindirect", "indirectfreeindirect"})


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Range(_Lenient):
    charBegin: int = Field(ge=0)
    charEnd: int


class _Part(_Lenient):
    spans: tuple[_Range, ...] = ()


_OptionalPart = Annotated[_Part, BeforeValidator(lambda part: part or {})]


class _Annotation(_Lenient):
    id: int | str = "?"
    quote: _Part
    speaker: _OptionalPart = _Part()
    cue: _OptionalPart = _Part()
    type: str = ""


class _Document(_Lenient):
    documentName: str | None = None
    originalText: str
    annotations: tuple[_Annotation, ...]


def read(path: Path) -> Gathered:
    """Read one article, or all .json files below a folder."""
    found = Gathered(files=files_in(path, "*.json"))
    for file in found.files:
        try:
            document = _Document.model_validate_json(read_text(file))
        except ValidationError as exc:
            found.complain(str(file), exc)
        except EvalError as exc:
            found.problems.append(str(exc))
        else:
            _read_article(found, file, document)
    return found


def _read_article(found: Gathered, file: Path, document: _Document) -> None:
    name = document.documentName or file.stem
    text = gold_text(document.originalText, origin=name, language="de")
    if text is None:
        found.complain(str(file), "originalText is empty")
        return
    claims = []
    for annotation in document.annotations:
        where = f"{file}: annotation {annotation.id}"
        kind = annotation.type.replace("-", "").replace(" ", "").replace("/", "").lower()
        ranges = (*annotation.quote.spans, *annotation.speaker.spans, *annotation.cue.spans)
        outside = [r for r in ranges if not r.charBegin < r.charEnd <= len(text.raw)]
        for r in outside:
            span = f"[{r.charBegin}, {r.charEnd})"
            found.complain(where, f"{span} is no range of the text of {len(text.raw)} characters")
        if kind and kind not in TYPES:
            found.complain(where, f"type {annotation.type!r} is unknown")
        elif not annotation.quote.spans:
            found.leave_out(where, "its quote has no span")
        elif not outside:
            claims.append(_claim(text, annotation, direct=kind == "direct"))
    found.add(str(file), gold_case(name, text, claims))


def _claim(text: GoldText, annotation: _Annotation, *, direct: bool) -> GoldClaim:
    content = _spans(text, annotation.quote)
    speaker, cue = _spans(text, annotation.speaker), _spans(text, annotation.cue)
    source = UNNAMED
    if speaker:
        source = GoldSource(name=text.words_at(speaker), mention=_longest(speaker), resolved=False)
    quotation = text.quotation(content)
    if direct:
        quotation = Quotation.DIRECT
    elif quotation is Quotation.DIRECT:
        quotation = Quotation.MIXED
    return GoldClaim(
        id="c1",
        text=text.words_at(content),
        content=content,
        quotation=quotation,
        source=source,
        cue=_longest(cue) if cue else None,
    )


def _spans(text: GoldText, part: _Part) -> tuple[Span, ...]:
    spans = (text.span(r.charBegin, r.charEnd) for r in sorted(part.spans, key=lambda r: r.charBegin))
    return tuple(span for span in spans if span is not None)


def _longest(spans: tuple[Span, ...]) -> Span:
    # A divided cue ("teilte ... mit") is kept by the piece that says most.
    return max(spans, key=lambda span: span.end_char - span.start_char)
