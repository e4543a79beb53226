"""Interview turns and transcripts: paragraphs that open with a speaker's label."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from extractor.rules.names import Registry
from extractor.rules.reading import Reading
from extractor.schema import PartDraft, Sentence, SourceDraft, SourceKind, Span

_LABEL = re.compile(r"(?:\(\(([^()\n]{1,40})\)\)|\[?([^\W\d_][^\n:()\[\]\"“”.]{0,38})\]?:)\s+")
_MIN_TURNS = 3
_MAX_LABEL_WORDS = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One sentence of somebody's turn."""

    sentence: int
    source: SourceDraft | None
    answers: bool
    """False for the interviewer."""
    body_start: int | None
    """Where the words begin, in the sentence that holds the label."""


def turns(reading: Reading, names: Registry) -> tuple[Turn, ...]:
    """Return the sentences of an interview or transcript; none when the article is neither.

    A label counts when labelled paragraphs are frequent; the one who mostly asks is the interviewer.
    Paragraphs without a label go on with the turn before.
    """
    labelled: list[tuple[int, str, Span, int]] = []
    paragraphs = [list(group) for _, group in groupby(reading.sentences, key=lambda s: s.paragraph)]
    for number, paragraph in enumerate(paragraphs):
        match = _LABEL.match(reading.text, paragraph[0].span.start_char, paragraph[-1].span.end_char)
        if match is not None:
            group = 1 if match[1] is not None else 2
            label = match[group].strip()
            if (match[1] is not None or _is_name(label)) and label.lower() not in reading.language.nouns.captions:
                span = Span(start_char=match.start(group), end_char=match.start(group) + len(match[group].rstrip()))
                labelled.append((number, label, span, match.end()))
    counts = Counter(label for _, label, _, _ in labelled)
    if len(labelled) < _MIN_TURNS or counts.most_common(1)[0][1] < _MIN_TURNS:
        return ()
    asks = _askers(reading, paragraphs, labelled)
    found: list[Turn] = []
    ends = [number for number, _, _, _ in labelled[1:]] + [len(paragraphs)]
    for (number, label, span, body), end in zip(labelled, ends, strict=True):
        source = _source(reading, names, label, span)
        for later in range(number, end):
            for sentence in paragraphs[later]:
                start = body if sentence is paragraphs[number][0] else None
                found.append(Turn(sentence.index, source, label not in asks, start))
    return tuple(found)


def _is_name(label: str) -> bool:
    words = label.split()
    return len(words) <= _MAX_LABEL_WORDS and all(word[0].isupper() for word in words)


def _askers(reading: Reading, paragraphs: list[list[Sentence]], labelled: list[tuple[int, str, Span, int]]) -> set[str]:
    """Labels whose paragraphs mostly end with a question mark."""
    asked: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for number, label, _, _ in labelled:
        last = paragraphs[number][-1]
        total[label] += 1
        asked[label] += last.span.of(reading.text).rstrip('])"” ').endswith("?")
    return {label for label in total if asked[label] * 2 >= total[label]}


def _source(reading: Reading, names: Registry, label: str, span: Span) -> SourceDraft:
    words = label.lower().split()
    for entity in names.entities:
        known = [word.lower() for word in entity.words]
        if words == known or (len(words) < len(known) and words[-1] == known[-1]):
            return SourceDraft(name=entity.name, kind=SourceKind.PERSON, role=entity.role, mention=_part(reading, span))
    initials = label.replace(".", "").lower()
    for entity in names.entities:
        if len(entity.words) > 1 and "".join(word[0].lower() for word in entity.words) == initials:
            return SourceDraft(name=entity.name, kind=SourceKind.PERSON, role=entity.role, mention=_part(reading, span))
    return SourceDraft(name=label, kind=SourceKind.PERSON, mention=_part(reading, span))


def _part(reading: Reading, span: Span) -> PartDraft:
    return PartDraft(text=span.of(reading.text), spans=(span,))
