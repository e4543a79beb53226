"""Whether a predicted source and a gold source are the same voice.

Names compare case-folded and without punctuation, leading articles, and (for people) titles and
honorifics. A gold source is also met by any of its aliases. A person is also met by a shorter or
longer form with the same last word (``Lopez``, ``Maria Lopez``, ``Maria Elena Lopez``), unless
another person of the article's gold claims fits the predicted name as well.

Where a set marks only the words near the claim and resolves no names (`GoldSource.resolved`), a
predicted source is also the same voice when its mention shares a character with those words.

What the kind is plays no part, with one exception: the article's own voice agrees only with itself.
"""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import groupby, takewhile

from eval.cases import GoldCase, GoldSource
from eval.words import words
from extractor.schema import Source, SourceKind

_ARTICLES = {
    "en": frozenset({"the", "a", "an"}),
    "de": frozenset({"der", "die", "das", "den", "dem", "des", "ein", "eine", "einer", "einem", "einen"}),
    "fr": frozenset({"le", "la", "les", "l", "un", "une", "des"}),
    "es": frozenset({"el", "la", "los", "las", "un", "una", "unos", "unas"}),
}
"""By ISO 639-1; a language that is missing here keeps its articles."""

_TITLES = frozenset(
    # Forms of address and ranks that papers put before a name, in the languages of `_ARTICLES`.
    "mr mrs ms miss mx dr doctor prof professor sir dame lord lady rev reverend hon saint st "
    "president vice prime deputy former acting foreign chief minister chancellor senator sen congressman "
    "congresswoman representative rep governor gov mayor councillor councilor ambassador secretary judge "
    "justice general gen colonel col major captain capt lieutenant lt sergeant sgt officer king queen "
    "prince princess pope cardinal bishop archbishop imam sheikh "
    "herr frau präsident präsidentin minister ministerin kanzler kanzlerin bürgermeister bürgermeisterin "
    "monsieur madame mme m président présidente ministre maire señor señora sr sra presidente presidenta "
    "ministro ministra alcalde alcaldesa".split()
)
_LINKS = frozenset({"of", "for", "at", "in", "and", "to"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "md", "phd", "mp", "mep"})

Name = tuple[str, ...]
"""A name as its comparable words."""


@lru_cache(maxsize=4096)  # An article asks for the same few names again and again.
def normalised_name(name: str, *, language: str, person: bool, role: str | None = None) -> Name:
    """Reduce a name to the words that tell voices apart.

    Args:
        name: as printed; what stands in brackets and a French ``l'`` are left out, initials with points are joined.
        language: ISO 639-1, for leading articles.
        person: also drop titles and honorifics before the name, and all after a comma.
        role: dropped where the name begins with it (``Transport Minister Maria Lopez``).

    Returns:
        Never fewer than one word, unless the name has none.
    """
    bare = re.sub(r"\([^)]*\)|^[lL]['’]", " ", name)
    if person:
        bare = bare.partition(",")[0]
    found = tuple(_with_initials_joined(words(bare.replace(".", ""))))
    articles = _ARTICLES.get(language, frozenset())
    if len(found) > 1 and found[0] in articles:
        found = found[1:]
    if not person:
        return found
    found = _without_prefix(found, len(_shared_prefix(found, words(role or ""))))
    found = _without_prefix(found, sum(1 for _ in takewhile(_TITLES.__contains__, found)))
    while len(found) > 1 and found[-1] in _SUFFIXES:
        found = found[:-1]
    return found


def _shared_prefix(found: Name, role: Name) -> Name:
    return role if found[: len(role)] == role else ()


def _without_prefix(found: Name, n_words: int) -> Name:
    # "prime minister" and "mayor of Varn" are names of offices: without their title nothing is left of them.
    rest = found[n_words:]
    return rest if rest and rest[0] not in _LINKS else found


def _with_initials_joined(found: Name) -> Iterator[str]:
    # "J. K. Rowling" and "J.K. Rowling", "U. N." and "UN".
    for single, group in groupby(found, key=lambda word: len(word) == 1):
        run = tuple(group)
        yield from ("".join(run),) if single else run


class Roster:
    """The voices of one article's gold claims; answers who agrees with whom."""

    def __init__(self, case: GoldCase) -> None:
        self._language = case.language
        self._case = case

    @cached_property
    def _people(self) -> tuple[frozenset[Name], ...]:
        """The forms of every person, claims' sources and chains, each person once."""
        people: list[frozenset[Name]] = []
        for claim in self._case.claims:
            for source in (claim.source, *claim.chain):
                if source.kind is SourceKind.PERSON:
                    forms = self._forms(source, person=True)
                    same = [p for p in people if p & forms]
                    people = [p for p in people if not p & forms] + [forms.union(*same)]
        return tuple(people)

    def _forms(self, gold: GoldSource, *, person: bool) -> frozenset[Name]:
        names = (gold.name, *gold.aliases)
        return frozenset(
            normalised_name(name, language=self._language, person=person, role=gold.role) for name in names
        )

    def agree(self, predicted: Source, gold: GoldSource) -> bool:
        """Tell whether the two are the same voice in this article."""
        if SourceKind.ARTICLE in (predicted.kind, gold.kind):
            return predicted.kind is gold.kind
        # One side is enough: the person behind a letter is an alias of it.
        person = SourceKind.PERSON in (predicted.kind, gold.kind)
        role = predicted.role or gold.role
        name = normalised_name(predicted.name, language=self._language, person=person, role=role)
        forms = self._forms(gold, person=person)
        if (name and name in forms) or _at_the_same_words(predicted, gold):
            return True
        if gold.kind is not SourceKind.PERSON or gold.name[0].islower():
            return False  # Only names of people shorten; "mayor of Varn" does not mean the same as "Varn".
        full = normalised_name(gold.name, language=self._language, person=True, role=gold.role)
        if not _short_for(name, full):
            return False
        return not any(_fits(name, other) for other in self._people if not other & forms)


def _at_the_same_words(predicted: Source, gold: GoldSource) -> bool:
    if gold.resolved or gold.mention is None or predicted.mention is None:
        return False
    return any(gold.mention.overlaps(span) for span in predicted.mention.spans)


def _fits(name: Name, forms: frozenset[Name]) -> bool:
    return name in forms or any(_short_for(name, form) for form in forms)


def _short_for(one: Name, other: Name) -> bool:
    """Tell whether the shorter name is the longer one with words before the last left out."""
    short, long = sorted((one, other), key=len)
    if not short or short[-1] != long[-1]:
        return False
    rest = iter(long)
    return all(word in rest for word in short)
