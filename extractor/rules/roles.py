"""Roles of people as the guidelines write them: without honorifics, apostrophes joined, bodies they belong to."""

import re
from collections.abc import Mapping, Sequence

from extractor.rules.chunks import Chunk, EntityKind
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
    role = _role_of(tokens, chunk, language)
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


def _role_of(tokens: Sequence[Token], chunk: Chunk, language: Language) -> str | None:
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
