"""Benchmark of the guard: faults planted in claims over texts written for it, and the alarms that follow.

The texts carry their labels in the marks of the annotation guidelines: ``[content]``, ``{cue}``, ``<mention>``.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from extractor.schema import (
    Article,
    ArticleMetadata,
    Claim,
    ClaimDraft,
    ClaimKind,
    FlagCode,
    PartDraft,
    Quotation,
    Sentence,
    SourceDraft,
    SourceKind,
    Span,
    Value,
)

Examine = Callable[[Article, tuple[Sentence, ...], ClaimDraft], Claim]
"""Grounds a draft and checks it."""


class Fault(StrEnum):
    """What was planted."""

    NUMBER = "number"
    NAME = "name"
    """A name that the article does not have."""
    NAME_SWAPPED = "name_swapped"
    """A name that the article has elsewhere."""
    NEGATION = "negation"
    SPEAKER = "speaker"
    """Another speaker of the article."""
    QUOTATION = "quotation"
    """One word of a direct or mixed quotation changed."""


_ALARMS = {
    Fault.NUMBER: {FlagCode.NUMBER_NOT_IN_SOURCE},
    Fault.NAME: {FlagCode.NAME_NOT_IN_SOURCE},
    Fault.NAME_SWAPPED: {FlagCode.NAME_NOT_IN_SOURCE},
    Fault.NEGATION: {FlagCode.NEGATION_DIFFERS},
    Fault.SPEAKER: {FlagCode.SOURCE_UNCERTAIN, FlagCode.SOURCE_NOT_FOUND},
    Fault.QUOTATION: {FlagCode.MISQUOTE},
}


class GuardRow(Value):
    """How the guard did on one kind of fault."""

    fault: Fault
    n_planted: int
    n_detected: int
    n_clean: int
    """Claims without a fault."""
    n_false_alarms: int
    """Of them, those that got the same flag."""

    @property
    def detection(self) -> float | None:
        """Share of planted faults that were flagged; None when none were planted."""
        return self.n_detected / self.n_planted if self.n_planted else None

    @property
    def false_alarms(self) -> float | None:
        """Share of clean claims that were flagged; None when there are none."""
        return self.n_false_alarms / self.n_clean if self.n_clean else None


class GuardCase(Value):
    """A faithful claim over one of the texts."""

    article: Article
    sentences: tuple[Sentence, ...]
    draft: ClaimDraft


def bench_guard(examine: Examine) -> tuple[GuardRow, ...]:
    """Plant every fault that fits into every claim, one at a time.

    Args:
        examine: The guard: grounding and checks.

    Returns:
        One row for each kind of fault.
    """
    cases = guard_cases()
    clean = [{f.code for f in examine(c.article, c.sentences, c.draft).flags} for c in cases]
    rows = []
    for fault, alarms in _ALARMS.items():
        planted = [(c, faulty) for c in cases for faulty in plant_fault(c, fault, cases)]
        flags = [{f.code for f in examine(c.article, c.sentences, faulty).flags} for c, faulty in planted]
        rows.append(
            GuardRow(
                fault=fault,
                n_planted=len(planted),
                n_detected=sum(bool(codes & alarms) for codes in flags),
                n_clean=len(clean),
                n_false_alarms=sum(bool(codes & alarms) for codes in clean),
            )
        )
    return tuple(rows)


def plant_fault(case: GuardCase, fault: Fault, cases: Iterable[GuardCase]) -> Iterator[ClaimDraft]:
    """Return the faulty versions of a claim: none where the fault does not fit it."""
    draft = case.draft
    speakers = sorted({c.draft.source.name for c in cases if c.article.sha256 == case.article.sha256})
    match fault:
        case Fault.NUMBER:
            yield from _with_text(draft, _other_numbers(draft.text))
        case Fault.NAME:
            yield from _with_text(draft, _other_names(draft.text, ["Halvard", "Quennell"]))
        case Fault.NAME_SWAPPED:
            others = [s.split()[-1] for s in speakers if s[:1].isupper() and s.split()[-1] not in draft.text]
            yield from _with_text(draft, _other_names(draft.text, others[:1]))
        case Fault.NEGATION:
            yield from _with_text(draft, _turned_round(draft.text))
        case Fault.SPEAKER:
            other = next((s for s in speakers if s != draft.source.name), None)
            if other:
                yield draft.model_copy(update={"source": draft.source.model_copy(update={"name": other})})
        case Fault.QUOTATION:
            if draft.quotation in (Quotation.DIRECT, Quotation.MIXED):
                yield _misquoted(draft)


def guard_cases() -> tuple[GuardCase, ...]:
    """Read the labelled texts."""
    return tuple(case for text in _TEXTS for case in _cases(text))


def _with_text(draft: ClaimDraft, texts: Iterable[str]) -> Iterator[ClaimDraft]:
    return (draft.model_copy(update={"text": t}) for t in texts if t != draft.text)


_NUMBER_WORDS = {
    "two": "six",
    "three": "eight",
    "four": "nine",
    "five": "seven",
    "twelve": "twenty",
    "half": "a third of",
}


def _other_numbers(text: str) -> Iterator[str]:
    for match in re.finditer(r"\d+", text):
        changed = str(int(match[0][0]) % 9 + 1) + match[0][1:]
        yield text[: match.start()] + changed + text[match.end() :]
    for word, other in _NUMBER_WORDS.items():
        yield re.sub(rf"\b{word}\b", other, text, count=1)


def _other_names(text: str, others: Iterable[str]) -> Iterator[str]:
    for match in re.finditer(r"(?<=[a-z,] )[A-Z][a-z]+|^[A-Z][a-z]+(?= [A-Z])", text):
        for other in others:
            yield text[: match.start()] + other + text[match.end() :]


def _turned_round(text: str) -> Iterator[str]:
    if re.search(r"\b(?:not|never|no)\b", text):
        yield re.sub(r"\b(?:not|never|no) ", "", text, count=1)
    else:
        yield re.sub(r"\b(is|was|were|are|will|would|had|has|have|can|could|should)\b", r"\1 not", text, count=1)


def _misquoted(draft: ClaimDraft) -> ClaimDraft:
    """Change the longest word inside the quotation."""
    words = draft.content.text
    quoted = words if draft.quotation is Quotation.DIRECT else words.split('"')[1]
    longest = max(re.findall(r"[a-z]+", quoted), key=len)
    changed = words.replace(longest, "somewhat")
    return draft.model_copy(
        update={"content": PartDraft(text=changed), "text": draft.text.replace(longest, "somewhat")}
    )


_MARKED = re.compile(
    r"(?P<open>[\[{<])|(?P<close>[\]}>])",
)


def _cases(lines: tuple[tuple[str, str, str], ...]) -> Iterator[GuardCase]:
    """Read one text: a line is a marked sentence, the source's name and the faithful claim, "" for no claim."""
    plain = [_MARKED.sub("", marked) for marked, _, _ in lines]
    text = "\n\n".join(plain)
    article = Article(
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        metadata=ArticleMetadata(title="A made-up report", language="en"),
    )
    starts = [sum(len(p) + 2 for p in plain[:i]) for i in range(len(plain))]
    sentences = tuple(
        Sentence(index=i, paragraph=i, span=Span(start_char=s, end_char=s + len(p)))
        for i, (s, p) in enumerate(zip(starts, plain, strict=True))
    )
    for i, (marked, source, claim) in enumerate(lines):
        if claim:
            yield GuardCase(article=article, sentences=sentences, draft=_draft(marked, starts[i], i, source, claim))


def _draft(marked: str, start: int, sentence: int, source: str, claim: str) -> ClaimDraft:
    plain = _MARKED.sub("", marked)
    content, cue, mention = (_part(marked, pair, start) for pair in ("[]", "{}", "<>"))
    if content is None:
        raise ValueError(f"no content is marked in {marked!r}")
    at = content.spans[0].start_char - start
    return ClaimDraft(
        text=claim,
        content=content,
        quotation=Quotation.DIRECT
        if plain[at - 1 : at] == '"'
        else Quotation.MIXED
        if '"' in content.text
        else Quotation.INDIRECT,
        source=SourceDraft(
            name=source,
            kind=SourceKind.PERSON if source[:1].isupper() else SourceKind.DOCUMENT,
            mention=mention,
        ),
        cue=cue,
        kind=ClaimKind.EVENT,
        check_worthiness=0.5,
        check_worthiness_reason="Planted.",
        sentences=(sentence,),
    )


def _part(marked: str, pair: str, start: int) -> PartDraft | None:
    spans: list[Span] = []
    words: list[str] = []
    for match in re.finditer(rf"\{pair[0]}(.*?)\{pair[1]}", marked):
        at = start + len(_MARKED.sub("", marked[: match.start()]))
        inner = _MARKED.sub("", match[1])
        spans.append(Span(start_char=at, end_char=at + len(inner)))
        words.append(inner)
    return PartDraft(text=" ".join(words), spans=tuple(spans)) if spans else None


_BRIDGE = (
    (
        "<Elena Marsh>, who heads the bridge office in Tarn, {said} on Monday that "
        "[the crossing had carried 41,000 cars a day].",
        "Elena Marsh",
        "The Tarn bridge had carried 41,000 cars a day.",
    ),
    (
        '"[We closed two lanes within twelve minutes]," <she> {said}.',
        "Elena Marsh",
        "The bridge office closed two lanes within twelve minutes.",
    ),
    (
        "<Joren Pike>, a union organiser, {said} [the warning had not reached the night crew].",
        "Joren Pike",
        "The warning had not reached the night crew.",
    ),
    (
        '"[Nobody called us before five]," <Pike> {said}, "[and the gates were open]."',
        "Joren Pike",
        "Nobody called the crew before five, and the gates were open.",
    ),
    (
        "{According to} <the audit>, [repairs will cost $2.5 million, half of it paid by Tarn].",
        "the audit",
        "Repairs will cost 2,500,000 dollars, half of it paid by Tarn.",
    ),
    ("<Marsh> {denied} [that the figures had been changed].", "Elena Marsh", "The figures had not been changed."),
    (
        '<Councillor Dita Rowan> {called} [the plan "a costly and reckless experiment"].',
        "Dita Rowan",
        'The plan is "a costly and reckless experiment".',
    ),
    (
        "[Three of the five pillars are cracked], <Rowan> {told} Radio Tarn.",
        "Dita Rowan",
        "Three of the five pillars are cracked.",
    ),
    ("The square was quiet on Tuesday.", "", ""),
)
_HARVEST = (
    (
        "<The growers' union> {said} [the harvest in Olvera fell by 18 percent in 2023, the worst result since 1987].",
        "growers' union",
        "The harvest in Olvera fell by 18 % in 2023, the worst since 1987.",
    ),
    (
        "<Samir Dunne>, its chairman, {warned} that [one in four farms would be sold without state help].",
        "Samir Dunne",
        "One in four farms would be sold without state help.",
    ),
    ('"[The rain came forty days late]," <he> {said}.', "Samir Dunne", "The rain came 40 days late."),
    (
        "<Minister Paula Irwin> {promised} [1.2 billion crowns for wells and roads by June].",
        "Paula Irwin",
        "Wells and roads will get 1.2 billion crowns by June.",
    ),
    (
        "<Irwin> {said} [Olvera had never asked Brussels for money].",
        "Paula Irwin",
        "Olvera had never asked Brussels for money.",
    ),
    (
        "<She> {added} that [two thirds of the applications were approved in the first week].",
        "Paula Irwin",
        "Two-thirds of the applications were approved in the first week.",
    ),
    (
        '<Dunne> {said} that [the ministry\'s list was "not worth the paper it is printed on"].',
        "Samir Dunne",
        'The ministry\'s list is "not worth the paper it is printed on".',
    ),
    (
        "<A letter from the bank> {states} that [loans to 312 growers cannot be extended].",
        "letter from the bank",
        "Loans to 312 growers cannot be extended.",
    ),
    ("Prices in the shops rose slightly.", "", ""),
)
_CLINIC = (
    (
        "[The clinic in Westmoor treated twelve hundred patients last winter], <Dr Anna Vale> {said}.",
        "Anna Vale",
        "The clinic in Westmoor treated 1,200 patients last winter.",
    ),
    (
        '"[No child was turned away]," <Vale> {told} the Westmoor Herald.',
        "Anna Vale",
        "No child was turned away from the clinic.",
    ),
    (
        "<Vale> {said} [she would leave in March if the new wing was not opened].",
        "Anna Vale",
        "Anna Vale would leave in March if the new wing was not opened.",
    ),
    (
        "<Hugo Trent>, who advises the Health Council of Norland, {said} [the council had seven empty posts].",
        "Hugo Trent",
        "The Health Council of Norland had seven empty posts.",
    ),
    (
        '{In the words of} <Trent>, [the wing is "finished in every respect but money"].',
        "Hugo Trent",
        'The new wing is "finished in every respect but money".',
    ),
    (
        "<Trent> {said} [waiting times had doubled to 94 days, while Norland spent €3 million less].",
        "Hugo Trent",
        "Waiting times had doubled to 94 days, while Norland spent €3 million less.",
    ),
    (
        "<The Health Council> {rejected the claim that} [beds were being closed].",
        "Health Council",
        "Beds were being closed.",
    ),
    (
        "[Few patients complained], {according to} <a survey by Lena Osk>.",
        "survey by Lena Osk",
        "Not many patients complained.",
    ),
    ("The corridor smelled of paint.", "", ""),
)
_FERRY = (
    (
        "<Captain Ruud Hollis> {said} [the ferry left Port Annan at 6.40 with 88 passengers on board].",
        "Ruud Hollis",
        "The ferry left Port Annan at 6.40 with 88 passengers on board.",
    ),
    (
        '"[The engine has not failed once in thirty-one years]," <Hollis> {said}.',
        "Ruud Hollis",
        "The engine of the ferry has not failed once in 31 years.",
    ),
    (
        "<Investigators> {believe} [a valve was left open], <they> {said} on Friday.",
        "investigators",
        "A valve was left open.",
    ),
    (
        "<Mira Stanton>, a lawyer for the families, {said} [the Annan Line ignored four letters in 2019 and 2020].",
        "Mira Stanton",
        "The Annan Line ignored four letters in 2019 and 2020.",
    ),
    (
        '"[We want the truth and we will not be silent]," <Stanton> {said}.',
        "Mira Stanton",
        "The families want the truth and will not be silent.",
    ),
    (
        "<The Annan Line> {said} that [all letters were answered within three weeks].",
        "Annan Line",
        "All letters were answered within three weeks.",
    ),
    (
        "<Hollis> {said} [he had asked Gregor Finn, the engineer, to check the valve twice].",
        "Ruud Hollis",
        "Ruud Hollis had asked Gregor Finn to check the valve twice.",
    ),
    (
        "<A former employee> {claimed} [spare parts were bought second-hand in Lisbon for 40 euros].",
        "former employee",
        "Spare parts were bought second-hand in Lisbon for €40.",
    ),
    ("Gulls followed the boats all day.", "", ""),
)
_TEXTS = (_BRIDGE, _HARVEST, _CLINIC, _FERRY)
