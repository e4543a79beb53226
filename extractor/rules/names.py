"""Find the people, organisations, documents and places an article names, and which mentions are the same."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from extractor.rules.language import Language
from extractor.rules.reading import Reading, Token, TokenKind
from extractor.schema import SourceKind, Span, Value

_OPENING = ".:\"“„«‘'([—–…!?;"
"""After these marks a word has a capital because a sentence or quotation begins."""


class Name(Value):
    """Somebody or something that the article names and that can speak."""

    name: str
    """The fullest form in the article, without titles."""
    kind: SourceKind
    role: str | None = None
    mentions: tuple[Span, ...]
    """Where the text names it, pronouns and roles left out; in reading order."""


class Gender(StrEnum):
    """What pronouns a person goes by, as far as the article tells."""

    HE = "he"
    SHE = "she"


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


@dataclass(slots=True)
class Entity:
    """One name with everything learned about it; filled while the article is read, then left alone."""

    words: tuple[str, ...]
    kind: EntityKind
    order: int
    """Rank by first appearance."""
    roles: list[str] = field(default_factory=list)
    mentions: list[Span] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    genders: Counter[Gender] = field(default_factory=Counter)
    aliases: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The fullest form."""
        return " ".join(self.words)

    @property
    def role(self) -> str | None:
        """The longest role given, None without any."""
        return max(self.roles, key=len, default=None)

    @property
    def gender(self) -> Gender | None:
        """What most signs say; None when there are none or they balance."""
        he, she = self.genders[Gender.HE], self.genders[Gender.SHE]
        return None if he == she else Gender.HE if he > she else Gender.SHE

    def role_words(self) -> set[str]:
        """Lower-case words of all roles."""
        return {word for role in self.roles for word in role.lower().split()}


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
    common = _common_words(reading)
    chunks = {s.index: _chunks(reading.tokens[s.index], reading.language, common) for s in reading.sentences}
    builder = _Builder(reading)
    for long_ones in (True, False):
        for index, found in chunks.items():
            for chunk in found:
                words = reading.tokens[index][chunk.name_first : chunk.last]
                if words and (len(words) > 1) is long_ones:
                    builder.add(index, chunk)
    by_offset = {reading.tokens[i][c.first].start: c for i, found in chunks.items() for c in found}
    return builder.finish(by_offset)


class _Words(NamedTuple):
    capital: frozenset[str]
    """Lower-case forms of words seen with a capital inside a sentence, and never without."""
    plain: frozenset[str]


def _common_words(reading: Reading) -> _Words:
    capital: set[str] = set()
    plain: set[str] = set()
    for tokens in reading.tokens:
        before = "."
        for token in tokens:
            if token.kind is TokenKind.WORD:
                if not token.text[0].isupper():
                    plain.add(token.lower)
                elif before not in _OPENING:
                    capital.add(token.lower)
            before = token.text
    return _Words(frozenset(capital - plain), frozenset(plain))


def _chunks(tokens: Sequence[Token], language: Language, common: _Words) -> list[Chunk]:
    found: list[Chunk] = []
    position = 0
    while position < len(tokens):
        if not _starts_name(tokens, position, language, common):
            position += 1
            continue
        end = _chunk_end(tokens, position, language)
        found.append(_classified(tokens, position, end, language))
        position = end
    return found


def _nameable(token: Token, language: Language) -> bool:
    return (
        token.capital
        and token.lower not in language.months
        and token.lower not in language.weekdays
        and (token.lower not in language.function_words or (token.text.isupper() and len(token.text) > 1))
    )


def _starts_name(tokens: Sequence[Token], position: int, language: Language, common: _Words) -> bool:
    token = tokens[position]
    if not _nameable(token, language):
        return False
    nouns = language.nouns
    if language.nouns_capitalised:
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        listed = nouns.he_names | nouns.she_names | nouns.bodies | nouns.places
        named = token.lower in listed or (token.text.isupper() and len(token.text) > 1)
        if not named and token.lower in nouns.roles | nouns.anonymous | nouns.documents:
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
    known = nouns.he_names | nouns.she_names | nouns.places | nouns.bodies
    return token.lower not in common.plain and (
        before is not None or token.lower in known or _looks_named(tokens, position, language)
    )


def _looks_named(tokens: Sequence[Token], position: int, language: Language) -> bool:
    """A single capitalised word that opens a sentence: a name when a cue or a possessive follows."""
    following = tokens[position + 1].lower if position + 1 < len(tokens) else ""
    verbs = language.verbs
    return following in verbs.say or following in verbs.tell or following in language.grammar.possessive


def _chunk_end(tokens: Sequence[Token], position: int, language: Language) -> int:
    grammar, nouns = language.grammar, language.nouns
    end = position + 1
    has_body = tokens[position].lower in nouns.organisations or tokens[position].lower in nouns.documents
    office = position > 1 and tokens[position - 1].lower in grammar.of and tokens[position - 2].lower in nouns.titles
    while end < len(tokens):
        token = tokens[end]
        if tokens[end - 1].quote != token.quote:
            break
        if office and tokens[end - 1].lower in nouns.places and _nameable(token, language):
            break
        if _nameable(token, language):
            if language.nouns_capitalised and token.lower in nouns.roles | nouns.anonymous | nouns.documents:
                break
            has_body = has_body or token.lower in nouns.organisations or token.lower in nouns.documents
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
            if ahead < len(tokens) and _nameable(tokens[ahead], language) and _joins(tokens, end, ahead, language):
                end = ahead + 1
                continue
        if token.lower == "and" and _ends_as_body(tokens, end + 1, language):
            end += 2
            continue
        break
    return end


def _joins(tokens: Sequence[Token], joiner: int, ahead: int, language: Language) -> bool:
    """``Department of Transportation`` joins, ``Senate and Smith`` does not."""
    if tokens[joiner].lower not in ("and", "the", "for"):
        return True
    return tokens[joiner].lower == "for" or _ends_as_body(tokens, ahead, language)


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
    titles = nouns.titles | nouns.he_titles | nouns.she_titles | nouns.roles
    titled = [n for n, word in enumerate(words) if word.lower in titles]
    if titled and titled[-1] + 1 < len(words) and words[titled[-1] + 1].lower in nouns.name_links:
        titled = []
    if titled:
        name_first = first + titled[-1] + 1
        role = " ".join(word.text for word in words[: titled[-1] + 1])
        kind = EntityKind.PERSON
        if name_first < last and any(w.lower in nouns.organisations for w in tokens[name_first:last]):
            return Chunk(first, last, first, EntityKind.ORGANISATION, None)
        return Chunk(first, last, name_first, kind, role)
    return Chunk(first, last, first, _kind_of(tokens, first, last, language), None)


def _kind_of(tokens: Sequence[Token], first: int, last: int, language: Language) -> EntityKind:
    nouns = language.nouns
    words = [token.lower for token in tokens[first:last]]
    if words[0] in nouns.bodies and len(words) == 1:
        return EntityKind.ORGANISATION
    if (
        (words[0] in nouns.he_names or words[0] in nouns.she_names)
        and 2 <= len(words) <= 4
        and words[-1] not in nouns.organisations
    ):
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
    if following[0] == "," and (
        any(word in language.nouns.roles for word in following[1:]) or (following[1:2] and following[1].isdigit())
    ):
        return EntityKind.PERSON
    return EntityKind.UNKNOWN


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
        entity = self._known(words, chunk.kind, sentence) or self._new(words, chunk.kind)
        if entity.kind in (EntityKind.UNKNOWN, EntityKind.PLACE) and chunk.kind is not EntityKind.UNKNOWN:
            entity.kind = chunk.kind
        span = Span(start_char=tokens[chunk.name_first].start, end_char=tokens[chunk.last - 1].end)
        entity.mentions.append(span)
        entity.sentences.append(sentence)
        self._at[span.start_char] = entity
        self._learn(entity, tokens, chunk)

    def _known(self, words: tuple[str, ...], kind: EntityKind, sentence: int) -> Entity | None:
        key = _key(words)
        if key in self._by_name:
            return self._by_name[key]
        candidates = [e for e in self._by_word.get(key[-1], []) if _same(key, e, kind)]
        if not candidates:
            return None
        return min(candidates, key=lambda entity: _distance(entity, sentence))

    def _new(self, words: tuple[str, ...], kind: EntityKind) -> Entity:
        entity = Entity(words, kind, order=len(self._entities))
        key = _key(words)
        self._entities.append(entity)
        self._by_name[key] = entity
        for word in set(key):
            self._by_word[word].append(entity)
        if len(words) > 2:
            capitals = "".join(word[0] for word in words if word[0].isupper())
            self._by_name.setdefault(_key([capitals]), entity)
        return entity

    def _learn(self, entity: Entity, tokens: Sequence[Token], chunk: Chunk) -> None:
        nouns = self._language.nouns
        role = _role(tokens, chunk, self._language)
        if role and entity.kind is not EntityKind.ORGANISATION:
            entity.roles.append(role)
            if entity.kind is EntityKind.UNKNOWN:
                entity.kind = EntityKind.PERSON
        title = {token.lower for token in tokens[chunk.first : chunk.name_first]}
        given = entity.words[0].lower() if len(entity.words) > 1 else ""
        for gender, titles, given_names in (
            (Gender.HE, nouns.he_titles, nouns.he_names),
            (Gender.SHE, nouns.she_titles, nouns.she_names),
        ):
            entity.genders[gender] += 5 * bool(title & titles) + 2 * (given in given_names)
        acronym = _acronym(tokens, chunk.last)
        if acronym and _plain(acronym)[0] == _plain(entity.words[0])[0]:
            entity.aliases.add(acronym)
            self._by_name[_key([acronym])] = entity
            if entity.kind is EntityKind.UNKNOWN:
                entity.kind = EntityKind.ORGANISATION

    def finish(self, chunks: dict[int, Chunk]) -> Registry:
        for entity in self._entities:
            entity.mentions.sort(key=lambda span: span.start_char)
            entity.sentences.sort()
        self._entities.sort(key=lambda entity: entity.mentions[0].start_char if entity.mentions else 0)
        return Registry(tuple(e for e in self._entities if e.mentions), self._at, chunks)


def _key(words: Sequence[str]) -> tuple[str, ...]:
    """Make forms alike that differ in case, accents and full stops."""
    return tuple(_plain(word) for word in words)


@cache
def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower().replace(".", "")


def _same(key: tuple[str, ...], entity: Entity, kind: EntityKind) -> bool:
    """Tell whether a shorter form can stand for the entity."""
    words = _key(entity.words)
    if len(key) >= len(words):
        return False
    if entity.kind in (EntityKind.PERSON, EntityKind.UNKNOWN) and kind in (EntityKind.PERSON, EntityKind.UNKNOWN):
        if len(key) == 1:
            return key[0] in words[1:] or (entity.kind is EntityKind.PERSON and key[0] == words[0])
        return set(key) <= set(words) and (key[0] == words[0] or key[-1] == words[-1])
    if entity.kind is EntityKind.ORGANISATION and len(key) > 1:
        return words[-len(key) :] == key or words[: len(key)] == key
    return entity.kind is EntityKind.ORGANISATION and kind is EntityKind.UNKNOWN and words[0] == key[0]


def _distance(entity: Entity, sentence: int) -> tuple[bool, int, int]:
    """Order candidates: named before, then nearest, then most often."""
    before = [index for index in entity.sentences if index <= sentence]
    near = sentence - max(before) if before else min(entity.sentences, default=0) - sentence
    return not before, near, -len(entity.mentions)


def _acronym(tokens: Sequence[Token], last: int) -> str | None:
    if last + 2 < len(tokens) and tokens[last].text == "(" and tokens[last + 2].text == ")":
        word = tokens[last + 1].text
        return word if len(word) > 1 and sum(c.isupper() for c in word) > 1 else None
    return None


def _role(tokens: Sequence[Token], chunk: Chunk, language: Language) -> str | None:
    before = _role_before(tokens, chunk.first, language)
    if chunk.role:
        honorifics = language.nouns.he_titles | language.nouns.she_titles
        kept = [word for word in chunk.role.split() if word.lower().rstrip(".") not in honorifics]
        return " ".join([*([before] if before else []), *kept]) or None
    return before or _role_after(tokens, chunk.last, language) or _role_apposed(tokens, chunk.first, language)


def _role_before(tokens: Sequence[Token], first: int, language: Language) -> str | None:
    """``Princeton University neuroscience professor`` before ``Sam Wang``; ``the head of X,`` too."""
    nouns, grammar = language.nouns, language.grammar
    position = first - 1
    if position > 1 and tokens[position - 1].lower in grammar.of and tokens[position].lower in nouns.places:
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


def _role_apposed(tokens: Sequence[Token], first: int, language: Language) -> str | None:
    """``the president of the League,`` before ``Jamel Msallem,``."""
    grammar = language.grammar
    if first < 3 or tokens[first - 1].text != ",":
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


def speaking_names(entities: Iterable[Entity]) -> tuple[Name, ...]:
    """Turn the entities that can speak into the values others see; places are left out."""
    kinds = {
        EntityKind.PERSON: SourceKind.PERSON,
        EntityKind.ORGANISATION: SourceKind.ORGANISATION,
        EntityKind.DOCUMENT: SourceKind.DOCUMENT,
    }
    return tuple(
        Name(name=e.name, kind=kinds[e.kind], role=e.role, mentions=tuple(e.mentions))
        for e in entities
        if e.kind in kinds
    )
