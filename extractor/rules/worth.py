"""Tell whether a sentence states a quantity, a toll or a ranking that a reader would want checked."""

import re

from extractor.rules.language import Language

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|%")
_FIGURE = re.compile(r"[$€£]\s?\d[\d.,]*|\d[\d.,]*\s?%|\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_VOTE = re.compile(r"\b\d+[ -]?(?:to|–|-|zu|a|à)[ -]?\d+\b")
_TOKEN = re.compile(r"[$€£]?\d[\d.,]*%?|[^\W\d_]+|%")


def states_measure(text: str, language: Language) -> str | None:
    """Say what an article's own sentence states that a reader would want checked; None for nothing."""
    lower = text.lower()
    if _VOTE.search(lower) and any(word in language.worth.votes for word in _WORD.findall(lower)):
        return "a count of votes"
    if _measured(text, language):
        return "a measured quantity"
    if _toll(lower, language):
        return "a number of victims"
    return "a ranking" if _ranks(lower, language) else None


def _toll(lower: str, language: Language) -> bool:
    """``killed five and wounded 110``: a number right after the verb, or right before it."""
    worth, words = language.worth, _TOKEN.findall(lower)
    for index, word in enumerate(words):
        if word not in worth.tolls:
            continue
        after = index + 1
        while after < len(words) and words[after] in worth.about:
            after += 1
        beside = [*words[max(0, index - 3) : index], *words[index + 1 : max(after + 1, index + 3)]]
        if any((w.isdigit() and not _YEAR.fullmatch(w)) or w in worth.numbers for w in beside):
            return True
    return False


def _ranks(lower: str, language: Language) -> bool:
    """``the third derailment in five years``, ``the first woman to serve``: in the main clause."""
    worth, words = language.worth, _WORD.findall(lower)
    main = _WORD.findall(lower.partition(",")[0])
    if any(word in worth.ranking for word in main) and any(word in worth.since for word in main):
        return True
    return any(
        word in worth.ranking and words[index - 1 : index] == ["the"] and "to" in words[index + 2 : index + 5]
        for index, word in enumerate(words)
        if language.code == "en" and index
    )


def _measured(text: str, language: Language) -> bool:
    """A figure with its unit, a sum of money, a share, or a number with thousands."""
    worth = language.worth
    tokens = _TOKEN.findall(text)
    for index, token in enumerate(tokens):
        figure = token.rstrip(".,")
        if not figure[:1].isdigit() and token[0] not in "$€£":
            continue
        if token[0] in "$€£" or figure.endswith("%"):
            return True
        if _YEAR.fullmatch(figure):
            continue
        following = [word.lower() for word in tokens[index + 1 : index + 3]]
        if any(word in worth.units for word in following):
            return True
        if "," in figure and following and following[0].isalpha():
            return True
    return False
