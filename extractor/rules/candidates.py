"""Order everybody who may stand behind a pronoun or a role by how plausible they are."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extractor.rules.chunks import EntityKind
from extractor.rules.entities import Entity, Gender
from extractor.rules.language import Language
from extractor.rules.names import Registry
from extractor.rules.phrases import Phrase
from extractor.rules.reading import Reading
from extractor.rules.unnamed import Unnamed, gender_of_words, unnamed_people
from extractor.schema import PartDraft, SourceDraft, SourceKind

REACH_SENTENCES = 12
"""A pronoun does not look back further than this."""
ANY_REACH = 1_000_000
_SPOKEN_REACH = 4
_FAR = 6
_SUBJECT_TOKENS = 10
"""A subject stands before this token of its sentence."""
_KEPT_SPEAKERS = 20
"""Nobody who spoke longer ago is looked at: an article is read in linear time."""
_SUBJECT = 1.5
_LAST_SPEAKER = 2.0
_SPOKE = 0.7
_GENDER_TOLD = 0.5
_GENDER_LEANING = 0.3
_PERSON = 0.5
_PARAGRAPH = 0.5
KINDS = {
    EntityKind.PERSON: SourceKind.PERSON,
    EntityKind.ORGANISATION: SourceKind.ORGANISATION,
    EntityKind.DOCUMENT: SourceKind.DOCUMENT,
    EntityKind.PLACE: SourceKind.ORGANISATION,
    EntityKind.UNKNOWN: SourceKind.PERSON,
}
"""What kind of source a name of each kind is."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who a phrase stands for."""

    source: SourceDraft
    entity: Entity | None = None
    """None for documents, unnamed people and offices."""
    candidates: tuple[str, ...] = ()
    """Names it might stand for, most plausible first; only where more than one fits."""
    chain: tuple[SourceDraft, ...] = ()
    """The body behind a document."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Somebody to whom a claim was given."""

    resolved: Resolved
    sentence: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be meant."""

    score: float
    entity: Entity | None = None
    unnamed: Phrase | None = None
    spoken: Spoken | None = None

    @property
    def name(self) -> str:
        """What to call them in a note."""
        if self.entity is not None:
            return self.entity.name
        if self.spoken is not None:
            return self.spoken.resolved.source.name
        return " ".join(self.unnamed.words) if self.unnamed is not None else ""


@dataclass(slots=True)
class Candidates:
    """Who has been named and who has spoken, in reading order."""

    reading: Reading
    names: Registry
    spoken: list[Spoken] = field(default_factory=list)
    _unnamed: tuple[Unnamed, ...] | None = None
    _seen: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Offset and sentence where each entity was last meant, by its rank: pronouns count like names."""

    @property
    def unnamed(self) -> tuple[Unnamed, ...]:
        """People introduced without a name; read when first needed."""
        if self._unnamed is None:
            self._unnamed = unnamed_people(self.reading, self.names)
        return self._unnamed

    def remember(self, resolved: Resolved, sentence: int) -> None:
        """Keep a source as the last speaker."""
        self.spoken.append(Spoken(resolved, sentence))
        start = _start(resolved.source.mention)
        if resolved.entity is not None and start is not None:
            self._seen[resolved.entity.order] = (start, sentence)

    def last_speaker(self, sentence: int) -> Spoken | None:
        """Return who spoke last, if that was not long ago."""
        item = self.spoken[-1] if self.spoken else None
        return item if item is not None and sentence - item.sentence <= _SPOKEN_REACH else None

    def people(self, start: int, sentence: int, gender: Gender | None) -> list[Candidate]:
        """Order all people before `start`, named or not, best first; nobody of the other gender is among them."""
        entities = [e for e in self.names.entities if e.kind is EntityKind.PERSON]
        unnamed = self.introduced(start, sentence, gender)
        ranked = [Candidate(s, entity=e) for e, s in self.rank(entities, start, sentence, gender)]
        ranked += unnamed
        unknown = [e for e in self.names.entities if _may_be_person(e)]
        ranked += [Candidate(s - _PERSON, entity=e) for e, s in self.rank(unknown, start, sentence, gender, reach=3)]
        if not ranked:
            ranked = [Candidate(s, entity=e) for e, s in self.rank(entities, start, sentence, gender, reach=ANY_REACH)]
        return sorted(ranked, key=lambda c: -c.score)

    def introduced(
        self, start: int, sentence: int, gender: Gender | None, head: str | None = None, reach: int = 3
    ) -> list[Candidate]:
        """Order the people without a name before `start`; only those called `head`, if given."""
        found: dict[int, Candidate] = {}
        for item in self.spoken[-_KEPT_SPEAKERS:]:
            mention = item.resolved.source.mention
            place = _start(mention)
            if place is None or mention is None or place >= start or not _is_individual(item, self.reading):
                continue
            words = tuple(mention.text.lower().split())
            told = _gender_of(words, self.reading.language)
            if self._fits(told, gender) and sentence - item.sentence <= reach and (head is None or head in words):
                score = self._score(place, item.sentence, sentence, told=told, last=item is self.spoken[-1])
                found[place] = Candidate(score + _SPOKE, spoken=item)
        known = bisect_left(self.unnamed, start, key=lambda person: person.phrase.mention.start_char)
        for person in self.unnamed[max(0, known - _KEPT_SPEAKERS) : known]:
            place = person.phrase.mention.start_char
            if place in found or sentence - person.sentence > reach:
                continue
            if self._fits(person.gender, gender) and (head is None or head == person.phrase.head):
                score = self._score(place, person.sentence, sentence, told=person.gender, last=False)
                found[place] = Candidate(score, unnamed=person.phrase)
        return sorted(found.values(), key=lambda c: -c.score)

    @staticmethod
    def _fits(told: Gender | None, wanted: Gender | None) -> bool:
        return told is None or wanted is None or told is wanted

    def _score(self, place: int, index: int, sentence: int, *, told: Gender | None, last: bool) -> float:
        distance = sentence - index
        score = -1.0 * min(distance, _FAR) - 0.05 * distance + _GENDER_TOLD * (told is not None)
        score += _SUBJECT * self._opens_sentence(place, index) + _LAST_SPEAKER * last + _PERSON
        return score + _PARAGRAPH * self._same_paragraph(index, sentence)

    def _same_paragraph(self, one: int, other: int) -> bool:
        sentences = self.reading.sentences
        return sentences[one].paragraph == sentences[other].paragraph

    def rank(
        self,
        entities: Iterable[Entity],
        start: int,
        sentence: int,
        gender: Gender | None,
        reach: int = REACH_SENTENCES,
    ) -> list[tuple[Entity, float]]:
        """Order entities named before `start` by how plausible they are, best first, with their scores."""
        last = self.last_speaker(sentence)
        entities = list(entities)
        replaced = last is not None and self._taken_up(entities, last, start)
        ranked: list[tuple[Entity, float]] = []
        for entity in entities:
            if gender is not None and entity.gender not in (gender, None):
                continue
            near = self._nearest(entity, start)
            if near is None or sentence - near[1] > reach:
                continue
            distance = sentence - near[1]
            score = -1.0 * min(distance, _FAR) - 0.05 * distance
            score += _GENDER_TOLD * (gender is not None and entity.gender is gender)
            score += _GENDER_LEANING * _leans(entity, gender)
            score += _SUBJECT * self._opens_sentence(*near)
            score += _PERSON * (entity.kind is EntityKind.PERSON)
            score += _PARAGRAPH * self._same_paragraph(near[1], sentence)
            if last is not None and last.resolved.entity is entity:
                score += _SPOKE if replaced else _LAST_SPEAKER
            elif any(item.resolved.entity is entity for item in self.spoken[-_KEPT_SPEAKERS:]):
                score += _SPOKE
            ranked.append((entity, score))
        return sorted(ranked, key=lambda pair: (-pair[1], pair[0].order))

    def _taken_up(self, entities: Sequence[Entity], last: Spoken, start: int) -> bool:
        """Tell whether somebody else has become the subject since the last speaker spoke."""
        others = {e.order for e in entities if e is not last.resolved.entity and e.kind is EntityKind.PERSON}
        for tokens in self.reading.tokens[last.sentence + 1 : last.sentence + _SPOKEN_REACH + 1]:
            for token in tokens[:_SUBJECT_TOKENS]:
                entity = self.names.at.get(token.start) if token.start < start else None
                if entity is not None and entity.order in others and self._opens_sentence(token.start, token.sentence):
                    return True
        return False

    def _nearest(self, entity: Entity, start: int) -> tuple[int, int] | None:
        """Offset and sentence of the last place before `start` where the entity is meant."""
        number = bisect_left(entity.mentions, start, key=lambda span: span.start_char)
        named = (entity.mentions[number - 1].start_char, entity.sentences[number - 1]) if number else None
        meant = self._seen.get(entity.order)
        if meant is None or meant[0] >= start:
            return named
        return max(meant, named) if named is not None else meant

    def _opens_sentence(self, start: int, sentence: int) -> bool:
        """Tell whether a mention is near the beginning of its sentence, as subjects are."""
        tokens = self.reading.tokens[sentence][: _SUBJECT_TOKENS + 1]
        position = next((n for n, token in enumerate(tokens) if token.start >= start), len(tokens))
        inside = position < len(tokens) and tokens[position].quote >= 0
        before = tokens[position - 1].lower if position else ""
        if (
            position >= _SUBJECT_TOKENS
            or inside
            or (position > 1 and before in self.reading.language.grammar.prepositions)
        ):
            return False
        return not self._owns(start, sentence)

    def _owns(self, start: int, sentence: int) -> bool:
        """``Osei's lawyer``: the owner is not the subject."""
        entity = self.names.at.get(start)
        if entity is None:
            return False
        close = entity.mentions[bisect_left(entity.mentions, start, key=lambda span: span.start_char)].end_char
        tokens = self.reading.tokens[sentence][: 2 * _SUBJECT_TOKENS]
        following = next((token.lower for token in tokens if token.start >= close), "")
        return following in self.reading.language.grammar.possessive


def of_entity(entity: Entity, mention: PartDraft | None, uncertain: str | None = None) -> Resolved:
    """Return an entity as a source."""
    kind = KINDS[entity.kind]
    source = SourceDraft(name=entity.name, kind=kind, role=entity.role, mention=mention, uncertain=uncertain)
    return Resolved(source, entity)


def again(item: Spoken, mention: PartDraft | None) -> Resolved:
    """The same source as before, inferred."""
    source = item.resolved.source.model_copy(update={"mention": mention})
    return Resolved(source, item.resolved.entity, chain=item.resolved.chain)


def _start(mention: PartDraft | None) -> int | None:
    return mention.spans[0].start_char if mention is not None and mention.spans else None


def _gender_of(words: tuple[str, ...], language: Language) -> Gender | None:
    if len(words) == 1 and words[0] in language.pronouns.he | language.pronouns.she:
        return Gender.HE if words[0] in language.pronouns.he else Gender.SHE
    return gender_of_words(words, language)


def _may_be_person(entity: Entity) -> bool:
    return entity.kind is EntityKind.UNKNOWN and not entity.determined and not entity.name.isupper()


def _leans(entity: Entity, gender: Gender | None) -> int:
    if gender is None or entity.gender is not None or entity.leaning is None:
        return 0
    return 1 if entity.leaning is gender else -1


def _is_individual(item: Spoken, reading: Reading) -> bool:
    """One person without a name: not a group, not a body unless a spokesperson spoke for it."""
    source, nouns = item.resolved.source, reading.language.nouns
    mention = source.mention
    if item.resolved.entity is not None and source.kind is SourceKind.PERSON:
        return False
    words = mention.text.lower().split() if mention is not None else []
    if not words or source.kind in (SourceKind.DOCUMENT, SourceKind.ARTICLE):
        return False
    pronouns = reading.language.pronouns
    if len(words) == 1 and words[0] in pronouns.he | (pronouns.she - pronouns.they):
        return True
    if source.kind is SourceKind.ORGANISATION:
        return source.role is not None and source.role.lower() in nouns.spokespeople and len(words) > 1
    plural = words[0] in reading.language.grammar.plural or words[0] not in reading.language.grammar.determiners
    if _is_group(words, reading.language):
        return False
    return not plural or words[0] in reading.language.grammar.introducing


def _is_group(words: Sequence[str], language: Language) -> bool:
    """``the scientists behind the study``: the noun before the first preposition is a plural."""
    head = next((n for n, word in enumerate(words) if word in language.grammar.prepositions), len(words))
    nouns = language.nouns
    return head > 0 and words[head - 1] in nouns.anonymous - nouns.individuals - nouns.callings
