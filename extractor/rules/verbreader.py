"""Tell what a verb does where it stands: which kind of cue, finite or not, with which auxiliaries."""

from functools import cache

from extractor.rules.cues import CueKind, follows_block, matched
from extractor.rules.language import Language
from extractor.rules.language import language as language_data
from extractor.rules.nouncues import NounCueFinder
from extractor.rules.phrases import PhraseReader
from extractor.rules.reading import Token, TokenKind
from extractor.rules.verbforms import verb_forms

_MAX_MEDIUM_TOKENS = 8
"""So many words may stand between a verb and its "that": "in a letter to the council on Friday"."""
_MAX_APART_TOKENS = 6
_MAX_FUSED_TOKENS = 5
"""So many words back from "described as" to "what": "what the mayor described as"."""
_QUOTED_TOKENS = 5
"""So many words behind "spoke of" are looked at for quoted ones."""


@cache
def _closed_class(code: str) -> frozenset[str]:
    """Words that are no verb of saying: function words, and the forms of be, have and the like."""
    language = language_data(code)
    grammar, verbs = language.grammar, language.verbs
    words = language.function_words | grammar.prepositions | grammar.conjunctions | grammar.determiners
    return words | language.times | verbs.auxiliaries | verbs.finite | language.nouns.roles


class VerbReader:
    """Reads the verbs of one frame."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._language = language
        self._nouns = NounCueFinder(frame, phrases, language)
        self._blocks = any(token.kind is TokenKind.QUOTE for token in frame)

    def kind(self, index: int) -> CueKind | None:
        """Return how a verb takes its content; None when it attributes nothing."""
        if self._frame[index].capital and index > 0 and self._frame[index - 1].kind is TokenKind.WORD:
            return None
        kind = self._listed(index) or self._beside_quotation(index)
        if kind is not None and matched(self._frame, index, self._language.phrases.anonymity):
            return None
        return kind

    def _listed(self, index: int) -> CueKind | None:
        """By the word lists, whatever stands beside it."""
        verbs, lower = self._language.verbs, self._frame[index].lower
        if self._nouns.carries(index):
            return CueKind.NOUN
        if lower in verbs.tell:
            return CueKind.TELL
        if lower in verbs.label:
            tells = lower in verbs.describe and (self.stands_between(index) or self._relates(index))
            return CueKind.SAY if tells else CueKind.LABEL
        if lower in verbs.accuse:
            return CueKind.ACCUSE
        if lower in verbs.say:
            return CueKind.SAY
        if lower in verbs.with_that and (self._that_follows(index) or self.stands_between(index)):
            return CueKind.SAY
        if lower in verbs.show:
            return CueKind.SHOW
        return CueKind.SAY if lower in verbs.heard else None

    def _beside_quotation(self, index: int) -> CueKind | None:
        """``Osei criticised it: "..."``, ``spoke of "bottlenecks"``: only together with what is quoted."""
        verbs, frame = self._language.verbs, self._frame
        ahead = frame[index + 1 : index + 3]
        colon = bool(ahead) and ahead[0].text == ":"
        gerund = len(ahead) > 1 and ahead[1].lower.endswith(self._language.participle_endings or ("\0",))
        spoken = frame[index].lower in verbs.speak_of and len(ahead) > 1 and (self._quoted_soon(index + 2) or gerund)
        if frame[index].lower in verbs.quote and (
            self._blocks or colon or (spoken and ahead[0].lower in verbs.warn_links)
        ):
            return CueKind.QUOTE
        if not self._blocks:
            return None
        if self._language.lexicon.verbs and self._touches_block(index):
            return CueKind.QUOTE
        return CueKind.QUOTE if verbs.inverts and self._in_incise(index) else None

    def _quoted_soon(self, index: int) -> bool:
        """``talked of Osei's "countless gifts"``: quoted words before any verb or comma."""
        for token in self._frame[index : index + _QUOTED_TOKENS]:
            if token.quote >= 0:
                return True
            if token.finite or token.kind is not TokenKind.WORD:
                return False
        return False

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
        before, _, _ = self.auxiliaries_before(index)
        if before is None or not follows_block(self._frame, before):
            return False
        following = self._frame[index + 1] if index + 1 < len(self._frame) else None
        if following is None or following.kind is TokenKind.MARK:
            return language.verbs.drops_subject and token.lower.endswith(language.verbs.past_endings)
        subject = self._phrases.starting(index + 1, lenient=True)
        return subject is not None and (
            subject.pronoun or subject.entity is not None or following.lower in language.grammar.determiners
        )

    def stands_between(self, index: int) -> bool:
        """``The valve, she suspects, had failed``: a subject and a verb that commas set apart."""
        frame, first = self._frame, index
        if not frame[index].finite or index + 1 >= len(frame) or frame[index + 1].text not in ",.":
            return False
        while first and index - first < _MAX_APART_TOKENS and frame[first - 1].kind is TokenKind.WORD:
            first -= 1
        if not 0 < first < index or frame[first - 1].text != ",":
            return False
        subject = self._phrases.starting(first, stop=index)
        return subject is not None and subject.last == index

    def _relates(self, index: int) -> bool:
        """``described finding two bodies``: what somebody went through, behind the verb."""
        return self._frame[index].lower in self._language.verbs.relating and self.is_ing(
            min(index + 1, len(self._frame) - 1)
        )

    def _that_follows(self, index: int) -> bool:
        frame, pronouns = self._frame, self._language.pronouns
        if index + 1 >= len(frame):
            return False
        if frame[index + 1].lower in self._language.phrases.that or self._that_behind(index + 1):
            return True
        subject = (
            frame[index + 1].lower in pronouns.he | (pronouns.she - pronouns.they) | pronouns.they | pronouns.expletive
        )
        return subject and bool(self._language.lexicon.verbs) and index + 2 < len(frame) and frame[index + 2].finite

    def _that_behind(self, index: int) -> bool:
        """``posted on Facebook that``, ``answered in a letter on Friday that``: behind time, place or medium."""
        frame, language = self._frame, self._language
        if frame[index].lower not in language.phrases.on_medium | {"on", "to"}:
            return False
        for later in range(index + 1, min(len(frame), index + _MAX_MEDIUM_TOKENS)):
            token = frame[later]
            if token.lower in language.phrases.that:
                return True
            if token.kind not in (TokenKind.WORD, TokenKind.NUMBER) or token.finite:
                return False
        return False

    def is_noun(self, index: int) -> bool:
        """Tell whether the word is a noun here: "the report", "his claims"."""
        grammar = self._language.grammar
        if index == 0:
            return self._frame[0].lower in self._language.nouns.documents | self._language.nouns.anonymous
        before = self._frame[index - 1].lower
        if self._language.lexicon.verbs and self._frame[index].finite:
            return False
        if before in self._language.verbs.auxiliaries and before not in grammar.possessive:
            return False
        if self._introduces(index):
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

    def _introduces(self, index: int) -> bool:
        """``The 14th Amendment states: "..."``: behind a name and before a colon and a quotation."""
        ahead = self._frame[index + 1 : index + 3]
        if len(ahead) < 2 or ahead[0].text != ":" or ahead[1].kind is not TokenKind.QUOTE:
            return False
        return self._frame[index - 1].capital and self._frame[index].lower in self._language.verbs.say

    def auxiliaries_before(self, index: int) -> tuple[int | None, bool, bool]:
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
            if first and token.lower in verbs.passive and not self.is_ing(index):
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

    def is_reduced(self, index: int, kind: CueKind) -> bool:
        """``the hole described in the study``, ``a man identified as``: a participle that hangs on its noun."""
        verbs, grammar = self._language.verbs, self._language.grammar
        if not self._frame[index].lower.endswith(verbs.past_endings or ("\0",)):
            return False
        fused = self._language.pronouns.fused
        if any(token.lower in fused for token in self._frame[max(0, index - _MAX_FUSED_TOKENS) : index]):
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

    def is_bare(self, index: int) -> bool:
        """``the think tank called``: a base form that is no finite verb where it stands."""
        token, ahead = self._frame[index], self._frame[index + 1 : index + 3]
        if token.finite or len(ahead) < 2 or token.lower not in verb_forms(self._language.code).base:
            return False
        if not ahead[0].text.islower() or ahead[0].lower in self._language.function_words:
            return False
        return ahead[1].finite or (ahead[0].lower in self._language.nouns.roles and ahead[1].capital)

    def is_ing(self, index: int) -> bool:
        """Tell whether a word ends like a present participle."""
        endings = self._language.participle_endings
        return bool(endings) and self._frame[index].lower.endswith(endings)

    def is_participle(self, index: int, before: int) -> bool:
        """Without an auxiliary a form in -ing has no subject of its own."""
        be = self._language.verbs.passive
        return self.is_ing(index) and not any(token.lower in be for token in self._frame[before:index])

    def lacks_auxiliary(self, index: int, before: int) -> bool:
        """``le plan annoncé``: a past participle without its auxiliary, before which a pronoun may stand ("a-t-il")."""
        verbs = self._language.verbs
        if not verbs.participles or not self._frame[index].lower.endswith(verbs.participles):
            return False
        return not any(token.lower in verbs.perfect for token in self._frame[max(0, before - 2) : index])

    def opens_participle(self, index: int) -> bool:
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
