"""Find the cues of a unit: which words attribute, and how they take their content."""

from dataclasses import replace
from functools import cache

from extractor.rules.chunks import EntityKind
from extractor.rules.cues import Cue, CueKind, follows_block, matched
from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Token, TokenKind
from extractor.rules.subjects import SubjectReader
from extractor.rules.verbforms import verb_forms
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


@cache
def _closed_class(code: str) -> frozenset[str]:
    """Words that are no verb of saying: function words, and the forms of be, have and the like."""
    language = language_data(code)
    grammar, verbs = language.grammar, language.verbs
    words = language.function_words | grammar.prepositions | grammar.conjunctions | grammar.determiners
    return words | language.times | verbs.auxiliaries | verbs.finite | language.nouns.roles


class CueFinder:
    """Finds the cues of one frame."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._language = language
        self._subjects = SubjectReader(frame, phrases, language)
        self._blocks = any(token.kind is TokenKind.QUOTE for token in frame)

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
                    or self._noun(index)
                    or self._verb(index, found)
                )
            if cue is not None:
                found.append(cue)
            index = max(index + 1, cue.end if cue and cue.kind is CueKind.ACCORDING else index + 1)
        return found

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
            return self._cue(index, index + length, CueKind.ACCORDING, subject, inverted=True)
        length = matched(self._frame, index, self._language.phrases.according_after)
        if length:
            subject = self._phrases.before(index)
            return self._cue(index, index + length, CueKind.ACCORDING, subject) if subject else None
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
        cue = self._cue(index, verb + 1, CueKind.ACCORDING, subject, inverted=True)
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
        return self._cue(verb, verb + 1, CueKind.SAY, subject, inverted=True) if subject is not None else None

    def _view(self, index: int) -> Cue | None:
        """``as Osei puts it``, ``in her view``, ``for Osei, ... is ...``."""
        frame, language = self._frame, self._language
        following = frame[index + 1].lower if index + 1 < len(frame) else ""
        if frame[index].lower in language.verbs.puts and following in language.pronouns.it:
            low = max(0, index - _MAX_PUTTING_TOKENS)
            opener = next((n for n in range(low, index) if frame[n].lower in language.verbs.as_word), None)
            subject = None if opener is None else self._phrases.starting(opener + 1, stop=index)
            if subject is not None and subject.last == index:
                return self._cue(index, index + 2, CueKind.ACCORDING, subject)
        pronouns = language.pronouns
        owned = following in pronouns.possessive_he | pronouns.possessive_she | pronouns.they
        if owned and index + 2 < len(frame) and (frame[index].lower, frame[index + 2].lower) in language.phrases.view:
            owner = frame[index + 1]
            mention = Span(start_char=owner.start, end_char=owner.end)
            subject = Phrase(index + 1, index + 2, mention, owner.lower, pronoun=True, words=(owner.lower,))
            return self._cue(index, index + 3, CueKind.ACCORDING, subject)
        return self._owned_view(index) or (self._for(index) if index == 0 else None)

    def _owned_view(self, index: int) -> Cue | None:
        """``In Osei's view, ...``."""
        frame, language = self._frame, self._language
        if frame[index].lower not in {first for first, _ in language.phrases.view} or index + 3 >= len(frame):
            return None
        for owner in range(index + 2, min(len(frame) - 1, index + _MAX_PUTTING_TOKENS)):
            if frame[owner].lower in language.grammar.possessive:
                noun = frame[owner + 1]
                if (frame[index].lower, noun.lower) not in language.phrases.view:
                    return None
                subject = self._phrases.starting(index + 1, stop=owner, lenient=True)
                held = subject is not None and subject.last == owner
                return self._cue(index, owner + 2, CueKind.ACCORDING, subject) if held else None
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
        return self._cue(index, index + 1, CueKind.ACCORDING, subject, inverted=True)

    def _noun(self, index: int) -> Cue | None:
        """``Osei's claim that``, ``his pledge to``, ``the claim by Osei that``."""
        frame, language = self._frame, self._language
        word = frame[index].lower
        if index == 0 or word not in language.nouns.claims | language.nouns.pledges:
            return None
        by = index + 1 < len(frame) and frame[index + 1].lower in language.grammar.by
        if by:
            stop = next((n for n in range(index + 2, len(frame)) if frame[n].lower in language.phrases.that), None)
            agent = None if stop is None else self._phrases.starting(index + 2, stop=stop)
            holds = agent is not None and agent.last == stop
            return self._cue(index, index + 1, CueKind.NOUN, agent, inverted=True) if holds else None
        if self._noun_clause(index) is None:
            return None
        owner = index - 1
        while owner > 0 and index - owner <= _MAX_ADJECTIVES and frame[owner].lower not in language.grammar.owners:
            owner -= 1
        if frame[owner].lower not in language.grammar.owners:
            return None
        if frame[owner].lower in language.grammar.possessive:
            subject = self._phrases.before(owner, lenient=True)
        else:
            mention = Span(start_char=frame[owner].start, end_char=frame[owner].end)
            head = language.grammar.owner_of.get(frame[owner].lower, frame[owner].lower)
            subject = Phrase(owner, owner + 1, mention, head, pronoun=True, words=(head,))
        return self._cue(index, index + 1, CueKind.NOUN, subject) if subject is not None else None

    def _noun_clause(self, index: int) -> int | None:
        """Where the clause of a noun begins: behind "that", or at "to" of what is pledged; None for a mere noun."""
        frame, language = self._frame, self._language
        if index + 2 >= len(frame):
            return None
        following = frame[index + 1].lower
        told = frame[index].lower in language.nouns.claims
        if told and following in language.verbs.passive and frame[index + 2].lower in language.phrases.that:
            return index + 3
        if told and following in language.phrases.that:
            return None if frame[index + 2].lower in language.verbs.finite else index + 2
        return index + 1 if frame[index].lower in language.nouns.pledges and following in language.verbs.to else None

    def _carried(self, index: int) -> bool:
        """``expressed concern that``, ``stated her intention to``: a verb and the noun that carries the clause."""
        language = self._language
        if self._frame[index].lower not in language.verbs.carrying:
            return False
        nouns = language.nouns.claims | language.nouns.pledges | language.nouns.intentions
        for later in range(index + 1, min(len(self._frame), index + 2 + _MAX_ADJECTIVES)):
            token = self._frame[later]
            if token.lower in nouns:
                intends = token.lower in language.nouns.intentions
                to = later + 1 < len(self._frame) and self._frame[later + 1].lower in language.verbs.to
                return self._noun_clause(later) is not None or (intends and to)
            if token.kind is not TokenKind.WORD or token.lower in language.verbs.finite | language.grammar.prepositions:
                return False
        return False

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
        if before is None or self._lacks_auxiliary(index, before):
            return None
        if self._is_participle(index, before):
            return self._participle(index, last, before, kind, earlier)
        if before == index and self._is_reduced(index, kind):
            return None
        cue = self._finite(index, last, kind, before, earlier)
        return None if cue is None else replace(cue, negated=negated)

    def _participle(self, index: int, last: int, before: int, kind: CueKind, earlier: list[Cue]) -> Cue | None:
        """``adding that``: said by whoever spoke before in the sentence, else by its subject."""
        if before > 1 and self._frame[before - 1].lower in self._language.verbs.as_word:
            cited = self._phrases.before(before - 1)
            if cited is not None and (cited.entity is not None or cited.pronoun):
                return self._cue(index, last, CueKind.SAY, cited)
        if not self._opens_participle(before):
            return self._of_document(index, last, before, kind) or self._absolute(index, last, kind)
        if kind is CueKind.QUOTE and not self._blocks:
            return None
        subject = earlier[-1].subject if earlier and earlier[-1].kind is not CueKind.HEARSAY else None
        subject = subject or self._subjects.main(index)
        if subject is None:
            return None
        if kind in (CueKind.LABEL, CueKind.ACCUSE, CueKind.QUOTE):
            return replace(self._cue(index, last, kind, subject), shared=True)
        return self._cue(index, last, CueKind.PARTICIPLE, subject)

    def _finite(self, index: int, last: int, kind: CueKind, before: int, earlier: list[Cue]) -> Cue | None:
        """A finite verb with its subject before or behind it, shared, or dropped."""
        inverted = self._subjects.inverted(before if self._language.verbs.inverts else index, last, kind)
        if inverted is not None:
            cue = self._cue(index, last, kind, inverted, inverted=True)
            return replace(cue, first=before) if self._language.verbs.inverts else cue
        subject = self._subjects.of_verb(before, index, kind) or self._subjects.inside(before)
        if subject is None:
            dropped = self._language.verbs.drops_subject and follows_block(self._frame, index)
            return self._cue(index, last, kind, None) if dropped else None
        nobody = subject.words and subject.words[0] in self._language.verbs.negations
        if nobody or (self._is_thing(subject) and not self._says_plainly(index)):
            return None
        if self._frame[index].lower in self._language.verbs.heard and not self._hears(subject):
            return None
        shared = any(cue.subject is not None and cue.subject.first == subject.first for cue in earlier)
        shared = shared or self._frame[before - 1].lower in self._language.grammar.splitters
        return replace(self._cue(index, last, kind, subject), shared=shared)

    def _hears(self, subject: Phrase) -> bool:
        """Tell whether somebody testifies before the subject: a court, an inquest."""
        return bool(self._language.nouns.forums & set(subject.words))

    def _is_thing(self, subject: Phrase) -> bool:
        """``the virus``, ``the move``: a noun that is in no list of those who speak, nor made like one."""
        if subject.pronoun or subject.entity is not None or not self._language.nouns.agent_endings:
            return False
        return not self._phrases.can_speak(subject)

    def _says_plainly(self, index: int) -> bool:
        """A plain "said", or a clause or quotation right behind another verb: then whatever stands before speaks."""
        if self._frame[index].lower in self._language.verbs.bare:
            return True
        ahead = self._frame[index + 1 : index + 3]
        return any(token.kind is TokenKind.QUOTE for token in ahead)

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
        if self._carried(index):
            return CueKind.NOUN
        if lower in verbs.tell:
            return CueKind.TELL
        if lower in verbs.label:
            return CueKind.LABEL
        if lower in verbs.accuse:
            return CueKind.ACCUSE
        if lower in verbs.say or (lower in verbs.with_that and self._that_follows(index)):
            return CueKind.SAY
        if lower in verbs.show:
            return CueKind.SHOW
        if lower in verbs.heard:
            return CueKind.SAY
        colon = index + 1 < len(self._frame) and self._frame[index + 1].text == ":"
        ahead = self._frame[index + 1 : index + 3]
        gerund = len(ahead) == 2 and ahead[1].lower.endswith(self._language.participle_endings or ("\0",))
        spoken = lower in verbs.speak_of and len(ahead) == 2 and (ahead[1].quote >= 0 or gerund)
        if lower in verbs.quote and (self._blocks or colon or (spoken and ahead[0].lower in verbs.warn_links)):
            return CueKind.QUOTE
        if not self._blocks:
            return None
        if self._language.lexicon.verbs and self._touches_block(index):
            return CueKind.QUOTE
        return CueKind.QUOTE if verbs.inverts and self._in_incise(index) else None

    def _touches_block(self, index: int) -> bool:
        """``Osei shrugged: "..."``, ``"...," Osei laughed``: beside a quotation any verb is one of saying."""
        frame, language = self._frame, self._language
        if not frame[index].finite or frame[index].lower in _closed_class(language.code):
            return False
        ahead = index + 1
        if ahead < len(frame) and frame[ahead].text in ",:":
            ahead += 1
        if ahead < len(frame) and frame[ahead].kind is TokenKind.QUOTE:
            return True
        if ahead < len(frame) and frame[ahead].text not in ".,":
            return False
        subject = self._phrases.before(index)
        return subject is not None and follows_block(frame, subject.first)

    def _in_incise(self, index: int) -> bool:
        """``«...», soupire la boulangère``: between a quotation and a subject any verb is one of saying."""
        token, language = self._frame[index], self._language
        if token.capital or token.lower in _closed_class(language.code):
            return False
        before, _, _ = self._auxiliaries_before(index)
        if before is None or not follows_block(self._frame, before):
            return False
        following = self._frame[index + 1] if index + 1 < len(self._frame) else None
        if following is None or following.kind is TokenKind.MARK:
            return language.verbs.drops_subject and token.lower.endswith(language.verbs.past_endings)
        subject = self._phrases.starting(index + 1, lenient=True)
        return subject is not None and (
            subject.pronoun or subject.entity is not None or following.lower in language.grammar.determiners
        )

    def _that_follows(self, index: int) -> bool:
        frame, pronouns = self._frame, self._language.pronouns
        if index + 1 >= len(frame):
            return False
        if frame[index + 1].lower in self._language.phrases.that:
            return True
        subject = (
            frame[index + 1].lower in pronouns.he | (pronouns.she - pronouns.they) | pronouns.they | pronouns.expletive
        )
        return subject and bool(self._language.lexicon.verbs) and index + 2 < len(frame) and frame[index + 2].finite

    def _is_noun(self, index: int) -> bool:
        """Tell whether the word is a noun here: "the report", "his claims"."""
        grammar = self._language.grammar
        if index == 0:
            return self._frame[0].lower in self._language.nouns.documents | self._language.nouns.anonymous
        before = self._frame[index - 1].lower
        if self._language.lexicon.verbs and self._frame[index].finite:
            return False
        if before in self._language.verbs.auxiliaries and before not in grammar.possessive:
            return False
        forms = verb_forms(self._language.code)
        beside = self._frame[index - 1]
        joined = beside.kind is TokenKind.WORD and before not in self._language.function_words
        if joined and self._frame[index].lower in forms.nouns:
            return True
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
            apart = self._before_time(position) if passive or position == index else position
            if apart < position:
                position = apart
                continue
            if (token.capital and position > 1) or (token.quote >= 0 and token.kind is not TokenKind.WORD):
                break
            adverb = self._language.lexicon.is_adverb(token.lower) and not token.capital
            if token.lower not in verbs.auxiliaries and not adverb:
                break
            if token.lower in verbs.to:
                if position >= 3 and self._frame[position - 2].lower == "on":
                    return position - 3, False, negated
                return None, False, negated
            if first and token.lower in verbs.passive and not self._is_ing(index):
                passive = position < 2 or self._frame[position - 2].lower not in verbs.reflexive
            negated = negated or token.lower in verbs.negations
            first = first and (adverb or (bool(verbs.helping) and token.lower not in verbs.helping))
            position -= 1
        return position, passive, negated

    def _before_time(self, position: int) -> int:
        """``was on Wednesday reported``: step back over a day between an auxiliary and its participle."""
        language, frame = self._language, self._frame
        if position < 3 or frame[position - 1].lower not in language.weekdays:
            return position
        led = frame[position - 2].lower in language.phrases.manner
        return position - 2 if led and frame[position - 3].lower in language.verbs.passive else position

    def _is_reduced(self, index: int, kind: CueKind) -> bool:
        """``the hole described in the study``, ``a man identified as``: a participle that hangs on its noun."""
        verbs, grammar = self._language.verbs, self._language.grammar
        if not self._frame[index].lower.endswith(verbs.past_endings or ("\0",)):
            return False
        after = index + 1
        while after < len(self._frame) and self._frame[after].lower in verbs.auxiliaries - verbs.helping:
            after += 1
        following = self._frame[after].lower if after < len(self._frame) else ""
        if kind in (CueKind.LABEL, CueKind.ACCUSE):
            if index > 1 and self._frame[index - 1].capital and following in verbs.as_word:
                return False
            return following in verbs.as_word | grammar.by | verbs.reduced_before
        behind = self._frame[after + 1] if after + 1 < len(self._frame) else None
        timed = behind is None or behind.kind is TokenKind.NUMBER or behind.lower in self._language.times
        return kind is CueKind.SAY and following in grammar.by and not timed

    def _is_ing(self, index: int) -> bool:
        endings = self._language.participle_endings
        return bool(endings) and self._frame[index].lower.endswith(endings)

    def _is_participle(self, index: int, before: int) -> bool:
        """Without an auxiliary a form in -ing has no subject of its own."""
        be = self._language.verbs.passive
        return self._is_ing(index) and not any(token.lower in be for token in self._frame[before:index])

    def _lacks_auxiliary(self, index: int, before: int) -> bool:
        """``le plan annoncé``: a past participle without its auxiliary, before which a pronoun may stand ("a-t-il")."""
        verbs = self._language.verbs
        if not verbs.participles or not self._frame[index].lower.endswith(verbs.participles):
            return False
        return not any(token.lower in verbs.perfect for token in self._frame[max(0, before - 2) : index])

    def _of_document(self, index: int, last: int, before: int, kind: CueKind) -> Cue | None:
        """``a statement announcing that``: what the paper says on which the participle hangs."""
        if (
            kind not in (CueKind.SAY, CueKind.SHOW)
            or self._frame[before - 1].lower not in self._language.nouns.documents
        ):
            return None
        subject = self._phrases.before(before)
        return self._cue(index, last, CueKind.SAY, subject) if subject is not None else None

    def _absolute(self, index: int, last: int, kind: CueKind) -> Cue | None:
        """``with Osei calling the tender "a disgrace"``."""
        for opener in range(index - 1, max(-1, index - _MAX_ABSOLUTE_TOKENS), -1):
            token = self._frame[opener]
            if token.kind is TokenKind.QUOTE or token.finite or token.text in ",;:":
                return None
            if token.lower in self._language.grammar.absolute:
                subject = self._phrases.starting(opener + 1, stop=index)
                named = subject is not None and (subject.entity is not None or self._phrases.can_speak(subject))
                return self._cue(index, last, kind, subject) if named and subject and subject.last == index else None
        return None

    def _opens_participle(self, index: int) -> bool:
        """A participle that attributes stands after a comma, a conjunction or "by"; else it is a noun."""
        if index == 0:
            return True
        before, grammar, verbs = self._frame[index - 1], self._language.grammar, self._language.verbs
        if before.kind in (TokenKind.MARK, TokenKind.QUOTE):
            return True
        return (
            before.lower
            in grammar.conjunctions | (verbs.before_participle or grammar.prepositions) | self._language.times
        )

    def _passive(self, index: int, before: int | None) -> Cue | None:
        """``was quoted as saying``, ``is accused of``, ``is believed to``; other passives need an agent."""
        frame, verbs = self._frame, self._language.verbs
        following = frame[index + 1].lower if index + 1 < len(frame) else ""
        if following == "as" and index + 2 < len(frame) and self._is_ing(index + 2) and before is not None:
            subject = self._phrases.before(before)
            return self._cue(index, index + 3, CueKind.SAY, subject) if subject else None
        if following in self._language.grammar.by or self._kind(index) is CueKind.LABEL:
            return self._by_agent(index)
        if frame[index].lower not in verbs.hearsay or before is None:
            return None
        relative = frame[before - 1].lower in self._language.pronouns.who if before else False
        impersonal = bool(before) and frame[before - 1].lower in self._language.pronouns.it
        ends = impersonal and before > 1 and frame[before - 2].text == ","
        links = following in (*verbs.to, "of", *self._language.phrases.that) and not relative
        if ends or links or (impersonal and self._opens_clause(index + 1)):
            span = Span(start_char=frame[index].start, end_char=frame[index].end)
            first = before - 1 if impersonal else self._first_auxiliary(index)
            return replace(self._cue(first, index + 1, CueKind.HEARSAY, None), span=span)
        return None

    def _opens_clause(self, index: int) -> bool:
        """``It was reported he was in a coma``: what can be a subject follows."""
        if index >= len(self._frame):
            return False
        token, pronouns = self._frame[index], self._language.pronouns
        subjects = pronouns.he | pronouns.she | pronouns.they | pronouns.expletive
        return token.capital or token.lower in subjects | self._language.grammar.determiners

    def _by_agent(self, index: int) -> Cue | None:
        """``was accused by Osei of ...``, ``was told by Osei that ...``, ``was called "a disgrace" by Osei``."""
        kind, grammar = self._kind(index), self._language.grammar
        by = self._agent_word(index, kind)
        if kind is None or by is None:
            return None
        links = {link for linked in self._language.verbs.linked for link in linked.links}
        if kind is CueKind.LABEL:
            links = links | self._language.verbs.as_word
        stop = next((n for n in range(by + 1, len(self._frame)) if self._frame[n].lower in links), None)
        agent = self._phrases.starting(by + 1, stop=stop)
        if agent is None:
            return None
        if kind in (CueKind.TELL, CueKind.ACCUSE):
            return self._cue(index, index + 1, kind, agent, inverted=True)
        announced = self._frame[index].lower in self._language.verbs.announced
        after = self._frame[agent.last].lower if agent.last < len(self._frame) else ""
        infinitive = kind in (CueKind.SAY, CueKind.SHOW) and after in self._language.verbs.to
        if kind is not CueKind.LABEL and not ((announced or infinitive) and by == index + 1):
            return None
        first = self._first_auxiliary(index)
        told = self._frame[:first]
        whose = infinitive or any(t.lower in grammar.of | grammar.owners for t in told)
        if kind is not CueKind.LABEL and not whose:
            return None
        span = Span(start_char=self._frame[index].start, end_char=self._frame[index].end)
        cue = self._cue(first, index + 1, CueKind.PASSIVE, agent, inverted=True)
        return replace(cue, span=span, word=self._frame[index].lower)

    def _agent_word(self, index: int, kind: CueKind | None) -> int | None:
        """Index of "by" after a passive: right behind it, or behind what somebody is called."""
        by = self._language.grammar.by
        reach = len(self._frame) if kind is CueKind.LABEL else index + 2
        for later in range(index + 1, min(reach, len(self._frame))):
            token = self._frame[later]
            if token.quote < 0 and token.lower in by:
                return later
            if token.quote < 0 and (token.text in ",;:" or token.lower in self._language.verbs.finite):
                return None
        return None

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
