"""Resolve phrases for organisations and documents: spokespeople, "the ministry", "the report"."""

from dataclasses import dataclass

from extractor.rules.candidates import ANY_REACH, Candidates, Resolved, Spoken, again, of_entity
from extractor.rules.chunks import EntityKind
from extractor.rules.entities import Entity
from extractor.rules.inflection import lexicon
from extractor.rules.names import Registry
from extractor.rules.phrases import Phrase
from extractor.rules.reading import Reading
from extractor.schema import PartDraft, SourceDraft, SourceKind


@dataclass(frozen=True, slots=True)
class Bodies:
    """The organisations and documents of one article, and who speaks for them."""

    reading: Reading
    names: Registry
    known: Candidates

    def spokesperson(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved | None:
        """An unnamed spokesperson is the organisation; None where the article names none."""
        language = self.reading.language
        nouns = language.nouns
        name = self._body_spoken_for(phrase, mention.text.split())
        for entity in phrase.complements:
            if entity.kind is EntityKind.UNKNOWN and entity.words[0].lower() not in nouns.given:
                entity.kind = EntityKind.ORGANISATION
            if name is not None and name.lower() not in nouns.generic_bodies and entity.name not in name:
                break
            if name is not None and len(name) > len(entity.name) and name.split()[-1].islower():
                break
            resolved = of_entity(entity, mention)
            if resolved.source.kind is SourceKind.PERSON:
                return resolved
            return Resolved(resolved.source.model_copy(update={"role": phrase.head}), entity)
        if name is None or name.lower() in nouns.generic_bodies:
            return self._body_last_named(phrase, sentence, mention)
        return Resolved(SourceDraft(name=name, kind=SourceKind.ORGANISATION, role=phrase.head, mention=mention))

    def document(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved:
        """``the report``: the document, with the body behind it in its chain."""
        determiners = self.reading.language.grammar.determiners
        words = mention.text.split()[: phrase.head_last - phrase.first]
        while len(words) > 1 and (words[0].lower() in determiners or self._dates(words[0])):
            words.pop(0)
        name = lexicon(self.reading.language.code).listed_first(" ".join(words))
        behind = [e for e in phrase.complements if e.kind in (EntityKind.PERSON, EntityKind.ORGANISATION)]
        if not behind and len(words) == 1:
            earlier = self._earlier_document(phrase.head)
            if earlier is not None:
                return again(earlier, mention)
        if not behind:
            behind = self._body_behind(phrase, sentence)
        chain = tuple(of_entity(e, None).source for e in behind[:1])
        return Resolved(SourceDraft(name=name, kind=SourceKind.DOCUMENT, mention=mention), chain=chain)

    def body(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved | None:
        """``the ministry``: the organisation so called, else the one named last; None for a group of people."""
        determiners = self.reading.language.grammar.determiners
        words = mention.text.split()
        definite = words[0].lower() in self.reading.language.nouns.definite
        while len(words) > 1 and words[0].lower() in determiners:
            words.pop(0)
        bodies = [e for e in self.names.entities if e.kind is EntityKind.ORGANISATION]
        start = phrase.mention.start_char
        if len(words) == 1 and definite:
            so_called = [e for e in bodies if phrase.head in e.name.lower().split() or phrase.head in e.descriptors]
            ranked = self.known.rank(so_called, start, sentence, None, reach=ANY_REACH)
            if not ranked and phrase.head in self.reading.language.nouns.generic_bodies:
                ranked = self.known.rank(bodies, start, sentence, None)
            if ranked:
                names = tuple(entity.name for entity, _ in ranked[:4])
                note = f"“{mention.text}” could also stand for {names[1]}" if len(names) > 1 else None
                return Resolved(of_entity(ranked[0][0], mention, note).source, ranked[0][0], names if note else ())
        if phrase.head in self.reading.language.nouns.anonymous:
            return None
        name = lexicon(self.reading.language.code).listed_first(" ".join(words))
        return Resolved(SourceDraft(name=name, kind=SourceKind.ORGANISATION, mention=mention))

    def _dates(self, word: str) -> bool:
        """``the March 14, 2019 press release``: the day is no part of the name."""
        return word.lower() in self.reading.language.months or word.rstrip(",").isdigit()

    def _body_last_named(self, phrase: Phrase, sentence: int, mention: PartDraft) -> Resolved | None:
        """``a spokeswoman``, ``a company spokesman``: the organisation that the article spoke of last."""
        beside = self._body_beside(phrase, sentence)
        if beside is not None:
            note = f"“{mention.text}” names no organisation; the sentence is about {beside}"
            source = SourceDraft(name=beside, kind=SourceKind.ORGANISATION, mention=mention, uncertain=note)
            return Resolved(source.model_copy(update={"role": phrase.head}))
        bodies = [e for e in self.names.entities if e.kind is EntityKind.ORGANISATION]
        ranked = self.known.rank(bodies, phrase.mention.start_char, sentence, None)
        if not ranked:
            return None
        note = f"“{mention.text}” names no organisation; {ranked[0][0].name} was named last"
        source = of_entity(ranked[0][0], mention, note).source.model_copy(update={"role": phrase.head})
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

    def _earlier_document(self, head: str) -> Spoken | None:
        generic = head in self.reading.language.nouns.generic_documents
        for item in reversed(self.known.spoken[-20:]):
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
