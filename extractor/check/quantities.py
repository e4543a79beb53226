"""Numbers and dates of a claim must be those of its passage, or belong to what it resolves from elsewhere."""

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache

from extractor.check.words import WORD, all_text, bare, content_words, words_of
from extractor.numbers import Number, find_numbers, implied
from extractor.passage import BORDER, Passage, certain
from extractor.rules.language import language as language_data
from extractor.schema import Article, Claim, Flag, FlagCode
from extractor.wording import WORDING

_DATED = re.compile(r"(?:\d\s?|\b(?:in|of|last|since|until|by|early|late|mid|this|next|between|and|from|to)[\s-])$")
"""Before "May" it is the month."""
_WEEK = 7
"""Days."""


def quantities(article: Article, claim: Claim, passage: Passage) -> Iterator[Flag]:
    """Flag numbers, months and days of the week that the passage does not support."""
    for detail in (*_numbers(article, claim, passage), *_days(article, claim, passage)):
        yield Flag(code=FlagCode.NUMBER_NOT_IN_SOURCE, detail=detail)


def _numbers(article: Article, claim: Claim, passage: Passage) -> Iterator[str]:
    language = article.metadata.language
    claimed = _asked(claim.text, language)
    if not certain(claim):
        claimed += [n for n in _asked(claim.content.text, language) if not any(n.agrees(m) for m in claimed)]
    if not claimed:
        return
    here = find_numbers(passage.sentences, language)
    open_ = [n for n in claimed if not _supported(n, here)]
    if open_:
        meant = implied(passage.sentences, language)
        open_ = [n for n in open_ if not _supported(n, meant)]
    there = _asked(passage.content, language)
    lost = [n for n in there if not any(n.agrees(m) for m in claimed)]
    everywhere = find_numbers(all_text(article), language) if open_ else ()
    for number in open_:
        rival = next((n for n in lost if (n.percent, n.currency) == (number.percent, number.currency)), None)
        rival = rival or next(iter(lost), None)
        if rival is None and _counted_from_publication(article, claim, number, passage):
            continue
        if not _supported(number, everywhere):
            said = f"The article says {rival.shown}, the claim {number.shown}." if rival else None
            yield said or f"The claim says {number.shown}, the article does not."
        elif rival or not _resolved(article, claim, passage, number):
            yield f"The claim says {number.shown}: not in the passage, though elsewhere in the article."
    if lost and not open_:
        yield from _repeated(claimed, there, lost)


def _repeated(claimed: list[Number], there: list[Number], lost: list[Number]) -> Iterator[str]:
    """Tell of a number that a claim has once more than the passage, in the place of another."""
    if len(claimed) != len(there):
        return
    for number in claimed:
        if sum(map(number.agrees, claimed)) > sum(map(number.agrees, there)):
            yield f"The article says {lost[0].shown}, the claim {number.shown} twice."
            return


def _asked(text: str, language: str) -> list[Number]:
    """Return the numbers that a claim must answer for: "one" in words is mostly a pronoun."""
    return [n for n in find_numbers(text, language) if n.in_digits or n.readings[0] != 1]


def _supported(number: Number, there: Iterable[Number]) -> bool:
    return any(number.agrees(n) for n in there)


def _resolved(article: Article, claim: Claim, passage: Passage, number: Number) -> bool:
    """Tell whether a number belongs to words that the claim takes from elsewhere: "the five girls" for "they"."""
    language = article.metadata.language
    words = {w.casefold() for w in WORD.findall(passage.neighbourhood)}
    year = number.readings[0]
    if 1500 <= year < 2100 and not words.isdisjoint(WORDING.relative_time.get(language, frozenset())):
        return True
    taken = set(content_words(claim.text)) - set(content_words(passage.content))
    return any(
        not taken.isdisjoint(content_words(sentence)) and _supported(number, find_numbers(sentence, language))
        for sentence in _sentences(all_text(article))
    )


@lru_cache(maxsize=1)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(sentence for sentence in BORDER.split(text) if sentence)


def _counted_from_publication(article: Article, claim: Claim, number: Number, passage: Passage) -> bool:
    """Tell whether a number may belong to a date worked out from "on Thursday", "in May" or "last year"."""
    published, language = article.metadata.published, article.metadata.language
    if published is None or number.percent or number.currency:
        return False
    relative = WORDING.relative_time.get(language)
    words = {w.casefold() for w in WORD.findall(passage.neighbourhood)}
    months = language_data(language).months
    if relative is not None and words.isdisjoint(relative) and not _dates(passage.content, months):
        return False
    value = number.readings[0]
    if abs(value - published.year) <= 1:
        return True
    return abs(value - published.day) <= _WEEK and bool(_dates(claim.text, months))


def _days(article: Article, claim: Claim, passage: Passage) -> Iterator[str]:
    language = language_data(article.metadata.language)
    for names in (language.months, language.weekdays):
        claimed, there = _dates(claim.text, names), _dates(passage.content, names)
        lost = _beyond(there, claimed)
        for word in _beyond(claimed, there):
            if lost:
                yield f"The passage says {lost[0]}, the claim {word}."
            elif _beyond([word], [*there, *_dates(passage.neighbourhood, names)]):
                if _beyond([word], _dates(all_text(article), names)) and not _may_be_meant(article, word, passage):
                    yield f"The claim says {word}, the article does not."


def _beyond(dates: list[str], others: list[str]) -> list[str]:
    """Return the dates that stand oftener in one list than in another."""
    left = Counter(_key(word) for word in others)
    found = []
    for word in dates:
        left[_key(word)] -= 1
        if left[_key(word)] < 0:
            found.append(word)
    return found


def _may_be_meant(article: Article, word: str, passage: Passage) -> bool:
    """Tell whether a month or day may be worked out from the day of publication."""
    published, language = article.metadata.published, language_data(article.metadata.language)
    if published is None:
        return False
    if word.casefold() in language.weekdays:
        relative = WORDING.relative_time.get(article.metadata.language)
        words = {w.casefold() for w in WORD.findall(passage.neighbourhood)}
        return relative is None or not words.isdisjoint(relative - language.weekdays)
    near = {(published + timedelta(days=days)).month for days in (-31, 0, 31)}
    return article.metadata.language != "en" or _key(word) in {calendar.month_abbr[n].casefold() for n in near}


def _dates(text: str, names: frozenset[str]) -> list[str]:
    """Return the months or days of the week that a text names, as they stand there."""
    found: list[str] = []
    if names.isdisjoint(words_of(text)):
        return found
    for match in WORD.finditer(text):
        word = bare(match[0])
        small = word.casefold()
        if small not in names or (small == "may" and not _DATED.search(text[: match.start()])):
            continue
        if word[0].islower() and small in ("march", "sun", "mar", "sat", "wed", "dec", "second"):
            continue
        found.append(word)
    return found


def _key(word: str) -> str:
    """Return the letters of a month or day that no inflection changes."""
    small = word.casefold()
    return "май" if small.startswith("ма") and len(small) == 3 else small[:3]
