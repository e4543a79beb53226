"""Names of a claim must be those of its passage, or be resolved from what stands near it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations, pairwise

from rapidfuzz import fuzz

from extractor.check.words import (
    WORD,
    Run,
    all_text,
    bare,
    called,
    has_word,
    is_acronym,
    is_name,
    is_title,
    runs,
    spelled_out,
)
from extractor.passage import Passage, certain
from extractor.rules.language import language as language_data
from extractor.schema import Article, Claim, Flag, FlagCode, Quotation, SourceKind
from extractor.wording import WORDING

_SAME_SPELLING = 85
"""Per cent of the letters of two names."""
_LEAD_CHARS = 700
_TAKEN_UP_WITHIN = 400
"""Characters; 12 of the 1,240 gold claims of dev name somebody who stands farther off, and 40 % of the claims in
which such a name was swapped for another of the article."""


def names(article: Article, claim: Claim, passage: Passage) -> Iterator[Flag]:
    """Flag names that the passage and its surroundings do not support."""
    language = article.metadata.language
    text = claim.text if certain(claim) else f"{claim.text} | {claim.content.text}"
    claimed = runs(text, language)
    lost = _lost(article, text, passage.content, language)
    short = " ".join(spelled_out(passage.content, word) for run in claimed for word in run.words)
    lost = [word for word in lost if not has_word(short, word)]
    stands_for: dict[str, list[str]] | None = None
    for run in claimed:
        proper = [word for word in run.words if not is_title(word, language)]
        new = [word for word in proper if not has_word(passage.content, word)]
        if len(new) < len(proper) and _is_fuller(article, claim, run, new):
            continue
        if new and lost and stands_for is None:
            stands_for = _alignment(text, passage.content)
        for word in new:
            gone = [other for other in lost if bare(other).casefold() in (stands_for or {}).get(word.casefold(), ())]
            if detail := _unsupported(article, claim, passage, run, word, gone):
                yield Flag(code=FlagCode.NAME_NOT_IN_SOURCE, detail=detail)
    if detail := _not_the_speaker(article, claim, passage, claimed) or _exchanged(
        claim.text, passage.content, language
    ):
        yield Flag(code=FlagCode.NAME_NOT_IN_SOURCE, detail=detail)


def _alignment(text: str, content: str) -> dict[str, list[str]]:
    """Tell which words of a passage each new word of a claim stands for."""
    here, there = ([bare(m[0]).casefold() for m in WORD.finditer(t)] for t in (text, content))
    found: dict[str, list[str]] = {}
    for tag, a, b, c, d in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        if tag in ("replace", "insert", "delete"):
            for word in here[a:b]:
                found[word] = found.get(word, []) + there[c:d]
    return found


def _unsupported(article: Article, claim: Claim, passage: Passage, run: Run, word: str, lost: list[str]) -> str | None:
    """Say why nothing supports a name that the passage does not have; None where something does."""
    if word.casefold() in WORDING.calendar.get(article.metadata.language, frozenset()):
        return None
    # Where the passage's own name is gone, one that stands near or makes the claim may have taken its place.
    first = language_data(article.metadata.language).pronouns.first
    if has_word(_known(claim), word) and not first.isdisjoint(w.casefold() for w in WORD.findall(passage.content)):
        return None
    if not lost and (has_word(passage.neighbourhood, word) or has_word(_known(claim), word)):
        return None
    if has_word(all_text(article), word) or is_acronym(article.text, word):
        if run.begins and not is_name(article, word):
            return None
        if lost:
            return f"The passage names {lost[0]}, the claim {word}."
        where = "The claim names {}, whom the article names only far from this passage."
        far = _far(article, claim, word) and not _described(article, passage, word)
        return where.format(word) if far else None
    return f"The claim names {word}, the article does not." if lost or not run.begins else None


def _far(article: Article, claim: Claim, word: str) -> bool:
    """Tell whether a name can hardly be meant by a pronoun or a description of the passage.

    What a passage takes up stands in the article's first lines or not far before it.
    """
    places = [m.start() for m in re.finditer(rf"(?<!\w){re.escape(word)}", article.text)]
    if not places or not claim.content.spans or places[0] < article.body_start_char + _LEAD_CHARS:
        return False
    start = min(span.start_char for span in claim.content.spans)
    return not any(start - _TAKEN_UP_WITHIN < place < start for place in places)


def _described(article: Article, passage: Passage, word: str) -> bool:
    """Tell whether the article puts a name beside a noun by which the passage may mean it: "the minister"."""
    nouns = language_data(article.metadata.language).nouns
    kinds = nouns.roles | nouns.titles | nouns.individuals | nouns.organisations | nouns.bodies | nouns.documents
    heads = {m[0].casefold() for m in WORD.finditer(passage.content) if m[0].casefold() in kinds}
    return any(called(article.text, word, head) for head in heads)


def _lost(article: Article, text: str, content: str, language: str) -> list[str]:
    """Return the names of a passage that its claim does not have in any form."""
    lost: list[str] = []
    for run in runs(content, language, linked=False):
        own = [word for word in run.words if not is_title(word, language) and is_name(article, word)]
        if own and not any(f(text, word) for word in own for f in (has_word, is_acronym, _spelled_alike)):
            lost += own
    return [word for word in lost if word.casefold() not in WORDING.calendar.get(language, frozenset())]


def _spelled_alike(text: str, word: str) -> bool:
    """Tell whether a text has a word that may be the same name: Chad and Chadwick, Soleymani and Soleimani."""
    others = {bare(m[0]) for m in WORD.finditer(text) if m[0][0].isupper()}
    return len(word) >= 4 and any(
        other.startswith(word) or (len(word) >= 7 and fuzz.ratio(word, other) >= _SAME_SPELLING) for other in others
    )


def _known(claim: Claim) -> str:
    return " ".join([claim.source.name, claim.source.role or "", *(c.name for c in claim.chain)])


def _is_fuller(article: Article, claim: Claim, run: Run, new: list[str]) -> bool:
    """Tell whether a name is the fuller form of one that the passage has."""
    known = f"{all_text(article)} | {_known(claim)}"
    pairs = (f"{a} {b}" for a, b in pairwise(run.words) if (a in new) is not (b in new))
    return run.text in known or any(pair in known for pair in pairs)


def _not_the_speaker(article: Article, claim: Claim, passage: Passage, claimed: Sequence[Run]) -> str | None:
    """Tell of a claim that names somebody, though a quotation in the first person can only mean its speaker."""
    if claim.quotation is not Quotation.DIRECT or claim.source.kind is not SourceKind.PERSON:
        return None
    pronouns = language_data(article.metadata.language).pronouns
    said = next((m[0] for m in WORD.finditer(passage.content) if m[0].casefold() in pronouns.first), None)
    together = pronouns.speaker - pronouns.first  # "We" may be a body, whatever else "I" is.
    if said is None or any(m[0].casefold() in together for m in WORD.finditer(passage.content)):
        return None
    if any(has_word(claim.text, m[0]) for m in WORD.finditer(_known(claim)) if len(m[0]) > 2):
        return None
    strangers = [r for r in claimed if not any(has_word(passage.content, w) for w in r.words) and not r.begins]
    if not strangers or not claim.text.startswith(strangers[0].text):
        return None
    return f"The passage says “{said}”, which is {claim.source.name}; the claim names {strangers[0].text}."


@dataclass(frozen=True, slots=True)
class _Place:
    word: str
    run: int
    at: int


def _exchanged(text: str, content: str, language: str) -> str | None:
    """Tell of two names that stand in each other's place, with the same words between them."""
    here, there = _places(text, language), _places(content, language)
    shared = [(here[w], there[w]) for w in here.keys() & there.keys()]
    shared.sort(key=lambda pair: pair[1].at)
    for (one_here, one), (other_here, other) in combinations(shared, 2):
        if one.run == other.run or one_here.run == other_here.run or one_here.at < other_here.at:
            continue
        if _alike(_between(content, one.at, other.at), _between(text, other_here.at, one_here.at), language):
            return f"The passage names {one.word} before {other.word}, the claim {other.word} before {one.word}."
    return None


def _places(text: str, language: str) -> dict[str, _Place]:
    """Return where each name stands that stands only once."""
    found: dict[str, _Place] = {}
    many: set[str] = set()
    at = 0
    for number, run in enumerate(runs(text, language)):
        at = text.find(run.text, at)
        for word in run.words:
            if not is_title(word, language):
                many |= {word} & found.keys()
                found[word] = _Place(word, number, at)
        at += len(run.text)
    return {word: place for word, place in found.items() if word not in many}


def _between(text: str, start: int, end: int) -> list[str]:
    return [bare(m[0]) for m in WORD.finditer(text, start, end) if m[0][0].islower()]


def _alike(one: list[str], other: list[str], language: str) -> bool:
    """Tell whether the words between two names say the same: a passive turns the names round, and rightly."""
    by = language_data(language).grammar.by
    if not one or bool(by & set(one)) is not bool(by & set(other)):
        return False
    return len(set(one) & set(other)) >= 0.7 * max(len(set(one)), len(set(other)))
