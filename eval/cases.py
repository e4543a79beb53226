"""Gold cases: articles whose claims people have labelled, read from JSONL.

One case a line, sorted by id. Offsets are half-open, in code points of the article's normalised
text; `GoldArticle.text_sha256` says which text that is, so a case can leave the text out (where its
licence wants that) and still be scored on the very text that was labelled.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, Field, ValidationError

from eval.lineage import CaseLineage
from eval.lines import Line, read_lines, what_is_wrong
from extractor.errors import EvalError
from extractor.schema import (
    ArticleMetadata,
    Claim,
    ClaimKind,
    GroundingLevel,
    Part,
    Quotation,
    Source,
    SourceKind,
    Span,
    Value,
)


class Split(StrEnum):
    """What a case may be used for."""

    EXAMPLES = "examples"
    """May stand in prompts, and so is never scored as evidence."""
    DEV = "dev"
    """Looked at while prompts and rules are written."""
    TEST = "test"
    """Held out."""


SCORED = frozenset({Split.DEV, Split.TEST})
"""What is scored when nobody asks for a split."""


class GoldSource(Value):
    """Who makes a gold claim."""

    name: str = Field(min_length=1)
    """The fullest form in the article."""
    aliases: tuple[str, ...] = ()
    """Other forms that mean the same voice here: acronyms, the body behind a document."""
    kind: SourceKind | None = None
    """None where the set does not say."""
    role: str | None = None
    mention: Span | None = None
    """The words near the claim that stand for the source; None where there are none."""
    resolved: bool = True
    """False where the set only marks words near the claim, such as ``she``, and `name` repeats them: then a
    predicted source whose own mention shares a character with `mention` is the same voice too."""


class GoldClaim(Value):
    """One claim as a person labelled it."""

    id: str = Field(min_length=1)
    """Unique inside its case, such as ``c1``."""
    text: str = Field(min_length=1)
    """One sentence that can be understood alone."""
    content: tuple[Span, ...] = Field(min_length=1)
    """Where the article says it, in reading order, without overlap."""
    quotation: Quotation
    source: GoldSource
    cue: Span | None = None
    chain: tuple[GoldSource, ...] = ()
    """Who reports whom, outermost first, without `source` itself."""
    kind: ClaimKind | None = None
    """None where the set does not say, as with `check_worthy`."""
    check_worthy: bool | None = None

    def spans(self) -> tuple[Span, ...]:
        """Return every span of the claim: content, cue, mentions."""
        single = (self.cue, self.source.mention, *(s.mention for s in self.chain))
        return (*self.content, *(span for span in single if span is not None))

    def as_predicted(self, text: str) -> Claim:
        """Give the labels the shape of an extracted claim, as if an extractor had found just this.

        What the set does not say is filled in with something; nothing that looks at it may take it for a label.

        Args:
            text: The article's text.
        """

        def part(*spans: Span) -> Part:
            return Part(text=" ".join(span.of(text) for span in spans), spans=spans, level=GroundingLevel.EXACT)

        def source(gold: GoldSource) -> Source:
            mention = part(gold.mention) if gold.mention else None
            return Source(name=gold.name, kind=gold.kind or SourceKind.ANONYMOUS, role=gold.role, mention=mention)

        return Claim(
            id=self.id,
            text=self.text,
            content=part(*self.content),
            quotation=self.quotation,
            source=source(self.source),
            cue=part(self.cue) if self.cue else None,
            chain=tuple(source(s) for s in self.chain),
            kind=self.kind or ClaimKind.EVENT,
            check_worthiness=float(self.check_worthy or False),
            check_worthiness_reason="labelled",
        )


class GoldArticle(Value):
    """The text that was labelled, or where to find it."""

    text: str | None = None
    """Normalised; None when the text is elsewhere and `origin` says where."""
    text_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    """Of the normalised text in UTF-8."""
    title: str | None = None
    publisher: str | None = None
    """News agency or site; None where it is not known."""
    published: date | None = None
    """What "today" means in the text; None where it is not known."""
    origin: str = ""
    """Where the text comes from; for text that is elsewhere it holds the row's id as a word,
    such as ``wikinews_en.jsonl#enwn-2019-000``."""


class GoldCase(Value):
    """One article with every claim in it."""

    id: str = Field(min_length=1)
    split: Split
    form: str = Field(min_length=1)
    """What kind of text it is, such as ``wire_report``, ``speech``; an open set."""
    language: str = Field(min_length=2)
    """ISO 639-1."""
    article: GoldArticle
    claims: tuple[GoldClaim, ...]
    """Exhaustive, in reading order; empty when the article holds none."""
    check_worthy: bool | None = None
    """Whether the text as a whole is worth checking: a label of sets of sentences, whose claims nobody has
    marked. Such a case has no claims and is scored for check-worthiness alone."""
    lineage: CaseLineage | None = None
    """How review made it a gold case; None where it was labelled directly."""

    @property
    def text(self) -> str:
        """The article's text; `load_cases` puts it there.

        Raises:
            EvalError: the text is elsewhere and nobody has supplied it.
        """
        if self.article.text is None:
            raise EvalError(f"case {self.id!r} has no text; read it with load_cases and a resolver for its text")
        return self.article.text

    @property
    def metadata(self) -> ArticleMetadata:
        """What ingest would know about the article, for whoever extracts from it."""
        article = self.article
        return ArticleMetadata(
            title=article.title,
            publisher=article.publisher,
            published=article.published,
            language=self.language,
            origin=article.origin,
        )

    def with_text(self, text: str) -> "GoldCase":
        """Return the same case holding `text`."""
        return self.model_copy(update={"article": self.article.model_copy(update={"text": text})})


class LeftOut(Value):
    """A part of a foreign file that did not become gold, and why."""

    where: str
    """File, and line, row or annotation."""
    reason: str


class NotScored(Value):
    """A case that is left out, and why."""

    case_id: str
    split: Split
    reason: str
    text_sha256: str = Field(default="", exclude=True)
    """Of the text that was labelled, where that text is what is missing."""


class CaseSet(Value):
    """Gold cases as read."""

    path: str
    """As the user named it."""
    sha256: str
    """Of the file's bytes; of a folder, over its files' names and hashes."""
    cases: tuple[GoldCase, ...]
    """Sorted by id, every one with its text."""
    not_scored: tuple[NotScored, ...] = ()
    """Cases whose text could not be found."""
    left_out: tuple[LeftOut, ...] = ()
    """What a reader of a foreign format could not place; nothing is dropped without a word here."""

    def select(self, splits: Collection[Split]) -> "CaseSet":
        """Return the cases of these splits, and those of them that lack their text."""
        return self.model_copy(
            update={
                "cases": tuple(c for c in self.cases if c.split in splits),
                "not_scored": tuple(n for n in self.not_scored if n.split in splits),
            }
        )


Texts = Callable[[GoldCase], str | None]
"""Finds the normalised text of a case that does not hold it; None where it is not there."""


def no_texts(case: GoldCase) -> str | None:
    """Find no text: the resolver where the user names no file."""
    return None


class _WikinewsRow(BaseModel):
    """The fields of a row that matter here; it has others."""

    id: str
    text: str


def wikinews_texts(path: Path, *, normalise: Callable[[str], str]) -> Texts:
    """Make a resolver that finds texts by row id in a JSONL file with ``id`` and ``text``.

    Args:
        path: the file; read once, when the resolver is made.
        normalise: what ingest does to every text; gold offsets and hashes refer to its result.

    Raises:
        EvalError: the file cannot be read, or a row has no id or text.
    """
    rows: dict[str, str] = {}
    for line in read_lines(path):
        try:
            row = _WikinewsRow.model_validate_json(line.text)
        except ValidationError as exc:
            raise EvalError("; ".join(f"{line.where}: {wrong}" for wrong in what_is_wrong(exc))) from exc
        rows[row.id] = row.text

    def find(case: GoldCase) -> str | None:
        words = re.split(r"[\s#:,;()/]+", case.article.origin)
        return next((normalise(rows[word]) for word in words if word in rows), None)

    return find


def load_cases(path: Path, texts: Texts = no_texts) -> CaseSet:
    """Read every case of a JSONL file, or of all ``*.jsonl`` files right inside a folder.

    Args:
        path: file or folder.
        texts: asked for the text of every case that does not hold its own.

    Returns:
        The cases sorted by id; those whose text was not found are listed apart with the reason.

    Raises:
        EvalError: the files cannot be read, hold no case, or contradict themselves; every problem
            is one line of the message, ``file:line: what is wrong``.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    loaded = [_load(line, texts) for file in files for line in read_lines(file)]
    problems = [p for entry in loaded for p in entry.problems]
    problems += _duplicates(loaded)
    if problems:
        raise EvalError("\n".join(problems))
    if not loaded:
        raise EvalError(f"{path}: no gold case in it; give a JSONL file, or a folder of them, with one case a line")
    cases = sorted((e.case for e in loaded if e.case is not None), key=lambda c: c.id)
    return CaseSet(
        path=str(path),
        sha256=sha256_of(files),
        cases=tuple(c for c in cases if c.article.text is not None),
        not_scored=tuple(_left_out(c) for c in cases if c.article.text is None),
    )


class _Loaded(NamedTuple):
    line: Line
    case: GoldCase | None
    problems: tuple[str, ...]


def _load(line: Line, texts: Texts) -> _Loaded:
    try:
        case = GoldCase.model_validate_json(line.text)
    except ValidationError as exc:
        return _Loaded(line, None, tuple(f"{line.where}: {wrong}" for wrong in what_is_wrong(exc)))
    if case.article.text is None and (text := texts(case)) is not None:
        case = case.with_text(text)
    return _Loaded(line, case, tuple(f"{line.where}: case {case.id!r}: {wrong}" for wrong in contradictions(case)))


def contradictions(case: GoldCase) -> Iterator[str]:
    """Yield what does not hold together in a case, in words."""
    seen: set[str] = set()
    if case.check_worthy is not None and case.claims:
        yield "it has claims and a label for the whole text; keep one of the two"
    for claim in case.claims:
        if claim.id in seen:
            yield f"claim id {claim.id!r} is used twice"
        seen.add(claim.id)
        if any(a.end_char > b.start_char for a, b in zip(claim.content, claim.content[1:], strict=False)):
            yield f"claim {claim.id!r}: content spans overlap or are out of reading order"
    if case.article.text is None:
        return
    digest = hashlib.sha256(case.article.text.encode()).hexdigest()
    if digest != case.article.text_sha256:
        yield f"the text's sha256 is {digest}, but it was labelled on {case.article.text_sha256}"
        return
    n_chars = len(case.article.text)
    for claim in case.claims:
        for span in claim.spans():
            if span.end_char > n_chars:
                where = f"span [{span.start_char}, {span.end_char})"
                yield f"claim {claim.id!r}: {where} is outside the text of {n_chars} characters"


def _duplicates(loaded: list[_Loaded]) -> Iterator[str]:
    first: dict[str, Line] = {}
    for line, case, _ in loaded:
        if case is not None and first.setdefault(case.id, line) is not line:
            yield f"{line.where}: case id {case.id!r} is used already at {first[case.id].where}"


def _left_out(case: GoldCase) -> NotScored:
    place = case.article.origin.partition("#")[0] or "a place the case does not name"
    reason = f"the text is not in the data set; it is in {place} (--texts)"
    return NotScored(case_id=case.id, split=case.split, reason=reason, text_sha256=case.article.text_sha256)


def sha256_of(files: list[Path]) -> str:
    """Hash one file's bytes, or the names and hashes of several."""
    digests = [hashlib.sha256(f.read_bytes()).hexdigest() for f in files]
    if len(files) == 1:
        return digests[0]
    listing = "".join(f"{f.name}\0{d}\n" for f, d in zip(files, digests, strict=True))
    return hashlib.sha256(listing.encode()).hexdigest()
