"""Learn from the whole article what a name stands for: gender, kind, the nouns it goes by."""

from collections.abc import Mapping, Sequence
from functools import cache

from extractor.rules.chunks import EntityKind
from extractor.rules.entities import SURE, Entity, Gender
from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.rules.reading import Reading, Token, TokenKind

_TITLED = 5
"""Weight of an honorific or a noun of kinship: it outweighs any first name."""
_APPOSITION_TOKENS = 8


def learn(reading: Reading, entities: Sequence[Entity], at: Mapping[int, Entity]) -> None:
    """Fill in what can only be told once all names are known.

    Args:
        reading: The article.
        entities: Its names; changed in place.
        at: Them by the offset of each mention.
    """
    for entity in entities:
        _by_given_name(entity, reading.language)
        _by_last_word(entity, reading.language)
    for tokens in reading.tokens:
        found = [(n, at[token.start]) for n, token in enumerate(tokens) if token.start in at]
        for position, entity in found:
            _by_neighbours(entity, tokens, position, reading.language)
        _by_pronouns(tokens, found, reading.language)


def _by_given_name(entity: Entity, language: Language) -> None:
    nouns = language.nouns
    given = entity.words[0].lower()
    for gender, names, words in (
        (Gender.HE, nouns.he_names, nouns.he_titles | nouns.he_nouns),
        (Gender.SHE, nouns.she_names, nouns.she_titles | nouns.she_nouns),
    ):
        known = len(entity.words) > 1 and given in names
        entity.genders[gender] += SURE * known + _TITLED * bool(entity.role_words() & words)
    weak = next((gender for ending, gender in (("a", Gender.SHE), ("o", Gender.HE)) if given.endswith(ending)), None)
    if weak is not None and len(entity.words) > 1 and entity.gender is None:
        entity.genders[weak] += 1


def _by_last_word(entity: Entity, language: Language) -> None:
    """``Sula Lines``, "the Norddeck": what is no person's name."""
    unlike = entity.kind in (EntityKind.UNKNOWN, EntityKind.PERSON) and not entity.roles and entity.gender is None
    company = len(entity.words) > 1 and entity.words[-1].lower() in language.nouns.company_words
    if unlike and (company or entity.determined * 2 > len(entity.mentions)):
        entity.kind = EntityKind.ORGANISATION


def _by_neighbours(entity: Entity, tokens: Sequence[Token], position: int, language: Language) -> None:
    nouns = language.nouns
    before = _words_before(tokens, position, language)
    for gender, titles, kin in (
        (Gender.HE, nouns.he_titles, nouns.he_nouns),
        (Gender.SHE, nouns.she_titles, nouns.she_nouns),
    ):
        entity.genders[gender] += _TITLED * (not before.isdisjoint(titles) or not before.isdisjoint(kin))
    if before and entity.kind is EntityKind.PERSON:
        entity.genders[Gender.HE] += SURE * bool(before & language.grammar.masculine)
        entity.genders[Gender.SHE] += SURE * bool(before & language.grammar.feminine)
    noun = _noun_before(tokens, position, language)
    if noun is not None:
        entity.descriptors.add(noun)
        owned = bool(language.cases) and len(entity.words) > 1
        if entity.kind is EntityKind.UNKNOWN and noun in nouns.organisations and not owned:
            entity.kind = EntityKind.ORGANISATION
    close = position + len(entity.words)
    head = _head_of_apposition(tokens, close, language)
    if head is None:
        return
    people = nouns.roles | nouns.titles | nouns.anonymous
    if entity.kind in (EntityKind.UNKNOWN, EntityKind.PERSON) and head in nouns.organisations - people:
        if entity.kind is EntityKind.UNKNOWN or len(entity.words) == 1:
            entity.kind = EntityKind.ORGANISATION
    if entity.kind is EntityKind.ORGANISATION:
        entity.descriptors.add(head)


def _words_before(tokens: Sequence[Token], position: int, language: Language) -> set[str]:
    """The words of the roles set before a name: "her sister, Osei", "the chairman, the judge Osei"."""
    found: set[str] = set()
    commas = 0
    for token in reversed(tokens[max(0, position - _APPOSITION_TOKENS) : position]):
        commas += token.text == ","
        mark = token.kind is not TokenKind.WORD and token.text != ","
        titled = token.lower in language.nouns.he_titles or token.lower in language.nouns.she_titles
        if mark or commas > 1 or token.lower in _closed(language.code) or (token.capital and not titled):
            break
        if token.lower in language.grammar.possessive:
            break
        found.add(token.lower)
    return found


@cache
def _closed(code: str) -> frozenset[str]:
    language = language_data(code)
    return language.grammar.prepositions | language.verbs.finite | language.grammar.conjunctions


@cache
def _never_descriptors(code: str) -> frozenset[str]:
    language = language_data(code)
    closed = language.function_words | language.grammar.prepositions | language.grammar.determiners
    return closed | language.nouns.roles | language.nouns.titles | language.verbs.say


def _noun_before(tokens: Sequence[Token], position: int, language: Language) -> str | None:
    """``the yard`` before ``Brandt & Sons``: a plain noun between a determiner and a name."""
    if position < 1:
        return None
    noun = tokens[position - 1]
    if noun.capital or noun.kind is not TokenKind.WORD or noun.lower in _never_descriptors(language.code):
        return None
    if noun.lower in language.nouns.organisations:
        return noun.lower
    determined = position > 1 and tokens[position - 2].lower in language.grammar.determiners
    return noun.lower if determined else None


def _head_of_apposition(tokens: Sequence[Token], index: int, language: Language) -> str | None:
    """``, a private agency,``: the head noun of what stands between commas after a name."""
    if index + 2 >= len(tokens) or tokens[index].text != ",":
        return None
    if tokens[index + 1].lower not in language.grammar.determiners:
        return None
    head = None
    for token in tokens[index + 2 : index + 2 + _APPOSITION_TOKENS]:
        if token.kind is not TokenKind.WORD or token.lower in language.grammar.prepositions | language.pronouns.who:
            break
        if token.lower in language.verbs.finite:
            return None
        head = token.lower
    return head


def _is_other(tokens: Sequence[Token], position: int, index: int, language: Language) -> bool:
    """``Osei, who succeeds her,``: an object before any verb of saying is somebody else than the name before it."""
    pronouns, after = language.pronouns, tokens[index + 1] if index + 1 < len(tokens) else None
    objects = (pronouns.possessive_he | pronouns.possessive_she) - pronouns.he - pronouns.she - pronouns.they
    if tokens[index].lower not in objects or not language.lexicon.verbs:
        return False
    if after is not None and after.kind is TokenKind.WORD and after.lower not in _closed(language.code):
        return False
    return not any(token.lower in language.verbs.say for token in tokens[position + 1 : index])


def _by_pronouns(tokens: Sequence[Token], found: Sequence[tuple[int, Entity]], language: Language) -> None:
    """``Osei said she``: the only person of a sentence and the pronouns after the name."""
    people = {id(e): (n, e) for n, e in reversed(found) if e.kind in (EntityKind.PERSON, EntityKind.UNKNOWN)}
    if len(people) != 1 or len(found) > 1 + sum(e.kind is EntityKind.ORGANISATION for _, e in found):
        return
    position, entity = next(iter(people.values()))
    close = position + len(entity.words)
    if close < len(tokens) and tokens[close].lower in language.grammar.possessive:
        return
    pronouns = language.pronouns
    shared = pronouns.they | pronouns.it
    possessives = not pronouns.she & pronouns.they
    he = pronouns.he | (pronouns.possessive_he if possessives else frozenset())
    she = pronouns.she | (pronouns.possessive_she if possessives else frozenset())
    later = {
        token.lower
        for n, token in enumerate(tokens[position + 1 :], position + 1)
        if token.quote == tokens[position].quote and not _is_other(tokens, position, n, language)
    }
    for gender, own, other in ((Gender.HE, he - shared, she), (Gender.SHE, she - shared, he)):
        if later & own and not later & other:
            entity.genders[gender] += 1
