"""Tell how far a name reaches: which words may stand in one, and which words join two parts of it."""

from collections.abc import Sequence
from itertools import pairwise

from extractor.rules.language import Language
from extractor.rules.reading import Token, TokenKind

_NAME_DIGITS = 3
"""A longer number after a name is a year or a count."""
_MAX_PARTICLES = 2
"""So many small words join two parts of a name: "of the"."""


def nameable(token: Token, language: Language) -> bool:
    """Tell whether a word may stand in a name: a capital, and no month, day or function word."""
    return (
        (token.capital or _particle_joined(token, language))
        and not _is_party(token, language)
        and token.lower not in language.months
        and token.lower not in language.weekdays
        and (token.lower not in language.function_words or _is_acronym(token))
    )


def _is_acronym(token: Token) -> bool:
    """``US``, but not the French ``L'``."""
    return token.text.isupper() and len(token.text) > 1 and token.text[-1] not in "'’"


def _is_party(token: Token, language: Language) -> bool:
    """``Senator Luz Ortega, D-Carver,``: the letter of a party and a seat."""
    if "-" not in token.text:
        return False
    letter, _, seat = token.text.partition("-")
    return letter.lower() in language.nouns.parties and seat[:1].isupper()


def _particle_joined(token: Token, language: Language) -> bool:
    """``al-Assadi``: a particle in small letters, then a name."""
    if "-" not in token.text:
        return False
    particle, _, name = token.text.partition("-")
    return name[:1].isupper() and particle in language.grammar.name_particles


def name_end(tokens: Sequence[Token], position: int, language: Language) -> int:
    """Return the index after the last token of the name that begins at `position`."""
    end = position + 1
    while end < len(tokens) and tokens[end - 1].quote == tokens[end].quote:
        after = _after_word(tokens, position, end, language) or _after_joint(tokens, position, end, language)
        if not after:
            break
        end = after
    return end


def _after_word(tokens: Sequence[Token], position: int, end: int, language: Language) -> int:
    """The index after one more word or number of the name; 0 where none follows."""
    nouns, token = language.nouns, tokens[end]
    if not nameable(token, language):
        return end + 1 if _is_numbered(tokens, end, language) else 0
    if language.nouns_capitalised and token.lower in nouns.common:
        return 0
    office = position > 1 and tokens[position - 1].lower in language.grammar.of
    office = office and tokens[position - 2].lower in nouns.titles
    complete = tokens[end - 1].lower in nouns.places_and_bodies or tokens[end - 1].lower in nouns.offices
    complete = complete and token.lower not in nouns.offices
    return 0 if office and complete else end + 1


def _after_joint(tokens: Sequence[Token], position: int, end: int, language: Language) -> int:
    """The index after a small word and what it joins to the name; 0 where it joins nothing."""
    grammar, token = language.grammar, tokens[end]
    body = _has_body(tokens[position:end], language)
    if token.lower in grammar.name_particles or token.text == "&" or (token.lower in grammar.name_joiners and body):
        ahead = end + 1
        small = grammar.name_particles | grammar.determiners if body else grammar.name_particles
        while ahead < min(len(tokens), end + 1 + _MAX_PARTICLES) and tokens[ahead].lower in small:
            ahead += 1
        joins = ahead < len(tokens) and nameable(tokens[ahead], language) and _joins(tokens, end, ahead, language)
        if joins and not _parts(tokens, position, end, ahead, language):
            return ahead + 1
    if token.lower not in grammar.pairing:
        return 0
    complete = end - position > 1 and tokens[end - 1].lower in language.nouns.organisations
    complete = complete and end + 2 < len(tokens) and nameable(tokens[end + 2], language)
    if not complete and _ends_as_body(tokens, end + 1, language):
        return end + 2
    fields = _has_fields(tokens[position:end], language) and end + 1 < len(tokens)
    return end + 2 if fields and _is_field(tokens[end + 1], language) else 0


def _has_body(words: Sequence[Token], language: Language) -> bool:
    """Tell whether a noun for a body or a document stands among the words of a name."""
    nouns = language.nouns
    first = words[0].lower
    opens = first in nouns.organisations or (first in nouns.documents and first not in nouns.given)
    return opens or any(word.lower in nouns.organisations or word.lower in nouns.documents for word in words[1:])


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
    return nameable(token, language) and not given and not _is_acronym(token) and token.lower not in nouns.bodies


def _is_numbered(tokens: Sequence[Token], index: int, language: Language) -> bool:
    """``Lost 52 Project``, ``Channel 4 said``: a number that belongs to the name before it."""
    token, after = tokens[index], tokens[index + 1] if index + 1 < len(tokens) else None
    if language.nouns_capitalised or token.kind is not TokenKind.NUMBER or not token.text.isdigit():
        return False
    if len(token.text) > _NAME_DIGITS or after is None:
        return False
    verbs = language.verbs
    return nameable(after, language) or after.lower in verbs.say | verbs.tell | verbs.auxiliaries


def _has_fields(words: Sequence[Token], language: Language) -> bool:
    """``Department of Forestry``, which may go on: "and Fire Protection"."""
    lower = [word.lower for word in words]
    fields = any(a in language.nouns.portfolios and b in language.grammar.of for a, b in pairwise(lower))
    return fields and language.grammar.pairing.isdisjoint(lower)


def _ends_as_body(tokens: Sequence[Token], position: int, language: Language) -> bool:
    """Tell whether the capitalised words from here on end in an organisation's noun."""
    last = None
    while position < len(tokens) and nameable(tokens[position], language):
        last = tokens[position]
        position += 1
    return last is not None and last.lower in language.nouns.organisations and last.capital
