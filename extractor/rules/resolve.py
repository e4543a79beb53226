"""Resolve the phrase beside a cue to the fullest name: pronouns, roles, short names, documents."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from extractor.rules.chunks import EntityKind
from extractor.rules.names import Entity, Gender, Registry
from extractor.rules.phrases import Phrase
from extractor.rules.reading import Reading
from extractor.schema import PartDraft, SourceDraft, SourceKind, Span

_REACH_SENTENCES = 12
"""A pronoun does not look back further than this."""
_ANY_REACH = 1_000_000
_CLOSE_SCORE = 1.5
"""Two candidates nearer to each other than this leave a doubt."""
_KINDS = {
    EntityKind.PERSON: SourceKind.PERSON,
    EntityKind.ORGANISATION: SourceKind.ORGANISATION,
    EntityKind.DOCUMENT: SourceKind.DOCUMENT,
    EntityKind.PLACE: SourceKind.ORGANISATION,
    EntityKind.UNKNOWN: SourceKind.PERSON,
}


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


@dataclass(slots=True)
class _Spoken:
    resolved: Resolved
    sentence: int


@dataclass(slots=True)
class Resolver:
    """Resolves phrases in reading order, remembering who has spoken."""

    reading: Reading
    names: Registry
    spoken: list[_Spoken] = field(default_factory=list)
    subject: Phrase | None = None
    """What the sentence before is about, as far as it can speak."""

    def resolve(self, phrase: Phrase, sentence: int) -> Resolved:
        """Return who the phrase stands for.

        Args:
            phrase: The noun phrase beside the cue.
            sentence: Index of the sentence it stands in.
        """
        resolved = self._resolved(phrase, sentence)
        self.remember(resolved, sentence)
        return resolved

    def remember(self, resolved: Resolved, sentence: int) -> None:
        """Keep a source as the last speaker."""
        self.spoken.append(_Spoken(resolved, sentence))

    def _resolved(self, phrase: Phrase, sentence: int) -> Resolved:
        nouns = self.reading.language.nouns
        mention = self._mention(phrase.mention)
        if phrase.pronoun:
            return self._pronoun(phrase, sentence, mention)
        if phrase.others:
            return self._pair(phrase, mention)
        if phrase.entity is not None:
            return self._named(phrase.entity, phrase, mention)
        if phrase.head in nouns.spokespeople:
            return self._spokesperson(phrase, mention)
        if phrase.head in nouns.documents and not (phrase.head in nouns.anonymous and phrase.words[0] == phrase.head):
            return self._document(phrase, sentence, mention)
        definite = phrase.words[0] in nouns.definite
        if phrase.head in nouns.roles | nouns.titles and definite:
            return self._role(phrase, sentence, mention)
        if phrase.head in nouns.organisations:
            return self._body(phrase, sentence, mention)
        if definite and phrase.head not in nouns.anonymous:
            return self._role(phrase, sentence, mention)
        return self._unnamed(phrase, mention)

    def _mention(self, span: Span) -> PartDraft:
        return PartDraft(text=span.of(self.reading.text), spans=(span,))

    def of_entity(self, entity: Entity, mention: PartDraft | None, uncertain: str | None = None) -> Resolved:
        """Return an entity as a source."""
        kind = _KINDS[entity.kind]
        source = SourceDraft(name=entity.name, kind=kind, role=entity.role, mention=mention, uncertain=uncertain)
        return Resolved(source, entity)

    def _named(self, entity: Entity, phrase: Phrase, mention: PartDraft) -> Resolved:
        if entity.kind is EntityKind.UNKNOWN:
            determined = phrase.words[0] in self.reading.language.grammar.determiners
            entity.kind = EntityKind.ORGANISATION if determined or entity.name.isupper() else EntityKind.PERSON
        return self.of_entity(entity, mention)

    def _pair(self, phrase: Phrase, mention: PartDraft) -> Resolved:
        members = [entity for entity in (phrase.entity, *phrase.others) if entity is not None]
        joint = f" {next(iter(sorted(self.reading.language.grammar.pairing)), 'and')} "
        source = SourceDraft(name=joint.join(e.name for e in members), kind=_KINDS[members[0].kind], mention=mention)
        return Resolved(source)

    def _pronoun(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        pronouns = self.reading.language.pronouns
        if phrase.head in pronouns.he | pronouns.possessive_he and phrase.head not in pronouns.she:
            return self._person(Gender.HE, phrase, sentence, mention)
        if phrase.head in pronouns.she | pronouns.possessive_she and phrase.head not in pronouns.they:
            return self._person(Gender.SHE, phrase, sentence, mention)
        if phrase.head in pronouns.she:
            women = (e for e in self.names.entities if e.gender is Gender.SHE and e.kind is EntityKind.PERSON)
            if self.rank(women, phrase.mention.start_char, sentence, Gender.SHE, reach=4):
                return self._person(Gender.SHE, phrase, sentence, mention)
        return self._group(phrase, sentence, mention)

    def _person(self, gender: Gender, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        start = phrase.mention.start_char
        people = [e for e in self.names.entities if e.kind is EntityKind.PERSON]
        ranked = self.rank(people, start, sentence, gender)
        unknown = [e for e in self.names.entities if e.kind is EntityKind.UNKNOWN]
        ranked = ranked or self.rank(unknown, start, sentence, gender, reach=3)
        ranked = ranked or self.rank(people, start, sentence, gender, reach=_ANY_REACH)
        ranked = ranked or self.rank(people, start, sentence, None, reach=_ANY_REACH)
        last = self._last_speaker(sentence)
        if last is not None and last.resolved.entity is None and last.resolved.source.kind is SourceKind.ANONYMOUS:
            nearer = (
                not ranked
                or ranked[0][0].sentences[0] > last.sentence
                or not _before(ranked[0][0], start, last.sentence)
            )
            if nearer and sentence - last.sentence <= 2:
                return self._again(last, mention)
        if not ranked:
            return self._again(last, mention) if last is not None else self._unresolved(mention)
        best = ranked[0][0]
        best.kind = EntityKind.PERSON
        rivals = [entity for entity, score in ranked[1:] if ranked[0][1] - score < _CLOSE_SCORE]
        if gender and best.gender is None:
            best.genders[gender] += 1
        uncertain = f"“{mention.text}” could also stand for {rivals[0].name}" if rivals else None
        resolved = self.of_entity(best, mention, uncertain)
        if not rivals:
            return resolved
        return Resolved(resolved.source, best, tuple(e.name for e in (best, *rivals)))

    def rank(
        self,
        entities: Iterable[Entity],
        start: int,
        sentence: int,
        gender: Gender | None,
        reach: int = _REACH_SENTENCES,
    ) -> list[tuple[Entity, float]]:
        """Order entities named before `start` by how plausible they are, best first, with their scores."""
        last = self._last_speaker(sentence)
        ranked: list[tuple[Entity, float]] = []
        for entity in entities:
            if gender is not None and entity.gender not in (gender, None):
                continue
            nearest = max((span.start_char for span in entity.mentions if span.start_char < start), default=None)
            if nearest is None:
                continue
            index = max(
                n for n, span in zip(entity.sentences, entity.mentions, strict=False) if span.start_char <= nearest
            )
            distance = sentence - index
            if distance > reach:
                continue
            score = -1.0 * min(distance, 6) - 0.05 * distance
            score += 1.0 * (gender is not None and entity.gender is gender)
            score += 1.5 * self._opens_sentence(nearest, index)
            score += 0.5 * (entity.kind is EntityKind.PERSON)
            if last is not None and last.resolved.entity is entity:
                score += 2.0
            elif any(item.resolved.entity is entity for item in self.spoken):
                score += 0.7
            ranked.append((entity, score))
        return sorted(ranked, key=lambda pair: (-pair[1], pair[0].order))

    def _opens_sentence(self, start: int, sentence: int) -> bool:
        """Tell whether a mention is near the beginning of its sentence, as subjects are."""
        tokens = self.reading.tokens[sentence]
        position = next((n for n, token in enumerate(tokens) if token.start >= start), len(tokens))
        inside = position < len(tokens) and tokens[position].quote >= 0
        before = tokens[position - 1].lower if position else ""
        return position < 10 and not inside and before not in self.reading.language.grammar.prepositions

    def _last_speaker(self, sentence: int) -> _Spoken | None:
        for item in reversed(self.spoken):
            if sentence - item.sentence <= 4:
                return item
        return None

    def _again(self, item: _Spoken, mention: PartDraft | None) -> Resolved:
        """The same source as before, inferred."""
        source = item.resolved.source.model_copy(update={"mention": mention})
        return Resolved(source, item.resolved.entity, chain=item.resolved.chain)

    def _unresolved(self, mention: PartDraft) -> Resolved:
        note = f"nobody was named before “{mention.text}”"
        return Resolved(SourceDraft(name=mention.text, kind=SourceKind.ANONYMOUS, mention=mention, uncertain=note))

    def _group(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        """They and it: the last body or unnamed group that spoke, else the last body named."""
        pronouns, nouns = self.reading.language.pronouns, self.reading.language.nouns
        subject = self.subject
        if subject is not None and not subject.pronoun:
            body = subject.entity is not None and subject.entity.kind is EntityKind.ORGANISATION
            group = phrase.head in pronouns.they and subject.entity is None and subject.head in nouns.anonymous
            if body or group or (phrase.head in pronouns.it and subject.head in nouns.documents):
                resolved = self._resolved(subject, sentence)
                return Resolved(
                    resolved.source.model_copy(update={"mention": mention}), resolved.entity, chain=resolved.chain
                )
        for item in reversed(self.spoken):
            if sentence - item.sentence > 4:
                break
            if item.resolved.source.kind is not SourceKind.PERSON or " and " in item.resolved.source.name:
                return self._again(item, mention)
        bodies = (e for e in self.names.entities if e.kind is EntityKind.ORGANISATION)
        ranked = self.rank(bodies, phrase.mention.start_char, sentence, None)
        if not ranked and phrase.head in pronouns.they:
            ranked = self.rank(
                (e for e in self.names.entities if e.kind is EntityKind.PERSON),
                phrase.mention.start_char,
                sentence,
                None,
            )
        if not ranked:
            return self._unresolved(mention)
        names = tuple(entity.name for entity, _ in ranked[:4])
        note = f"“{mention.text}” could also stand for {names[1]}" if len(names) > 1 else None
        return Resolved(self.of_entity(ranked[0][0], mention, note).source, ranked[0][0], names if note else ())

    def _spokesperson(self, phrase: Phrase, mention: PartDraft) -> Resolved:
        """An unnamed spokesperson is the organisation."""
        nouns = self.reading.language.nouns
        for entity in phrase.complements:
            if entity.kind is EntityKind.UNKNOWN and entity.words[0].lower() not in nouns.he_names | nouns.she_names:
                entity.kind = EntityKind.ORGANISATION
            resolved = self.of_entity(entity, mention)
            if resolved.source.kind is not SourceKind.PERSON:
                return Resolved(resolved.source.model_copy(update={"role": phrase.head}), entity)
        name = self._body_spoken_for(phrase, mention.text.split())
        if name is None:
            return self._unnamed(phrase, mention)
        return Resolved(SourceDraft(name=name, kind=SourceKind.ORGANISATION, role=phrase.head, mention=mention))

    def _body_spoken_for(self, phrase: Phrase, words: list[str]) -> str | None:
        """``a police spokesman``, ``a spokeswoman for the waterworks``: the words for the organisation."""
        language = self.reading.language
        lower = [word.lower() for word in words]
        head = lower.index(phrase.head) if phrase.head in lower else None
        if head is None:
            return None
        after = words[head + 2 :] if head + 2 < len(words) and lower[head + 1] in language.grammar.of else []
        before = words[:head]
        for part in (after, before):
            while part and part[0].lower() in language.grammar.determiners:
                part = part[1:]
            if part and any(word.lower() in language.nouns.organisations for word in part):
                return " ".join(part)
        return None

    def _document(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        determiners = self.reading.language.grammar.determiners
        words = mention.text.split()[: phrase.head_last - phrase.first]
        while len(words) > 1 and words[0].lower() in determiners:
            words.pop(0)
        name = " ".join(words)
        behind = [e for e in phrase.complements if e.kind in (EntityKind.PERSON, EntityKind.ORGANISATION)]
        if not behind and len(words) == 1:
            earlier = self._earlier_document(phrase.head)
            if earlier is not None:
                return self._again(earlier, mention)
        if not behind:
            behind = self._body_behind(phrase, sentence)
        chain = tuple(self.of_entity(e, None).source for e in behind[:1])
        return Resolved(SourceDraft(name=name, kind=SourceKind.DOCUMENT, mention=mention), chain=chain)

    def _earlier_document(self, head: str) -> _Spoken | None:
        generic = head in self.reading.language.nouns.generic_documents
        for item in reversed(self.spoken):
            source = item.resolved.source
            if source.kind is SourceKind.DOCUMENT and (generic or head in source.name.lower().split()):
                return item
        return None

    def _body_behind(self, phrase: Phrase, sentence: int) -> list[Entity]:
        """The organisation named in the sentence that first speaks of the document."""
        for index in range(sentence + 1):
            tokens = self.reading.tokens[index]
            if not any(token.lower == phrase.head for token in tokens):
                continue
            found = [self.names.at[token.start] for token in tokens if token.start in self.names.at]
            bodies = [entity for entity in found if entity.kind is EntityKind.ORGANISATION]
            if bodies:
                return [max(bodies, key=lambda entity: len(entity.mentions))]
        return []

    def _role(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        """``the minister``: whoever has that role."""
        people = [e for e in self.names.entities if e.kind in (EntityKind.PERSON, EntityKind.UNKNOWN)]
        start = phrase.mention.start_char
        fitting = self.rank(
            (e for e in people if phrase.head in e.role_words()), start, sentence, None, reach=_ANY_REACH
        )
        if fitting and not phrase.complements:
            names = tuple(entity.name for entity, _ in fitting)
            note = f"more than one {phrase.head} is named: {', '.join(names[:3])}" if len(names) > 1 else None
            return Resolved(self.of_entity(fitting[0][0], mention, note).source, fitting[0][0], names if note else ())
        for item in reversed(self.spoken):
            if (
                item.resolved.source.kind is SourceKind.ANONYMOUS
                and phrase.head in item.resolved.source.name.lower().split()
            ):
                return self._again(item, mention)
        gender = Gender.HE if phrase.head in self.reading.language.nouns.he_titles else None
        gender = Gender.SHE if phrase.head in self.reading.language.nouns.she_titles else gender
        named = [entity for entity in people if entity.kind is EntityKind.PERSON]
        nearest = self.rank(named, start, sentence, gender, reach=8 if gender else 3)
        if nearest and not phrase.complements and len(phrase.words) <= 4:
            names = tuple(entity.name for entity, _ in nearest[:4])
            note = f"no one is called {phrase.head} by name; {names[0]} was named last"
            return Resolved(self.of_entity(nearest[0][0], mention, note).source, nearest[0][0], names)
        if phrase.head in self.reading.language.nouns.roles:
            name = " ".join(mention.text.split()[1:]) or mention.text
            return Resolved(SourceDraft(name=name, kind=SourceKind.PERSON, mention=mention))
        return self._unnamed(phrase, mention)

    def _body(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        """``the ministry``: the organisation so called, else the one named last."""
        determiners = self.reading.language.grammar.determiners
        words = mention.text.split()
        definite = words[0].lower() in self.reading.language.nouns.definite
        while len(words) > 1 and words[0].lower() in determiners:
            words.pop(0)
        bodies = [e for e in self.names.entities if e.kind is EntityKind.ORGANISATION]
        start = phrase.mention.start_char
        if len(words) == 1 and definite:
            so_called = (e for e in bodies if phrase.head in e.name.lower().split())
            ranked = self.rank(so_called, start, sentence, None, reach=_ANY_REACH)
            if not ranked and phrase.head in self.reading.language.nouns.generic_bodies:
                ranked = self.rank(bodies, start, sentence, None)
            if ranked:
                names = tuple(entity.name for entity, _ in ranked[:4])
                note = f"“{mention.text}” could also stand for {names[1]}" if len(names) > 1 else None
                return Resolved(self.of_entity(ranked[0][0], mention, note).source, ranked[0][0], names if note else ())
        if phrase.head in self.reading.language.nouns.anonymous:
            return self._unnamed(phrase, mention)
        return Resolved(SourceDraft(name=" ".join(words), kind=SourceKind.ORGANISATION, mention=mention))

    def _unnamed(self, phrase: Phrase, mention: PartDraft) -> Resolved:
        """A person or group without a name; "the official" is the official of before."""
        if phrase.words[0] in self.reading.language.nouns.definite:
            for item in reversed(self.spoken):
                source = item.resolved.source
                if source.kind is SourceKind.ANONYMOUS and phrase.head in source.name.lower().split():
                    return self._again(item, mention)
        return Resolved(SourceDraft(name=mention.text, kind=SourceKind.ANONYMOUS, mention=mention))


def _before(entity: Entity, start: int, sentence: int) -> bool:
    """Tell whether an entity is named between a sentence and an offset."""
    return any(
        index >= sentence and span.start_char < start
        for index, span in zip(entity.sentences, entity.mentions, strict=False)
    )
