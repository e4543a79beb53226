"""Find the cues of a unit: which words attribute, and how they take their content."""

from dataclasses import replace

from extractor.rules.chunks import EntityKind
from extractor.rules.cues import Cue, CueKind, cue_at, follows_block, matched
from extractor.rules.language import Language
from extractor.rules.nouncues import NounCueFinder
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Token, TokenKind
from extractor.rules.subjects import SubjectReader
from extractor.rules.verbcues import VerbCueFinder
from extractor.schema import Span

_MAX_PUTTING_TOKENS = 8
"""So many words may stand between "as" and "puts it"."""
_MAX_TOLD_TOKENS = 14
"""So many words may stand between "wie" and its verb at the end."""
_MAX_BACK_TOKENS = 30
_PRONOUN_CHARS = 3
"""``comme l'a dit``: a word shorter than this before the verb is its object."""
_MAX_ABSOLUTE_TOKENS = 8
"""So many words may stand between "with" and its participle."""
_MAX_ADJECTIVES = 2
"""Between an owner and the noun that carries a clause: "his first public claim that"."""


class CueFinder:
    """Finds the cues of one frame."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._language = language
        self._subjects = SubjectReader(frame, phrases, language)
        self._nouns = NounCueFinder(frame, phrases, language)
        self._verbs = VerbCueFinder(frame, phrases, language)
        self._blocks = any(token.kind is TokenKind.QUOTE for token in frame)
        self._view_openers = frozenset(first for first, _ in language.phrases.view)

    def find(self) -> list[Cue]:
        """Return all cues in reading order, without deciding yet which of them hold."""
        found: list[Cue] = []
        index = 0
        while index < len(self._frame):
            token = self._frame[index]
            cue = None
            if token.quote < 0 and token.kind is TokenKind.WORD:
                cue = (
                    self._as_told(index)
                    or self._according(index)
                    or self._view(index)
                    or self._nouns.at(index)
                    or self._verbs.at(index, found)
                )
            if cue is not None:
                found.append(cue)
            index = max(index + 1, cue.end if cue and cue.kind is CueKind.ACCORDING else index + 1)
        return found

    def claimed(self, first: int, last: int) -> Cue | None:
        """Return the noun between two places that carries somebody's claim: "the union's claim that"."""
        return next((cue for index in range(first, last) if (cue := self._nouns.at(index)) is not None), None)

    def _according(self, index: int) -> Cue | None:
        length = matched(self._frame, index, self._language.phrases.according) or self._per(index)
        if (
            length
            and self._frame[index].lower in self._language.phrases.after_content
            and not (follows_block(self._frame, index) or (index and self._frame[index - 1].text == ","))
        ):
            length = 0
        if length:
            subject = self._phrases.object_pronoun(index + length)
            subject = subject or self._phrases.starting(index + length, lenient=True)
            subject = subject and self._phrases.name_alone(subject)
            if subject is None or (subject.pronoun and subject.head in self._language.pronouns.it):
                return None
            return cue_at(self._frame, index, index + length, CueKind.ACCORDING, subject, inverted=True)
        length = matched(self._frame, index, self._language.phrases.according_after)
        if length:
            subject = self._phrases.before(index)
            return cue_at(self._frame, index, index + length, CueKind.ACCORDING, subject) if subject else None
        return None

    def _per(self, index: int) -> int:
        """``Per the decree, ...``, but not "per day": 1 where the word attributes."""
        frame, phrases = self._frame, self._language.phrases
        if frame[index].lower not in phrases.according_opening or index + 1 >= len(frame):
            return 0
        after, grammar, nouns = frame[index + 1], self._language.grammar, self._language.nouns
        if frame[index].lower in grammar.by:
            return int(self._by_reports(index))
        opens = index == 0 or frame[index - 1].text in ",;" or frame[index - 1].kind is TokenKind.QUOTE
        known = after.lower in grammar.determiners | nouns.documents | nouns.anonymous | grammar.owners
        return int(opens and (after.capital or (known and after.lower not in grammar.indefinite)))

    def _by_reports(self, index: int) -> bool:
        """``By early reports, ...``: accounts that commas set apart."""
        frame = self._frame
        apart = (
            index == 0 or frame[index - 1].text in ",;" or frame[index - 1].lower in self._language.grammar.coordinators
        )
        for later in range(index + 1, min(len(frame) - 1, index + 4)):
            if frame[later].lower in self._language.nouns.accounts:
                return apart and frame[later + 1].text in ",."
            if frame[later].kind is not TokenKind.WORD or frame[later].lower in self._language.grammar.prepositions:
                return False
        return False

    def _as_told(self, index: int) -> Cue | None:
        """``wie die Polizei mitteilte``, ``según informó el ministerio``."""
        if self._frame[index].lower not in self._language.phrases.as_told:
            return None
        verb = self._verb_told(index)
        if verb is None:
            return None
        verbs = self._language.verbs
        between = [t.lower for t in self._frame[index + 1 : verb] if t.lower not in verbs.auxiliaries]
        leads = not between or (len(between) == 1 and len(between[0]) < _PRONOUN_CHARS)
        after = self._subjects.past_adverbial(verb + 1)
        subject = (
            self._phrases.starting(after, lenient=True)
            if leads
            else self._phrases.starting(index + 1, stop=verb, lenient=True)
        )
        if subject is None:
            return None
        cue = cue_at(self._frame, index, verb + 1, CueKind.ACCORDING, subject, inverted=True)
        told = self._frame[verb]
        return replace(cue, word=told.lower, span=Span(start_char=told.start, end_char=told.end))

    def _verb_told(self, index: int) -> int | None:
        for later in range(index + 1, min(len(self._frame), index + _MAX_TOLD_TOKENS)):
            token = self._frame[later]
            if token.kind is TokenKind.QUOTE or token.text in ",.:;":
                return None
            if token.lower in self._language.verbs.say and not token.capital:
                return later
        return None

    def pointing_back(self) -> Cue | None:
        """``Das teilte die Polizei mit``, ``Об этом сообщил мэр``: what is said stands in the sentence before."""
        phrases = self._language.phrases
        if self._blocks or len(self._frame) > _MAX_BACK_TOKENS:
            return None
        if any(token.lower in phrases.that or token.text == ":" for token in self._frame[4:]):
            return None
        length = matched(self._frame, 0, phrases.back_from)
        verb = length - 2 if length else None
        if not length:
            length = matched(self._frame, 0, phrases.back)
            verb = self._verb_told(length - 1) if length else None
        if verb is None:
            return None
        after = self._subjects.past_adverbial(max(length, verb + 1))
        subject = self._phrases.starting(after, lenient=True)
        return cue_at(self._frame, verb, verb + 1, CueKind.SAY, subject, inverted=True) if subject is not None else None

    def _view(self, index: int) -> Cue | None:
        """``as Osei puts it``, ``in her view``, ``for Osei, ... is ...``."""
        frame, language = self._frame, self._language
        following = frame[index + 1].lower if index + 1 < len(frame) else ""
        if frame[index].lower in language.verbs.puts and following in language.pronouns.it:
            low = max(0, index - _MAX_PUTTING_TOKENS)
            opener = next((n for n in range(low, index) if frame[n].lower in language.verbs.as_word), None)
            subject = None if opener is None else self._phrases.starting(opener + 1, stop=index)
            if subject is not None and subject.last == index:
                return cue_at(self._frame, index, index + 2, CueKind.ACCORDING, subject)
        view = self._owned_view(index, following) if frame[index].lower in self._view_openers else None
        return view or (self._for(index) if index == 0 else None)

    def _owned_view(self, index: int, following: str) -> Cue | None:
        """``In her view, ...``, ``In Osei's view, ...``."""
        frame, language = self._frame, self._language
        pronouns = language.pronouns
        owned = following in pronouns.possessive_he | pronouns.possessive_she | pronouns.they
        if owned and index + 2 < len(frame) and (frame[index].lower, frame[index + 2].lower) in language.phrases.view:
            mention = Span(start_char=frame[index + 1].start, end_char=frame[index + 1].end)
            holder = Phrase(index + 1, index + 2, mention, following, pronoun=True, words=(following,))
            return cue_at(self._frame, index, index + 3, CueKind.ACCORDING, holder)
        if index + 3 >= len(frame):
            return None
        for owner in range(index + 2, min(len(frame) - 1, index + _MAX_PUTTING_TOKENS)):
            if frame[owner].lower in language.grammar.possessive:
                noun = frame[owner + 1]
                if (frame[index].lower, noun.lower) not in language.phrases.view:
                    return None
                subject = self._phrases.starting(index + 1, stop=owner, lenient=True)
                held = subject is not None and subject.last == owner
                return cue_at(self._frame, index, owner + 2, CueKind.ACCORDING, subject) if held else None
            if frame[owner].kind is not TokenKind.WORD or frame[owner].finite:
                return None
        return None

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
        return cue_at(self._frame, index, index + 1, CueKind.ACCORDING, subject, inverted=True)
