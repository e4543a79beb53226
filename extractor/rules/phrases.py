"""Noun phrases that can be the source of a cue: before it, after it, in apposition."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from extractor.rules.chunks import Chunk, EntityKind
from extractor.rules.entities import Entity
from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.rules.names import Registry
from extractor.rules.nounphrases import NounPhraseReader, Phrase, is_person
from extractor.rules.reading import Token, TokenKind
from extractor.rules.verbforms import verb_forms
from extractor.schema import Span

__all__ = ["Phrase", "PhraseReader"]

_MAX_PHRASE_TOKENS = 30
_MAX_APPOSITION_TOKENS = 30
_MAX_RELATIVE_TOKENS = 12
"""A relative clause that no comma opens is no longer."""
_MAX_NEAR_TOKENS = 8
_MAX_OBJECT_TOKENS = 4
"""So many words back from the verb of a relative clause to its "who"."""


@cache
def _attributing_verbs(code: str) -> frozenset[str]:
    verbs = language_data(code).verbs
    return verbs.say | verbs.tell | verbs.quote | verbs.label | verbs.accuse


class PhraseReader:
    """Reads noun phrases in the frame of one unit."""

    def __init__(self, frame: Sequence[Token], names: Registry, language: Language) -> None:
        self.frame = frame
        self._names = names
        self._language = language
        self._verbs = _attributing_verbs(language.code)
        self._nouns = NounPhraseReader(frame, names, language)
        nouns = language.nouns
        self._people = nouns.individuals | nouns.he_nouns | nouns.she_nouns | nouns.demonyms

    def chunk_at(self, index: int) -> Chunk | None:
        """Return the name that begins at a token, titles included."""
        return self._nouns.chunk_at(index)

    def inside_name(self, index: int) -> bool:
        """Tell whether a token stands inside a name, not at its beginning."""
        return self._nouns.inside_chunk(index)

    def name_alone(self, phrase: Phrase) -> Phrase:
        """``According to Osei archaeologists have ...``: without a comma the name is the phrase, not its first noun."""
        after = self.frame[phrase.last] if phrase.last < len(self.frame) else None
        if phrase.entity is not None or not phrase.complements or after is None or after.kind is not TokenKind.WORD:
            return phrase
        chunk = self._nouns.chunk_at(phrase.first)
        owner = phrase.complements[-1]
        if chunk is None or not self._language.lexicon.verbs or owner.kind is not EntityKind.PERSON:
            return phrase
        return self._nouns.parsed(phrase.first, phrase.first + chunk.last - chunk.first) or phrase

    def can_speak(self, phrase: Phrase) -> bool:
        """Tell whether the noun of a phrase is one for people, bodies or documents."""
        return phrase.head in self._nouns.nouns or phrase.head in self._people or phrase.head[:1].isdigit()

    def before(self, end: int, *, lenient: bool = False) -> Phrase | None:
        """Read the phrase that ends before token `end`, looking through an apposition.

        Args:
            end: Index in the frame, exclusive; auxiliaries and adverbs are already left out.
            lenient: Also take a phrase whose noun is in no list, if it has a determiner.
        """
        if end <= 0:
            return None
        token = self.frame[end - 1]
        if token.text in ",)—–":
            return self._before_apposition(end - 1, lenient=lenient) or self._before_stray_comma(end - 1)
        phrase = self._ending(end, lenient=lenient)
        if phrase is None or phrase.pronoun:
            return phrase
        phrase = self._before_second_role(phrase) or phrase
        if phrase.entity is not None:
            return self._with_partner(phrase)
        return self._with_member(phrase) or self._with_other(phrase)

    def nearest(self, end: int) -> Phrase | None:
        """Read the name or the determined noun that ends before token `end`, whatever governs it: "by Osei, who"."""
        for first in range(end - 1, max(-1, end - _MAX_NEAR_TOKENS), -1):
            chunk = self._nouns.chunk_at(first)
            named = chunk is not None and first + chunk.last - chunk.first == end
            if named or self.frame[first].lower in self._language.grammar.determiners:
                return self._nouns.parsed(first, end)
            if self.frame[first].kind is not TokenKind.WORD or self.frame[first].finite:
                return None
            if self.frame[first].lower in self._language.grammar.prepositions:
                return self._nouns.parsed(first + 1, end) if first + 1 < end else None
        return None

    def _before_apposition(self, closing: int, *, lenient: bool) -> Phrase | None:
        """``Osei, head of the waterworks, said``: the phrase before the opening comma."""
        opener = "(" if self.frame[closing].text == ")" else self.frame[closing].text
        low = max(0, closing - _MAX_APPOSITION_TOKENS)
        nearest: Phrase | None = None
        for opening in range(closing - 1, low, -1):
            token = self.frame[opening]
            if token.kind is TokenKind.QUOTE or token.text in ";:" or (nearest is not None and token.finite):
                break
            if token.text == opener and opening + 1 < closing:
                phrase = self._apposed(opening, closing, lenient=lenient)
                if phrase is None or (nearest is not None and not self._opens_apposition(phrase, opening)):
                    continue
                if phrase.entity is None or phrase.last > opening or phrase.entity.kind is EntityKind.PERSON:
                    nearest = nearest if nearest is not None and phrase.entity is None else phrase
                else:
                    nearest = nearest or phrase
                if not self._language.lexicon.verbs or (phrase.entity is not None and phrase.last <= opening):
                    return nearest
        return nearest

    def _before_stray_comma(self, comma: int) -> Phrase | None:
        """``Director Osei of the Institute for Health (IFH), announced``: a comma between a person and the verb."""
        phrase = self._ending(comma) if self.frame[comma].text == "," else None
        named = phrase is not None and phrase.entity is not None and is_person(phrase.entity)
        if phrase is None or not named or not self._opens_freely(phrase.first):
            return None
        return phrase if self.frame[comma - 1].text == ")" else None

    def _opens_apposition(self, phrase: Phrase, opening: int) -> bool:
        """``Osei, the mayor of Varn, West Coast, said``: a person's name that a comma and a noun phrase follow."""
        person = phrase.entity is not None and is_person(phrase.entity) and phrase.last == opening
        return (
            person and self.frame[opening + 1].lower in self._language.grammar.determiners | self._language.nouns.roles
        )

    def _apposed(self, opening: int, closing: int, *, lenient: bool) -> Phrase | None:
        """Choose between the phrase before an apposition and a name inside it."""
        phrase = self._ending(opening, lenient=lenient)
        if phrase is None or phrase.entity is not None or phrase.pronoun:
            return phrase
        if self.frame[opening + 1].lower in self._language.grammar.including:
            return phrase
        for inside in (self.starting(opening + 1, stop=closing), self._ending(closing)):
            if inside is not None and inside.entity is not None and is_person(inside.entity) and not inside.pronoun:
                return replace(inside, first=phrase.first)
        return self._body_apposed(phrase, opening, closing) or phrase

    def _body_apposed(self, phrase: Phrase, opening: int, closing: int) -> Phrase | None:
        """``the militant group, the Front of the North, claimed``: a body's name and nothing else between commas."""
        nouns = self._language.nouns
        known = phrase.head in nouns.organisations or phrase.head.removesuffix("s") in nouns.organisations
        inside = self.starting(opening + 1, stop=closing) if known else None
        entity = inside.entity if inside is not None else None
        if inside is None or entity is None or self._before_brackets(closing) not in (inside.last, inside.last + 1):
            return None
        named = entity.kind is EntityKind.ORGANISATION or (entity.kind is EntityKind.UNKNOWN and len(entity.words) > 1)
        return replace(inside, first=phrase.first) if named else None

    def _ending(self, end: int, *, lenient: bool = False) -> Phrase | None:
        """Read the phrase whose last token is `end` - 1, with nothing in between."""
        end = self._before_brackets(end)
        start = end
        while start > 0 and end - start < _MAX_PHRASE_TOKENS:
            token = self.frame[start - 1]
            if token.text == ")" and self._short_form(start):
                start -= 3
                continue
            apart = token.kind in (TokenKind.QUOTE, TokenKind.MARK) and token.text not in "-&'%$"
            if apart and not (token.text == "," and self._nouns.inside_chunk(start - 1)):
                break
            if start < end and (self._opens_clause(start - 1) or self._governs(start - 1)):
                break
            if start < end and (token.quote < 0) is not (self.frame[start].quote < 0):
                break
            if start == end and (spoken := self._nouns.contracted(start - 1)) is not None:
                return spoken
            if self._stops(token) and not self._passes(start - 1) and not self._is_gerund(start - 1):
                if token.lower in self._subject_pronouns() and start == end:
                    return self._nouns.pronoun(start - 1)
                if token.lower in self._language.pronouns.who and any(t.finite for t in self.frame[start:end]):
                    return self._before_relative(start - 1)
                whole = self._before_object(start, end)
                return (
                    self._before_participle(start - 1)
                    or whole
                    or self._nouns.trimmed(start, end, lenient=lenient)
                    or self._before_clause(start - 1)
                )
            start -= 1
        return self._nouns.trimmed(start, end, lenient=lenient)

    def _before_object(self, start: int, end: int) -> Phrase | None:
        """The noun before a relative clause whose object ends before the verb; whoever it is, the object is not."""
        whole = self._before_clause(start - 1) if self._relative_object(start - 1) else None
        named = self._nouns.trimmed(start, end, lenient=True)
        if whole is None or named is None or named.entity is None:
            return whole
        return replace(whole, complements=(named.entity,))

    def _relative_object(self, index: int) -> bool:
        """``The officer who shot Osei said``: a verb and "who" before it, with no comma; Osei is its object."""
        for opener in range(index - 1, max(0, index - _MAX_OBJECT_TOKENS), -1):
            if self.frame[opener].lower in self._language.pronouns.who:
                return self.frame[opener - 1].kind is TokenKind.WORD
            if self.frame[opener].kind is not TokenKind.WORD:
                return False
        return False

    def _is_gerund(self, index: int) -> bool:
        """``read the warning``, ``the finding said``: behind a determiner a form in -ing is a noun."""
        endings, grammar = self._language.participle_endings, self._language.grammar
        if not endings or index == 0 or not self.frame[index].lower.endswith(endings):
            return False
        return self.frame[index - 1].lower in grammar.determiners - self._language.phrases.that

    def _short_form(self, end: int) -> bool:
        """``Varn University (VU) data``: an acronym in brackets between a name and its noun."""
        return end > 3 and self.frame[end - 3].text == "(" and self.frame[end - 2].text.isupper()

    def _opens_clause(self, index: int) -> bool:
        """``met in Varn after the council said``: behind a verb a preposition that is also a conjunction."""
        grammar = self._language.grammar
        if self.frame[index].lower not in grammar.prepositions & grammar.subordinators or self._passes(index):
            return False
        if index == 0:
            return bool(self._language.lexicon.verbs)
        for earlier in range(index - 1, -1, -1):
            if self.frame[earlier].text in ",;:" or self.frame[earlier].kind is TokenKind.QUOTE:
                return False
            if self.frame[earlier].finite:
                return True
        return False

    def _governs(self, index: int) -> bool:
        """``Two farmers filed a motion``: a finite verb right before a determiner has it for its object."""
        token = self.frame[index]
        return token.finite and not token.capital and self.frame[index + 1].lower in self._language.grammar.indefinite

    def _passes(self, index: int) -> bool:
        """A conjunction inside a name, "close to", two places: words that stop elsewhere and here do not."""
        lower, grammar = self.frame[index].lower, self._language.grammar
        if lower in grammar.name_joiners and self._nouns.inside_chunk(index):
            return True
        if lower in self._language.verbs.to:
            return index > 0 and (self.frame[index - 1].lower in grammar.to_adjectives or self._addressed(index))
        return lower in grammar.pairing and self._joins_places(index)

    def _addressed(self, index: int) -> bool:
        """``A letter from Osei to Brandt said``, ``an aide to Osei said``: whom it is written to says nothing."""
        after = self.frame[index + 1] if index + 1 < len(self.frame) else None
        if after is None or not self._language.lexicon.verbs or after.kind is not TokenKind.WORD:
            return False
        hearer = after.capital or after.lower in self._language.grammar.determiners | self._language.nouns.anonymous
        for earlier in range(index - 1, max(-1, index - _MAX_NEAR_TOKENS), -1):
            token = self.frame[earlier]
            if token.kind is not TokenKind.WORD or token.finite:
                return False
            aide = (
                earlier == index - 1 and token.lower in self._language.nouns.callings | self._language.nouns.anonymous
            )
            if token.lower in self._language.nouns.documents or aide:
                return hearer
        return False

    def _joins_places(self, index: int) -> bool:
        """``authorities in Varn and Tesk``: two places after one preposition."""
        first = index + 1
        while first < len(self.frame) and self.frame[first].lower in self._language.grammar.determiners:
            first += 1
        after = self._names.at.get(self.frame[first].start) if first < len(self.frame) else None
        bodies = (EntityKind.PLACE, EntityKind.ORGANISATION)
        if after is None or after.kind not in bodies:
            return False
        for start in range(index - 1, max(-1, index - 5), -1):
            before = self._names.at.get(self.frame[start].start)
            if before is not None:
                while start and self.frame[start - 1].lower in self._language.grammar.determiners:
                    start -= 1
                led = start > 0 and self.frame[start - 1].lower in self._language.grammar.prepositions
                return before.kind in bodies and led and self._names_group(start)
        return False

    def _names_group(self, end: int) -> bool:
        """``authorities in Norland``, ``the banks of Norland``: a plural and its preposition before a name."""
        while (
            end
            and self.frame[end - 1].lower in self._language.grammar.determiners | self._language.grammar.prepositions
        ):
            end -= 1
        known = self._language.nouns.anonymous | self._language.nouns.organisations
        return end > 0 and self.frame[end - 1].lower in known

    def _before_clause(self, index: int) -> Phrase | None:
        """``officials who ordered that change``: a relative clause with words in it that end a noun phrase."""
        if not self._language.lexicon.verbs:
            return None
        seen = False
        for opener in range(index, max(-1, index - _MAX_RELATIVE_TOKENS), -1):
            token = self.frame[opener]
            if token.kind in (TokenKind.QUOTE, TokenKind.MARK):
                return None
            seen = seen or token.finite
            if token.lower in self._language.pronouns.who:
                return self._before_relative(opener) if seen else None
        return None

    def _before_relative(self, index: int) -> Phrase | None:
        """``Osei who chairs the board said``: the noun before a relative clause that no comma parts from it."""
        if index == 0 or self.frame[index - 1].kind is not TokenKind.WORD:
            return None
        phrase = self._ending(index)
        return phrase if phrase is not None and not phrase.pronoun else None

    def _before_participle(self, index: int) -> Phrase | None:
        """``Osei speaking to the council called``: the person before a participle that hangs on the name."""
        token, endings = self.frame[index], self._language.participle_endings
        if not endings or index == 0 or token.capital or not token.lower.endswith(endings):
            return None
        phrase = self._ending(index)
        if phrase is None or phrase.pronoun:
            return None
        return phrase if (phrase.entity is not None and is_person(phrase.entity)) or self._hangs(phrase) else None

    def _hangs(self, phrase: Phrase) -> bool:
        """``The woman accusing Osei of theft said``: people without a name, on whom the participle hangs."""
        nouns, participle = self._language.nouns, self.frame[phrase.last].lower
        if participle in self._language.verbs.citing:
            return False
        return phrase.entity is None and phrase.head in nouns.callings | nouns.anonymous | self._people

    def _before_second_role(self, phrase: Phrase) -> Phrase | None:
        """``Osei of the Institute and contributor to the Courier wrote``: the role has no determiner of its own."""
        first, nouns = phrase.first, self._language.nouns
        if first > 1 and self.frame[first - 1].lower in self._language.verbs.to:
            first -= 2
        if first < 2 or self.frame[first - 1].lower not in self._language.grammar.pairing:
            return None
        if self.frame[first].capital or self.frame[first].lower not in nouns.callings:
            return None
        whole = self._ending(first - 1)
        if whole is None or whole.entity is None or not is_person(whole.entity):
            return None
        return replace(whole, last=phrase.last)

    def _before_brackets(self, end: int) -> int:
        """``the World Health Organization (WHO)``, ``Osei et al``: step back over the brackets, over the others."""
        if end > 2 and tuple(token.lower for token in self.frame[end - 2 : end]) in self._language.grammar.and_others:
            return end - 2
        if end > 0 and self.frame[end - 1].text == ")":
            for start in range(end - 2, max(-1, end - 9), -1):
                if self.frame[start].text == "(":
                    return start
        return end

    def _subject_pronouns(self) -> frozenset[str]:
        pronouns = self._language.pronouns
        return pronouns.he | pronouns.she | pronouns.they | pronouns.it

    def _stops(self, token: Token) -> bool:
        """Tell whether a word cannot be inside a noun phrase."""
        language = self._language
        if (
            token.quote >= 0
            and token.kind is TokenKind.WORD
            and not token.capital
            and token.lower in language.pronouns.speaker
        ):
            return True
        lower = token.lower
        fused = lower in language.pronouns.fused
        if (
            fused
            or lower in self._subject_pronouns()
            or lower in language.pronouns.who
            or lower in language.phrases.that
        ):
            return True
        if lower in language.grammar.conjunctions and lower not in language.grammar.prepositions:
            return True
        if token.capital:
            return False
        if lower in self._verbs and lower not in self._nouns.nouns:
            return token.finite or lower not in verb_forms(language.code).base
        finite = lower in language.verbs.finite and lower not in language.grammar.possessive
        return finite or lower in language.verbs.to

    def object_pronoun(self, index: int) -> Phrase | None:
        """``according to him``."""
        pronouns = self._language.pronouns
        if index >= len(self.frame) or self.frame[index].lower not in pronouns.possessive_he | pronouns.possessive_she:
            return None
        if index + 1 < len(self.frame) and self.frame[index + 1].kind is TokenKind.WORD:
            return None
        return self._nouns.pronoun(index)

    def _with_other(self, phrase: Phrase) -> Phrase:
        """``Police and witnesses``, ``State and federal officials``: two groups, or one of two kinds."""
        grammar, joint = self._language.grammar, phrase.first - 1
        if not self._language.lexicon.verbs or joint < 1 or self.frame[joint].lower not in grammar.pairing:
            return phrase
        first, bound = joint - 1, grammar.prepositions | grammar.conjunctions | grammar.owners
        if self.frame[first].kind is not TokenKind.WORD or self.frame[first].finite or self.inside_name(first):
            return phrase
        if first and self.frame[first - 1].lower in grammar.determiners:
            first -= 1
        opens = first == 0 or self.frame[first - 1].kind is not TokenKind.WORD
        if not opens or self.frame[joint - 1].lower in bound or self._nouns.chunk_at(joint - 1) is not None:
            return phrase
        if phrase.words[0] in grammar.determiners or phrase.head not in self._language.nouns.anonymous:
            return phrase
        span = Span(start_char=self.frame[first].start, end_char=phrase.mention.end_char)
        words = (*(token.lower for token in self.frame[first : joint + 1]), *phrase.words)
        return replace(phrase, first=first, mention=span, words=words)

    def _with_member(self, phrase: Phrase) -> Phrase | None:
        """``NATO and other alliances``, ``Osei and two other ministers``: a name and the rest of its group."""
        grammar, joint = self._language.grammar, phrase.first - 1
        own = phrase.words[0] in grammar.owners and phrase.head in self._language.nouns.anonymous
        others = own or any(word in grammar.rest for word in phrase.words[:2])
        if not others or joint < 1 or self.frame[joint].lower not in grammar.pairing:
            return None
        named = self._ending(joint)
        if named is None or named.pronoun or named.last != joint or not self._opens_freely(named.first):
            return None
        if named.head in self._language.nouns.documents:
            return replace(named, last=phrase.last)
        first = named.first
        while first < joint - 1 and self.frame[first].lower in grammar.determiners:
            first += 1
        span = Span(start_char=self.frame[first].start, end_char=phrase.mention.end_char)
        words = tuple(token.lower for token in self.frame[first : phrase.last])
        return replace(phrase, first=named.first, mention=span, words=words, complements=())

    def _opens_freely(self, index: int) -> bool:
        """Tell whether nothing governs what begins here, as a verb or a preposition would."""
        if index == 0 or self.frame[index - 1].kind is not TokenKind.WORD:
            return True
        grammar = self._language.grammar
        return (
            self.frame[index - 1].lower in (grammar.conjunctions - grammar.prepositions) | self._language.phrases.that
        )

    def _with_partner(self, phrase: Phrase) -> Phrase:
        """``Osei and Brandt``: join two people."""
        start = phrase.first
        people = (EntityKind.PERSON, EntityKind.ORGANISATION, EntityKind.UNKNOWN)
        if start < 2 or self.frame[start - 1].lower not in self._language.grammar.pairing or phrase.entity is None:
            return phrase
        other = self._ending(start - 1)
        if (
            other is None
            or other.entity is None
            or not self._alike(other.entity, phrase.entity)
            or not (other.entity.kind in people or self._opens_freely(other.first))
        ):
            return phrase
        if other.last != start - 1 or other.entity is phrase.entity or self._in_list(other.first):
            return phrase
        span = Span(start_char=other.mention.start_char, end_char=phrase.mention.end_char)
        return Phrase(other.first, phrase.last, span, phrase.head, other.entity, (phrase.entity,), words=phrase.words)

    def _alike(self, one: Entity, other: Entity) -> bool:
        """Tell whether two names can be joined; one of which nothing is known is a person's if the given name is."""
        given = one.words[0].lower() in self._language.nouns.given and len(one.words) > 1
        person = one.kind is EntityKind.UNKNOWN and given and other.kind is EntityKind.PERSON
        return one.kind is other.kind or person

    def _in_list(self, index: int) -> bool:
        """``Osei, Brandt and Marl``: a name and a comma stand before."""
        return index > 1 and self.frame[index - 1].text == "," and self.frame[index - 2].capital

    def starting(self, index: int, *, stop: int | None = None, lenient: bool = False) -> Phrase | None:
        """Read the phrase that begins at token `index`.

        Args:
            index: Index in the frame.
            stop: Do not read past this token.
            lenient: Also take a phrase whose noun is in no list, if it has a determiner.
        """
        stop = len(self.frame) if stop is None else stop
        if index >= stop:
            return None
        if self.frame[index].lower in self._subject_pronouns():
            return self._nouns.pronoun(index)
        end = index
        while end < stop and end - index < _MAX_PHRASE_TOKENS:
            token = self.frame[end]
            chunk = self._nouns.chunk_at(end)
            if chunk is not None:
                end = min(stop, end + chunk.last - chunk.first)
                if end < stop and self._ends_after_name(end):
                    break
                continue
            mark = token.kind in (TokenKind.QUOTE, TokenKind.MARK) and token.text not in "-&'%$"
            if mark and not self._in_date(end):
                break
            if (self._stops(token) and not self._is_gerund(end)) or (end > index and self._closes(end)):
                break
            end += 1
        if end == index:
            return None
        phrase = self._nouns.parsed(index, end, lenient=lenient)
        if phrase is None:
            return None
        body = self._body_after_comma(phrase, end, stop)
        return body or self._named_after_comma(phrase, end, stop, lenient=lenient)

    def _in_date(self, index: int) -> bool:
        """``a March 14, 2019 press release``: the comma between a day and its year, with more words behind."""
        frame = self.frame
        if frame[index].text != "," or index < 2 or index + 2 >= len(frame):
            return False
        if frame[index - 2].lower not in self._language.months:
            return False
        numbers = frame[index - 1].kind is TokenKind.NUMBER and frame[index + 1].kind is TokenKind.NUMBER
        return numbers and frame[index + 2].kind is TokenKind.WORD

    def _ends_after_name(self, index: int) -> bool:
        """After a name the phrase goes on only with a possessive, a preposition or a known noun."""
        token, language = self.frame[index], self._language
        if token.kind is not TokenKind.WORD or token.capital:
            return False
        lower = token.lower
        if lower in language.grammar.possessive or lower in language.grammar.prepositions or lower == "and":
            return False
        if language.lexicon.verbs and token.finite:
            return True
        if lower in language.grammar.owners:
            return True
        if language.cases or (language.nouns_capitalised and lower in language.grammar.determiners):
            return True
        if lower in language.verbs.say and lower not in self._nouns.nouns:
            return True
        return not any(later.lower in self._nouns.nouns for later in self.frame[index : index + 3])

    def _closes(self, index: int) -> bool:
        """A word that begins something new after the phrase: "said Osei on Friday", "told reporters"."""
        language, token = self._language, self.frame[index]
        verbs = language.verbs
        if token.capital:
            return False
        participle = bool(language.participle_endings) and token.lower.endswith(language.participle_endings)
        if participle and self.frame[index - 1].lower in language.nouns.people:
            return True
        if token.lower in verbs.say and self.frame[index - 1].lower not in language.grammar.determiners:
            return token.finite or token.lower not in self._nouns.nouns
        before = self.frame[index - 1].lower
        if before in self._nouns.nouns and verbs.past_endings and token.lower.endswith(verbs.past_endings):
            return True
        determiner = token.lower in language.grammar.determiners - language.grammar.of
        if determiner and before not in language.grammar.prepositions:
            return before not in language.grammar.determiners and token.lower not in language.grammar.possessive
        if language.nouns_capitalised and self.frame[index - 1].capital and token.kind is TokenKind.WORD:
            if token.lower not in language.grammar.prepositions and token.lower not in language.grammar.determiners:
                return True
        authored = token.lower in language.grammar.by and before in language.nouns.documents
        if token.lower in language.phrases.manner and token.lower not in language.grammar.of and not authored:
            return True
        following = self.frame[index + 1].lower if index + 1 < len(self.frame) else ""
        timed = token.lower in language.times and token.lower not in language.grammar.determiners
        return timed or (
            token.lower in language.grammar.prepositions and following in language.times | language.phrases.media
        )

    def _body_after_comma(self, phrase: Phrase, end: int, stop: int) -> Phrase | None:
        """``One of these groups, the Front of the North, left and said``: the name of the body between commas."""
        if phrase.entity is not None or end >= stop or self.frame[end].text != ",":
            return None
        closing = next((n for n in range(end + 2, stop) if self.frame[n].text == ","), None)
        return None if closing is None else self._body_apposed(phrase, end, closing)

    def _named_after_comma(self, phrase: Phrase, end: int, stop: int, *, lenient: bool) -> Phrase:
        """``said the minister, Maria Lopez,``: the name follows in apposition."""
        if phrase.entity is not None and phrase.entity.kind is EntityKind.PERSON:
            return phrase
        if end + 1 >= stop or self.frame[end].text != ",":
            return phrase
        nouns = self._language.nouns
        if phrase.head not in nouns.roles and (not lenient or phrase.entity is not None):
            return phrase
        if nouns.agent_endings and phrase.head not in nouns.people:
            return phrase
        if end + 2 < stop and self.frame[end + 1].lower in self._language.nouns.roles:
            end += not self.frame[end + 1].capital
        chunk = self._nouns.chunk_at(end + 1)
        if chunk is None:
            return phrase
        close = end + 1 + chunk.last - chunk.first
        if close < len(self.frame) and self.frame[close].text not in ",.":
            return phrase
        inside = self._nouns.parsed(end + 1, close)
        if inside is not None and inside.entity is not None and inside.entity.kind is not EntityKind.PLACE:
            return inside
        return phrase
