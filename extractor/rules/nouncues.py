"""Find the nouns that carry what somebody says: "Osei's claim that", "voiced the hope that"."""

from extractor.rules.clauses import ClauseReader
from extractor.rules.cues import Cue, CueKind, cue_at
from extractor.rules.language import Language
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Token, TokenKind
from extractor.schema import Span

_MAX_ADJECTIVES = 2
"""Between an owner and the noun that carries a clause: "his first public claim that"."""


class NounCueFinder:
    """Finds nouns with a clause in one frame."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._language = language

    def at(self, index: int) -> Cue | None:
        """``Osei's claim that``, ``his pledge to``, ``the claim by Osei that``."""
        frame, language = self._frame, self._language
        word = frame[index].lower
        if index and word in language.nouns.rumoured and not frame[index].finite and self._unowned(index):
            return cue_at(frame, index, index + 1, CueKind.HEARSAY, None)
        if index == 0 or (word not in language.nouns.claims and word not in language.nouns.pledges):
            return None
        by = index + 1 < len(frame) and frame[index + 1].lower in language.grammar.by
        if by:
            stop = next((n for n in range(index + 2, len(frame)) if frame[n].lower in language.phrases.that), None)
            agent = None if stop is None else self._phrases.starting(index + 2, stop=stop)
            holds = agent is not None and agent.last == stop
            return cue_at(self._frame, index, index + 1, CueKind.NOUN, agent, inverted=True) if holds else None
        if self._noun_clause(index) is None:
            return None
        owner = index - 1
        while owner > 0 and index - owner <= _MAX_ADJECTIVES and frame[owner].lower not in language.grammar.owners:
            owner -= 1
        if frame[owner].lower not in language.grammar.owners:
            return self._of_body(index)
        if frame[owner].lower in language.grammar.possessive:
            subject = self._phrases.before(owner, lenient=True)
        else:
            mention = Span(start_char=frame[owner].start, end_char=frame[owner].end)
            head = language.grammar.owner_of.get(frame[owner].lower, frame[owner].lower)
            subject = Phrase(owner, owner + 1, mention, head, pronoun=True, words=(head,))
        return cue_at(self._frame, index, index + 1, CueKind.NOUN, subject) if subject is not None else None

    def _of_body(self, index: int) -> Cue | None:
        """``despite opposition claims that the vote was bought``: who claims stands before the noun."""
        frame, nouns = self._frame, self._language.nouns
        before, following = frame[index - 1], frame[index + 1]
        known = before.lower in (nouns.organisations | nouns.individuals | nouns.people) - nouns.documents
        if not known or before.capital or following.lower not in self._language.phrases.that:
            return None
        subject = self._phrases.starting(index - 1, stop=index)
        return None if subject is None else cue_at(frame, index, index + 1, CueKind.NOUN, subject)

    def _unowned(self, index: int) -> bool:
        """``amid allegations that the vote was bought``, ``speculation the mayor would go``: nobody's."""
        frame, language = self._frame, self._language
        low = max(0, index - 1 - _MAX_ADJECTIVES)
        owned = any(token.lower in language.grammar.owners | language.grammar.by for token in frame[low:index])
        carried = any(token.lower in language.verbs.carrying for token in frame[low:index])
        if owned or carried or index + 2 >= len(frame):
            return False
        if frame[index + 1].lower in language.phrases.that:
            return not frame[index + 2].finite
        if frame[index].lower in language.nouns.accounts:
            return False
        return ClauseReader(frame, language).own_subject(index + 1, len(frame), past=True)

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

    def carries(self, index: int) -> bool:
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
