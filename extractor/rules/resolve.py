"""Resolve the phrase beside a cue to the fullest name: pronouns, roles, short names, documents."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractor.rules.bodies import Bodies
from extractor.rules.candidates import ANY_REACH, KINDS, Candidate, Candidates, Resolved, Spoken, again, of_entity
from extractor.rules.chunks import EntityKind
from extractor.rules.entities import Entity, Gender
from extractor.rules.inflection import lexicon
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
_SUBJECT_NEAR = 3
"""A subject so many sentences before is the one meant; quotations may stand between."""
_SUBJECTS_KEPT = 6
"""So many sentences back "they" may look for a group that has not spoken."""
_RECALLED = 20
"""So many attributions back an unnamed source or a document is still the one meant."""
_OPENING_TOKENS = 6
_NAMING_TOKENS = 3
"""Words between "gave her name as" and the name."""
_NAMED_WITHIN = 20
_FORMER = 2.5
"""What "former" costs a holder of a role that the phrase does not call former."""


@dataclass(slots=True)
class Resolver:
    """Resolves phrases in reading order, remembering who has spoken."""

    reading: Reading
    names: Registry
    subjects: list[tuple[int, Phrase]] = field(default_factory=list)
    """What the sentences before are about, as far as it can speak."""
    current: Phrase | None = None
    """What the sentence at hand is about: "the firm was fined for what it called an error"."""
    _known: Candidates = field(init=False)
    _bodies: Bodies = field(init=False)

    def __post_init__(self) -> None:
        self._known = Candidates(self.reading, self.names)
        self._bodies = Bodies(self.reading, self.names, self._known)

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
            return self._bodies.spokesperson(phrase, sentence, mention) or self._unnamed(phrase, sentence, mention)
        if phrase.head in nouns.documents and not (phrase.head in nouns.anonymous and phrase.words[0] == phrase.head):
            return self._bodies.document(phrase, sentence, mention)
        bare = bool(self.reading.language.cases) and phrase.words[0] == phrase.head
        definite = phrase.words[0] in nouns.definite or bare
        if phrase.head in nouns.callings and definite:
            return self._role(phrase, sentence, mention)
        if phrase.head in nouns.organisations:
            owned = self._owned(phrase, sentence, mention) if phrase.head not in nouns.generic_bodies else None
            return owned or self._bodies.body(phrase, sentence, mention) or self._unnamed(phrase, sentence, mention)
        if definite and not bare and phrase.head not in nouns.anonymous:
            return self._role(phrase, sentence, mention)
        return self._unnamed(phrase, sentence, mention)

    def _mention(self, span: Span) -> PartDraft:
        return PartDraft(text=span.of(self.reading.text), spans=(span,))

    def _named(self, entity: Entity, phrase: Phrase, mention: PartDraft) -> Resolved:
        if entity.kind is EntityKind.UNKNOWN:
            determined = phrase.words[0] in self.reading.language.grammar.determiners
            entity.kind = EntityKind.ORGANISATION if determined or entity.name.isupper() else EntityKind.PERSON
        return of_entity(entity, mention)

    def _pair(self, phrase: Phrase, mention: PartDraft) -> Resolved:
        members = [entity for entity in (phrase.entity, *phrase.others) if entity is not None]
        joint = f" {next(iter(sorted(self.reading.language.grammar.pairing)), 'and')} "
        source = SourceDraft(name=joint.join(e.name for e in members), kind=KINDS[members[0].kind], mention=mention)
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
            return again(last, mention) if last is not None and lone else self._unresolved(mention)
        best = ranked[0]
        resolved = self._chosen(best, sentence, mention)
        if best.entity is not None:
            best.entity.kind = EntityKind.PERSON
            if best.entity.gender is None:
                best.entity.genders[gender] += 1
        leaning = best.entity.leaning if best.entity is not None else None
        if leaning is not None and leaning is not gender:
            resolved = self._doubted(
                resolved, f"“{mention.text}” is not how the article speaks of {best.name} elsewhere"
            )
        rivals = [candidate for candidate in ranked[1:] if best.score - candidate.score < _CLOSE_SCORE]
        return self._with_rivals(resolved, rivals, f"“{mention.text}” could also stand for {{}}")

    def _chosen(self, candidate: Candidate, sentence: int, mention: PartDraft) -> Resolved:
        """Return a candidate as the source of the words beside `mention`."""
        if candidate.entity is not None:
            return of_entity(candidate.entity, mention)
        if candidate.spoken is not None:
            return again(candidate.spoken, mention)
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

    def _unresolved(self, mention: PartDraft) -> Resolved:
        note = f"nobody was named before “{mention.text}”"
        return Resolved(SourceDraft(name=mention.text, kind=SourceKind.ANONYMOUS, mention=mention, uncertain=note))

    def _group(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        """They and it: the last body or unnamed group that spoke, else the last body named."""
        pronouns = self.reading.language.pronouns
        if self.current is not None and self._is_about(self.current, phrase):
            return self._meant(self.current, sentence, mention)
        before = self.subjects[-1] if self.subjects else None
        near = before is not None and sentence - before[0] <= _SUBJECT_NEAR
        if before is not None and near and self._can_be_meant(before[1], phrase):
            return self._meant(before[1], sentence, mention)
        for item in reversed(self._known.spoken[-_RECALLED:]):
            if sentence - item.sentence > 4:
                break
            if item.resolved.source.kind is not SourceKind.PERSON or " and " in item.resolved.source.name:
                return again(item, mention)
        for index, subject in reversed(self.subjects[-_SUBJECTS_KEPT:]):
            if sentence - index <= _SUBJECTS_KEPT and self._can_be_meant(subject, phrase):
                note = f"“{mention.text}” could also stand for somebody else; {subject.head} was meant before"
                return self._doubted(self._meant(subject, sentence, mention), note)
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
        rival = f"“{mention.text}” could also stand for {names[1]}" if len(names) > 1 else None
        return Resolved(of_entity(ranked[0][0], mention, rival).source, ranked[0][0], names if rival else ())

    def _is_about(self, subject: Phrase, phrase: Phrase) -> bool:
        """``The firm was fined for what it called an error``: the subject of the same sentence, before the pronoun.

        "The researchers" are looked for before it: there they may have a name.
        """
        nouns = self.reading.language.nouns
        known = (
            subject.entity is not None or subject.words[0] not in nouns.definite or subject.head not in nouns.anonymous
        )
        before = subject.mention.end_char < phrase.mention.start_char
        return known and before and self._can_be_meant(subject, phrase)

    def _can_be_meant(self, subject: Phrase, phrase: Phrase) -> bool:
        """Tell whether "they" or "it" can stand for what a sentence before was about."""
        pronouns, nouns = self.reading.language.pronouns, self.reading.language.nouns
        if subject.pronoun or subject.words[0] in self.reading.language.grammar.masses:
            return False
        if subject.entity is not None:
            return subject.entity.kind is EntityKind.ORGANISATION
        if subject.head in nouns.organisations - nouns.anonymous:
            return True
        if subject.head in nouns.documents:
            return phrase.head in pronouns.it
        return phrase.head in pronouns.they and subject.head in nouns.anonymous

    def _meant(self, subject: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        resolved = self._resolved(subject, sentence)
        return Resolved(resolved.source.model_copy(update={"mention": mention}), resolved.entity, chain=resolved.chain)

    def _role(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        """``the minister``: whoever has that role."""
        nouns = self.reading.language.nouns
        start = phrase.mention.start_char
        gender = gender_of_words(phrase.words, self.reading.language)
        called = [e for e in self.names.entities if phrase.head in e.descriptors and e.kind is not EntityKind.PLACE]
        if called and phrase.head not in nouns.roles:
            if called[0].kind is EntityKind.UNKNOWN:
                called[0].kind = EntityKind.ORGANISATION
            return of_entity(called[0], mention)
        fitting = self._holders(phrase, sentence, gender) if not phrase.complements else []
        if fitting:
            note = f"more than one {phrase.head} is named, such as {{}}"
            return self._with_rivals(self._chosen(fitting[0], sentence, mention), fitting[1:], note)
        spoke = self._unnamed_before(phrase.head)
        if spoke is not None:
            return again(spoke, mention)
        if phrase.head in nouns.individuals:
            before = self._known.introduced(start, sentence, gender, reach=2)
            if before:
                note = f"no one is called {phrase.head} before; {before[0].name} was meant last"
                return self._doubted(self._chosen(before[0], sentence, mention), note)
        named = [entity for entity in self.names.entities if entity.kind is EntityKind.PERSON]
        nearest = self._known.rank(named, start, sentence, gender, reach=8 if gender else 3)
        if not self._one_person(phrase.head) or nouns.ranks & set(phrase.words[1:-1]):
            nearest = []
        if nearest and not phrase.complements and len(phrase.words) <= 4:
            names = tuple(entity.name for entity, _ in nearest[:4])
            note = f"no one is called {phrase.head} by name; {names[0]} was named last"
            return Resolved(of_entity(nearest[0][0], mention, note).source, nearest[0][0], names)
        if phrase.head in nouns.roles:
            name = " ".join(mention.text.split()[phrase.words[0] != phrase.head :]) or mention.text
            name = lexicon(self.reading.language.code).listed_first(name)
            return Resolved(SourceDraft(name=name, kind=SourceKind.PERSON, mention=mention))
        return self._unnamed(phrase, sentence, mention)

    def _unnamed_before(self, head: str) -> Spoken | None:
        """``the official``: the unnamed official who spoke before."""
        for item in reversed(self._known.spoken[-_RECALLED:]):
            source = item.resolved.source
            if source.kind is SourceKind.ANONYMOUS and head in source.name.lower().split():
                return item
        return None

    def _one_person(self, head: str) -> bool:
        """Tell whether a noun can stand for somebody named before: "the singer", "the German", not "the virus"."""
        nouns = self.reading.language.nouns
        if not nouns.agent_endings:
            return True
        return head in nouns.people or head[0].isdigit()

    def _holders(self, phrase: Phrase, sentence: int, gender: Gender | None) -> list[Candidate]:
        """Order those whom the article gives the role, people without a name among them."""
        start = phrase.mention.start_char
        former = self.reading.language.grammar.former
        people = [e for e in self.names.entities if e.kind in (EntityKind.PERSON, EntityKind.UNKNOWN)]
        form = lexicon(self.reading.language.code).form
        holders = [e for e in people if phrase.head in {form(word) for word in e.role_words()}]
        ranked: list[Candidate] = []
        other = self.reading.language.nouns.ranks & set(phrase.words[1:-1])
        for entity, score in self._known.rank(holders, start, sentence, gender, reach=ANY_REACH):
            words = entity.role_words()
            if len(words) > 1 and other - words:
                continue
            score -= _FORMER * bool((words & former) - set(phrase.words))
            score += sum(word in words for word in phrase.words[1:-1])
            ranked.append(Candidate(score, entity=entity))
        ranked += self._known.introduced(start, sentence, gender, phrase.head, reach=ANY_REACH)
        return sorted(ranked, key=lambda candidate: -candidate.score)

    def _owned(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved | None:
        """``his father``, ``its source``: who has that role, else named by the owner; None without a sure owner."""
        grammar, nouns = self.reading.language.grammar, self.reading.language.nouns
        owner = grammar.owner_of.get(phrase.words[0])
        if owner is None or len(phrase.words) < 2 or not grammar.possessive:
            return None
        holders = self._holders(phrase, sentence, gender_of_words(phrase.words[1:], self.reading.language))
        if holders and phrase.head in nouns.roles:
            return self._chosen(holders[0], sentence, mention)
        start = phrase.mention.start_char
        place = Span(start_char=start, end_char=start + len(phrase.words[0]))
        pronoun = Phrase(phrase.first, phrase.first + 1, place, owner, pronoun=True, words=(owner,))
        pronouns = self.reading.language.pronouns
        gender = Gender.HE if owner in pronouns.he else Gender.SHE if owner in pronouns.she else None
        if gender is not None and len(self._known.people(start, sentence, gender)) != 1:
            return None
        whose = self._resolved(pronoun, sentence)
        if whose.entity is None and whose.source.kind is not SourceKind.PERSON:
            return None
        rest = mention.text[len(phrase.words[0]) :].strip()
        if whose.source.uncertain or not rest:
            return None
        name = f"{whose.source.name}'s {rest}"
        return Resolved(SourceDraft(name=name, kind=SourceKind.ANONYMOUS, mention=mention))

    def _unnamed(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        """A person or group without a name; "the official" is the official of before."""
        if phrase.words[0] in self.reading.language.nouns.definite:
            spoke = self._unnamed_before(phrase.head)
            if spoke is not None:
                return again(spoke, mention)
            known = self._known.introduced(phrase.mention.start_char, sentence, None, phrase.head, reach=ANY_REACH)
            if known:
                return self._chosen(known[0], sentence, mention)
        owned = self._owned(phrase, sentence, mention)
        if owned is not None:
            return owned
        given = self._given_name(phrase, sentence)
        if given is not None:
            given.kind = EntityKind.PERSON
            return of_entity(given, mention)
        name = lexicon(self.reading.language.code).listed_first(mention.text)
        return Resolved(SourceDraft(name=name, kind=SourceKind.ANONYMOUS, mention=mention))

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
