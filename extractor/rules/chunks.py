"""Find capitalised stretches in a sentence, and what kind of thing each names."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from extractor.rules.inflection import lexicon
from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.rules.nameends import name_end, nameable
from extractor.rules.reading import Reading, Token, TokenKind

_OPENING = ".:\"“„«‘'([—–…!?;"
"""After these marks a word has a capital because a sentence or quotation begins."""


class EntityKind(StrEnum):
    """What a name names; wider than the kinds of sources."""

    PERSON = "person"
    ORGANISATION = "organisation"
    DOCUMENT = "document"
    PLACE = "place"
    UNKNOWN = "unknown"


class Chunk(NamedTuple):
    """A stretch of capitalised words in one sentence, titles split off."""

    first: int
    """Index of its first token in the sentence, titles included."""
    last: int
    """Exclusive."""
    name_first: int
    """Index of the first token of the name proper; equal to `last` for a bare title."""
    kind: EntityKind
    role: str | None


class SeenWords(NamedTuple):
    """Which words the article writes with a capital, and which without."""

    capital: frozenset[str]
    """Lower-case forms of words seen with a capital inside a sentence, and never without."""
    plain: frozenset[str]
    beside: frozenset[str] = frozenset()
    """Words seen beside another one with a capital; where nouns have capitals, such ones are names."""


def seen_words(reading: Reading) -> SeenWords:
    """Collect how the article writes its words, to tell names from words that open a sentence."""
    capital: set[str] = set()
    plain: set[str] = set()
    beside: set[str] = set()
    for tokens in reading.tokens:
        before = "."
        if reading.language.nouns_capitalised:
            names = [(a.lower, b.lower) for a, b in pairwise(tokens) if a.capital and b.capital]
            beside.update(word for pair in names for word in pair)
        for token in tokens:
            if token.kind is TokenKind.WORD:
                if not token.text[0].isupper():
                    plain.add(token.lower)
                elif before not in _OPENING:
                    capital.add(token.lower)
            before = token.text
    return SeenWords(frozenset(capital - plain), frozenset(plain), frozenset(beside))


def chunks_of(tokens: Sequence[Token], language: Language, common: SeenWords) -> list[Chunk]:
    """Return the capitalised stretches of a sentence in reading order."""
    found: list[Chunk] = []
    position = 0
    while position < len(tokens):
        if not _starts_name(tokens, position, language, common):
            position += 1
            continue
        end = name_end(tokens, position, language)
        alone = end == position + 1
        if not alone or tokens[position].lower not in language.nouns.unlikely:
            found.append(_classified(tokens, position, end, language))
        position = end
    return found


@cache
def _known(code: str) -> frozenset[str]:
    """Names that are known without their neighbours."""
    nouns = language_data(code).nouns
    return nouns.given | nouns.places | nouns.bodies


def _starts_name(tokens: Sequence[Token], position: int, language: Language, common: SeenWords) -> bool:
    token = tokens[position]
    if not nameable(token, language):
        return False
    nouns = language.nouns
    if language.nouns_capitalised:
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        listed = _known(language.code)
        named = token.lower in listed or (token.text.isupper() and len(token.text) > 1)
        if not named and token.lower in nouns.common:
            return False
        alone = following is None or not nameable(following, language)
        determined = position > 0 and tokens[position - 1].lower in language.grammar.determiners
        if alone and determined and not named and token.lower not in common.beside:
            return False
        return (
            named
            or token.lower in nouns.titles
            or (following is not None and nameable(following, language))
            or token.lower not in common.plain
        )
    before = tokens[position - 1] if position else None
    if before is not None and (before.kind is not TokenKind.MARK or before.text in ",&/"):
        return True
    if before is not None and before.text in _OPENING:
        before = None
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    if following is not None and nameable(following, language) and token.lower not in common.plain:
        return True
    if token.lower in common.capital or token.text.isupper() or "." in token.text:
        return True
    known = _known(language.code)
    return token.lower not in common.plain and (
        before is not None or token.lower in known or _looks_named(tokens, position, language)
    )


def _looks_named(tokens: Sequence[Token], position: int, language: Language) -> bool:
    """A single capitalised word that opens a sentence: a name when a cue or a possessive follows."""
    following = tokens[position + 1].lower if position + 1 < len(tokens) else ""
    verbs, nouns = language.verbs, language.nouns
    if tokens[position].lower in nouns.kinds:
        return False
    return following in verbs.say or following in verbs.tell or following in language.grammar.possessive


def _classified(tokens: Sequence[Token], first: int, last: int, language: Language) -> Chunk:
    nouns = language.nouns
    words = tokens[first:last]
    if words[-1].lower in nouns.organisations and len(words) > 1 and words[-1].lower not in nouns.titles:
        return Chunk(first, last, first, EntityKind.ORGANISATION, None)
    titled = _titled(words, language)
    if titled and titled[-1] + 1 < len(words) and words[titled[-1] + 1].lower in nouns.name_links:
        titled = []
    if titled:
        name_first = first + titled[-1] + 1
        role = " ".join(word.text for word in words[: titled[-1] + 1])
        kind = EntityKind.PERSON
        if name_first < last and any(w.lower in nouns.organisations for w in tokens[name_first:last]):
            return Chunk(first, last, first, EntityKind.ORGANISATION, None)
        return Chunk(first, last, name_first, kind, role)
    behind = _given_behind(words, language) or _given_after_body(tokens, first, last, language)
    if behind:
        beside = first > 0 and tokens[first - 1].lower in nouns.roles
        office = " ".join(word.text for word in words[:behind]) if beside else None
        return Chunk(first, last, first + behind, EntityKind.PERSON, office)
    return Chunk(first, last, first, _kind_of(tokens, first, last, language), None)


def _given_after_body(tokens: Sequence[Token], first: int, last: int, language: Language) -> int:
    """``ambassador to the United Nations Nikki Haley``: where the given name stands behind a body; 0 for nowhere."""
    nouns, words = language.nouns, tokens[first:last]
    given = nouns.given
    place = next((n for n, word in enumerate(words[:-1]) if n and _is_given(word, given)), 0)
    if not place or words[0].lower in given or any(not word.capital for word in words[place:]):
        return 0
    body = nouns.organisations | nouns.places | nouns.bodies
    ends = words[place - 1].lower in body or words[place - 1].lower.removesuffix("s") in body
    # "director of National Intelligence John Brandt"
    office = first > 1 and tokens[first - 1].lower in language.grammar.of and tokens[first - 2].lower in nouns.titles
    return place if ends or office else 0


def _is_given(word: Token, given: frozenset[str]) -> bool:
    """A known given name, or one of two syllables with a hyphen: "Man-kei"."""
    first, hyphen, second = word.text.partition("-")
    return word.lower in given or (bool(hyphen) and first.istitle() and second.isalpha() and second.islower())


def _titled(words: Sequence[Token], language: Language) -> list[int]:
    """Where the words of a title stand; "Stephen King" and "Tim Cook" have none."""
    nouns = language.nouns
    titles, given = nouns.address, nouns.given
    named = next((n for n, word in enumerate(words) if _is_given(word, given) and n + 1 < len(words)), len(words))
    last = len(words) - 1
    return [
        n
        for n, word in enumerate(words[:named])
        if word.lower in titles or (word.lower in nouns.roles and (n < last or not last))
    ]


def _given_behind(words: Sequence[Token], language: Language) -> int:
    """``мэр Загорья Игорь Савельев``: where the given name stands behind a place; 0 for nowhere."""
    if not language.name_endings:
        return 0
    given = lexicon(language.code).given
    return next((n for n, word in enumerate(words[:-1]) if given(word.lower)), 0)


def _kind_of(tokens: Sequence[Token], first: int, last: int, language: Language) -> EntityKind:
    nouns = language.nouns
    words = [token.lower for token in tokens[first:last]]
    if words[0] in nouns.bodies and len(words) == 1:
        return EntityKind.ORGANISATION
    if words[0] in nouns.given and 2 <= len(words) <= 4 and words[-1] not in nouns.organisations:
        return EntityKind.PERSON
    if " ".join(words) in nouns.places or (words[-1] in nouns.places and len(words) <= 2):
        return EntityKind.PLACE
    if any(word in nouns.organisations for word in words):
        return EntityKind.ORGANISATION
    if words[-1] in nouns.documents:
        return EntityKind.DOCUMENT
    before = tokens[first - 1] if first else None
    if before is not None and before.lower in nouns.roles and before.quote == tokens[first].quote:
        return EntityKind.PERSON
    if len(words) == 1 and tokens[first].text.replace(".", "").isupper() and len(words[0]) > 1:
        return EntityKind.ORGANISATION
    if len(words) == 1 or before is None or before.lower not in language.grammar.determiners:
        if 2 <= len(words) <= 4 and all(t.text.replace(".", "").isalpha() or "-" in t.text for t in tokens[first:last]):
            return _by_neighbours(tokens, last, language)
    return EntityKind.UNKNOWN


def _by_neighbours(tokens: Sequence[Token], last: int, language: Language) -> EntityKind:
    """Two to four capitalised words are a person when an age, a role or a cue follows."""
    following = [token.lower for token in tokens[last : last + 6]]
    if not following:
        return EntityKind.UNKNOWN
    verbs = language.verbs
    if following[0] in verbs.say or following[0] in verbs.tell or following[0] in language.pronouns.who:
        return EntityKind.PERSON
    if following[0] == "," and following[1:2] and following[1] in language.grammar.of:
        return EntityKind.PERSON
    if following[0] == "," and (
        any(word in language.nouns.roles for word in following[1:]) or (following[1:2] and following[1].isdigit())
    ):
        return EntityKind.PERSON
    return EntityKind.UNKNOWN


def acronym_after(tokens: Sequence[Token], last: int) -> str | None:
    """Return the short form in brackets right after a name, ``(WHO)``."""
    if last + 2 < len(tokens) and tokens[last].text == "(" and tokens[last + 2].text == ")":
        word = tokens[last + 1].text
        return word if len(word) > 1 and sum(c.isupper() for c in word) > 1 else None
    return None
