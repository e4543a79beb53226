"""Find the verbs that attribute, with who stands beside them as their source."""

from dataclasses import replace

from extractor.rules.cues import Cue, CueKind, cue_at, follows_block
from extractor.rules.language import Language
from extractor.rules.passivecues import PassiveCueFinder
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Token, TokenKind
from extractor.rules.subjects import SubjectReader
from extractor.rules.verbreader import VerbReader

_MAX_QUOTED_TOKENS = 16
"""So many words back from "as saying" to "quoted a rescue official, Karl Osei,"."""
_MAX_PUBLISHED_TOKENS = 34
"""So many words back from "saying" to "published a study by ... and ..."."""
_MAX_ABSOLUTE_TOKENS = 8
"""So many words may stand between "with" and its participle."""


class VerbCueFinder:
    """Finds attributing verbs in one frame."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._language = language
        self._subjects = SubjectReader(frame, phrases, language)
        self._words = VerbReader(frame, phrases, language)
        self._passives = PassiveCueFinder(frame, phrases, self._words, language)
        self._blocks = any(token.kind is TokenKind.QUOTE for token in frame)

    def at(self, index: int, earlier: list[Cue]) -> Cue | None:
        """Return the cue that a verb is; None when it attributes nothing.

        Args:
            index: Its place in the frame.
            earlier: The cues before it, whose source it may share.
        """
        language, token = self._language, self._frame[index]
        if token.lower in language.phrases.reportedly:
            return cue_at(self._frame, index, index + 1, CueKind.HEARSAY, None)
        kind = self._words.kind(index)
        if kind is None and token.lower in language.verbs.hearsay:
            before, passive, _ = self._words.auxiliaries_before(index)
            return self._passives.at(index, before) if passive else None
        if kind is None or self._words.is_noun(index):
            return None
        before, passive, negated = self._words.auxiliaries_before(index)
        if passive:
            return self._passives.at(index, before)
        last = index + 1
        if last < len(self._frame) and self._frame[last].lower in language.verbs.particles:
            last += 1
        elif token.lower in language.verbs.with_particle:
            return None
        if before is None or self._words.lacks_auxiliary(index, before):
            return None
        if self._words.is_participle(index, before):
            return self._participle(index, last, before, kind, earlier)
        if before == index and (self._words.is_reduced(index, kind) or self._words.is_bare(index)):
            return self._passives.at(index, before) if kind is CueKind.LABEL else None
        cue = self._finite(index, last, kind, before, earlier)
        return None if cue is None else replace(cue, negated=negated)

    def _participle(self, index: int, last: int, before: int, kind: CueKind, earlier: list[Cue]) -> Cue | None:
        """``adding that``: said by whoever spoke before in the sentence, else by its subject."""
        if before > 1 and self._frame[before - 1].lower in self._language.verbs.as_word:
            cited = self._quoted(before - 1) or self._phrases.before(before - 1)
            if cited is not None and (cited.entity is not None or cited.pronoun or self._phrases.can_speak(cited)):
                return cue_at(self._frame, index, last, CueKind.SAY, cited)
        published = self._published(before) if kind in (CueKind.SAY, CueKind.SHOW) else None
        if published is not None:
            return cue_at(self._frame, index, last, CueKind.SAY, published)
        if not self._words.opens_participle(before):
            return self._of_document(index, last, before, kind) or self._absolute(index, last, kind)
        if kind is CueKind.QUOTE and not self._blocks:
            return None
        opening = self._subjects.behind_opening(last) if index < 2 else None
        if opening is not None and kind in (CueKind.SAY, CueKind.SHOW):
            return cue_at(self._frame, index, last, CueKind.PARTICIPLE, opening)
        subject = earlier[-1].subject if earlier and earlier[-1].kind is not CueKind.HEARSAY else None
        subject = subject or self._subjects.main(index)
        if subject is None:
            return None
        if kind in (CueKind.LABEL, CueKind.ACCUSE, CueKind.QUOTE):
            return replace(cue_at(self._frame, index, last, kind, subject), shared=True)
        return cue_at(self._frame, index, last, CueKind.PARTICIPLE, subject)

    def _finite(self, index: int, last: int, kind: CueKind, before: int, earlier: list[Cue]) -> Cue | None:
        """A finite verb with its subject before or behind it, shared, or dropped."""
        inverted = self._subjects.inverted(before if self._language.verbs.inverts else index, last, kind)
        if inverted is not None:
            cue = cue_at(self._frame, index, last, kind, inverted, inverted=True)
            return replace(cue, first=before) if self._language.verbs.inverts else cue
        subject = self._subjects.of_verb(before, index, kind) or self._subjects.inside(before)
        if subject is None:
            dropped = self._language.verbs.drops_subject and follows_block(self._frame, index)
            return cue_at(self._frame, index, last, kind, None) if dropped else None
        negations = self._language.verbs.negations
        nobody = bool(subject.words) and subject.words[0] in negations
        nobody = nobody or (subject.first > 0 and self._frame[subject.first - 1].lower in negations)
        speaks = self._says_plainly(index) or (kind in (CueKind.SAY, CueKind.TELL) and self._only_speaks(index))
        if nobody or (self._is_thing(subject) and not speaks):
            return None
        if self._frame[index].lower in self._language.verbs.heard and not self._hears(subject):
            return None
        shared = any(
            cue.subject is not None
            and cue.subject.first == subject.first
            and not (self._in_apposition(cue) or (cue.kind is CueKind.PARTICIPLE and cue.first < cue.subject.first))
            for cue in earlier
        )
        shared = shared or self._frame[before - 1].lower in self._language.grammar.splitters
        return replace(cue_at(self._frame, index, last, kind, subject), shared=shared)

    def _in_apposition(self, cue: Cue) -> bool:
        """``Osei, speaking for the board, said``: a participle between a source and its verb."""
        subject = cue.subject
        return subject is not None and self._words.is_ing(cue.first) and cue.first == subject.last + 1

    def _hears(self, subject: Phrase) -> bool:
        """Tell whether somebody testifies before the subject: a court, an inquest."""
        return bool(self._language.nouns.forums & set(subject.words))

    def _is_thing(self, subject: Phrase) -> bool:
        """``the virus``, ``the move``: a noun that is in no list of those who speak, nor made like one."""
        if subject.pronoun or subject.entity is not None or not self._language.nouns.agent_endings:
            return False
        return not self._phrases.can_speak(subject)

    def _only_speaks(self, index: int) -> bool:
        """Tell whether a verb is one of people, whatever its subject is called: "insisted", not "underlined"."""
        verbs, word = self._language.verbs, self._frame[index].lower
        return word not in verbs.of_things | verbs.vague | verbs.promise

    def _says_plainly(self, index: int) -> bool:
        """A plain "said", or a clause or quotation right behind another verb: then whatever stands before speaks."""
        if self._frame[index].lower in self._language.verbs.bare or self._words.stands_between(index):
            return True
        ahead = self._frame[index + 1 : index + 3]
        return any(token.kind is TokenKind.QUOTE for token in ahead)

    def _of_document(self, index: int, last: int, before: int, kind: CueKind) -> Cue | None:
        """``a statement announcing that``: what the paper says on which the participle hangs."""
        if (
            kind not in (CueKind.SAY, CueKind.SHOW)
            or self._frame[before - 1].lower not in self._language.nouns.documents
        ):
            return None
        subject = self._phrases.before(before)
        return cue_at(self._frame, index, last, CueKind.SAY, subject) if subject is not None else None

    def _quoted(self, stop: int) -> Phrase | None:
        """``Local media quoted the governor as saying``: who is quoted, behind the verb."""
        for index in range(stop - 2, max(-1, stop - _MAX_QUOTED_TOKENS), -1):
            token = self._frame[index]
            if token.lower in self._language.verbs.citing_as:
                phrase = self._phrases.starting(index + 1, stop=stop, lenient=True)
                ends = phrase is not None and self._frame[phrase.last].text in (",", self._frame[stop].text)
                return phrase if ends else None
            if token.finite:
                return None
        return None

    def _published(self, before: int) -> Phrase | None:
        """``published a study in Nature, saying``, ``issued a ruling against Osei finding``: the document says it."""
        frame, language = self._frame, self._language
        for index in range(before - 2, max(0, before - _MAX_PUBLISHED_TOKENS), -1):
            if (
                frame[index].lower in language.verbs.publishing
                and frame[index + 1].lower in language.grammar.indefinite
            ):
                last = next((n for n in range(index + 2, before) if frame[n].lower in language.nouns.works), None)
                if last is None or any(token.finite for token in frame[index + 2 : before]):
                    return None
                return self._phrases.starting(index + 1, stop=last + 1)
        return None

    def _absolute(self, index: int, last: int, kind: CueKind) -> Cue | None:
        """``with Osei calling the tender "a disgrace"``."""
        for opener in range(index - 1, max(-1, index - _MAX_ABSOLUTE_TOKENS), -1):
            token = self._frame[opener]
            if token.kind is TokenKind.QUOTE or token.finite or token.text in ",;:":
                return None
            if token.lower in self._language.grammar.absolute:
                subject = self._phrases.starting(opener + 1, stop=index)
                named = subject is not None and (subject.entity is not None or self._phrases.can_speak(subject))
                return (
                    cue_at(self._frame, index, last, kind, subject)
                    if named and subject and subject.last == index
                    else None
                )
        return None
