"""Negations of a claim and of its passage must agree."""

import re
from collections.abc import Iterator
from functools import cache

from extractor.check.words import WORD, all_text, has_word, shown
from extractor.passage import Passage, certain
from extractor.schema import Article, Claim, Flag, FlagCode
from extractor.wording import WORDING

_NEGATION_AND_NEIGHBOURS = re.compile(r"[^\W\d_]+ (?:not|no|never|[^\W\d_]+n['’]t)(?: [^\W\d_]+){2}")


def negations(article: Article, claim: Claim, passage: Passage) -> Iterator[Flag]:
    """Flag a claim that says the opposite of its passage."""
    language = article.metadata.language
    if language not in WORDING.negation or not passage.content:
        return
    denied = _has_cue(claim, WORDING.denial_cues.get(language))
    if not denied and _has_cue(claim, WORDING.doubt_cues.get(language)):
        return
    there = _negations(passage.content, language)
    here = _negations(claim.text, language)
    if here:
        here = _negations(_without_known(article, claim, passage), language)
    if here and not there:
        weak = WORDING.weak_negation.get(language, frozenset())
        here = [w for w in here if w.casefold() not in weak or not has_word(all_text(article), w)]
    if denied and not here and not there:
        yield _denied(claim)
    elif (
        here and not there and not denied and not _negations(passage.sentences if not certain(claim) else "", language)
    ):
        if not _prefixed(here, claim.text, passage.content, language):
            yield Flag(code=FlagCode.NEGATION_DIFFERS, detail=f"The claim says {here[0]!r}, the passage does not.")
    elif there and not here and not denied and not _prefixed(there, passage.content, claim.text, language):
        yield Flag(code=FlagCode.NEGATION_DIFFERS, detail=f"The passage says {there[0]!r}, the claim does not.")
    elif not denied and len(here) != len(there) and _same_length(claim.text, passage.content):
        detail = f"The passage negates {len(there)} times, the claim {len(here)} times."
        yield Flag(code=FlagCode.NEGATION_DIFFERS, detail=detail)


def denials(article: Article, claim: Claim, passage: Passage) -> Iterator[Flag]:
    """Flag a claim in the words of its passage, which states what its source denied."""
    language = article.metadata.language
    if language in WORDING.negation and _has_cue(claim, WORDING.denial_cues.get(language)):
        if not _negations(passage.content, language):
            yield _denied(claim)


def _has_cue(claim: Claim, words: frozenset[str] | None) -> bool:
    if not words or claim.cue is None:
        return False
    return not words.isdisjoint(w.casefold() for w in WORD.findall(claim.cue.text))


def _denied(claim: Claim) -> Flag:
    detail = f"The source denied this (cue {shown(claim.cue.text if claim.cue else '')}), the claim states it."
    return Flag(code=FlagCode.NEGATION_DIFFERS, detail=detail)


def _without_known(article: Article, claim: Claim, passage: Passage) -> str:
    """Take the wording that comes from elsewhere in the article out of a claim: the name of a film, what "it" was."""
    text = claim.text
    for match in reversed(list(_NEGATION_AND_NEIGHBOURS.finditer(text))):
        if match[0] not in passage.content and match[0] in all_text(article):
            text = text[: match.start()] + text[match.end() :]
    return text


def _same_length(text: str, content: str) -> bool:
    """Tell whether a claim keeps its whole passage, so that a negation may not have gone with a clause left out."""
    n_words, n_there = len(WORD.findall(text)), len(WORD.findall(content))
    return abs(n_words - n_there) <= max(2, n_there // 5)


def _negations(text: str, language: str) -> list[str]:
    plain = text.replace("’", "'")
    if harmless := _harmless(language):
        plain = harmless.sub(" ", plain)
    listed = WORDING.negation[language]
    return [w for w in WORD.findall(plain) if w.casefold() in listed or (language == "en" and w.endswith("n't"))]


@cache
def _harmless(language: str) -> re.Pattern[str] | None:
    """Return the phrases that hold a negation and negate nothing, such as "not only"."""
    phrases = WORDING.not_a_negation.get(language, ())
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE) if phrases else None


def _prefixed(negations: list[str], negated: str, other: str, language: str) -> bool:
    """Tell whether the other text negates by a prefix: "unsafe" for "not safe"."""
    plain = {w.casefold() for w in WORD.findall(negated)}
    prefixes = WORDING.negative_prefixes.get(language, ())
    words = {w.casefold() for w in WORD.findall(other)}
    # Short remainders are chance: "into" is no "to" negated.
    turned = {w.removeprefix(p) for w in words for p in prefixes if w.startswith(p) and len(w) - len(p) >= 4}
    return bool(negations) and not turned.isdisjoint(plain)
