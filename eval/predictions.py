"""Predictions from elsewhere: whatever found them, as JSON lines, one article a line.

    {"id": "own-001", "claims": [{"text": "The pump failed.", "source": "Ruta Osei", "quote": "the pump had failed"}]}

``id`` names the labelled article. ``quote`` is where the article says it, word for word; a list of strings where the
sentence is interrupted. ``spans`` may say the place itself, as ``[[start, end], ...]`` in code points of the
normalised text. Without either the claim's own text is looked for; a claim that stands nowhere counts all the
same. A claim without a ``source`` is the article's own statement. Optional of a claim: ``quotation`` (direct, mixed,
indirect, none; told from the marks where it is missing), ``source_kind``, ``mention``, ``cue``, ``kind``,
``check_worthiness`` (0 to 1); of an article ``seconds``, and ``error`` where nothing came about.

An article that found no claim is ``{"id": ..., "claims": []}``; one that is not in the file is not scored.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, ValidationError

from eval.cases import CaseSet, GoldCase
from eval.lines import read_lines, what_is_wrong
from eval.readers.text import GoldText
from eval.run import EvalRun, Prediction, RunInfo
from extractor.errors import EvalError
from extractor.schema import (
    Claim,
    ClaimDraft,
    ClaimKind,
    Identity,
    PartDraft,
    Quotation,
    SourceDraft,
    SourceKind,
    Span,
    Value,
)

Place = Callable[[GoldCase, tuple[ClaimDraft, ...]], tuple[Claim, ...]]
"""Grounds and checks drafts in a case's article, as an extractor's own are."""


class ForeignClaim(Value):
    """One claim as somebody else's program gives it."""

    text: str = Field(min_length=1)
    source: str | None = None
    quote: str | tuple[str, ...] | None = None
    spans: tuple[tuple[int, int], ...] = ()
    quotation: Quotation | None = None
    source_kind: SourceKind = SourceKind.PERSON
    mention: str | None = None
    cue: str | None = None
    kind: ClaimKind = ClaimKind.EVENT
    check_worthiness: float = Field(default=0.5, ge=0, le=1)


class ForeignPrediction(Value):
    """One line."""

    id: str
    claims: tuple[ForeignClaim, ...] = ()
    error: str | None = None
    seconds: float = Field(default=0.0, ge=0)


def read_predictions(path: Path, cases: CaseSet, place: Place) -> EvalRun:
    """Read predictions from elsewhere as a run on these cases; it is called after the file.

    Args:
        path: The file.
        cases: What they are predictions for.
        place: Puts claims into their articles.

    Raises:
        EvalError: The file cannot be read, holds nothing, or does not fit the cases; one problem a line, each
            with file and line.
    """
    by_id = {case.id: case for case in cases.cases}
    found: dict[str, Prediction] = {}
    problems: list[str] = []
    for line in read_lines(path):
        try:
            row = ForeignPrediction.model_validate_json(line.text)
            if row.id in found:
                raise EvalError(f"article {row.id!r} has two lines; keep one")
            found[row.id] = _prediction(row, by_id, place)
        except ValidationError as exc:
            problems += [f"{line.where}: {wrong}" for wrong in what_is_wrong(exc)]
        except EvalError as exc:
            problems.append(f"{line.where}: {exc}")
    if problems:
        raise EvalError("\n".join(problems))
    if not found:
        raise EvalError(f"{path}: no prediction in it; write one JSON object a line")
    if not found.keys() & by_id.keys():
        raise EvalError(f"{path}: none of its ids is a labelled article of {cases.path}; check --data and --texts")
    info = RunInfo(
        identity=Identity(model=path.stem),
        dataset=cases.path,
        dataset_sha256=cases.sha256,
        code_version="",
        created_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
    )
    return EvalRun(info=info, predictions=tuple(found.values()))


def _prediction(row: ForeignPrediction, cases: Mapping[str, GoldCase], place: Place) -> Prediction:
    case = cases.get(row.id)
    if case is None:
        # Told as unused; another split, or a text that is not there.
        return Prediction(case_id=row.id, text_sha256="")
    return Prediction(
        case_id=row.id,
        text_sha256=case.article.text_sha256,
        claims=place(case, tuple(_draft(case, claim) for claim in row.claims)),
        seconds=row.seconds,
        error=row.error,
    )


def _draft(case: GoldCase, claim: ForeignClaim) -> ClaimDraft:
    spans = tuple(_span(case, start, end) for start, end in claim.spans)
    own = claim.source is None
    if spans:
        words = " ".join(span.of(case.text) for span in spans)
    elif isinstance(claim.quote, str):
        words = claim.quote
    else:
        words = " ".join(claim.quote or (claim.text,))
    return ClaimDraft(
        text=claim.text,
        content=PartDraft(text=words, spans=spans),
        quotation=claim.quotation or (Quotation.NONE if own else _quotation(case, words, spans)),
        source=SourceDraft(
            name=claim.source or "the article",
            kind=SourceKind.ARTICLE if own else claim.source_kind,
            mention=PartDraft(text=claim.mention) if claim.mention else None,
        ),
        cue=PartDraft(text=claim.cue) if claim.cue else None,
        kind=claim.kind,
        check_worthiness=claim.check_worthiness,
        check_worthiness_reason="from elsewhere",
    )


def _span(case: GoldCase, start: int, end: int) -> Span:
    if not 0 <= start < end <= len(case.text):
        raise EvalError(f"[{start}, {end}) is no range of the text of {len(case.text)} characters")
    return Span(start_char=start, end_char=end)


def _quotation(case: GoldCase, words: str, spans: tuple[Span, ...]) -> Quotation:
    article = case.article
    text = GoldText(
        raw=case.text, text=case.text, sha256=article.text_sha256, language=case.language, origin=article.origin
    )
    there = spans or text.place(words)
    return text.quotation(there) if there else Quotation.INDIRECT
