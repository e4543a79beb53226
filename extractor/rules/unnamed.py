"""People an article speaks of without naming them: "a port inspector", "a former engineer of the firm"."""

from collections.abc import Iterator
from dataclasses import dataclass

from extractor.rules.chunks import EntityKind
from extractor.rules.entities import Gender
from extractor.rules.language import Language
from extractor.rules.names import Registry
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Reading, TokenKind, Unit

_BESIDE_TOKENS = 40
"""How far a sentence is read for the pronouns of somebody in it."""


@dataclass(frozen=True, slots=True)
class Unnamed:
    """Somebody introduced by "a" and a noun for a person."""

    phrase: Phrase
    sentence: int
    gender: Gender | None


def unnamed_people(reading: Reading, names: Registry) -> tuple[Unnamed, ...]:
    """Find where the article introduces single people without a name, in reading order.

    Args:
        reading: The article.
        names: Its names.
    """
    return tuple(person for unit in reading.units for person in _in_unit(unit, reading.language, names))


def _in_unit(unit: Unit, language: Language, names: Registry) -> Iterator[Unnamed]:
    people, spokespeople = language.nouns.people, language.nouns.spokespeople
    reader = PhraseReader(unit.frame, names, language)
    after = 0
    for index, token in enumerate(unit.frame):
        if index < after or token.kind is not TokenKind.WORD or token.lower not in language.grammar.introducing:
            continue
        if token.quote >= 0 or (index and unit.frame[index - 1].lower in language.grammar.as_or_be):
            continue
        phrase = reader.starting(index, lenient=True)
        if phrase is None or phrase.pronoun or phrase.entity is not None:
            continue
        several = len(phrase.words) > 2 and phrase.words[1] in language.grammar.of
        heads = (phrase.head, phrase.head.removesuffix("s")) if several else (phrase.head,)
        if not any(head in people or head in spokespeople for head in heads):
            continue
        after = phrase.last
        yield Unnamed(phrase, token.sentence, _gender(unit, phrase, language, names))


def _gender(unit: Unit, phrase: Phrase, language: Language, names: Registry) -> Gender | None:
    """By the noun, else by the pronouns after it in a sentence that names no person."""
    told = gender_of_words(phrase.words, language)
    if told is not None:
        return told
    sentence = unit.frame[phrase.first].sentence
    beside = unit.frame[max(0, phrase.first - _BESIDE_TOKENS) : phrase.last + _BESIDE_TOKENS]
    tokens = [token for token in beside if token.sentence == sentence]
    at = [names.at[token.start] for token in tokens if token.start in names.at]
    if any(entity.kind in (EntityKind.PERSON, EntityKind.UNKNOWN) for entity in at):
        return None
    later = {token.lower for token in tokens if token.start >= phrase.mention.end_char}
    pronouns = language.pronouns
    he, she = bool(later & pronouns.he), bool(later & (pronouns.she - pronouns.they))
    return None if he == she else Gender.HE if he else Gender.SHE


def gender_of_words(words: tuple[str, ...], language: Language) -> Gender | None:
    """Tell the gender of a noun phrase by its nouns; None when they do not say or say both."""
    nouns = language.nouns
    he = any(word in nouns.he_titles | nouns.he_nouns for word in words)
    she = any(word in nouns.she_titles | nouns.she_nouns for word in words)
    if words and not he and not she:
        he, she = words[0] in language.grammar.masculine, words[0] in language.grammar.feminine
    return None if he == she else Gender.HE if he else Gender.SHE
