"""Names in a text, as faults need them: labelled names, and runs of capitals that do not merely begin a sentence."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from extractor.schema import Value
from extractor.wording import WORDING

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LINK = re.compile(r" (?:(?:of|of the|for|de|del|de la|da|do|von|van|du|des) )?")
"""What may stand between two capitals of one name."""
_POSSESSIVE = re.compile(r"['’]s?$")
_BEGINS = re.compile(r"(?:^|[.!?:\n…])[\s\"“”„«»‘’'(\[|–—-]*$")
_CAPITAL_MEANS_NAME = frozenset({"en", "es", "fr", "pt", "ru"})
"""Inside a sentence; in German it means a noun."""
_NO_NAMES = frozenset(w for words in (*WORDING.calendar.values(), WORDING.capitalised_anyway["en"]) for w in words)


class Found(Value):
    """One name in a text."""

    start: int
    end: int
    """Exclusive."""
    name: str
    labelled: bool
    """It is the name of somebody who speaks in the article."""


@lru_cache(maxsize=8192)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, in small letters and without possessives."""
    return frozenset(_POSSESSIVE.sub("", word).casefold() for word in _WORD.findall(text))


def capitals_of(name: str) -> frozenset[str]:
    """Return the words of a name that are written with a capital, in small letters."""
    return frozenset(_POSSESSIVE.sub("", w).casefold() for w in _WORD.findall(name) if w[0].isupper())


@lru_cache(maxsize=512)
def names_in(text: str, labelled: tuple[str, ...], *, language: str) -> tuple[Found, ...]:
    """Find the names of a text, in reading order and without overlap.

    Args:
        text: Any text.
        labelled: Names that are names wherever they stand.
        language: ISO 639-1.
    """
    found = [
        Found(start=match.start(), end=match.end(), name=name, labelled=True)
        for name in sorted(labelled, key=len, reverse=True)
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    ]
    if language in _CAPITAL_MEANS_NAME:
        found += _runs(text)
    taken: list[Found] = []
    for one in found:  # Labelled names first, the longest first.
        if not any(one.start < t.end and t.start < one.end for t in taken):
            taken.append(one)
    return tuple(sorted(taken, key=lambda f: f.start))


def _runs(text: str) -> Iterator[Found]:
    run: list[re.Match[str]] = []
    capitals = [m for m in _WORD.finditer(text) if m[0][0].isupper() and len(m[0]) > 1]
    for match, following in pairwise([*capitals, None]):
        assert match is not None
        run.append(match)
        if following is None or not _LINK.fullmatch(text[match.end() : following.start()]):
            if (name := _name(text, run)) is not None:
                yield name
            run = []


def _name(text: str, run: list[re.Match[str]]) -> Found | None:
    # "The Varn Courier" and "Prime Minister of Varn" keep what follows a word that is no name.
    while run and run[0][0].casefold() in _NO_NAMES:
        run = run[1:]
    if not run or any(word[0].casefold() in _NO_NAMES for word in run):
        return None
    if len(run) == 1 and _BEGINS.search(text[max(0, run[0].start() - 6) : run[0].start()]):
        return None
    name = _POSSESSIVE.sub("", text[run[0].start() : run[-1].end()])
    return Found(start=run[0].start(), end=run[0].start() + len(name), name=name, labelled=False)
