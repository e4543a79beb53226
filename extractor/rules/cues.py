"""Find the words that attribute, and who stands beside them as their source."""

from dataclasses import dataclass, replace
from enum import StrEnum

from extractor.rules.chunks import EntityKind
from extractor.rules.language import Language, Phrases
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Token, TokenKind
from extractor.schema import Span


class CueKind(StrEnum):
    """How a cue takes its content."""

    SAY = "say"
    TELL = "tell"
    SHOW = "show"
    QUOTE = "quote"
    LABEL = "label"
    ACCUSE = "accuse"
    PARTICIPLE = "participle"
    """"adding that ...": the subject is that of the main clause."""
    ACCORDING = "according"
    HEARSAY = "hearsay"
    """Passive or adverb without an agent."""
    NONE = "none"
    """A colon or the neighbourhood attributes."""


_MAX_SUBORDINATE_TOKENS = 8


@dataclass(frozen=True, slots=True)
class Cue:
    """Attributing words with their source, in the frame of one unit."""

    first: int
    """Index of the first token of the cue."""
    last: int
    """Exclusive."""
    kind: CueKind
    word: str
    """The verb or the phrase, lower case."""
    span: Span | None
    subject: Phrase | None
    """None for hearsay and for participles whose main clause names nobody."""
    inverted: bool = False
    """The subject follows: "said Osei"."""
    negated: bool = False
    shared: bool = False
    """The subject is that of the verb before: "Osei blamed ... and accused ..."."""

    @property
    def start(self) -> int:
        """Index of the first token of the whole attribution."""
        alone = self.inverted or self.shared or self.subject is None or self.kind is CueKind.PARTICIPLE
        return self.first if alone or self.subject is None else min(self.first, self.subject.first)

    @property
    def end(self) -> int:
        """Index after the last token of the whole attribution."""
        return max(self.last, self.subject.last) if self.inverted and self.subject else self.last


class CueFinder:
    """Finds the cues of one frame."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._language = language
        self._blocks = any(token.kind is TokenKind.QUOTE for token in frame)

    def find(self) -> list[Cue]:
        """Return all cues in reading order, without deciding yet which of them hold."""
        found: list[Cue] = []
        index = 0
        while index < len(self._frame):
            token = self._frame[index]
            cue = None
            if token.quote < 0 and token.kind is TokenKind.WORD:
                cue = self._according(index) or self._view(index) or self._verb(index, found)
            if cue is not None:
                found.append(cue)
            index = max(index + 1, cue.end if cue and cue.kind is CueKind.ACCORDING else index + 1)
        return found

    def _according(self, index: int) -> Cue | None:
        length = matched(self._frame, index, self._language.phrases.according)
        if (
            length
            and self._frame[index].lower in self._language.phrases.after_content
            and not (follows_block(self._frame, index) or (index and self._frame[index - 1].text == ","))
        ):
            length = 0
        if length:
            subject = self._phrases.object_pronoun(index + length)
            subject = subject or self._phrases.starting(index + length, lenient=True)
            if subject is None or (subject.pronoun and subject.head in self._language.pronouns.it):
                return None
            return self._cue(index, index + length, CueKind.ACCORDING, subject, inverted=True)
        length = matched(self._frame, index, self._language.phrases.according_after)
        if length:
            subject = self._phrases.before(index)
            return self._cue(index, index + length, CueKind.ACCORDING, subject) if subject else None
        return None

    def _view(self, index: int) -> Cue | None:
        """``as Osei puts it``, ``in her view``, ``for Osei, ... is ...``."""
        frame, language = self._frame, self._language
        following = frame[index + 1].lower if index + 1 < len(frame) else ""
        if frame[index].lower in language.verbs.puts and following in language.pronouns.it:
            low = max(0, index - _MAX_SUBORDINATE_TOKENS)
            opener = next((n for n in range(low, index) if frame[n].lower in language.verbs.as_word), None)
            subject = None if opener is None else self._phrases.starting(opener + 1, stop=index)
            if subject is not None and subject.last == index:
                return self._cue(index, index + 2, CueKind.ACCORDING, subject)
        owned = following in language.pronouns.possessive_he | language.pronouns.possessive_she
        if owned and index + 2 < len(frame) and (frame[index].lower, frame[index + 2].lower) in language.phrases.view:
            owner = frame[index + 1]
            mention = Span(start_char=owner.start, end_char=owner.end)
            subject = Phrase(index + 1, index + 2, mention, owner.lower, pronoun=True, words=(owner.lower,))
            return self._cue(index, index + 3, CueKind.ACCORDING, subject)
        return self._for(index) if index == 0 else None

    def _for(self, index: int) -> Cue | None:
        """``For Osei, the tender is "a disgrace"``: whoever is named thinks so if it is quoted."""
        frame, language = self._frame, self._language
        if frame[index].lower not in language.phrases.holding or not any(token.quote >= 0 for token in frame):
            return None
        subject = self._phrases.starting(index + 1)
        entity = subject.entity if subject is not None else None
        if subject is None or entity is None or not (entity.kind is EntityKind.PERSON or len(entity.words) > 1):
            return None
        comma = next((n for n in range(subject.last, len(frame)) if frame[n].text == ","), None)
        if comma is None or any(t.lower in language.verbs.finite for t in frame[subject.last : comma]):
            return None
        return self._cue(index, index + 1, CueKind.ACCORDING, subject, inverted=True)

    def _verb(self, index: int, earlier: list[Cue]) -> Cue | None:
        language, token = self._language, self._frame[index]
        if token.lower in language.phrases.reportedly:
            return self._cue(index, index + 1, CueKind.HEARSAY, None)
        kind = self._kind(index)
        if kind is None and token.lower in language.verbs.hearsay:
            before, passive, _ = self._auxiliaries_before(index)
            return self._passive(index, before) if passive else None
        if kind is None or self._is_noun(index):
            return None
        before, passive, negated = self._auxiliaries_before(index)
        if passive:
            return self._passive(index, before)
        last = index + 1
        if last < len(self._frame) and self._frame[last].lower in language.verbs.particles:
            last += 1
        elif token.lower in language.verbs.with_particle:
            return None
        if before is None:
            return None
        if self._is_participle(index, before):
            return self._participle(index, last, before, kind, earlier)
        cue = self._finite(index, last, kind, before, earlier)
        return None if cue is None else replace(cue, negated=negated)

    def _participle(self, index: int, last: int, before: int, kind: CueKind, earlier: list[Cue]) -> Cue | None:
        """``adding that``: said by whoever spoke before in the sentence, else by its subject."""
        if before > 1 and self._frame[before - 1].lower in self._language.verbs.as_word:
            cited = self._phrases.before(before - 1)
            if cited is not None and (cited.entity is not None or cited.pronoun):
                return self._cue(index, last, CueKind.SAY, cited)
        if not self._opens_participle(before):
            return self._absolute(index, last, kind)
        if kind is CueKind.QUOTE and not self._blocks:
            return None
        subject = earlier[-1].subject if earlier and earlier[-1].kind is not CueKind.HEARSAY else None
        subject = subject or self.main_subject(index)
        if subject is None:
            return None
        if kind in (CueKind.LABEL, CueKind.ACCUSE, CueKind.QUOTE):
            return replace(self._cue(index, last, kind, subject), shared=True)
        return self._cue(index, last, CueKind.PARTICIPLE, subject)

    def _finite(self, index: int, last: int, kind: CueKind, before: int, earlier: list[Cue]) -> Cue | None:
        """A finite verb with its subject before or behind it, shared, or dropped."""
        inverted = self._inverted(index, last, kind)
        if inverted is not None:
            return self._cue(index, last, kind, inverted, inverted=True)
        subject = self._subject(before, index, kind)
        if subject is None:
            dropped = self._language.verbs.drops_subject and follows_block(self._frame, index)
            return self._cue(index, last, kind, None) if dropped else None
        shared = any(cue.subject is not None and cue.subject.first == subject.first for cue in earlier)
        shared = shared or self._frame[before - 1].lower in self._language.grammar.splitters
        return replace(self._cue(index, last, kind, subject), shared=shared)

    def _cue(
        self,
        first: int,
        last: int,
        kind: CueKind,
        subject: Phrase | None,
        *,
        inverted: bool = False,
    ) -> Cue:
        span = Span(start_char=self._frame[first].start, end_char=self._frame[last - 1].end)
        word = " ".join(token.lower for token in self._frame[first:last])
        return Cue(first, last, kind, word, span, subject, inverted)

    def _kind(self, index: int) -> CueKind | None:
        verbs, lower = self._language.verbs, self._frame[index].lower
        if self._frame[index].capital and index > 0 and self._frame[index - 1].kind is TokenKind.WORD:
            return None
        if lower in verbs.tell:
            return CueKind.TELL
        if lower in verbs.label:
            return CueKind.LABEL
        if lower in verbs.accuse:
            return CueKind.ACCUSE
        if lower in verbs.say:
            return CueKind.SAY
        if lower in verbs.show:
            return CueKind.SHOW
        colon = index + 1 < len(self._frame) and self._frame[index + 1].text == ":"
        ahead = self._frame[index + 1 : index + 3]
        spoken = lower in verbs.speak_of and len(ahead) == 2 and ahead[1].quote >= 0
        if lower in verbs.quote and (self._blocks or colon or (spoken and ahead[0].lower in verbs.warn_links)):
            return CueKind.QUOTE
        return None

    def _is_noun(self, index: int) -> bool:
        """Tell whether the word is a noun here: "the report", "his claims"."""
        grammar = self._language.grammar
        if index == 0:
            return self._frame[0].lower in self._language.nouns.documents | self._language.nouns.anonymous
        before = self._frame[index - 1].lower
        if before in self._language.verbs.auxiliaries and before not in grammar.possessive:
            return False
        if self._frame[index].lower.endswith(self._language.participle_endings or ("\0",)):
            return before in grammar.determiners
        return (
            before in grammar.determiners
            or before in grammar.possessive
            or before in grammar.prepositions
            or self._frame[index - 1].kind is TokenKind.NUMBER
        ) and before not in self._language.verbs.to

    def _auxiliaries_before(self, index: int) -> tuple[int | None, bool, bool]:
        """Step over auxiliaries and adverbs to the left.

        Returns:
            The index after the last token of what may be the subject (None when the verb is an
            infinitive), whether the verb is passive, whether it is negated.
        """
        verbs = self._language.verbs
        passive = negated = False
        first = True
        position = index
        while position > 0:
            token = self._frame[position - 1]
            if (token.capital and position > 1) or (token.quote >= 0 and token.kind is not TokenKind.WORD):
                break
            adverb = token.lower.endswith("ly") and self._language.code == "en" and not token.capital
            if token.lower not in verbs.auxiliaries and not adverb:
                break
            if token.lower in verbs.to:
                if position >= 3 and self._frame[position - 2].lower == "on":
                    return position - 3, False, negated
                return None, False, negated
            if first and token.lower in verbs.passive and not self._is_ing(index):
                passive = True
            negated = negated or token.lower in verbs.negations
            first = first and adverb
            position -= 1
        return position, passive, negated

    def _is_ing(self, index: int) -> bool:
        endings = self._language.participle_endings
        return bool(endings) and self._frame[index].lower.endswith(endings)

    def _is_participle(self, index: int, before: int) -> bool:
        """Without an auxiliary a form in -ing has no subject of its own."""
        be = self._language.verbs.passive
        return self._is_ing(index) and not any(token.lower in be for token in self._frame[before:index])

    def _absolute(self, index: int, last: int, kind: CueKind) -> Cue | None:
        """``with Osei calling the tender "a disgrace"``."""
        subject = self._phrases.before(index)
        if subject is None or subject.entity is None or subject.first == 0:
            return None
        opener = self._frame[subject.first - 1].lower
        return self._cue(index, last, kind, subject) if opener in self._language.grammar.absolute else None

    def _opens_participle(self, index: int) -> bool:
        """A participle that attributes stands after a comma, a conjunction or "by"; else it is a noun."""
        if index == 0:
            return True
        before, grammar = self._frame[index - 1], self._language.grammar
        if before.kind in (TokenKind.MARK, TokenKind.QUOTE):
            return True
        return before.lower in grammar.conjunctions | grammar.prepositions | self._language.times

    def _passive(self, index: int, before: int | None) -> Cue | None:
        """``was quoted as saying``, ``is accused of``, ``is believed to``; other passives attribute nothing."""
        frame, verbs = self._frame, self._language.verbs
        following = frame[index + 1].lower if index + 1 < len(frame) else ""
        if following == "as" and index + 2 < len(frame) and self._is_ing(index + 2) and before is not None:
            subject = self._phrases.before(before)
            return self._cue(index, index + 3, CueKind.SAY, subject) if subject else None
        if following in self._language.grammar.by:
            return self._by_agent(index)
        if frame[index].lower not in verbs.hearsay or before is None:
            return None
        relative = frame[before - 1].lower in self._language.pronouns.who if before else False
        impersonal = before and frame[before - 1].lower in self._language.pronouns.it
        ends = impersonal and before > 1 and frame[before - 2].text == ","
        if ends or (following in (*verbs.to, "of", *self._language.phrases.that) and not relative):
            span = Span(start_char=frame[index].start, end_char=frame[index].end)
            first = before - 1 if impersonal else self._first_auxiliary(index)
            return replace(self._cue(first, index + 1, CueKind.HEARSAY, None), span=span)
        return None

    def _by_agent(self, index: int) -> Cue | None:
        """``was accused by Osei of ...``, ``was told by Osei that ...``."""
        kind = self._kind(index)
        if kind not in (CueKind.TELL, CueKind.ACCUSE):
            return None
        links = {link for linked in self._language.verbs.linked for link in linked.links}
        stop = next((n for n in range(index + 2, len(self._frame)) if self._frame[n].lower in links), None)
        agent = self._phrases.starting(index + 2, stop=stop)
        return self._cue(index, index + 1, kind, agent, inverted=True) if agent else None

    def _first_auxiliary(self, index: int) -> int:
        """``has for decades been rumoured``: back over auxiliaries and what stands between them."""
        first = index - 1
        for earlier in range(index - 1, max(-1, index - 6), -1):
            lower = self._frame[earlier].lower
            between = self._language.times | self._language.grammar.prepositions | {"decades"}
            if lower in self._language.verbs.auxiliaries:
                first = earlier
            elif lower not in between:
                break
        return first

    def _inverted(self, index: int, last: int, kind: CueKind) -> Phrase | None:
        """``"...," said Osei``: the subject follows when content stands right before the verb."""
        language = self._language
        after_block = follows_block(self._frame, index)
        if index == 0 and not language.verbs.inverts:
            return None
        if index > 0 and not after_block:
            strict = kind in (CueKind.TELL, CueKind.SHOW) and not language.verbs.inverts
            if self._frame[index - 1].text not in ",–—" or strict:
                return None
            if not self._verb_final(last) or not self._clause_before(index - 1):
                return None
        last = self._past_adverbial(last) if language.verbs.inverts else last
        if last < len(self._frame) and self._frame[last].lower in language.grammar.prepositions:
            return None
        phrase = self._phrases.starting(last, lenient=after_block)
        if phrase is None or after_block or index == 0:
            return phrase
        if phrase.pronoun and not language.verbs.inverts:
            return None
        following = self._frame[phrase.last] if phrase.last < len(self._frame) else None
        goes_on = (
            following is not None and following.kind is TokenKind.WORD and following.lower in language.verbs.finite
        )
        return None if goes_on else phrase

    def _past_adverbial(self, index: int) -> int:
        """Step over "am Dienstag", "este lunes" between verb and subject."""
        language, frame = self._language, self._frame
        while index < len(frame):
            following = frame[index + 1].lower if index + 1 < len(frame) else ""
            small = frame[index].lower in language.grammar.determiners | language.grammar.prepositions
            if frame[index].lower in language.times or frame[index].kind is TokenKind.NUMBER:
                index += 1
            elif small and following in language.times:
                index += 2
            else:
                break
        return index

    def _clause_before(self, end: int) -> bool:
        """Tell whether a finite verb stands before, so that what precedes the comma can be content."""
        verbs = self._language.verbs
        return any(
            token.kind is TokenKind.WORD
            and not token.capital
            and (token.lower in verbs.finite or bool(verbs.past_endings and token.lower.endswith(verbs.past_endings)))
            for token in self._frame[:end]
        )

    def _verb_final(self, last: int) -> bool:
        return last < len(self._frame) and self._frame[last].lower not in self._language.phrases.that

    def _subject(self, before: int, index: int, kind: CueKind) -> Phrase | None:
        if before <= 0:
            return None
        relative = self._language.pronouns.who
        if self._frame[before - 1].lower in relative:
            end = before - 1
            if end > 0 and self._frame[end - 1].text == ",":
                end -= 1
            phrase = self._phrases.before(end)
            return None if phrase is None or phrase.pronoun else phrase
        word, language = self._frame[index].lower, self._language
        labels = kind is CueKind.LABEL and word not in language.verbs.describe
        labels = labels and not any(token.quote >= 0 for token in self._frame[index:])
        strict = word in language.nouns.documents or kind is CueKind.SHOW or labels
        phrase = self._phrases.before(before, lenient=not strict)
        if phrase is not None or (strict and kind is not CueKind.LABEL):
            return phrase
        earlier = self._frame[before - 1].lower
        if earlier in self._language.grammar.conjunctions or index != before:
            return self.main_subject(index) if earlier in self._language.grammar.splitters else None
        return self._subordinate(before) or self._past_participles(before)

    def _subordinate(self, before: int) -> Phrase | None:
        """``resigned, eleven days after the Courier accused him``: the subject behind a conjunction."""
        for index in range(before - 1, max(0, before - _MAX_SUBORDINATE_TOKENS), -1):
            token = self._frame[index]
            if token.kind is not TokenKind.WORD or token.lower in self._language.verbs.finite:
                return None
            if token.lower in self._language.grammar.conjunctions:
                phrase = self._phrases.starting(index + 1, stop=before)
                return phrase if phrase is not None and phrase.last == before else None
        return None

    def _past_participles(self, before: int) -> Phrase | None:
        """``A report dated May and seen by the Courier put ...``: the subject of the clause, if it has no verb yet."""
        subject = self.main_subject(before)
        if subject is None or subject.pronoun:
            return None
        between = self._frame[subject.first : before]
        verbs = self._language.verbs.finite
        cut = any((t.lower in verbs and not t.capital) or t.text in ",;:" for t in between)
        seen = any(t.lower in self._language.grammar.by for t in between)
        return subject if seen and not cut else None

    def main_subject(self, stop: int) -> Phrase | None:
        """Return the subject of the clause the frame opens with, as far as it can speak.

        Args:
            stop: Only look before this token.
        """
        language = self._language
        index = 0
        while index < stop:
            token = self._frame[index]
            if (token.lower in language.grammar.prepositions and not token.capital) or (
                index == 0 and token.lower in language.grammar.prepositions
            ):
                comma = next((n for n in range(index, stop) if self._frame[n].text == ","), None)
                index = stop if comma is None else comma + 1
                continue
            if token.kind is TokenKind.WORD:
                phrase = self._phrases.starting(index, stop=stop)
                if phrase is not None and (phrase.entity is not None or phrase.pronoun or phrase.head):
                    return phrase
            index += 1
        return None


def matched(frame: tuple[Token, ...], index: int, phrases: Phrases) -> int:
    """Return how many tokens of a fixed phrase stand at `index`, 0 for none; the longest wins."""
    for phrase in phrases:
        if frame[index].lower == phrase[0] and tuple(t.lower for t in frame[index : index + len(phrase)]) == phrase:
            return len(phrase)
    return 0


def follows_block(frame: tuple[Token, ...], index: int) -> bool:
    """Tell whether a block quotation stands right before a token, a comma or dash between them aside."""
    for _ in range(2):
        if index > 1 and frame[index - 1].text in ",–—":
            index -= 1
    return index > 0 and frame[index - 1].kind is TokenKind.QUOTE
