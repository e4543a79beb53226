"""Small changes of a text that turn a true statement into a false one."""

import re
from collections.abc import Iterator

from extractor.wording import WORDING

_NUMBER = re.compile(r"(?<![\w.,-])\d[\d.,]*(?![\w-])|(?<![\w.,-])\d[\d.,]*(?=-[a-z])")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_SCALES = {"thousand": "million", "million": "billion", "billion": "million"}
_NUMBER_WORDS = {
    **{"two": "six", "three": "eight", "four": "nine", "five": "seven", "six": "four", "seven": "three"},
    **{"eight": "five", "nine": "two", "ten": "twelve", "eleven": "thirteen", "twelve": "twenty"},
    **{"twenty": "fifty", "thirty": "sixty", "forty": "ninety", "fifty": "thirty", "half": "a third of"},
}
_MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June", "July", "August")
_MONTHS += ("September", "October", "November", "December")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY_AND_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?=(?:{'|'.join(_MONTHS)})\b)|(?<=\b)(?:{'|'.join(_MONTHS)})\.? (\d{{1,2}})\b"
)
_AUXILIARY = re.compile(r"\b(is|was|were|are|will|would|had|has|have|can|could|should|must|did|does|do|may|might)\b")
_NEGATIONS = {
    "en": re.compile(r"\b(?:not|never) |\bno (?=[a-z])|(?<=[a-z])n['’]t\b|\bcan(?=not\b)not"),
    "de": re.compile(r"\b(?:nicht|nie) "),
    "es": re.compile(r"\b(?:no|nunca) ", re.IGNORECASE),
    "fr": re.compile(r"\b(?:ne |n['’])(?=\w+ pas\b)"),
    "pt": re.compile(r"\b(?:não|nunca) ", re.IGNORECASE),
    "ru": re.compile(r"\bне ", re.IGNORECASE),
}


def other_numbers(text: str) -> Iterator[str]:
    """Change each number that is no date, by a digit, its scale or its word."""
    dated = {m.span(g) for m in _DAY_AND_MONTH.finditer(text) for g in (1, 2) if m[g]}
    for match in _NUMBER.finditer(text):
        if not _YEAR.fullmatch(match[0].strip(".,")) and match.span() not in dated:
            yield _put(text, match.start(), match.start() + 1, str(int(match[0][0]) % 9 + 1))
    for words in (_SCALES, _NUMBER_WORDS):
        for match in re.finditer(rf"\b(?:{'|'.join(words)})\b", text):
            yield _put(text, match.start(), match.end(), words[match[0]])


def other_dates(text: str) -> Iterator[str]:
    """Change each year, month, day of the month and day of the week."""
    for match in _NUMBER.finditer(text):
        if year := _YEAR.fullmatch(match[0].strip(".,")):
            yield _put(text, match.start(), match.start() + 4, str(int(year[0]) - 3))
    for match in _DAY_AND_MONTH.finditer(text):
        for group in (1, 2):
            if match[group]:
                yield _put(text, match.start(group), match.end(group), str(int(match[group]) % 28 + 1))
    for names in (_MONTHS, _WEEKDAYS):
        for match in re.finditer(rf"\b(?:{'|'.join(names)})\b", text):
            # "May" may begin a sentence as a verb.
            if match[0] != "May" or re.search(r"\d ?$|\b(?:in|last|of|since|until|by) $", text[: match.start()]):
                yield _put(text, match.start(), match.end(), names[(names.index(match[0]) + 3) % len(names)])


def turned_round(text: str, language: str) -> Iterator[str]:
    """Take each negation out; in English put one in where there is none."""
    pattern = _NEGATIONS.get(language)
    found = list(pattern.finditer(text)) if pattern else []
    for match in found:
        yield _put(text, match.start(), match.end(), "")
    negative = re.compile(rf"\b(?:{'|'.join(WORDING.negation['en'])}|only|just|merely)\b", re.IGNORECASE)
    if language == "en" and not found and not negative.search(text) and (auxiliary := _AUXILIARY.search(text)):
        yield _put(text, auxiliary.end(), auxiliary.end(), " not")


def _put(text: str, start: int, end: int, other: str) -> str:
    return text[:start] + other + text[end:]
