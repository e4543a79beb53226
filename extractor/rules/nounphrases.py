"""What a range of words names as a noun phrase: its head, the name in it, its complements."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from extractor.rules.chunks import Chunk, EntityKind
from extractor.rules.entities import Entity
from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.rules.names import Registry
from extractor.rules.reading import Token, TokenKind
from extractor.schema import Span


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
def _speaking_nouns(code: str) -> frozenset[str]:
    nouns = language_data(code).nouns
    bodies = nouns.organisations | nouns.documents | nouns.titles
    return nouns.roles | nouns.anonymous | nouns.spokespeople | bodies


class NounPhraseReader:
    """Reads ranges of the frame of one unit."""

    def __init__(self, frame: Sequence[Token], names: Registry, language: Language) -> None:
        self.frame = frame
        self._names = names
        self._language = language
        self.nouns = _speaking_nouns(language.code)
        """Nouns for what can speak."""

    def chunk_at(self, index: int) -> Chunk | None:
        """Return the name that begins at a token, titles included."""
        return self._names.chunks.get(self.frame[index].start)

    def trimmed(self, start: int, end: int, *, lenient: bool) -> Phrase | None:
        """Read a range of tokens as a phrase, after the adverbials that open it; None when nothing in it can speak."""
        start = self._without_adverbials(start, end)
        return self.parsed(start, end, lenient=lenient) if start < end else None

    def parsed(self, start: int, end: int, *, lenient: bool = False) -> Phrase | None:
        """Split a phrase into head group and complements, and look for the name in the head."""
        group = self._group_start(start, end)
        if group is not None:
            return self._some_of(start, end, group)
        grammar = self._language.grammar
        if (
            start + 2 < end
            and self.frame[start + 1].lower in grammar.of
            and self.frame[start].lower in grammar.partitives
        ):
            start += 2
        head_end = self._before_hung(start, self._head_end(start, end))
        hung = self._before_gerund(start, head_end)
        if hung is not None:
            return replace(hung, last=end, complements=self._entities_in(hung.last, end))
        entity, name_first, name_last = self._name_in(start, head_end)
        if entity is None and head_end < end and not self._is_kin(start, head_end):
            person, first, last = self._person_in(head_end, end)
            if person is not None:
                entity, name_first, name_last, head_end = person, first, last, last
        complements = self._entities_in(head_end, self._before_hearer(head_end, end))
        words = tuple(token.lower for token in self.frame[start:end])
        possessors: tuple[Entity, ...] = ()
        if entity is not None and (name_last < head_end or self._owns(start, name_first, entity)):
            possessors = (entity,)
            entity = None
        if entity is not None:
            start = self._own_start(start, name_first, entity)
            span = Span(start_char=self.frame[name_first].start, end_char=self.frame[name_last - 1].end)
            return Phrase(
                start, end, span, self.frame[name_last - 1].lower, entity, words=words, complements=complements
            )
        end, head_end = self._without_trailing(start, end, head_end)
        owned = bool(possessors) and self._language.nouns_capitalised and name_first - 1 > start
        index = self._head_noun(start, name_first - 1 if owned else head_end)
        if index is None and lenient and head_end - start > 1:
            index = self._any_noun(start, head_end)
        if index is None:
            return None
        head = self.frame[index].lower
        span = Span(start_char=self.frame[start].start, end_char=self.frame[end - 1].end)
        return Phrase(start, end, span, head, head_last=index + 1, words=words, complements=(*complements, *possessors))

    def _is_kin(self, start: int, end: int) -> bool:
        """``The mother of victim Ruta Osei``: somebody else than the name behind it."""
        kin = self._language.nouns.he_nouns | self._language.nouns.she_nouns
        return end > start and self.frame[end - 1].lower in kin

    def _before_gerund(self, start: int, end: int) -> Phrase | None:
        """``The lawyer representing Osei``: who stands before a form in -ing that has the name for its object."""
        endings, nouns = self._language.participle_endings, self._language.nouns
        for index in range(start + 1, end - 1):
            token, before = self.frame[index], self.frame[index - 1]
            if not self.frame[index + 1].capital or not token.lower.endswith(endings or ("\0",)):
                continue
            known = before.lower in self.nouns | nouns.he_nouns | nouns.she_nouns and not before.capital
            if known and not token.capital:
                return self.parsed(start, index, lenient=True)
        return None

    def _before_hung(self, start: int, end: int) -> int:
        """``a fact sheet handed out``: the noun ends before the participle that hangs on it."""
        endings, documents = self._language.verbs.past_endings, self._language.nouns.documents
        if not endings or not self._language.participle_endings:
            return end
        for index in range(start + 2, end):
            token = self.frame[index]
            if token.lower.endswith(endings) and not token.capital and self.frame[index - 1].lower in documents:
                return index
        return end

    def _person_in(self, start: int, end: int) -> tuple[Entity | None, int, int]:
        """``Member of Parliament Rosa Lopez of the Union``: a person behind a body, with or without a membership."""
        for stop in range(start + 1, end + 1):
            if stop < end and self.frame[stop].lower not in self._language.grammar.membership:
                continue
            person, first, last = self._name_in(start, stop)
            if person is not None and last == stop and is_person(person) and self._stands_free(first):
                return person, first, last
        return None, start, start

    def _own_start(self, start: int, name_first: int, entity: Entity) -> int:
        """``a process Osei described``: the thing before the name is none of it, unlike "a spokesman Osei"."""
        nouns, grammar = self._language.nouns, self._language.grammar
        first = name_first
        while first > start and (self.frame[first - 1].capital or self.inside_chunk(first)):
            first -= 1
        before = self.frame[first - 1] if first > start + 1 else None
        if (
            before is None
            or not grammar.adjective_endings
            or not entity.kind not in (EntityKind.PERSON, EntityKind.UNKNOWN)
            or before.quote >= 0
        ):
            return start
        thing = before.kind is TokenKind.WORD and before.lower not in self.nouns | nouns.he_nouns | nouns.she_nouns
        if (
            not thing
            or before.lower in nouns.individuals | grammar.prepositions | grammar.determiners | grammar.possessive
        ):
            return start
        if before.lower.endswith(grammar.adjective_endings) or self.frame[first - 2].lower not in grammar.determiners:
            return start
        return first

    def _without_trailing(self, start: int, end: int, head_end: int) -> tuple[int, int]:
        """Leave out "there" of "residents there", and "as of Wednesday" of "reports as of Wednesday"."""
        language = self._language
        for index in range(head_end, end):
            timed = any(
                t.lower in language.times or t.kind is TokenKind.NUMBER for t in self.frame[index + 1 : index + 3]
            )
            if timed and self.frame[index].lower in language.phrases.manner | language.verbs.as_word:
                end = index
                break
        while end - start > 1 and self.frame[end - 1].lower in language.grammar.trailing:
            end -= 1
        return end, min(head_end, end)

    def _owns(self, start: int, name_first: int, entity: Entity) -> bool:
        """``в отчёте Института экологии``: where cases need no "of", what follows the noun owns it."""
        nouns = self._language.nouns
        if is_person(entity) or self.frame[name_first].quote >= 0:
            return False
        if self._language.nouns_capitalised:
            # "einer Studie der Universität Varn"
            pairs = pairwise(self.frame[start:name_first])
            return any(a.lower in nouns.documents and b.lower in self._language.grammar.of for a, b in pairs)
        if not self._language.cases:
            return False
        known = nouns.documents | nouns.organisations
        return any(token.lower in known and not token.capital for token in self.frame[start:name_first])

    def pronoun(self, index: int) -> Phrase:
        """Return the pronoun at a token as a phrase."""
        token = self.frame[index]
        span = Span(start_char=token.start, end_char=token.end)
        return Phrase(index, index + 1, span, token.lower, pronoun=True, words=(token.lower,))

    def contracted(self, index: int) -> Phrase | None:
        """Return the pronoun of ``they've``, ``he'd`` before a verb as a phrase."""
        token = self.frame[index]
        if token.lower.isalpha():
            return None
        word, mark, tail = token.lower.replace("’", "'").partition("'")
        pronouns = self._language.pronouns
        if not mark or f"'{tail}" not in self._language.verbs.contracted:
            return None
        if word not in pronouns.he | pronouns.she | pronouns.they:
            return None
        span = Span(start_char=token.start, end_char=token.start + len(word))
        return Phrase(index, index + 1, span, word, pronoun=True, words=(word,))

    def inside_chunk(self, index: int) -> bool:
        """Tell whether a token stands inside a name, not at its beginning."""
        for first in range(index - 1, max(-1, index - 8), -1):
            chunk = self.chunk_at(first)
            if chunk is not None:
                return first + chunk.last - chunk.first > index
        return False

    def _stands_free(self, index: int) -> bool:
        """``Mayor of London Sadiq Khan``: the name follows another noun, not a preposition."""
        before = self.frame[index - 1]
        grammar = self._language.grammar
        bound = grammar.prepositions | grammar.determiners | grammar.conjunctions | grammar.possessive
        apart = before.kind is TokenKind.WORD or before.text == ")"
        return apart and before.lower not in bound and (self._opens_name(index) or not self.inside_chunk(index))

    def _opens_name(self, index: int) -> bool:
        """``National Intelligence John Brandt``: the name proper inside a stretch of capitals."""
        for first in range(index - 1, max(-1, index - 8), -1):
            chunk = self.chunk_at(first)
            if chunk is not None:
                return first + chunk.name_first - chunk.first == index and chunk.kind is EntityKind.PERSON
        return False

    def _any_noun(self, start: int, end: int) -> int | None:
        """``the pump``, ``Osei's timetable``: the last word is a noun, in whatever list it is or is not."""
        grammar = self._language.grammar
        if self.frame[start].lower in grammar.determiners:
            return end - 1
        owned = any(self.frame[n].lower in grammar.possessive for n in range(start + 1, end - 1))
        return end - 1 if owned and self.frame[end - 1].lower not in self._language.function_words else None

    def _before_hearer(self, start: int, end: int) -> int:
        """``emails from Osei to Brandt``, ``the complaint against Osei``: at whom it is aimed is not behind it."""
        aimed = self._language.verbs.to | self._language.grammar.aimed
        return next((n for n in range(start, end) if self.frame[n].lower in aimed), end)

    def _group_start(self, start: int, end: int) -> int | None:
        """Where the group begins of which some are meant: behind "one of", "a number of"; None for no such words."""
        frame, grammar = self.frame, self._language.grammar
        if start + 2 < end and frame[start].lower in grammar.quantities and frame[start + 1].lower in grammar.of:
            return start + 2
        if start + 3 >= end or frame[start + 2].lower not in grammar.of:
            return None
        amount = frame[start].lower in grammar.indefinite and frame[start + 1].lower in grammar.amounts
        return start + 3 if amount else None

    def _some_of(self, start: int, end: int, first: int) -> Phrase:
        """``one of the children``, ``a number of senators``: unnamed, whatever follows."""
        while end > start + 3 and self.frame[end - 1].lower in self._language.verbs.auxiliaries:
            end -= 1
        index = self._head_noun(first, self._head_end(first, end))
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
        if language.cases:
            return next((n for n in range(start, end) if self.frame[n].lower in self.nouns), None)
        for index in range(end - 1, start - 1, -1):
            lower = self.frame[index].lower
            if lower in language.grammar.possessive or (lower in language.grammar.determiners and index < end - 1):
                return None
            if lower in self.nouns or (index == end - 1 > start and self._is_person(index)):
                return index
            if lower in language.grammar.determiners or self.frame[index].kind is TokenKind.NUMBER:
                return None
            if lower in language.times or index < end - 2:
                return None
        return None

    def _is_person(self, index: int) -> bool:
        """``the German``, ``the 34-year-old``."""
        token, nouns = self.frame[index], self._language.nouns
        aged = token.text[0].isdigit() and token.kind is TokenKind.WORD
        return (token.capital and token.lower in nouns.demonyms) or aged

    def _without_adverbials(self, start: int, end: int) -> int:
        """Skip "On Friday", "Earlier this month", "In Texas" before the subject."""
        language = self._language
        start = self._past_interval(start, end)
        while start < end and self.chunk_at(start) is None:
            token = self.frame[start]
            adverb = token.lower in language.times and token.lower not in language.grammar.determiners
            if (
                adverb
                or (not token.capital and language.lexicon.is_adverb(token.lower))
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
            elif token.kind is TokenKind.NUMBER and start + 1 < end and self._dates(start):
                start += 1
            elif self._ages(start, end):
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
        return index < end and self.frame[index].lower in self._language.times and self.chunk_at(index) is None

    def _past_interval(self, start: int, end: int) -> int:
        """``A few days later the board said``: step over what tells how long after."""
        later = self._language.grammar.interval_ends
        close = next((n for n in range(start, min(end, start + 5)) if self.frame[n].lower in later), None)
        if close is None or close < start + 2 or close + 1 >= end or not self.frame[close].text.islower():
            return start
        timed = any(token.lower in self._language.times for token in self.frame[start:close])
        return close + 1 if timed and self.chunk_at(start) is None else start

    def _dates(self, index: int) -> bool:
        """``On May 4 the minister said``, ``10:42 The minister says``: a number that counts nothing."""
        month = index > 0 and self.frame[index - 1].lower in self._language.months
        return month or (index == 0 and self.frame[1].capital and self.frame[1].lower in self._language.nouns.definite)

    def _ages(self, index: int, end: int) -> bool:
        """``the 51-year-old Osei's office``: an age, with its determiner, before a name."""
        if index + 1 < end and self.frame[index].lower in self._language.grammar.determiners:
            index += 1
        token = self.frame[index]
        aged = token.kind is TokenKind.WORD and token.text[0].isdigit()
        return aged and index + 1 < end and self.chunk_at(index + 1) is not None

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


def is_person(entity: Entity) -> bool:
    """Two or more words of unknown kind beside a role are a person's name."""
    return entity.kind is EntityKind.PERSON or (entity.kind is EntityKind.UNKNOWN and len(entity.words) > 1)
