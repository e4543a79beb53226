"""Resolve the phrase beside a cue to the fullest name: pronouns, roles, short names, documents."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractor.rules.candidates import ANY_REACH, Candidate, Candidates, Resolved, Spoken
from extractor.rules.chunks import EntityKind
from extractor.rules.entities import Entity, Gender
from extractor.rules.names import Registry
from extractor.rules.phrases import Phrase
from extractor.rules.reading import Reading
from extractor.rules.unnamed import gender_of_words
from extractor.schema import PartDraft, SourceDraft, SourceKind, Span

__all__ = ["Resolved", "Resolver"]

_CLOSE_SCORE = 1.5
"""Two candidates nearer to each other than this leave a doubt."""
_READ_ALONE = 80
"""A sentence longer than this many tokens is not read for other names."""
_OPENING_TOKENS = 6
_NAMING_TOKENS = 3
"""Words between "gave her name as" and the name."""
_NAMED_WITHIN = 20
_FORMER = 2.5
"""What "former" costs a holder of a role that the phrase does not call former."""
_KINDS = {
    EntityKind.PERSON: SourceKind.PERSON,
    EntityKind.ORGANISATION: SourceKind.ORGANISATION,
    EntityKind.DOCUMENT: SourceKind.DOCUMENT,
    EntityKind.PLACE: SourceKind.ORGANISATION,
    EntityKind.UNKNOWN: SourceKind.PERSON,
}


@dataclass(slots=True)
class Resolver:
    """Resolves phrases in reading order, remembering who has spoken."""

    reading: Reading
    names: Registry
    subject: Phrase | None = None
    """What the sentence before is about, as far as it can speak."""
    _known: Candidates = field(init=False)

    def __post_init__(self) -> None:
        self._known = Candidates(self.reading, self.names)

    def resolve(self, phrase: Phrase, sentence: int) -> Resolved:
        """Return who the phrase stands for.

        Args:
            phrase: The noun phrase beside the cue.
            sentence: Index of the sentence it stands in.
        """
        resolved = self._resolved(phrase, sentence)
        self._known.remember(resolved, sentence)
        return resolved

    def only_pronoun(self, resolved: Resolved, content: str, sentences: Sequence[int]) -> str | None:
        """Return the pronoun that opens a content if it can only stand for the source.

        Nobody else is named in the sentence, nor meant by "his agent", and the gender is not another.
        """
        entity, pronouns = resolved.entity, self.reading.language.pronouns
        first = content.partition(" ")[0]
        if entity is None or len(sentences) != 1 or first in pronouns.they:
            return None
        if first not in pronouns.he | pronouns.she | pronouns.it:
            return None
        wrong = pronouns.she if entity.gender is Gender.HE else pronouns.he if entity.gender is Gender.SHE else ()
        tokens = self.reading.tokens[sentences[0]][:_READ_ALONE]
        named = {self.names.at[token.start].order for token in tokens if token.start in self.names.at}
        rivals = {e.order for e in self.names.entities if e.kind is entity.kind or e.kind is EntityKind.UNKNOWN}
        possessives = (pronouns.possessive_he | pronouns.possessive_she) - {first}
        owned = bool(tokens) and any(token.lower in possessives for token in tokens[:_OPENING_TOKENS])
        return None if first in wrong or owned or (named & rivals) - {entity.order} else first

    def last_named(self, start: int, sentence: int) -> list[Entity]:
        """Return the names before an offset, the most plausible speaker first."""
        return [entity for entity, _ in self._known.rank(self.names.entities, start, sentence, None)]

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
            return self._spokesperson(phrase, sentence, mention)
        if phrase.head in nouns.documents and not (phrase.head in nouns.anonymous and phrase.words[0] == phrase.head):
            return self._document(phrase, sentence, mention)
        definite = phrase.words[0] in nouns.definite
        if phrase.head in nouns.roles | nouns.titles and definite:
            return self._role(phrase, sentence, mention)
        if phrase.head in nouns.organisations:
            return self._body(phrase, sentence, mention)
        if definite and phrase.head not in nouns.anonymous:
            return self._role(phrase, sentence, mention)
        return self._unnamed(phrase, sentence, mention)

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
            women = [e for e in self.names.entities if e.gender is Gender.SHE and e.kind is EntityKind.PERSON]
            if self._known.rank(women, phrase.mention.start_char, sentence, Gender.SHE, reach=4):
                return self._person(Gender.SHE, phrase, sentence, mention)
        return self._group(phrase, sentence, mention)

    def _person(self, gender: Gender, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        ranked = self._known.people(phrase.mention.start_char, sentence, gender)
        if not ranked:
            last = self._known.last_speaker(sentence)
            lone = last is not None and last.resolved.source.kind is not SourceKind.PERSON
            return self._again(last, mention) if last is not None and lone else self._unresolved(mention)
        best = ranked[0]
        resolved = self._chosen(best, sentence, mention)
        if best.entity is not None:
            best.entity.kind = EntityKind.PERSON
            if best.entity.gender is None:
                best.entity.genders[gender] += 1
        rivals = [candidate for candidate in ranked[1:] if best.score - candidate.score < _CLOSE_SCORE]
        return self._with_rivals(resolved, rivals, f"“{mention.text}” could also stand for {{}}")

    def _chosen(self, candidate: Candidate, sentence: int, mention: PartDraft) -> Resolved:
        """Return a candidate as the source of the words beside `mention`."""
        if candidate.entity is not None:
            return self.of_entity(candidate.entity, mention)
        if candidate.spoken is not None:
            return self._again(candidate.spoken, mention)
        if candidate.unnamed is None:
            return self._unresolved(mention)
        first = self._resolved(candidate.unnamed, sentence)
        return Resolved(first.source.model_copy(update={"mention": mention}), first.entity, chain=first.chain)

    def _doubted(self, resolved: Resolved, note: str) -> Resolved:
        source = resolved.source.model_copy(update={"uncertain": note})
        return Resolved(source, resolved.entity, resolved.candidates, resolved.chain)

    def _with_rivals(self, resolved: Resolved, rivals: list[Candidate], note: str) -> Resolved:
        if not rivals:
            return resolved
        source = resolved.source.model_copy(update={"uncertain": note.format(rivals[0].name)})
        named = [rival.entity.name for rival in rivals if rival.entity is not None]
        return Resolved(source, resolved.entity, tuple(dict.fromkeys([source.name, *named])), resolved.chain)

    def _again(self, item: Spoken, mention: PartDraft | None) -> Resolved:
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
            named = subject.entity is not None and subject.entity.kind is EntityKind.ORGANISATION
            body = named or (subject.entity is None and subject.head in nouns.organisations - nouns.anonymous)
            group = phrase.head in pronouns.they and subject.entity is None and subject.head in nouns.anonymous
            if body or group or (phrase.head in pronouns.it and subject.head in nouns.documents):
                resolved = self._resolved(subject, sentence)
                return Resolved(
                    resolved.source.model_copy(update={"mention": mention}), resolved.entity, chain=resolved.chain
                )
        for item in reversed(self._known.spoken[-20:]):
            if sentence - item.sentence > 4:
                break
            if item.resolved.source.kind is not SourceKind.PERSON or " and " in item.resolved.source.name:
                return self._again(item, mention)
        bodies = (e for e in self.names.entities if e.kind is EntityKind.ORGANISATION)
        ranked = self._known.rank(bodies, phrase.mention.start_char, sentence, None)
        if not ranked and phrase.head in pronouns.they:
            ranked = self._known.rank(
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

    def _spokesperson(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        """An unnamed spokesperson is the organisation."""
        language = self.reading.language
        nouns = language.nouns
        name = self._body_spoken_for(phrase, mention.text.split())
        for entity in phrase.complements:
            if entity.kind is EntityKind.UNKNOWN and entity.words[0].lower() not in nouns.he_names | nouns.she_names:
                entity.kind = EntityKind.ORGANISATION
            if name is not None and name.lower() not in nouns.generic_bodies and entity.name not in name:
                break
            if name is not None and len(name) > len(entity.name) and name.split()[-1].islower():
                break
            resolved = self.of_entity(entity, mention)
            if resolved.source.kind is SourceKind.PERSON:
                return resolved
            return Resolved(resolved.source.model_copy(update={"role": phrase.head}), entity)
        if name is None or name.lower() in nouns.generic_bodies:
            return self._body_last_named(phrase, sentence, mention)
        return Resolved(SourceDraft(name=name, kind=SourceKind.ORGANISATION, role=phrase.head, mention=mention))

    def _body_last_named(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        """``a spokeswoman``, ``a company spokesman``: the organisation that the article spoke of last."""
        beside = self._body_beside(phrase, sentence)
        if beside is not None:
            note = f"“{mention.text}” names no organisation; the sentence is about {beside}"
            source = SourceDraft(name=beside, kind=SourceKind.ORGANISATION, mention=mention, uncertain=note)
            return Resolved(source.model_copy(update={"role": phrase.head}))
        bodies = [e for e in self.names.entities if e.kind is EntityKind.ORGANISATION]
        ranked = self._known.rank(bodies, phrase.mention.start_char, sentence, None)
        if not ranked:
            return self._unnamed(phrase, sentence, mention)
        note = f"“{mention.text}” names no organisation; {ranked[0][0].name} was named last"
        source = self.of_entity(ranked[0][0], mention, note).source.model_copy(update={"role": phrase.head})
        return Resolved(source, ranked[0][0], tuple(entity.name for entity, _ in ranked[:4]))

    def _body_beside(self, phrase: Phrase, sentence: int) -> str | None:
        """``The waterworks will pay, a spokeswoman said``: the body that opens the sentence."""
        language = self.reading.language
        words: list[str] = []
        for token in self.reading.tokens[sentence][:6]:
            if token.start >= phrase.mention.start_char:
                break
            plain = token.lower in language.nouns.organisations and not token.capital
            if plain and (words or token.lower not in language.nouns.generic_bodies):
                return " ".join([*words, token.text])
            if token.lower in language.grammar.determiners:
                words = []
                continue
            if token.lower in language.verbs.finite or token.lower in language.grammar.prepositions:
                break
            words.append(token.text)
        return None

    def _body_spoken_for(self, phrase: Phrase, words: list[str]) -> str | None:
        """``a police spokesman``, ``a spokeswoman for the waterworks``: the words for the organisation."""
        language = self.reading.language
        lower = [word.lower() for word in words]
        head = lower.index(phrase.head) if phrase.head in lower else None
        if head is None:
            return None
        after = words[head + 2 :] if head + 2 < len(words) and lower[head + 1] in language.grammar.of else []
        idle = language.grammar.determiners | language.nouns.spokes_adjectives
        for part in (after, words[:head]):
            while part and part[0].lower() in idle:
                part = part[1:]
            bare = [word.removesuffix("'s").removesuffix("’s") for word in part]
            if bare and (part is not after or any(w.lower() in language.nouns.organisations for w in bare)):
                return " ".join([*part[:-1], bare[-1]])
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

    def _earlier_document(self, head: str) -> Spoken | None:
        generic = head in self.reading.language.nouns.generic_documents
        for item in reversed(self._known.spoken[-20:]):
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
        nouns = self.reading.language.nouns
        start = phrase.mention.start_char
        gender = gender_of_words(phrase.words, self.reading.language)
        called = [e for e in self.names.entities if phrase.head in e.descriptors and e.kind is not EntityKind.PLACE]
        if called and phrase.head not in nouns.roles:
            if called[0].kind is EntityKind.UNKNOWN:
                called[0].kind = EntityKind.ORGANISATION
            return self.of_entity(called[0], mention)
        fitting = self._holders(phrase, sentence, gender) if not phrase.complements else []
        if fitting:
            note = f"more than one {phrase.head} is named, such as {{}}"
            return self._with_rivals(self._chosen(fitting[0], sentence, mention), fitting[1:], note)
        for item in reversed(self._known.spoken[-20:]):
            if (
                item.resolved.source.kind is SourceKind.ANONYMOUS
                and phrase.head in item.resolved.source.name.lower().split()
            ):
                return self._again(item, mention)
        if phrase.head in nouns.individuals:
            before = self._known.introduced(start, sentence, gender, reach=2)
            if before:
                note = f"no one is called {phrase.head} before; {before[0].name} was meant last"
                return self._doubted(self._chosen(before[0], sentence, mention), note)
        named = [entity for entity in self.names.entities if entity.kind is EntityKind.PERSON]
        nearest = self._known.rank(named, start, sentence, gender, reach=8 if gender else 3)
        if nearest and not phrase.complements and len(phrase.words) <= 4:
            names = tuple(entity.name for entity, _ in nearest[:4])
            note = f"no one is called {phrase.head} by name; {names[0]} was named last"
            return Resolved(self.of_entity(nearest[0][0], mention, note).source, nearest[0][0], names)
        if phrase.head in nouns.roles:
            name = " ".join(mention.text.split()[1:]) or mention.text
            return Resolved(SourceDraft(name=name, kind=SourceKind.PERSON, mention=mention))
        return self._unnamed(phrase, sentence, mention)

    def _holders(self, phrase: Phrase, sentence: int, gender: Gender | None) -> list[Candidate]:
        """Order those whom the article gives the role, people without a name among them."""
        start = phrase.mention.start_char
        former = self.reading.language.grammar.former
        people = [e for e in self.names.entities if e.kind in (EntityKind.PERSON, EntityKind.UNKNOWN)]
        holders = [e for e in people if phrase.head in e.role_words()]
        ranked: list[Candidate] = []
        for entity, score in self._known.rank(holders, start, sentence, gender, reach=ANY_REACH):
            words = entity.role_words()
            score -= _FORMER * bool((words & former) - set(phrase.words))
            score += sum(word in words for word in phrase.words[1:-1])
            ranked.append(Candidate(score, entity=entity))
        ranked += self._known.introduced(start, sentence, gender, phrase.head, reach=ANY_REACH)
        return sorted(ranked, key=lambda candidate: -candidate.score)

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
            so_called = [e for e in bodies if phrase.head in e.name.lower().split() or phrase.head in e.descriptors]
            ranked = self._known.rank(so_called, start, sentence, None, reach=ANY_REACH)
            if not ranked and phrase.head in self.reading.language.nouns.generic_bodies:
                ranked = self._known.rank(bodies, start, sentence, None)
            if ranked:
                names = tuple(entity.name for entity, _ in ranked[:4])
                note = f"“{mention.text}” could also stand for {names[1]}" if len(names) > 1 else None
                return Resolved(self.of_entity(ranked[0][0], mention, note).source, ranked[0][0], names if note else ())
        if phrase.head in self.reading.language.nouns.anonymous:
            return self._unnamed(phrase, sentence, mention)
        return Resolved(SourceDraft(name=" ".join(words), kind=SourceKind.ORGANISATION, mention=mention))

    def _unnamed(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        """A person or group without a name; "the official" is the official of before."""
        if phrase.words[0] in self.reading.language.nouns.definite:
            for item in reversed(self._known.spoken[-20:]):
                source = item.resolved.source
                if source.kind is SourceKind.ANONYMOUS and phrase.head in source.name.lower().split():
                    return self._again(item, mention)
            known = self._known.introduced(phrase.mention.start_char, sentence, None, phrase.head, reach=ANY_REACH)
            if known:
                return self._chosen(known[0], sentence, mention)
        given = self._given_name(phrase, sentence)
        if given is not None:
            given.kind = EntityKind.PERSON
            return self.of_entity(given, mention)
        return Resolved(SourceDraft(name=mention.text, kind=SourceKind.ANONYMOUS, mention=mention))

    def _given_name(self, phrase: Phrase, sentence: int) -> Entity | None:
        """``a woman who gave her name only as Ruta``: the name the phrase is given later in its sentence."""
        grammar = self.reading.language.grammar
        tokens = self.reading.tokens[sentence]
        first = bisect_left(tokens, phrase.mention.end_char, key=lambda token: token.start)
        after = [token for token in tokens[first : first + _NAMED_WITHIN] if token.quote < 0]
        for number, token in enumerate(after):
            entity = self.names.at.get(token.start)
            if entity is None:
                continue
            between = [t.lower for t in after[max(0, number - _NAMING_TOKENS) : number]]
            if entity.kind is EntityKind.PLACE or "," in between:
                return None
            return entity if any(word in grammar.naming for word in between) else None
        return None
