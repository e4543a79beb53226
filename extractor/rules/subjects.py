"""Find the subject of an attributing verb: before it, behind it, of the main clause, of a relative clause."""

from extractor.rules.chunks import EntityKind
from extractor.rules.cues import CueKind, follows_block
from extractor.rules.language import Language
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Token, TokenKind

_MAX_SUBORDINATE_TOKENS = 8
_MIN_CLAUSE_TOKENS = 5
_MAX_ADVERBIALS = 2
"""Of time and of the medium: "in a statement on Monday"."""
_MAX_MEDIUM_TOKENS = 4


class SubjectReader:
    """Reads subjects in the frame of one unit."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._language = language

    def main(self, stop: int) -> Phrase | None:
        """Return the subject of the clause the frame opens with, as far as it can speak.

        Args:
            stop: Only look before this token.
        """
        language = self._language
        index = self._past_participle(stop)
        while index < stop:
            token = self._frame[index]
            if (token.lower in language.grammar.prepositions and not token.capital) or (
                index == 0 and token.lower in language.grammar.prepositions
            ):
                index = self._past_opening(index, stop)
                continue
            if token.kind is TokenKind.WORD:
                phrase = self._phrases.starting(index, stop=stop)
                if phrase is not None and not self._is_another(phrase):
                    return phrase
            index += 1
        return None

    def _is_another(self, phrase: Phrase) -> bool:
        """``Another was Karl Osei``: the name behind the verb is who is meant."""
        behind = self._frame[phrase.last].lower if phrase.last < len(self._frame) else ""
        return phrase.head in self._language.grammar.introducing and behind in self._language.verbs.passive

    def behind_opening(self, index: int) -> Phrase | None:
        """``After saying the pump had failed, Osei left``: the subject behind the comma, a verb right behind it.

        Args:
            index: Behind the participle; with a preposition there, "Speaking to the council", it says nothing.
        """
        frame = self._frame
        if index >= len(frame) or frame[index].lower in self._language.grammar.prepositions:
            return None
        for comma in range(index + 1, len(frame) - 2):
            if frame[comma].kind is TokenKind.QUOTE or frame[comma].text in ";:":
                return None
            if frame[comma].text != ",":
                continue
            phrase = self._phrases.starting(comma + 1)
            if phrase is None or not (phrase.entity or phrase.pronoun or self._phrases.can_speak(phrase)):
                continue
            ahead = next((t for t in frame[phrase.last :] if not self._is_adverb(t)), None)
            if ahead is not None and ahead.finite:
                return phrase
        return None

    def _is_adverb(self, token: Token) -> bool:
        verbs = self._language.verbs
        return token.lower in verbs.auxiliaries - verbs.finite or self._language.lexicon.is_adverb(token.lower)

    def _past_participle(self, stop: int) -> int:
        """``Addressing the council, Osei ...``: the subject stands behind the comma."""
        first, endings = self._frame[0], self._language.participle_endings
        if not endings or not first.lower.endswith(endings) or self._phrases.chunk_at(0) is not None:
            return 0
        comma = next((n for n in range(1, stop) if self._frame[n].text == ","), None)
        return 0 if comma is None else comma + 1

    def _past_opening(self, index: int, stop: int) -> int:
        """Step over an opening adverbial: to its comma, or over its words of time: "By 5 p.m. the city ..."."""
        timed = index + 1
        while timed < stop and self._times(timed):
            timed += 1
        if timed > index + 1 and timed < stop and self._frame[timed].text != ",":
            return timed
        comma = next((n for n in range(index, stop) if self._frame[n].text == ","), None)
        return stop if comma is None else comma + 1

    def _times(self, index: int) -> bool:
        token = self._frame[index]
        return (
            token.kind is TokenKind.NUMBER
            or token.lower in self._language.times
            or token.lower in ("a.m", "p.m", "pm", "am")
        )

    def inverted(self, index: int, last: int, kind: CueKind) -> Phrase | None:
        """Return the subject that follows its verb because content stands right before: ``"...," said Osei``.

        Args:
            index: Of the verb, where the language inverts of its first auxiliary ("a déclaré").
            last: After the verb and its particle.
            kind: How the verb takes its content.
        """
        language = self._language
        after_block = follows_block(self._frame, index)
        if index == 0 and not language.verbs.inverts:
            return None
        if index > 0 and not after_block:
            unlike = (CueKind.TELL, CueKind.SHOW, CueKind.ACCUSE, CueKind.LABEL)
            strict = kind in unlike and not language.verbs.inverts
            if self._frame[index - 1].text not in ",–—" or strict:
                return None
            if not self._verb_final(last) or not self._clause_before(index - 1):
                return None
        last = self.past_adverbial(last) if language.verbs.inverts else last
        if last < len(self._frame) and self._frame[last].lower in language.grammar.prepositions:
            return None
        phrase = self._phrases.starting(last, lenient=after_block)
        if phrase is None or after_block or index == 0:
            return phrase
        if phrase.pronoun and not language.verbs.inverts:
            return None
        following = self._frame[phrase.last] if phrase.last < len(self._frame) else None
        if following is None or following.kind is not TokenKind.WORD:
            return phrase
        if not language.lexicon.verbs:
            return None if following.lower in language.verbs.finite else phrase
        closes = following.lower in language.grammar.prepositions | language.grammar.conjunctions | language.times
        return phrase if closes or following.lower in language.pronouns.who else None

    def of_verb(self, before: int, index: int, kind: CueKind) -> Phrase | None:
        """Return the subject before a finite verb; None when nothing there can speak.

        Args:
            before: Index after the last token of what may be the subject.
            index: Of the verb.
            kind: How the verb takes its content.
        """
        if before <= 0:
            return None
        if self._is_relative(before - 1):
            end = before - 1
            if end > 0 and self._frame[end - 1].text == ",":
                end -= 1
            phrase = self._phrases.before(end) or self._phrases.nearest(end)
            return None if phrase is None or phrase.pronoun else phrase
        word, language = self._frame[index].lower, self._language
        labels = kind is CueKind.LABEL and word not in language.verbs.describe
        labels = labels and not any(token.quote >= 0 for token in self._frame[index:])
        strict = word in language.nouns.documents or kind is CueKind.SHOW or labels
        phrase = self._before_adverbial(before, lenient=not strict)
        phrase = phrase or self._phrases.before(before, lenient=not strict)
        earlier = self._frame[before - 1].lower
        following = self._frame[index + 1].lower if index + 1 < len(self._frame) else ""
        shared = earlier in language.grammar.splitters and following in language.lexicon.behind
        if phrase is not None:
            return phrase
        if strict and kind is not CueKind.LABEL and not shared:
            return self._past_participles(before) if kind is CueKind.SHOW else None
        if earlier in self._language.grammar.conjunctions or index != before:
            return self.main(index) if earlier in self._language.grammar.splitters else None
        return self._subordinate(before) or self._past_participles(before)

    def _is_relative(self, index: int) -> bool:
        """``Osei, who said``, ``records that showed``: a pronoun that stands for the noun before it."""
        language, frame = self._language, self._frame
        if frame[index].lower in language.pronouns.who:
            return True
        return (
            index > 0
            and frame[index].lower in language.phrases.that
            and frame[index - 1].lower in language.nouns.documents
        )

    def inside(self, before: int) -> Phrase | None:
        """``В министерстве заявили``, ``Desde el ministerio aseguran``: a body that its own speak for, unnamed."""
        language = self._language
        if before < 2 or self._frame[0].lower not in language.phrases.inside:
            return None
        phrase = self._phrases.starting(1, stop=before, lenient=True)
        if phrase is None or phrase.last != before:
            return None
        known = phrase.entity is not None and phrase.entity.kind is not EntityKind.PLACE
        return phrase if known or phrase.head in language.nouns.organisations else None

    def past_adverbial(self, index: int) -> int:
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
        """Tell whether a finite verb stands before, so that what precedes the comma can be content.

        Where a verb so often precedes its subject, enough words without a comma will do.
        """
        verbs = self._language.verbs
        if verbs.inverts and end >= _MIN_CLAUSE_TOKENS and not any(token.text == "," for token in self._frame[:end]):
            return True
        return any(
            token.kind is TokenKind.WORD
            and not token.capital
            and (token.lower in verbs.finite or bool(verbs.past_endings and token.lower.endswith(verbs.past_endings)))
            for token in self._frame[:end]
        )

    def _verb_final(self, last: int) -> bool:
        return last < len(self._frame) and self._frame[last].lower not in self._language.phrases.that

    def _before_adverbial(self, end: int, *, lenient: bool) -> Phrase | None:
        """``Osei on Sunday told``, ``Osei in a statement said``: step back over time and medium of the speaking."""
        start = end
        for _ in range(_MAX_ADVERBIALS):
            earlier = self._adverbial_start(start)
            if earlier is None:
                break
            start = earlier
        return self._phrases.before(start, lenient=lenient) if start < end else None

    def _adverbial_start(self, end: int) -> int | None:
        """Index where an adverbial begins that ends before `end`; None where none does."""
        language, frame = self._language, self._frame
        start = end
        while start > 1 and (frame[start - 1].kind is TokenKind.NUMBER or self._is_time(frame[start - 1])):
            start -= 1
        if any(self._is_time(token) for token in frame[start:end]):
            led = frame[start - 1].lower in language.phrases.on_medium and start > 1
            bound = frame[start - 1].lower in language.grammar.prepositions or self._phrases.inside_name(start)
            return start - 1 if led else None if bound else start
        if start < end or frame[end - 1].lower not in language.phrases.media:
            return None
        for opening in range(end - 2, max(0, end - 2 - _MAX_MEDIUM_TOKENS), -1):
            if frame[opening].lower in language.phrases.on_medium:
                return opening
            if frame[opening].kind is not TokenKind.WORD or frame[opening].lower in language.verbs.finite:
                return None
        return None

    def _is_time(self, token: Token) -> bool:
        """A word of time that is no name: "Sunday", "last", "week", but not "Day" or "this"."""
        language = self._language
        if token.lower in language.weekdays | language.months:
            return token.capital
        return token.lower in language.times - language.grammar.determiners and not token.capital

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
        subject = self.main(before)
        if subject is None or subject.pronoun:
            return None
        between = self._frame[subject.first : before]
        verbs = self._language.verbs.finite
        cut = any((t.lower in verbs and not t.capital) or t.text in ",;:" for t in between)
        joiners = self._language.grammar.conjunctions - self._language.grammar.prepositions
        joined = any(t.lower in joiners or t.lower in self._language.phrases.that for t in between)
        hung = sum(t.finite or t.lower.endswith(self._language.verbs.past_endings) for t in between)
        seen = any(t.lower in self._language.grammar.by for t in between) or (hung == 1 and not joined)
        return subject if seen and not cut else None
