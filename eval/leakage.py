"""Texts that must not be scored as held out, because a prompt or another split has them too."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import JsonValue

from eval.cases import SCORED, GoldCase, NotScored, Split
from extractor.errors import EvalError
from extractor.near_copies import NearCopies
from extractor.schema import Value

COPIED_WORDS = 8
"""So many words in a row are a sentence that was copied; phrases of news prose that repeat by chance have fewer."""


class Trace(StrEnum):
    """How a text is known already."""

    PROMPT = "prompt"
    """A prompt's examples share a run of `COPIED_WORDS` words with it."""
    SPLIT = "split"
    """A case of another split is the same text or a near copy."""
    TWICE = "twice"
    """A case of the same split is: no leak, but the article weighs double."""


class Leak(Value):
    """One text that is known elsewhere."""

    case_id: str
    split: Split
    trace: Trace
    of: str
    """The prompt file, or the other case's id."""
    of_split: Split | None = None
    """Of the other case; None for a prompt."""
    similarity: float | None = None
    """Share of the shorter text's runs of words that the other has too, in [0, 1]; None for a prompt."""
    same_text: bool = False
    """Letter by letter."""
    words: str = ""
    """The first words that a prompt's examples share."""

    @property
    def reason(self) -> str:
        """What, of which one, how similar."""
        if self.similarity is None:
            return f"the examples in {self.of} share the words {self.words!r} with it"
        if self.same_text:
            alike = "it is the text of"
        elif self.similarity == 1:
            alike = "all of the shorter text is in the other one:"
        else:
            alike = f"the shorter text shares {self.similarity:.0%} of its wording with"
        return f"{alike} case {self.of!r} ({self.of_split})"


class _Case(NamedTuple):
    id: str
    split: Split
    text_sha256: str


class Known:
    """Prompts' examples and cases, to hold other cases against."""

    def __init__(self, examples: Mapping[str, Iterable[str]]) -> None:
        """Take in the texts of prompts' examples by file name; `example_texts` reads them."""
        self._runs = {run: name for name, texts in examples.items() for text in texts for run in _copied_runs(text)}
        self._copies = NearCopies()
        self._cases: list[_Case] = []
        self._by_hash: dict[str, list[_Case]] = {}

    def add(self, case: GoldCase) -> None:
        """Take a case in."""
        known = _Case(case.id, case.split, case.article.text_sha256)
        self._copies.add(str(len(self._cases)), case.text)
        self._cases.append(known)
        self._by_hash.setdefault(case.article.text_sha256, []).append(known)

    def add_without_text(self, case: NotScored) -> None:
        """Take in a case whose text is elsewhere: it is known by the text's hash alone."""
        self._by_hash.setdefault(case.text_sha256, []).append(_Case(case.case_id, case.split, case.text_sha256))

    def leaks(self, case: GoldCase) -> Iterator[Leak]:
        """Yield how a case's text is known, prompts first, then the most similar case."""
        if case.split in SCORED:
            shared = next((run for run in _copied_runs(case.text) if run in self._runs), None)
            if shared is not None:
                yield _leak(case, Trace.PROMPT, self._runs[shared], words=shared)
        seen: set[str] = set()
        for other, similarity in self._alike(case):
            if other.id not in seen:
                seen.add(other.id)
                trace = Trace.TWICE if other.split is case.split else Trace.SPLIT
                same = other.text_sha256 == case.article.text_sha256
                yield _leak(case, trace, other.id, of_split=other.split, similarity=similarity, same_text=same)

    def _alike(self, case: GoldCase) -> "Iterator[tuple[_Case, float]]":
        for other in self._by_hash.get(case.article.text_sha256, ()):
            yield other, 1.0
        for copy in self._copies.find(case.text):
            yield self._cases[int(copy.id)], copy.similarity


def leaks_within(cases: Iterable[GoldCase], examples: Mapping[str, Iterable[str]]) -> tuple[Leak, ...]:
    """Hold a whole set against itself and prompts' examples.

    Returns:
        Each pair of cases once, told of the one that the other spoils: test before dev before examples.
    """
    ordered = sorted(cases, key=lambda case: (list(Split).index(case.split), case.id))
    known = Known(examples)
    found: list[Leak] = []
    for case in ordered:
        found += known.leaks(case)
        known.add(case)
    return tuple(found)


def example_texts(folder: Path) -> dict[str, tuple[str, ...]]:
    """Read every text in the example files of a folder of prompts, by file name.

    Raises:
        EvalError: a file is not JSON lines.
    """
    found = {}
    for path in sorted(folder.glob("*.examples*")):
        try:
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        except ValueError as exc:
            raise EvalError(f"{path}: cannot be read ({exc}); write one JSON value a line") from exc
        found[path.name] = tuple(text for row in rows for text in _strings(row))
    return found


def _strings(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _strings(item)
        case dict():
            for item in value.values():
                yield from _strings(item)


def _copied_runs(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.casefold())
    return (" ".join(words[i : i + COPIED_WORDS]) for i in range(len(words) - COPIED_WORDS + 1))


def _leak(case: GoldCase, trace: Trace, of: str, **more: object) -> Leak:
    return Leak.model_validate({"case_id": case.id, "split": case.split, "trace": trace, "of": of, **more})
