"""A run: what one extractor predicted on a set of cases, kept so that scoring again costs no model call.

A kept run is a file of JSON lines: the first says what was run, each further one is the prediction for
one case, with the ledger and the raw replies. It grows while the run goes on, so what was answered before a
run was interrupted is there. Where a case stands twice, it was asked about again, and the later line counts.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import ValidationError, model_validator

from eval.cases import GoldCase
from eval.lines import Line, read_lines, what_is_wrong
from extractor.errors import EvalError
from extractor.schema import Claim, Extraction, Identity, Piece, Usage, Value

FORMAT: Final = "claimdesk-eval-run.v2"
_WHOLE: Final = "claimdesk-eval-run.v1"
"""One JSON document, as runs were kept before they could be continued."""


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
    """The cases, as the user named them."""
    dataset_sha256: str
    code_version: str
    """Version, commit where there is one, and a hash of the source."""
    created_at: datetime
    """Aware, UTC."""
    machine: str = ""
    """Where it ran, in words; empty for predictions from elsewhere."""


class EvalRun(Value):
    """Predictions of one extractor, at most one per case."""

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


class _First(Value):
    """The first line of a kept run."""

    format: Literal["claimdesk-eval-run.v2"] = FORMAT
    info: RunInfo


class _Whole(EvalRun):
    format: Literal["claimdesk-eval-run.v1"]


class KeptRun:
    """A run that grows, in memory and, where a place was named, on disk after every article."""

    def __init__(self, info: RunInfo, path: Path | None) -> None:
        self._info = info
        self._path = path
        self._predictions: dict[str, Prediction] = {}

    @classmethod
    def start(cls, info: RunInfo, path: Path | None) -> Self:
        """Begin a new run; what the file held is replaced.

        Raises:
            EvalError: the file cannot be written.
        """
        kept = cls(info, path)
        if path:
            save_run(kept.run, path)
        return kept

    @classmethod
    def resume(cls, info: RunInfo, path: Path) -> Self:
        """Go on with the run in a file; where there is none, begin it.

        Args:
            info: What would be run now; the kept run must be by the same extractor.
            path: Where it is kept.

        Raises:
            EvalError: the file is no run, or one of another model, prompt or setting; or it cannot be written.
        """
        if not path.exists():
            return cls.start(info, path)
        old = load_run(path)
        if old.info.identity != info.identity:
            raise EvalError(
                f"{path}: kept from another model, prompt or setting; remove it to ask again, or choose another place"
            )
        kept = cls(old.info, path)
        kept._predictions = {p.case_id: p for p in old.predictions}
        # Written anew, so that a line that was cut off is gone.
        save_run(old, path)
        return kept

    @property
    def run(self) -> EvalRun:
        """The run so far."""
        return EvalRun(info=self._info, predictions=tuple(self._predictions.values()))

    def of(self, case: GoldCase) -> Prediction | None:
        """Return the prediction for a case's very text."""
        known = self._predictions.get(case.id)
        return known if known and known.text_sha256 == case.article.text_sha256 else None

    def add(self, found: Prediction) -> None:
        """Take a prediction in, in place of an older one for the same case.

        Raises:
            EvalError: the file cannot be written.
        """
        self._predictions[found.case_id] = found
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(_line(found))
        except OSError as exc:
            raise _unwritable(self._path, exc) from exc


def save_run(run: EvalRun, path: Path) -> None:
    """Write a run, whole or not at all; parent folders are made.

    Raises:
        EvalError: the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("w", encoding="utf-8") as file:
                file.write(_line(_First(info=run.info)))
                file.writelines(map(_line, run.predictions))
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as exc:
        raise _unwritable(path, exc) from exc


def _line(value: Value) -> str:
    return value.model_dump_json() + "\n"


def _unwritable(path: Path, exc: OSError) -> EvalError:
    return EvalError(f"{path}: the run cannot be saved ({exc.strerror}); choose another place")


def load_run(path: Path) -> EvalRun:
    """Read a kept run; a last line that was cut off when the program was killed is left aside.

    Raises:
        EvalError: the file cannot be read or is no such run; one problem a line, each with file and line.
    """
    if _WHOLE in _beginning(path):
        return _load_whole(path)
    lines = list(read_lines(path))
    if not lines:
        raise EvalError(f"{path}: is empty; keep a run with eval run --save")
    predictions: dict[str, Prediction] = {}
    problems: list[str] = []
    info = None
    for line in lines:
        try:
            if line is lines[0]:
                info = _First.model_validate_json(line.text).info
            else:
                found = Prediction.model_validate_json(line.text)
                predictions[found.case_id] = found
        except ValidationError as exc:
            if not _is_cut_off(line, lines, path):
                problems += [f"{line.where}: {wrong}" for wrong in what_is_wrong(exc)]
    if problems or info is None:
        raise EvalError("\n".join(problems))
    return EvalRun(info=info, predictions=tuple(predictions.values()))


def _is_cut_off(line: Line, lines: Iterable[Line], path: Path) -> bool:
    *_, last = lines
    return line is last and line.number > 1 and not path.read_bytes().endswith(b"\n")


def _load_whole(path: Path) -> EvalRun:
    try:
        whole = _Whole.model_validate_json(path.read_bytes())
    except ValidationError as exc:
        raise EvalError("\n".join(f"{path}: {wrong}" for wrong in what_is_wrong(exc))) from exc
    return EvalRun(info=whole.info, predictions=whole.predictions)


def is_run(path: Path) -> bool:
    """Tell whether a file seems to be a kept run, by its beginning; a file that cannot be read is none."""
    beginning = _beginning(path)
    return FORMAT in beginning or _WHOLE in beginning


def _beginning(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(200).decode(errors="replace")
    except OSError:
        return ""
