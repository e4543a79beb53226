"""Words of a text, as token-F1 and source names count them."""

import re
import unicodedata
from collections import Counter

_APOSTROPHES = "'’ʼ`"
_UNSPACED = ("CJK UNIFIED", "HIRAGANA", "KATAKANA")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DECIMAL_POINT = re.compile(r"(?<=\d)[.,](?=\d)")
_POINT = "\N{MIDDLE DOT}"


def _as_word_character(char: str) -> str:
    if char == _POINT:
        return "."
    if unicodedata.category(char)[0] not in "LMN":
        return " "
    # Scripts without spaces: every character is a word, as usual in Chinese and Japanese scoring.
    return f" {char} " if unicodedata.name(char, "").startswith(_UNSPACED) else char


class _Table(dict[int, str]):
    """What `str.translate` puts in a character's place; filled as characters come up."""

    def __missing__(self, code: int) -> str:
        return self.setdefault(code, _as_word_character(chr(code)))


_TABLE = _Table({ord(c): "" for c in _APOSTROPHES})


def words(text: str) -> tuple[str, ...]:
    """Cut a text into comparable words.

    Compatibility forms are made alike (NFKC), case is folded, apostrophes vanish (``don't`` is one
    word) and every other character that is no letter, mark or digit parts words. In numbers,
    commas before three digits vanish (``1,000`` is ``1000``) and a decimal point or comma is a
    point (``3.5`` stays apart from ``35``). Characters of Chinese and Japanese count one by one.

    Returns:
        The words in order; empty when the text has none.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    numbers = _DECIMAL_POINT.sub(_POINT, _THOUSANDS.sub("", folded.replace(_POINT, " ")))
    return tuple(numbers.translate(_TABLE).split())


def bag(text: str) -> frozenset[tuple[str, int]]:
    """Return the words as a set that keeps repetition: ``the`` twice is ``(the, 0)``, ``(the, 1)``."""
    seen: Counter[str] = Counter()
    numbered = []
    for word in words(text):
        numbered.append((word, seen[word]))
        seen[word] += 1
    return frozenset(numbered)


def token_f1(one: frozenset[tuple[str, int]], other: frozenset[tuple[str, int]]) -> float:
    """Return the F1 of shared words in [0, 1], as SQuAD scores answers (Rajpurkar et al. 2016); 0 without words."""
    if not one or not other:
        return 0.0
    return 2 * len(one & other) / (len(one) + len(other))
