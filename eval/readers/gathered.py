"""What a reader of a foreign format gathers, and how it becomes a set of cases."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from eval.cases import CaseSet, GoldArticle, GoldCase, GoldClaim, LeftOut, Split, contradictions, sha256_of
from eval.lines import what_is_wrong
from eval.readers.text import GoldText
from extractor.errors import EvalError


@dataclass
class Gathered:
    """Grows while files are read; every problem is told at once at the end."""

    files: list[Path] = field(default_factory=list)
    cases: dict[str, GoldCase] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """Where each case was read."""
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def leave_out(self, where: str, reason: str) -> None:
        """Note what did not become gold."""
        self.left_out.append(LeftOut(where=where, reason=reason))

    def complain(self, where: str, problem: str | ValidationError) -> None:
        """Note what makes the set unusable."""
        wrongs = what_is_wrong(problem) if isinstance(problem, ValidationError) else (problem,)
        self.problems += [f"{where}: {wrong}" for wrong in wrongs]

    def add(self, where: str, case: GoldCase) -> None:
        """Take a case in; its claims are put in reading order and numbered."""
        if case.id in self.cases:
            self.complain(where, f"case id {case.id!r} is used already at {self.places[case.id]}")
            return
        claims = sorted(case.claims, key=lambda c: (c.content[0].start_char, c.content[-1].end_char))
        numbered = tuple(claim.model_copy(update={"id": f"c{n}"}) for n, claim in enumerate(claims, start=1))
        case = case.model_copy(update={"claims": numbered})
        for wrong in contradictions(case):
            self.complain(where, wrong)
        self.cases[case.id] = case
        self.places[case.id] = where

    def case_set(self, path: Path, split: Split) -> CaseSet:
        """Return the set, for use in one split.

        Raises:
            EvalError: there were problems, or there is no case.
        """
        if self.problems:
            raise EvalError("\n".join(self.problems))
        if not self.cases:
            raise EvalError(f"{path}: no gold case in it; check the path and the format")
        cases = sorted(self.cases.values(), key=lambda c: c.id)
        return CaseSet(
            path=str(path),
            sha256=sha256_of(self.files),
            cases=tuple(c.model_copy(update={"split": split}) for c in cases),
            left_out=tuple(self.left_out),
        )


def gold_case(
    case_id: str, text: GoldText, claims: Iterable[GoldClaim], *, title: str | None = None, form: str = "news"
) -> GoldCase:
    """Make a case of a foreign text and its claims; its split is set with the whole set's."""
    return GoldCase(
        id=case_id,
        split=Split.DEV,
        form=form,
        language=text.language,
        article=GoldArticle(text=text.text, text_sha256=text.sha256, title=title, origin=text.origin),
        claims=tuple(claims),
    )


def files_in(path: Path, pattern: str) -> list[Path]:
    """Return the file itself, or all files below a folder that fit the pattern, sorted.

    Raises:
        EvalError: there is nothing there.
    """
    if not path.exists():
        raise EvalError(f"{path}: there is no such file or folder; check the path")
    return sorted(path.rglob(pattern)) if path.is_dir() else [path]


def read_text(path: Path) -> str:
    """Read a file of UTF-8 as it is, line ends and all, since offsets count them.

    Raises:
        EvalError: it cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except OSError as exc:
        raise EvalError(f"{path}: cannot be read ({exc.strerror}); check the path") from exc
    except UnicodeDecodeError as exc:
        raise EvalError(f"{path}: not UTF-8 at byte {exc.start}; save it as UTF-8") from exc
