"""Word lists as a language's TOML file writes them."""

from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Self

from pydantic import BeforeValidator


def _words(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset(value.split())
    if isinstance(value, (list, tuple)):
        return frozenset(word for entry in value for word in str(entry).split())
    raise ValueError(f"expected words in a string or a list of strings, got {value!r}")


def _phrases(value: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"expected a list of phrases, got {value!r}")
    return tuple(sorted((tuple(str(phrase).split()) for phrase in value), key=len, reverse=True))


Words = Annotated[frozenset[str], BeforeValidator(_words)]
"""Lower-case words, written in the file as one string or a list of strings."""
Phrases = Annotated[tuple[tuple[str, ...], ...], BeforeValidator(_phrases)]
"""Phrases as tuples of lower-case words, longest first."""


class OpenWords(frozenset[str]):
    """A word list that is open at its end: it also holds what ends like an agent ("seismologist")."""

    endings: tuple[str, ...] = ()
    closed: frozenset[str] = frozenset()
    """Words that only end so: "list", "human"."""

    def __contains__(self, word: object) -> bool:
        if super().__contains__(word):
            return True
        return isinstance(word, str) and word.endswith(self.endings) and word not in self.closed

    def __or__(self, other: AbstractSet[Any]) -> "OpenWords":
        return self.opened(frozenset.__or__(self, other), self)

    __ror__ = __or__

    def __sub__(self, other: AbstractSet[Any]) -> "OpenWords":
        kept = self.opened(frozenset.__sub__(self, other), self)
        kept.closed |= other
        return kept

    @classmethod
    def opened(cls, words: frozenset[str], like: Self) -> Self:
        """Return words as a list that is open like another one."""
        made = cls(words)
        made.endings, made.closed = like.endings, like.closed
        return made
