"""A run: what one extractor predicted on a set of cases, kept so that scoring again costs no model call.

Extraction itself is not done here: whoever composes a run (the command line) hands in each case's
extraction, or the reason why there is none.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import ValidationError, model_validator

from eval.cases import GoldCase
from eval.lines import what_is_wrong
from extractor.errors import EvalError
from extractor.schema import Claim, Extraction, Identity, Piece, Usage, Value

FORMAT: Final = "claimdesk-eval-run.v1"


class Prediction(Value):
    """What was predicted for one case."""

    case_id: str
    text_sha256: str
    """Of the text that the claims' offsets refer to."""
    claims: tuple[Claim, ...] = ()
    """In reading order."""
    pieces: tuple[Piece, ...] = ()
    """The ledger, with the raw replies; empty for predictions from elsewhere."""
    seconds: float = 0.0
    error: str | None = None
    """Why there is no extraction; then all gold claims of the case count as missed."""

    @property
    def usage(self) -> Usage:
        """What the calls for this case cost together."""
        return sum((piece.usage for piece in self.pieces), Usage())

    @property
    def n_lost_pieces(self) -> int:
        """Pieces of the article that were refused, cut off or failed."""
        return sum(piece.state.is_loss for piece in self.pieces)


def prediction(case: GoldCase, outcome: Extraction | str) -> Prediction:
    """Take an extraction of a case, or the reason why there is none, into a run."""
    if isinstance(outcome, str):
        return Prediction(case_id=case.id, text_sha256=case.article.text_sha256, error=outcome)
    return Prediction(
        case_id=case.id,
        text_sha256=outcome.article_sha256,
        claims=outcome.claims,
        pieces=outcome.pieces,
        seconds=outcome.seconds,
    )


class RunInfo(Value):
    """Where predictions come from."""

    identity: Identity
    """Model, prompt and settings."""
    dataset: str
    """Path of the cases, as the user named it."""
    dataset_sha256: str
    code_version: str
    created_at: datetime
    """Aware, UTC."""
    machine: str = ""
    """Where it ran, in words; empty for predictions from elsewhere."""


class EvalRun(Value):
    """Predictions of one extractor, at most one per case."""

    format: Literal["claimdesk-eval-run.v1"] = FORMAT
    info: RunInfo
    predictions: tuple[Prediction, ...]

    @model_validator(mode="after")
    def _one_prediction_per_case(self) -> Self:
        seen: set[str] = set()
        for case_id in (p.case_id for p in self.predictions):
            if case_id in seen:
                raise ValueError(f"case {case_id!r} has two predictions")
            seen.add(case_id)
        return self

    @property
    def usage(self) -> Usage:
        """What all calls of the run cost together."""
        return sum((p.usage for p in self.predictions), Usage())

    @property
    def seconds(self) -> float:
        """Time spent on articles, added up; more than the wall clock where articles ran side by side."""
        return sum(p.seconds for p in self.predictions)


def save_run(run: EvalRun, path: Path) -> None:
    """Write a run as one JSON file, whole or not at all; parent folders are made.

    Raises:
        EvalError: the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_text(run.model_dump_json(indent=1) + "\n", encoding="utf-8")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as exc:
        raise EvalError(f"{path}: the run cannot be saved ({exc.strerror}); choose another place") from exc


def load_run(path: Path) -> EvalRun:
    """Read a run that `save_run` wrote.

    Raises:
        EvalError: the file cannot be read or is no such run; one problem a line, each naming the field.
    """
    try:
        return EvalRun.model_validate_json(path.read_bytes())
    except OSError as exc:
        raise EvalError(f"{path}: cannot be read ({exc.strerror}); check the path") from exc
    except ValidationError as exc:
        raise EvalError("\n".join(f"{path}: {wrong}" for wrong in what_is_wrong(exc))) from exc


def is_run(path: Path) -> bool:
    """Tell whether a file seems to be a kept run, by its beginning; a file that cannot be read is none."""
    try:
        with path.open("rb") as file:
            return FORMAT.encode() in file.read(200)
    except OSError:
        return False
