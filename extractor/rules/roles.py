"""Roles of people as the guidelines write them: without honorifics, apostrophes joined, bodies they belong to."""

import re
from collections.abc import Mapping, Sequence

from extractor.rules.chunks import Chunk, EntityKind, role_of
from extractor.rules.entities import Entity
from extractor.rules.language import Language
from extractor.rules.reading import Reading, Token, TokenKind

_APART = re.compile(r" (?=['’]s\b|['’] )")


def role_beside(tokens: Sequence[Token], chunk: Chunk, language: Language) -> str | None:
    """Return the role that stands beside a name, without honorifics; None without any.

    Args:
        tokens: The sentence.
        chunk: The name in it.
        language: Its language.
    """
    role = role_of(tokens, chunk, language)
    if role is None:
        return None
    words = _APART.sub("", role).split()
    while words and words[-1].lower().rstrip(".") in language.nouns.honorifics:
        words.pop()
    while words and words[0].lower() in language.verbs.say:
        words.pop(0)
    if not words or words[0].lower() in language.pronouns.no_role:
        return None
    before = tokens[chunk.first - 1] if chunk.first else None
    fresh = before is not None and before.capital and before.kind is TokenKind.WORD
    if fresh and before is not None and chunk.role and chunk.role.split()[0] == words[0]:
        if before.lower not in language.function_words | language.weekdays | language.months:
            words.insert(0, before.text)
    return " ".join(words)


def learn_roles(reading: Reading, entities: Sequence[Entity], at: Mapping[int, Entity]) -> None:
    """Give people without a role the body they come from: "of the University of Varn".

    Args:
        reading: The article.
        entities: Its names; changed in place.
        at: Them by the offset of each mention.
    """
    plain = {id(entity) for entity in entities if _like_a_person(entity) and not entity.roles}
    for tokens in reading.tokens:
        for position, token in enumerate(tokens):
            entity = at.get(token.start)
            if entity is None or id(entity) not in plain:
                continue
            role = _body_after(reading, tokens, position, at)
            if role is not None:
                entity.roles.append(role)
                entity.kind = EntityKind.PERSON


def _like_a_person(entity: Entity) -> bool:
    unknown = entity.kind is EntityKind.UNKNOWN and len(entity.words) > 1 and not entity.determined
    return entity.kind is EntityKind.PERSON or unknown


def _body_after(reading: Reading, tokens: Sequence[Token], position: int, at: Mapping[int, Entity]) -> str | None:
    """``Osei of the Varn Institute``: the words from the preposition to the end of the body's name."""
    grammar = reading.language.grammar
    start = tokens[position].start
    end = next((span.end_char for span in at[start].mentions if span.start_char == start), None)
    index = next(
        (n for n in range(position, min(len(tokens), position + 12)) if end is not None and tokens[n].start >= end),
        None,
    )
    if index is None or tokens[index].lower not in grammar.membership:
        return None
    first = index
    index += 1
    while index < len(tokens) and tokens[index].lower in grammar.determiners:
        index += 1
    body = at.get(tokens[index].start) if index < len(tokens) else None
    if body is None or body.kind is not EntityKind.ORGANISATION:
        return None
    close = next(s.end_char for s in body.mentions if s.start_char == tokens[index].start)
    return reading.text[tokens[first].start : close]
