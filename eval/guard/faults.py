"""The faults: what an extractor gets wrong, planted one at a time in a claim that is right."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import combinations
from typing import TypeVar, assert_never

from eval.cases import GoldSource
from eval.guard.changes import other_dates, other_numbers, turned_round
from eval.guard.names import Found, capitals_of, words_of
from eval.guard.subjects import NAMED, Subject, same_voice
from extractor.schema import ClaimDraft, FlagCode, PartDraft, Quotation, SourceDraft

_Option = TypeVar("_Option")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]")
_LONG_WORD = re.compile(r"(?<![\w'’-])[^\W\d_A-Z]{4,}(?![\w'’-])")
_LISTING = frozenset("and or y o et ou e и или und oder".split())
_PRONOUNS = frozenset("he she they it who we i his her their er sie es wir il elle ils elles él ella ellos".split())
_PRONOUNS |= frozenset("ele ela eles он она они".split())


class Fault(StrEnum):
    """What was planted."""

    NUMBER = "number"
    DATE = "date"
    """Another year, month, day of the month or of the week."""
    NAME = "name"
    """A name that the article does not have, in place of one of the claim's."""
    NAME_SWAPPED = "name_swapped"
    """A name that the article has elsewhere, in place of one that stands in the claim's passage."""
    NAME_RESOLVED = "name_resolved"
    """The same in place of one that stands for a pronoun or a description of the passage: resolved wrongly."""
    NAMES_EXCHANGED = "names_exchanged"
    """Two names of the claim in each other's place."""
    NEGATION = "negation"
    """One put in or left out."""
    SPEAKER = "speaker"
    """Another speaker of the article, though the words beside the claim name or describe the right one."""
    SPEAKER_ELSEWHERE = "speaker_elsewhere"
    """The same, with words for that speaker that stand elsewhere in the article."""
    SPEAKER_OF_PRONOUN = "speaker_of_pronoun"
    """Another speaker where the words beside the claim are a pronoun: resolved wrongly."""
    QUOTATION_CHANGED = "quotation_changed"
    """One word of a quotation replaced by another of the article."""
    QUOTATION_CUT = "quotation_cut"
    """One word inside a quotation left out."""
    QUOTATION_MADE = "quotation_made"
    """Reported speech given as a direct quotation."""


ALARMS = {
    Fault.NUMBER: {FlagCode.NUMBER_NOT_IN_SOURCE},
    Fault.DATE: {FlagCode.NUMBER_NOT_IN_SOURCE},
    Fault.NAME: {FlagCode.NAME_NOT_IN_SOURCE},
    Fault.NAME_SWAPPED: {FlagCode.NAME_NOT_IN_SOURCE},
    Fault.NAME_RESOLVED: {FlagCode.NAME_NOT_IN_SOURCE},
    Fault.NAMES_EXCHANGED: {FlagCode.NAME_NOT_IN_SOURCE},
    Fault.NEGATION: {FlagCode.NEGATION_DIFFERS},
    Fault.SPEAKER: {FlagCode.SOURCE_UNCERTAIN, FlagCode.SOURCE_NOT_FOUND},
    Fault.SPEAKER_ELSEWHERE: {FlagCode.SOURCE_UNCERTAIN, FlagCode.SOURCE_NOT_FOUND},
    Fault.SPEAKER_OF_PRONOUN: {FlagCode.SOURCE_UNCERTAIN, FlagCode.SOURCE_NOT_FOUND},
    Fault.QUOTATION_CHANGED: {FlagCode.MISQUOTE},
    Fault.QUOTATION_CUT: {FlagCode.MISQUOTE},
    Fault.QUOTATION_MADE: {FlagCode.MISQUOTE},
}
"""The flags that tell a reviewer of each fault."""
UNPLACED = frozenset({Fault.QUOTATION_CHANGED, Fault.QUOTATION_CUT, Fault.QUOTATION_MADE})
"""Faults in the words of the content: its place is left for grounding to find, in sound claims too."""


def plant(subject: Subject, fault: Fault) -> Iterator[ClaimDraft]:
    """Give the faulty versions of a claim: none where the fault does not fit it."""
    match fault:
        case Fault.NUMBER | Fault.DATE | Fault.NEGATION:
            yield from _with_texts(subject, fault)
        case Fault.NAME:
            yield from _with_names(subject, subject.names(), subject.strangers)
        case Fault.NAME_SWAPPED:
            yield from _swapped(subject, inside=True)
        case Fault.NAME_RESOLVED:
            yield from _swapped(subject, inside=False)
        case Fault.NAMES_EXCHANGED:
            yield from _exchanged(subject)
        case Fault.SPEAKER | Fault.SPEAKER_OF_PRONOUN | Fault.SPEAKER_ELSEWHERE:
            yield from _other_speaker(subject, fault)
        case Fault.QUOTATION_CHANGED | Fault.QUOTATION_CUT:
            yield from _misquoted(subject, cut=fault is Fault.QUOTATION_CUT)
        case Fault.QUOTATION_MADE:
            if subject.draft.quotation is Quotation.INDIRECT:
                yield subject.unplaced.model_copy(update={"quotation": Quotation.DIRECT})
        case _:
            assert_never(fault)


def _with_texts(subject: Subject, fault: Fault) -> Iterator[ClaimDraft]:
    text = subject.draft.text
    if fault is Fault.NEGATION:
        texts = turned_round(text, subject.case.language)
    else:
        texts = other_numbers(text) if fault is Fault.NUMBER else other_dates(text)
    return (subject.draft.model_copy(update={"text": text}) for text in texts if text != subject.draft.text)


def _with_names(subject: Subject, found: Sequence[Found], others: Sequence[str]) -> Iterator[ClaimDraft]:
    text, taken = subject.draft.text, words_of(subject.draft.text)
    for name in found:
        fitting = [other for other in others if not capitals_of(other) & taken]
        if fitting:
            other = _pick(fitting, subject, name.start)
            yield subject.draft.model_copy(update={"text": text[: name.start] + other + text[name.end :]})


def _swapped(subject: Subject, *, inside: bool) -> Iterator[ClaimDraft]:
    here = words_of(subject.content)
    found = [name for name in subject.names() if bool(capitals_of(name.name) & here) is inside]
    speakers = [v.name for v in subject.voices if v.kind in NAMED and v.name[:1].isupper()]
    others = [name for name in subject.article_names() if name not in speakers] or speakers
    yield from _with_names(subject, [name for name in found if name.labelled], speakers)
    yield from _with_names(subject, [name for name in found if not name.labelled], others)


def _exchanged(subject: Subject) -> Iterator[ClaimDraft]:
    text, here = subject.draft.text, words_of(subject.content)
    found = [name for name in subject.names() if capitals_of(name.name) & here]
    for one, other in combinations(found, 2):
        between = text[one.end : other.start]
        # In a list the order says nothing.
        if not capitals_of(one.name) & capitals_of(other.name) and words_of(between) - _LISTING:
            changed = text[: one.start] + other.name + between + one.name + text[other.end :]
            yield subject.draft.model_copy(update={"text": changed})


def _other_speaker(subject: Subject, fault: Fault) -> Iterator[ClaimDraft]:
    gold, draft = subject.gold, subject.draft
    if gold.source.kind not in NAMED or draft.source.mention is None:
        return
    is_pronoun = draft.source.mention.text.casefold() in _PRONOUNS
    if is_pronoun is not (fault is Fault.SPEAKER_OF_PRONOUN) and fault is not Fault.SPEAKER_ELSEWHERE:
        return
    near = (gold.source, *gold.chain)
    others = [v for v in subject.voices if v.kind in NAMED and not any(same_voice(v, source) for source in near)]
    if fault is Fault.SPEAKER_ELSEWHERE:
        others = [v for v in others if v.mention is not None]
    if others:
        yield draft.model_copy(update={"source": _as(subject, _pick(others, subject, 0), fault)})


def _as(subject: Subject, other: GoldSource, fault: Fault) -> SourceDraft:
    mention = subject.draft.source.mention
    if fault is Fault.SPEAKER_ELSEWHERE and other.mention is not None:
        mention = PartDraft(text=other.mention.of(subject.case.text), spans=(other.mention,))
    kind = other.kind or subject.draft.source.kind
    return SourceDraft(name=other.name, kind=kind, role=other.role, mention=mention)


def _misquoted(subject: Subject, *, cut: bool) -> Iterator[ClaimDraft]:
    """Change the longest of the quoted words: of several the first."""
    draft, words = subject.draft, subject.content
    match draft.quotation:
        case Quotation.DIRECT:
            quoted, at = words, 0
        case Quotation.MIXED if found := _QUOTED.search(words):
            quoted, at = found[1], found.start(1)
        case _:
            return
    inner = [m for m in _LONG_WORD.finditer(quoted) if 0 < m.start() and m.end() < len(quoted)]
    if not inner:
        return
    word = max(inner, key=lambda m: len(m[0]))
    if cut:
        other, end = "", word.end() + 1
    else:
        fitting = sorted(
            w for w in words_of(subject.case.text) if w not in words_of(words) and len(w) >= len(word[0]) - 1
        )
        other, end = _pick(fitting or ["somewhat"], subject, word.start()), word.end()
    changed = words[: at + word.start()] + other + words[at + end :]
    update: dict[str, object] = {"content": PartDraft(text=changed)}
    if not cut:
        update["text"] = re.sub(rf"\b{re.escape(word[0])}\b", other, draft.text)
    yield draft.model_copy(update=update)


def _pick(options: Sequence[_Option], subject: Subject, at: int) -> _Option:
    """Choose one, always the same for the same claim and place."""
    key = f"{subject.case.id}/{subject.gold.id}/{at}"
    return options[int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % len(options)]
