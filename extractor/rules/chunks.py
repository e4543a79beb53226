"""Find capitalised stretches in a sentence, what kind of thing each names, and the role beside it."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from extractor.rules.inflection import lexicon
from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.rules.reading import Reading, Token, TokenKind

_OPENING = ".:\"“„«‘'([—–…!?;"
"""After these marks a word has a capital because a sentence or quotation begins."""


_NAME_DIGITS = 3
"""A longer number after a name is a year or a count."""


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
        end = _chunk_end(tokens, position, language)
        alone = end == position + 1
        if not alone or tokens[position].lower not in language.nouns.demonyms | language.nouns.not_names:
            found.append(_classified(tokens, position, end, language))
        position = end
    return found


@cache
def _known(code: str) -> frozenset[str]:
    """Names that are known without their neighbours."""
    nouns = language_data(code).nouns
    return nouns.given | nouns.places | nouns.bodies


def _nameable(token: Token, language: Language) -> bool:
    return (
        (token.capital or _particle_joined(token, language))
        and token.lower not in language.months
        and token.lower not in language.weekdays
        and (token.lower not in language.function_words or _is_acronym(token))
    )


def _is_acronym(token: Token) -> bool:
    """``US``, but not the French ``L'``."""
    return token.text.isupper() and len(token.text) > 1 and token.text[-1] not in "'’"


def _particle_joined(token: Token, language: Language) -> bool:
    """``al-Assadi``: a particle in small letters, then a name."""
    particle, hyphen, name = token.text.partition("-")
    return bool(hyphen) and name[:1].isupper() and particle in language.grammar.name_particles


def _starts_name(tokens: Sequence[Token], position: int, language: Language, common: SeenWords) -> bool:
    token = tokens[position]
    if not _nameable(token, language):
        return False
    nouns = language.nouns
    if language.nouns_capitalised:
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        listed = _known(language.code)
        named = token.lower in listed or (token.text.isupper() and len(token.text) > 1)
        if not named and token.lower in nouns.roles | nouns.anonymous | nouns.documents:
            return False
        alone = following is None or not _nameable(following, language)
        determined = position > 0 and tokens[position - 1].lower in language.grammar.determiners
        if alone and determined and not named and token.lower not in common.beside:
            return False
        return (
            named
            or token.lower in nouns.titles
            or (following is not None and _nameable(following, language))
            or token.lower not in common.plain
        )
    before = tokens[position - 1] if position else None
    if before is not None and before.kind is not TokenKind.MARK:
        return True
    if before is not None and before.text in _OPENING:
        before = None
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    if following is not None and _nameable(following, language) and token.lower not in common.plain:
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
    if tokens[position].lower in nouns.anonymous | nouns.organisations | nouns.documents | nouns.roles:
        return False
    return following in verbs.say or following in verbs.tell or following in language.grammar.possessive


def _chunk_end(tokens: Sequence[Token], position: int, language: Language) -> int:
    grammar, nouns = language.grammar, language.nouns
    end = position + 1
    opener = tokens[position].lower
    has_body = opener in nouns.organisations or (opener in nouns.documents and opener not in nouns.given)
    office = position > 1 and tokens[position - 1].lower in grammar.of and tokens[position - 2].lower in nouns.titles
    while end < len(tokens):
        token = tokens[end]
        if tokens[end - 1].quote != token.quote:
            break
        if (
            office
            and tokens[end - 1].lower in nouns.places | nouns.organisations | nouns.offices
            and _nameable(token, language)
        ):
            break
        if _nameable(token, language):
            if language.nouns_capitalised and token.lower in nouns.roles | nouns.anonymous | nouns.documents:
                break
            has_body = has_body or token.lower in nouns.organisations or token.lower in nouns.documents
            end += 1
            continue
        if _is_numbered(tokens, end, language):
            end += 1
            continue
        ahead = end + 1
        if (
            token.lower in grammar.name_particles
            or (token.lower in grammar.name_joiners and has_body)
            or token.text == "&"
        ):
            while (
                ahead < len(tokens)
                and ahead < end + 3
                and (
                    tokens[ahead].lower in grammar.name_particles
                    or (has_body and tokens[ahead].lower in grammar.determiners)
                )
            ):
                ahead += 1
            nameable = ahead < len(tokens) and _nameable(tokens[ahead], language)
            if nameable and _joins(tokens, end, ahead, language) and not _parts(tokens, position, end, ahead, language):
                end = ahead + 1
                continue
        complete = end - position > 1 and tokens[end - 1].lower in nouns.organisations
        complete = complete and end + 2 < len(tokens) and _nameable(tokens[end + 2], language)
        if token.lower in grammar.pairing and not complete and _ends_as_body(tokens, end + 1, language):
            end += 2
            continue
        if token.lower in grammar.pairing and _has_fields(tokens[position:end], language):
            if end + 1 < len(tokens) and _is_field(tokens[end + 1], language):
                end += 2
                continue
        break
    return end


def _parts(tokens: Sequence[Token], first: int, joiner: int, ahead: int, language: Language) -> bool:
    """Where nouns have capitals: ``Harkort von der Universität``, "Wagner der Zeitung", but not "von der Leyen"."""
    nouns = language.nouns
    if not language.nouns_capitalised or tokens[joiner].lower in language.grammar.prepositions - {"von"}:
        return False
    if tokens[joiner].lower != "von" or tokens[ahead].lower in nouns.organisations | nouns.documents:
        return True
    return joiner - first > 1


def _joins(tokens: Sequence[Token], joiner: int, ahead: int, language: Language) -> bool:
    """``Department of Transportation`` joins, ``Senate and Smith`` does not."""
    if tokens[joiner].lower not in ("and", "the", "for"):
        return True
    if tokens[joiner].lower == "and" and tokens[joiner - 1].lower in language.nouns.organisations:
        return False
    return tokens[joiner].lower == "for" or _ends_as_body(tokens, ahead, language)


def _is_field(token: Token, language: Language) -> bool:
    """``Fire Protection`` after "Department of Forestry and", but no person and no other body's name."""
    nouns = language.nouns
    given = token.lower in nouns.given
    return _nameable(token, language) and not given and not _is_acronym(token) and token.lower not in nouns.bodies


def _is_numbered(tokens: Sequence[Token], index: int, language: Language) -> bool:
    """``Lost 52 Project``, ``Channel 4 said``: a number that belongs to the name before it."""
    token, after = tokens[index], tokens[index + 1] if index + 1 < len(tokens) else None
    if language.nouns_capitalised or token.kind is not TokenKind.NUMBER or not token.text.isdigit():
        return False
    if len(token.text) > _NAME_DIGITS or after is None:
        return False
    verbs = language.verbs
    return _nameable(after, language) or after.lower in verbs.say | verbs.tell | verbs.auxiliaries


def _has_fields(words: Sequence[Token], language: Language) -> bool:
    """``Department of Forestry``, which may go on: "and Fire Protection"."""
    lower = [word.lower for word in words]
    fields = any(a in language.nouns.portfolios and b in language.grammar.of for a, b in pairwise(lower))
    return fields and language.grammar.pairing.isdisjoint(lower)


def _ends_as_body(tokens: Sequence[Token], position: int, language: Language) -> bool:
    """Tell whether the capitalised words from here on end in an organisation's noun."""
    last = None
    while position < len(tokens) and _nameable(tokens[position], language):
        last = tokens[position]
        position += 1
    return last is not None and last.lower in language.nouns.organisations and last.capital


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
    return place if ends else 0


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


def role_of(tokens: Sequence[Token], chunk: Chunk, language: Language) -> str | None:
    """Return the role that stands before or after a name, without honorifics; None without any."""
    before = _role_before(tokens, chunk.first, language)
    if chunk.role:
        honorifics = language.nouns.he_titles | language.nouns.she_titles
        kept = [word for word in chunk.role.split() if word.lower().rstrip(".") not in honorifics]
        return " ".join([*([before] if before else []), *kept]) or None
    return before or _role_after(tokens, chunk.last, language) or _role_apposed(tokens, chunk, language)


def _role_before(tokens: Sequence[Token], first: int, language: Language) -> str | None:
    """``Princeton University neuroscience professor`` before ``Sam Wang``; ``the head of X,`` too."""
    nouns, grammar = language.nouns, language.grammar
    position = first - 1
    if (
        position > 1
        and tokens[position - 1].lower in grammar.of
        and tokens[position].lower in (nouns.places | nouns.organisations | nouns.offices)
    ):
        if tokens[position - 2].lower in nouns.titles:
            return " ".join(token.text for token in tokens[position - 2 : first])
    if position < 0 or tokens[position].quote != tokens[first].quote or tokens[position].lower not in nouns.roles:
        return None
    start = position
    while start > 0 and first - start < 9:
        token = tokens[start - 1]
        if token.kind is TokenKind.MARK or token.lower in grammar.prepositions or token.lower in grammar.conjunctions:
            break
        if (
            token.lower in grammar.determiners
            or token.lower in language.verbs.finite
            or token.lower in language.weekdays
        ):
            break
        start -= 1
    return " ".join(token.text for token in tokens[start:first])


def _role_apposed(tokens: Sequence[Token], chunk: Chunk, language: Language) -> str | None:
    """``the president of the League,`` before ``Jamel Msallem,``."""
    grammar, first = language.grammar, chunk.first
    closed = chunk.last >= len(tokens) or tokens[chunk.last].kind is TokenKind.MARK
    if first < 3 or tokens[first - 1].text != "," or not closed:
        return None
    start = first - 1
    while start > 0 and first - start < 16:
        token = tokens[start - 1]
        if token.kind is TokenKind.MARK or token.lower in language.verbs.finite or token.quote != tokens[first].quote:
            break
        start -= 1
    words = list(tokens[start : first - 1])
    while words and words[0].lower not in grammar.determiners and words[0].lower not in language.nouns.roles:
        words.pop(0)
    while words and words[0].lower in grammar.determiners:
        words.pop(0)
    head = next((n for n, t in enumerate(words) if t.lower in grammar.prepositions), len(words))
    if not words or words[head - 1].lower not in language.nouns.roles:
        return None
    return " ".join(token.text for token in words)


def _role_after(tokens: Sequence[Token], last: int, language: Language) -> str | None:
    """``, a UN rapporteur for X,`` after a name."""
    nouns, grammar = language.nouns, language.grammar
    if last >= len(tokens) or tokens[last].text != ",":
        return None
    start = last + 1
    while start < len(tokens) and tokens[start].lower in grammar.determiners:
        start += 1
    end = start
    while (
        end < len(tokens)
        and end - start < 14
        and tokens[end].text not in ",.;:—–()"
        and tokens[end].quote == tokens[last].quote
    ):
        if tokens[end].lower in language.verbs.finite or tokens[end].lower in language.pronouns.who:
            return None
        end += 1
    words = tokens[start:end]
    head = next((n for n, t in enumerate(words) if t.lower in grammar.prepositions), len(words))
    if not words or not any(t.lower in nouns.roles for t in words[:head]):
        return None
    return " ".join(token.text for token in words)
