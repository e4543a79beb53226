"""Attributions annotated with brat: Source, Cue and Content, as PolNeAR and PARC3 define them.

A folder, looked through at any depth, of ``NAME.ann`` beside ``NAME.txt``; as in PolNeAR the text may also lie in a
folder ``text`` beside that of the annotations, and the name of an annotation may end in ``_ANNOTATOR``. What belongs
together is said by events (``E1 Attribution:T4 Content:T3 Cue:T2 Source:T1``, PolNeAR) or by relations between
the spans (``R1 anything Arg1:T3 Arg2:T2``), directly or by the cue.

Ambiguous in the real thing, and decided here: each Content of an attribution is a claim (a divided one is a
single discontinuous Content), several Sources are one voice by all their names, and no Source at all is an unnamed
one. How the words are given is an attribute (A line: direct, mixed or indirect) where there is one, else told from
the quotation marks. Names are not resolved. Kinds and check-worthiness are not said. A Content may hold several
sentences, where our guidelines make one claim of each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from eval.cases import GoldClaim, GoldSource
from eval.readers.gathered import Gathered, files_in, gold_case, read_text
from eval.readers.standoff import Standoff, TextBound, parse
from eval.readers.text import GoldText, gold_text
from extractor.errors import EvalError
from extractor.schema import Quotation, SourceKind, Span

UNNAMED = GoldSource(name="unnamed", kind=SourceKind.ANONYMOUS)
"""The source of what is attributed to nobody; guidelines 9.9."""


def read(path: Path) -> Gathered:
    """Read a folder of annotations, or one .ann file."""
    found = Gathered()
    used: set[Path] = set()
    for ann_path in files_in(path, "*.ann"):
        text_path = _text_of(ann_path)
        if text_path is None:
            found.complain(str(ann_path), f"its text {ann_path.stem}.txt is missing; put it beside it")
            continue
        used.add(text_path)
        found.files += [ann_path, text_path]
        case_id = ann_path.relative_to(path if path.is_dir() else path.parent).with_suffix("").as_posix()
        try:
            _read_article(found, case_id, ann_path, text_path)
        except EvalError as exc:
            found.problems.append(str(exc))
    for text_path in sorted({*path.rglob("*.txt")} - used if path.is_dir() else ()):
        found.leave_out(str(text_path), "no annotations lie beside it")
    return found


def _text_of(ann_path: Path) -> Path | None:
    stems = (ann_path.stem, ann_path.stem.rpartition("_")[0])
    folders = (ann_path.parent, ann_path.parent.parent / "text")
    paths = (folder / f"{stem}.txt" for folder in folders for stem in stems if stem)
    return next((p for p in paths if p.exists()), None)


def _read_article(found: Gathered, case_id: str, ann_path: Path, text_path: Path) -> None:
    raw = read_text(text_path)
    standoff = parse(read_text(ann_path), raw)
    if standoff.problems:
        found.problems += [f"{ann_path}:{problem}" for problem in standoff.problems]
        return
    text = gold_text(raw, origin=text_path.name)
    if text is None:
        found.complain(str(text_path), "the text is empty")
        return
    groups = tuple(_groups(standoff))
    claims = [claim for group in groups if (claim := group.claim(text)) is not None]
    attached = {group.content.id for group in groups}
    for bound in standoff.text_bounds.values():
        if bound.type.lower() == "content" and bound.id not in attached:
            found.leave_out(f"{ann_path}:{bound.line}", f"content {bound.id} belongs to no attribution")
    for event in standoff.events:
        if event.type.lower() == "attribution" and not any(a.role.lower() == "content" for a in event.arguments):
            found.leave_out(f"{ann_path}:{event.line}", f"attribution {event.id} has no content")
    found.add(str(ann_path), gold_case(case_id, text, claims))


class _Group:
    """One content with what attributes it."""

    def __init__(self, content: TextBound, parts: Iterable[TextBound], attributes: Iterable[str]) -> None:
        self.content = content
        parts = sorted(parts, key=lambda part: part.fragments)
        self._sources = [part for part in parts if part.type.lower() == "source"]
        self._cues = [part for part in parts if part.type.lower() == "cue"]
        self._quotation = next((Quotation(a) for a in attributes if a in set(Quotation)), None)

    def claim(self, text: GoldText) -> GoldClaim | None:
        spans = _spans(text, self.content)
        if not spans:
            return None
        return GoldClaim(
            id=self.content.id,
            text=text.words_at(spans),
            content=spans,
            quotation=self._quotation or text.quotation(spans),
            source=self._source(text),
            cue=_longest(span for cue in self._cues for span in _spans(text, cue)),
        )

    def _source(self, text: GoldText) -> GoldSource:
        mentions = [spans for source in self._sources if (spans := _spans(text, source))]
        if not mentions:
            return UNNAMED
        names = [text.words_at(spans).strip(" ,") for spans in mentions]
        return GoldSource(
            name=" and ".join(names),
            aliases=tuple(names) if len(names) > 1 else (),
            mention=_longest(mentions[0]),
            resolved=False,
        )


def _groups(standoff: Standoff) -> Iterator[_Group]:
    bounds = standoff.text_bounds
    for event in standoff.events:
        parts = [bounds[a.target] for a in event.arguments if a.target in bounds]
        for content in (part for part in parts if part.type.lower() == "content"):
            yield _Group(content, parts, [*standoff.attributes.get(event.id, ()), *_said(standoff, content)])
    by_event = {a.target for event in standoff.events for a in event.arguments}
    related: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in (relation.ends for relation in standoff.relations):
        related[one].add(other)
        related[other].add(one)
    for content in bounds.values():
        if content.type.lower() == "content" and content.id not in by_event and related[content.id]:
            near = {name for name in related[content.id] if name in bounds}
            cues = [name for name in near if bounds[name].type.lower() == "cue"]
            parts = [bounds[name] for name in near.union(*(related[cue] for cue in cues)) if name in bounds]
            yield _Group(content, parts, _said(standoff, content))


def _said(standoff: Standoff, content: TextBound) -> list[str]:
    return standoff.attributes.get(content.id, [])


def _spans(text: GoldText, bound: TextBound) -> tuple[Span, ...]:
    spans = (text.span(start, end) for start, end in sorted(bound.fragments))
    return tuple(span for span in spans if span is not None)


def _longest(spans: Iterable[Span]) -> Span | None:
    # A divided cue or mention is kept by the piece that says most.
    return max(spans, key=lambda span: span.end_char - span.start_char, default=None)
