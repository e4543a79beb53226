"""Words under the form that the word lists know: declined nouns, compounds, names in another case."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from extractor.rules.language import Language
from extractor.rules.language import language as language_data

_MIN_STEM_CHARS = 3
_MIN_HEAD_CHARS = 4
"""Shorter nouns end too many words that are no compounds of theirs."""
_SOFT = "аеиоуыэюяьй"


class Lexicon:
    """Looks words of one language up."""

    def __init__(self, language: Language) -> None:
        nouns = language.nouns
        listed = nouns.roles | nouns.titles | nouns.organisations | nouns.documents | nouns.spokespeople
        self._listed = listed | nouns.anonymous | nouns.individuals | language.function_words
        declined = _declined(self._listed - language.function_words, language)
        self._forms = {form: noun for form, noun in declined if form not in nouns.anonymous | language.function_words}
        heads = (head for head in listed if len(head) >= _MIN_HEAD_CHARS)
        self._heads = tuple(sorted(heads, key=len, reverse=True)) if language.nouns_capitalised else ()

        self._case_endings = language.case_endings
        self._inflects = bool(self._forms or self._heads or self._case_endings)
        names = nouns.he_names | nouns.she_names
        self._endings = language.name_endings
        self._given = frozenset(name_stem(name, self._endings) for name in names)

    def given(self, word: str) -> bool:
        """Tell whether a word is a case of a given name."""
        return name_stem(word, self._endings) in self._given

    def form(self, word: str) -> str:
        """Return the listed noun that a lower-case word is a case of or ends in, or the word itself."""
        if not self._inflects:
            return word
        if self._forms:
            return self._forms.get(word, word)
        if word in self._listed:
            return word
        bare = self._undeclined(word)
        if bare is not None:
            return bare
        if self._heads and word.endswith(self._heads):
            return next(head for head in self._heads if word.endswith(head))
        return word

    def _undeclined(self, word: str) -> str | None:
        """``ministeriums``, ``studien``: a listed noun with the ending of a case; None for other words."""
        if not word.endswith(self._case_endings):
            return None
        bare = (word.removesuffix(ending) for ending in self._case_endings if word.endswith(ending))
        return next((noun for noun in bare if noun in self._listed), None)

    def listed_first(self, name: str) -> str:
        """Return a phrase with its first noun in the nominative, where the language declines: "мэра Варна"."""
        first, space, rest = name.partition(" ")
        bare = None if first.lower() in self._listed else self._undeclined(first.lower())
        if bare is not None:
            return first[: len(bare)] + space + rest
        return (
            name if not self._forms or first.lower() not in self._forms else self._forms[first.lower()] + space + rest
        )


def _declined(nouns: Iterable[str], language: Language) -> Iterable[tuple[str, str]]:
    for noun in sorted(nouns):
        for nominative, cases in language.cases.items():
            if noun.endswith(nominative):
                stem = noun.removesuffix(nominative)
                yield from ((stem + ending, noun) for ending in cases.split())
                break


@cache
def plain(word: str) -> str:
    """Return a word without case, accents and full stops."""
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower().replace(".", "")


@cache
def name_stem(word: str, endings: tuple[str, ...]) -> str:
    """Return what all cases of a name's word share.

    Args:
        word: As printed.
        endings: Of the cases, longest first; none where names are not declined.
    """
    stem = plain(word)
    ending = next((e for e in endings if stem.endswith(e) and len(stem) - len(e) >= _MIN_STEM_CHARS), None)
    if ending is None:
        return stem
    stem = stem.removesuffix(ending)
    while len(stem) > _MIN_STEM_CHARS and stem[-1] in _SOFT:
        stem = stem[:-1]
    return stem


def nominative(forms: Sequence[tuple[str, ...]], language: Language) -> tuple[str, ...]:
    """Choose the form of a name to show: the fullest one, in the nominative if the article has it.

    The nominative is the shortest of the cases, and ends in а or я where others are as short. Where the full name
    stands only in another case, the surname is taken from where it stands alone, the given name from the list.

    Args:
        forms: The name's words as they stand in the article, one entry for each mention.
        language: Its language; one that declines names.
    """
    full = max(len(form) for form in forms)
    best = min((form for form in forms if len(form) == full), key=_case_rank)
    surnames = [(form[-1],) for form in forms if name_stem(form[-1], language.name_endings) == _stem(best, language)]
    surname = min(surnames, key=_case_rank)
    if full != 2 or _case_rank(surname) >= _case_rank((best[-1],)):
        return best
    stem = name_stem(best[0], language.name_endings)
    names = language.nouns.given
    given = [name for name in sorted(names) if name_stem(name, language.name_endings) == stem]
    return (given[0].capitalize(), *surname) if given else best


def _stem(form: tuple[str, ...], language: Language) -> str:
    return name_stem(form[-1], language.name_endings)


def _case_rank(form: tuple[str, ...]) -> tuple[int, int]:
    return sum(map(len, form)), sum(word[-1] not in "ая" and word[-1] in _SOFT for word in form)


@cache
def lexicon(code: str) -> Lexicon:
    """Return the lexicon of a language, built once."""
    return Lexicon(language_data(code))
