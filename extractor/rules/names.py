"""Find the people, organisations, documents and places an article names, and which mentions are the same."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.rules.chunks import Chunk, EntityKind, acronym_after, chunks_of, seen_words
from extractor.rules.entities import Entity, Gender
from extractor.rules.fullnames import joined, parted, title_forms, without_dateline
from extractor.rules.inflection import name_stem, nominative, plain
from extractor.rules.language import Language
from extractor.rules.learned import learn
from extractor.rules.reading import Reading, Token, TokenKind
from extractor.rules.roles import learn_roles, role_beside
from extractor.schema import SourceKind, Span, Value


class Name(Value):
    """Somebody or something that the article names and that can speak."""

    name: str
    """The fullest form in the article, without titles."""
    kind: SourceKind
    role: str | None = None
    gender: Gender | None = None
    """Of a person; None where the article does not tell."""
    mentions: tuple[Span, ...]
    """Where the text names it, pronouns and roles left out; in reading order."""


@dataclass(frozen=True, slots=True)
class Registry:
    """All names of an article."""

    entities: tuple[Entity, ...]
    at: dict[int, Entity]
    """By the offset at which a mention's name begins."""
    chunks: dict[int, Chunk]
    """By the offset at which a chunk begins, titles included."""


def registry(reading: Reading) -> Registry:
    """Read all names of an article.

    Args:
        reading: The article.

    Returns:
        The entities by first appearance, with every mention that could be told.
    """
    common = seen_words(reading)
    chunks = {
        s.index: joined(chunks_of(reading.tokens[s.index], reading.language, common), reading.tokens[s.index], reading)
        for s in reading.sentences
    }
    chunks = parted(without_dateline(chunks, reading), reading)
    builder = _Builder(reading)
    for long_ones in (True, False):
        for index, found in chunks.items():
            for chunk in found:
                words = reading.tokens[index][chunk.name_first : chunk.last]
                if words and (len(words) > 1) is long_ones:
                    builder.add(index, chunk)
    builder.lengthen(title_forms(reading, common))
    by_offset = {reading.tokens[i][c.first].start: c for i, found in chunks.items() for c in found}
    return builder.finish(by_offset)


class _Builder:
    """Collects entities while chunks come in, long names before short ones."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._language = reading.language
        self._entities: list[Entity] = []
        self._by_word: dict[str, list[Entity]] = defaultdict(list)
        self._by_name: dict[tuple[str, ...], Entity] = {}
        self._at: dict[int, Entity] = {}

    def add(self, sentence: int, chunk: Chunk) -> None:
        tokens = self._reading.tokens[sentence]
        words = tuple(token.text for token in tokens[chunk.name_first : chunk.last])
        span = Span(start_char=tokens[chunk.name_first].start, end_char=tokens[chunk.last - 1].end)
        entity = self._known(words, chunk.kind, sentence) or self._new(words, chunk.kind)
        entity.name = entity.name or " ".join(span.of(self._reading.text).split())
        if entity.kind in (EntityKind.UNKNOWN, EntityKind.PLACE) and chunk.kind is not EntityKind.UNKNOWN:
            entity.kind = chunk.kind
        entity.mentions.append(span)
        entity.sentences.append(sentence)
        entity.determined += self._determined(tokens, chunk)
        self._at[span.start_char] = entity
        self._learn(entity, tokens, chunk)

    def _determined(self, tokens: Sequence[Token], chunk: Chunk) -> bool:
        """``the Norddeck said``, but not the nationality in "the Italian minister"."""
        definite = self._language.nouns.definite - self._language.phrases.that
        if not chunk.first or tokens[chunk.first - 1].lower not in definite:
            return False
        after = tokens[chunk.last] if chunk.last < len(tokens) else None
        verbs = self._language.verbs
        known = verbs.say | verbs.tell | verbs.finite | self._language.function_words
        return after is None or after.kind is TokenKind.MARK or after.lower in known

    def _known(self, words: tuple[str, ...], kind: EntityKind, sentence: int) -> Entity | None:
        key = _key(words, self._language)
        if key in self._by_name:
            return self._by_name[key]
        candidates = [e for e in self._by_word.get(key[-1], []) if _same(key, e, kind, self._language)]
        if not candidates:
            return None
        return min(candidates, key=lambda entity: _distance(entity, sentence))

    def _new(self, words: tuple[str, ...], kind: EntityKind) -> Entity:
        entity = Entity(words, kind, order=len(self._entities))
        key = _key(words, self._language)
        self._entities.append(entity)
        self._by_name[key] = entity
        for word in set(key):
            self._by_word[word].append(entity)
        if len(words) > 2:
            capitals = "".join(word[0] for word in words if word[0].isupper())
            self._by_name.setdefault(_key([capitals], self._language), entity)
        return entity

    def _learn(self, entity: Entity, tokens: Sequence[Token], chunk: Chunk) -> None:
        role = role_beside(tokens, chunk, self._language)
        if role and entity.kind is not EntityKind.ORGANISATION:
            entity.roles.append(role)
            if entity.kind is EntityKind.UNKNOWN:
                entity.kind = EntityKind.PERSON
        acronym = acronym_after(tokens, chunk.last)
        if acronym and plain(acronym)[0] == plain(entity.words[0])[0]:
            entity.aliases.add(acronym)
            self._by_name[_key([acronym], self._language)] = entity
            if entity.kind is EntityKind.UNKNOWN:
                entity.kind = EntityKind.ORGANISATION

    def lengthen(self, forms: Iterable[tuple[str, ...]]) -> None:
        """Take a fuller form from the headline where the body only has a part of it."""
        for form in forms:
            key = _key(form, self._language)
            if key in self._by_name:
                continue
            nouns = self._language.nouns
            company = form[-1].lower() in nouns.company_words | nouns.organisations
            short = [
                e for e in self._entities if _shortens(_key(e.words, self._language), key, e.kind, company=company)
            ]
            if len(short) == 1:
                short[0].name, short[0].words = " ".join(form), form
                self._by_name[key] = short[0]

    def _forms(self, entity: Entity) -> list[tuple[str, ...]]:
        return [tuple(span.of(self._reading.text).split()) for span in entity.mentions] or [entity.words]

    def finish(self, chunks: dict[int, Chunk]) -> Registry:
        for entity in self._entities:
            if self._language.name_endings and entity.kind in (EntityKind.PERSON, EntityKind.UNKNOWN):
                entity.words = nominative(self._forms(entity), self._language)
                entity.name = " ".join(entity.words)
            entity.mentions.sort(key=lambda span: span.start_char)
            entity.sentences.sort()
        self._entities.sort(key=lambda entity: entity.mentions[0].start_char if entity.mentions else 0)
        entities = tuple(e for e in self._entities if e.mentions)
        learn_roles(self._reading, entities, self._at)
        learn(self._reading, entities, self._at)
        return Registry(entities, self._at, chunks)


def _key(words: Sequence[str], language: Language) -> tuple[str, ...]:
    """Make forms alike that differ in case, accents and full stops."""
    return tuple(name_stem(word, language.name_endings) for word in words)


def _same(key: tuple[str, ...], entity: Entity, kind: EntityKind, language: Language) -> bool:
    """Tell whether a shorter form can stand for the entity."""
    words = _key(entity.words, language)
    if len(key) >= len(words):
        return False
    if entity.kind in (EntityKind.PERSON, EntityKind.UNKNOWN) and kind in (EntityKind.PERSON, EntityKind.UNKNOWN):
        if len(key) == 1:
            return key[0] in words[1:] or (entity.kind is EntityKind.PERSON and key[0] == words[0])
        return set(key) <= set(words) and (key[0] == words[0] or key[-1] == words[-1])
    if entity.kind is EntityKind.ORGANISATION and len(key) > 1:
        return words[-len(key) :] == key or words[: len(key)] == key
    if entity.kind is not EntityKind.ORGANISATION:
        return False
    known = language.nouns.company_words | language.nouns.organisations
    return (key[0] in words and key[0] in known) or (kind is EntityKind.UNKNOWN and words[0] == key[0])


def _shortens(short: tuple[str, ...], form: tuple[str, ...], kind: EntityKind, *, company: bool) -> bool:
    """Tell whether a name of the body is a form of the headline's with words left out."""
    if len(short) >= len(form):
        return False
    if kind is EntityKind.ORGANISATION or company:
        return kind is not EntityKind.PERSON and form[: len(short)] == short
    return kind in (EntityKind.PERSON, EntityKind.UNKNOWN) and short[-1] == form[-1] and set(short) <= set(form)


def _distance(entity: Entity, sentence: int) -> tuple[bool, int, int]:
    """Order candidates: named before, then in the same sentence, then the one the article named first."""
    before = [index for index in entity.sentences if index <= sentence]
    return not before, sentence not in before, entity.order


def speaking_names(entities: Iterable[Entity]) -> tuple[Name, ...]:
    """Turn the entities that can speak into the values others see; places are left out."""
    kinds = {
        EntityKind.PERSON: SourceKind.PERSON,
        EntityKind.ORGANISATION: SourceKind.ORGANISATION,
        EntityKind.DOCUMENT: SourceKind.DOCUMENT,
    }
    return tuple(
        Name(
            name=e.name,
            kind=kinds[e.kind],
            role=e.role,
            gender=e.gender if e.kind is EntityKind.PERSON else None,
            mentions=tuple(e.mentions),
        )
        for e in entities
        if e.kind in kinds
    )
