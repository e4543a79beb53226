"""Noun phrases that can be the source of a cue: before it, after it, in apposition."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from extractor.rules.chunks import Chunk, EntityKind
from extractor.rules.entities import Entity
from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.rules.names import Registry
from extractor.rules.reading import Token, TokenKind
from extractor.schema import Span

_MAX_PHRASE_TOKENS = 30
_MAX_APPOSITION_TOKENS = 30


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase that may name a source."""

    first: int
    """Index of its first token in the frame."""
    last: int
    """Exclusive."""
    mention: Span
    """The words to show: the name alone, or the whole phrase."""
    head: str
    """Lower-case head noun, or the pronoun."""
    entity: Entity | None = None
    """Set when the phrase itself holds the name."""
    others: tuple[Entity, ...] = ()
    """Further people in "Osei and Brandt"."""
    pronoun: bool = False
    head_last: int = 0
    """Index after the head noun; complements and participles follow it."""
    words: tuple[str, ...] = ()
    """Lower-case words of the phrase."""
    complements: tuple[Entity, ...] = ()
    """Entities named after "of", "for", "by", or as possessors before the head."""


@cache
def _attributing_verbs(code: str) -> frozenset[str]:
    verbs = language_data(code).verbs
    return verbs.say | verbs.tell | verbs.quote | verbs.label | verbs.accuse


@cache
def _speaking_nouns(code: str) -> frozenset[str]:
    nouns = language_data(code).nouns
    bodies = nouns.organisations | nouns.documents | nouns.titles
    return nouns.roles | nouns.anonymous | nouns.spokespeople | bodies


class PhraseReader:
    """Reads noun phrases in the frame of one unit."""

    def __init__(self, frame: Sequence[Token], names: Registry, language: Language) -> None:
        self.frame = frame
        self._names = names
        self._language = language
        self._verbs = _attributing_verbs(language.code)
        self._known_nouns = _speaking_nouns(language.code)

    def chunk_at(self, index: int) -> Chunk | None:
        """Return the name that begins at a token, titles included."""
        return self._names.chunks.get(self.frame[index].start)

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
            return self._before_apposition(end - 1, lenient=lenient)
        phrase = self._ending(end, lenient=lenient)
        if phrase is None or phrase.pronoun:
            return phrase
        phrase = self._before_second_role(phrase) or phrase
        return phrase if phrase.entity is None else self._with_partner(phrase)

    def _before_apposition(self, closing: int, *, lenient: bool) -> Phrase | None:
        """``Osei, head of the waterworks, said``: the phrase before the opening comma."""
        opener = "(" if self.frame[closing].text == ")" else self.frame[closing].text
        low = max(0, closing - _MAX_APPOSITION_TOKENS)
        for opening in range(closing - 1, low, -1):
            token = self.frame[opening]
            if token.kind is TokenKind.QUOTE or token.text in ";:":
                return None
            if token.text == opener and opening + 1 < closing:
                phrase = self._apposed(opening, closing, lenient=lenient)
                if phrase is not None:
                    return phrase
        return None

    def _apposed(self, opening: int, closing: int, *, lenient: bool) -> Phrase | None:
        """Choose between the phrase before an apposition and a name inside it."""
        phrase = self._ending(opening, lenient=lenient)
        if phrase is None or phrase.entity is not None or phrase.pronoun:
            return phrase
        for inside in (self.starting(opening + 1, stop=closing), self._ending(closing)):
            if inside is not None and inside.entity is not None and _is_person(inside.entity) and not inside.pronoun:
                return replace(inside, first=phrase.first)
        return phrase

    def _ending(self, end: int, *, lenient: bool = False) -> Phrase | None:
        """Read the phrase whose last token is `end` - 1, with nothing in between."""
        end = self._before_brackets(end)
        start = end
        while start > 0 and end - start < _MAX_PHRASE_TOKENS:
            token = self.frame[start - 1]
            if token.kind in (TokenKind.QUOTE, TokenKind.MARK) and token.text not in "-&'%$":
                break
            if start < end and (token.quote < 0) is not (self.frame[start].quote < 0):
                break
            if self._stops(token) and not self._passes(start - 1):
                if token.lower in self._subject_pronouns() and start == end:
                    return self._pronoun(start - 1)
                return self._before_participle(start - 1) or self._trimmed(start, end, lenient=lenient)
            start -= 1
        return self._trimmed(start, end, lenient=lenient)

    def _passes(self, index: int) -> bool:
        """A conjunction inside a name, "close to", two places: words that stop elsewhere and here do not."""
        lower, grammar = self.frame[index].lower, self._language.grammar
        if lower in grammar.name_joiners and self._inside_chunk(index):
            return True
        if lower in self._language.verbs.to:
            return index > 0 and self.frame[index - 1].lower in grammar.to_adjectives
        return lower in grammar.pairing and self._joins_places(index)

    def _joins_places(self, index: int) -> bool:
        """``authorities in Varn and Tesk``: two places after one preposition."""
        first = index + 1
        while first < len(self.frame) and self.frame[first].lower in self._language.grammar.determiners:
            first += 1
        after = self._names.at.get(self.frame[first].start) if first < len(self.frame) else None
        if after is None or after.kind is not EntityKind.PLACE:
            return False
        for start in range(index - 1, max(-1, index - 5), -1):
            before = self._names.at.get(self.frame[start].start)
            if before is not None:
                while start and self.frame[start - 1].lower in self._language.grammar.determiners:
                    start -= 1
                led = start > 0 and self.frame[start - 1].lower in self._language.grammar.prepositions
                return before.kind is EntityKind.PLACE and led
        return False

    def _trimmed(self, start: int, end: int, *, lenient: bool) -> Phrase | None:
        start = self._without_adverbials(start, end)
        return self._parsed(start, end, lenient=lenient) if start < end else None

    def _before_participle(self, index: int) -> Phrase | None:
        """``Osei speaking to the council called``: the person before a participle that hangs on the name."""
        token, endings = self.frame[index], self._language.participle_endings
        if not endings or index == 0 or token.capital or not token.lower.endswith(endings):
            return None
        phrase = self._ending(index)
        return phrase if phrase is not None and phrase.entity is not None and _is_person(phrase.entity) else None

    def _before_second_role(self, phrase: Phrase) -> Phrase | None:
        """``Osei of the Institute and contributor to the Courier wrote``: the role has no determiner of its own."""
        first, nouns = phrase.first, self._language.nouns
        if first > 1 and self.frame[first - 1].lower in self._language.verbs.to:
            first -= 2
        if first < 2 or self.frame[first - 1].lower not in self._language.grammar.pairing:
            return None
        if self.frame[first].capital or self.frame[first].lower not in nouns.roles | nouns.titles:
            return None
        whole = self._ending(first - 1)
        if whole is None or whole.entity is None or not _is_person(whole.entity):
            return None
        return replace(whole, last=phrase.last)

    def _before_brackets(self, end: int) -> int:
        """``the World Health Organization (WHO)``: step back over the brackets."""
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
        if lower in self._subject_pronouns() or lower in language.pronouns.who or lower in language.phrases.that:
            return True
        if lower in language.grammar.conjunctions and lower not in language.grammar.prepositions:
            return True
        if token.capital:
            return False
        if lower in self._verbs and lower not in self._known_nouns:
            return True
        finite = lower in language.verbs.finite and lower not in language.grammar.possessive
        return finite or lower in language.verbs.to

    def _inside_chunk(self, index: int) -> bool:
        for first in range(index - 1, max(-1, index - 8), -1):
            chunk = self.chunk_at(first)
            if chunk is not None:
                return first + chunk.last - chunk.first > index
        return False

    def _without_adverbials(self, start: int, end: int) -> int:
        """Skip "On Friday", "Earlier this month", "In Texas" before the subject."""
        language = self._language
        while start < end:
            token = self.frame[start]
            adverb = token.lower in language.times and token.lower not in language.grammar.determiners
            if (
                adverb
                or (not token.capital and token.lower.endswith("ly"))
                or (
                    token.lower in language.function_words
                    and token.lower not in language.grammar.determiners
                    and token.lower not in language.grammar.prepositions
                    and not (token.text.isupper() and len(token.text) > 1)
                )
            ):
                start += 1
            elif token.lower in language.grammar.determiners and self._time_follows(start + 1, end):
                start += 2
            elif token.kind is TokenKind.NUMBER and start + 1 < end and self.frame[start - 1].lower in language.months:
                start += 1
            elif token.lower in language.grammar.prepositions:
                after = self._after_adverbial(start, end)
                if after is None:
                    return end
                start = after
            else:
                break
        return start

    def _time_follows(self, index: int, end: int) -> bool:
        return index < end and self.frame[index].lower in self._language.times

    def _after_adverbial(self, start: int, end: int) -> int | None:
        """Where the subject begins after an opening prepositional phrase without a comma."""
        grammar = self._language.grammar
        index = start + 1
        while index < end and (
            self.frame[index].lower in self._language.times or self.frame[index].kind is TokenKind.NUMBER
        ):
            index += 1
        if index > start + 1 and index < end:
            return index
        for later in range(end - 1, start + 1, -1):
            fresh = self.frame[later].lower in grammar.determiners or self.chunk_at(later) is not None
            before = self.frame[later - 1].lower
            if fresh and before not in grammar.prepositions and before not in grammar.determiners and later > start + 2:
                return later
        return None

    def _parsed(self, start: int, end: int, *, lenient: bool = False) -> Phrase | None:
        """Split a phrase into head group and complements, and look for the name in the head."""
        grammar = self._language.grammar
        if start + 2 < end and self.frame[start + 1].lower in grammar.of:
            if self.frame[start].lower in grammar.partitives:
                start += 2
            elif self.frame[start].lower in grammar.quantities:
                return self._some_of(start, end)
        head_end = self._head_end(start, end)
        entity, name_first, name_last = self._name_in(start, head_end)
        if entity is None and head_end < end:
            person, first, last = self._name_in(head_end, end)
            free = person is not None and self._stands_free(first)
            if free and person is not None and last == end and _is_person(person):
                entity, name_first, name_last, head_end = person, first, last, end
        complements = self._entities_in(head_end, end)
        words = tuple(token.lower for token in self.frame[start:end])
        possessors: tuple[Entity, ...] = ()
        if entity is not None and name_last < head_end:
            possessors = (entity,)
            entity = None
        if entity is not None:
            span = Span(start_char=self.frame[name_first].start, end_char=self.frame[name_last - 1].end)
            return Phrase(
                start, end, span, self.frame[name_last - 1].lower, entity, words=words, complements=complements
            )
        index = self._head_noun(start, head_end)
        if index is None and lenient and head_end - start > 1 and words[0] in self._language.grammar.determiners:
            index = head_end - 1
        if index is None:
            return None
        head = self.frame[index].lower
        span = Span(start_char=self.frame[start].start, end_char=self.frame[end - 1].end)
        return Phrase(start, end, span, head, head_last=index + 1, words=words, complements=(*complements, *possessors))

    def _stands_free(self, index: int) -> bool:
        """``Mayor of London Sadiq Khan``: the name follows another noun, not a preposition."""
        before = self.frame[index - 1]
        grammar = self._language.grammar
        bound = grammar.prepositions | grammar.determiners | grammar.conjunctions | grammar.possessive
        return before.kind is TokenKind.WORD and before.lower not in bound and not self._inside_chunk(index)

    def _some_of(self, start: int, end: int) -> Phrase | None:
        """``one of the children``: unnamed, whatever follows."""
        index = self._head_noun(start + 2, self._head_end(start + 2, end))
        index = end - 1 if index is None else index
        span = Span(start_char=self.frame[start].start, end_char=self.frame[end - 1].end)
        words = tuple(token.lower for token in self.frame[start:end])
        return Phrase(start, end, span, self.frame[index].lower, head_last=index + 1, words=words)

    def _head_end(self, start: int, end: int) -> int:
        index = start
        while index < end:
            chunk = self.chunk_at(index)
            if chunk is not None:
                index += chunk.last - chunk.first
                continue
            if self.frame[index].lower in self._language.grammar.prepositions and index > start:
                return index
            index += 1
        return end

    def _name_in(self, start: int, end: int) -> tuple[Entity | None, int, int]:
        """Find the last name in the head group and its token range."""
        best: tuple[Entity | None, int, int] = (None, start, start)
        index = start
        while index < end:
            chunk = self.chunk_at(index)
            if chunk is None:
                index += 1
                continue
            length = chunk.last - chunk.first
            offset = chunk.name_first - chunk.first
            name_index = index + offset
            if name_index < len(self.frame) and offset < length:
                entity = self._names.at.get(self.frame[name_index].start)
                if entity is not None:
                    best = (entity, name_index, min(index + length, end))
            index += max(1, length)
        return best

    def _entities_in(self, start: int, end: int) -> tuple[Entity, ...]:
        found = (self._names.at.get(token.start) for token in self.frame[start:end])
        return tuple(entity for entity in found if entity is not None)

    def _head_noun(self, start: int, end: int) -> int | None:
        language = self._language
        for index in range(end - 1, start - 1, -1):
            lower = self.frame[index].lower
            if lower in language.grammar.possessive:
                return None
            if lower in self._known_nouns:
                return index
            if lower in language.grammar.determiners or self.frame[index].kind is TokenKind.NUMBER:
                return None
            if lower in language.times or index < end - 2:
                return None
        return None

    def _pronoun(self, index: int) -> Phrase:
        token = self.frame[index]
        span = Span(start_char=token.start, end_char=token.end)
        return Phrase(index, index + 1, span, token.lower, pronoun=True, words=(token.lower,))

    def object_pronoun(self, index: int) -> Phrase | None:
        """``according to him``."""
        pronouns = self._language.pronouns
        if index >= len(self.frame) or self.frame[index].lower not in pronouns.possessive_he | pronouns.possessive_she:
            return None
        if index + 1 < len(self.frame) and self.frame[index + 1].kind is TokenKind.WORD:
            return None
        return self._pronoun(index)

    def _with_partner(self, phrase: Phrase) -> Phrase:
        """``Osei and Brandt``: join two people."""
        start = phrase.first
        people = (EntityKind.PERSON, EntityKind.ORGANISATION)
        if start < 2 or self.frame[start - 1].lower not in self._language.grammar.pairing or phrase.entity is None:
            return phrase
        other = self._ending(start - 1)
        if (
            other is None
            or other.entity is None
            or other.entity.kind is not phrase.entity.kind
            or other.entity.kind not in people
        ):
            return phrase
        if other.last != start - 1 or other.entity is phrase.entity or self.frame[other.first - 1].text == ",":
            return phrase
        span = Span(start_char=other.mention.start_char, end_char=phrase.mention.end_char)
        return Phrase(other.first, phrase.last, span, phrase.head, other.entity, (phrase.entity,), words=phrase.words)

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
            return self._pronoun(index)
        end = index
        while end < stop and end - index < _MAX_PHRASE_TOKENS:
            token = self.frame[end]
            chunk = self.chunk_at(end)
            if chunk is not None:
                end = min(stop, end + chunk.last - chunk.first)
                if end < stop and self._ends_after_name(end):
                    break
                continue
            if token.kind in (TokenKind.QUOTE, TokenKind.MARK) and token.text not in "-&'%$":
                break
            if self._stops(token) or (end > index and self._closes(end)):
                break
            end += 1
        if end == index:
            return None
        phrase = self._parsed(index, end, lenient=lenient)
        if phrase is None:
            return None
        return self._named_after_comma(phrase, end, stop)

    def _ends_after_name(self, index: int) -> bool:
        """After a name the phrase goes on only with a possessive, a preposition or a known noun."""
        token, language = self.frame[index], self._language
        if token.kind is not TokenKind.WORD or token.capital:
            return False
        lower = token.lower
        if lower in language.grammar.possessive or lower in language.grammar.prepositions or lower == "and":
            return False
        if lower in language.verbs.say and lower not in self._known_nouns:
            return True
        return not any(later.lower in self._known_nouns for later in self.frame[index : index + 3])

    def _closes(self, index: int) -> bool:
        """A word that begins something new after the phrase: "said Osei on Friday", "told reporters"."""
        language, token = self._language, self.frame[index]
        verbs = language.verbs
        if token.capital:
            return False
        if token.lower in verbs.say and self.frame[index - 1].lower not in language.grammar.determiners:
            return token.lower not in language.nouns.documents
        before = self.frame[index - 1].lower
        if before in self._known_nouns and verbs.past_endings and token.lower.endswith(verbs.past_endings):
            return True
        if token.lower in language.grammar.determiners and before not in language.grammar.prepositions:
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

    def _named_after_comma(self, phrase: Phrase, end: int, stop: int) -> Phrase:
        """``said the minister, Maria Lopez,``: the name follows in apposition."""
        if phrase.entity is not None and phrase.entity.kind is EntityKind.PERSON:
            return phrase
        if phrase.head not in self._language.nouns.roles or end + 1 >= stop or self.frame[end].text != ",":
            return phrase
        chunk = self.chunk_at(end + 1)
        if chunk is None:
            return phrase
        close = end + 1 + chunk.last - chunk.first
        if close < len(self.frame) and self.frame[close].text not in ",.":
            return phrase
        inside = self._parsed(end + 1, close)
        if inside is not None and inside.entity is not None and inside.entity.kind is not EntityKind.PLACE:
            return inside
        return phrase


def _is_person(entity: Entity) -> bool:
    """Two or more words of unknown kind beside a role are a person's name."""
    return entity.kind is EntityKind.PERSON or (entity.kind is EntityKind.UNKNOWN and len(entity.words) > 1)
