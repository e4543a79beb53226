"""What "according to" covers: the clause before it, behind it, or around it."""

from extractor.rules.adverbials import AdverbialReader
from extractor.rules.clauses import ClauseReader, Stretch
from extractor.rules.cues import Cue
from extractor.rules.language import Language
from extractor.rules.reading import Token, TokenKind
from extractor.rules.verbforms import verb_forms

_MIN_CLAUSE_TOKENS = 6
"""Before a closing "according to" so many words are a clause, whatever its verb."""
_MIN_TOLD_TOKENS = 3
"""Behind an opening "according to", where the list of verbs is short."""


class AccordingReader:
    """Reads the contents of "according to" in one frame."""

    def __init__(
        self, frame: tuple[Token, ...], clauses: ClauseReader, adverbials: AdverbialReader, language: Language
    ) -> None:
        self._frame = frame
        self._clauses = clauses
        self._adverbials = adverbials
        self._language = language

    def contents(self, cue: Cue, low: int, high: int) -> list[tuple[Stretch, ...]]:
        """Return what a source is named for, divided into statements; nothing where no clause stands there.

        Args:
            cue: "according to" with its source.
            low: Where the words before it begin.
            high: Where the words behind it end.
        """
        clauses = self._clauses
        before = self._before_according(cue, low)
        told = before.last - before.first > 2 and clauses.has_finite(before)
        if told and self._joins(cue) and clauses.own_subject(cue.end, high):
            before, told = Stretch(cue.start, cue.start), False
        behind = self._behind_according(cue, high, told=told)
        parts = [part for part in (before, behind) if part.last > part.first]
        if before.last - before.first <= 2 and not clauses.has_finite(before):
            parts = [part for part in parts if part is behind]
        if told and len(parts) == 2 and self._opens_clause(behind):
            if clauses.own_subject(behind.first + 1, behind.last):
                parts = [before]
        closes = low == 0 and parts == [before] and before.last - before.first >= _MIN_CLAUSE_TOKENS
        opens = parts == [behind] and self._language.verbs.inverts and behind.last - behind.first >= _MIN_TOLD_TOKENS
        if not closes and not opens and not any(clauses.has_finite(part) for part in parts):
            return []
        whole = len(parts) == 2
        return [tuple(parts)] if whole else [(part,) for part in clauses.split(parts[0])]

    def _before_according(self, cue: Cue, low: int) -> Stretch:
        """The words of the clause before "according to"."""
        conjunctions = self._language.grammar.conjunctions
        first = self._clauses.after_semicolon(low, cue.start)
        while first < cue.start:
            token = self._frame[first]
            if token.text not in ",;:" and not (low and token.lower in conjunctions):
                break
            first += 1
        last = cue.start - (cue.start > first and self._frame[cue.start - 1].lower in self._language.verbs.as_word)
        return self._clauses.without_final_marks(first, last)

    def _behind_according(self, cue: Cue, high: int, *, told: bool) -> Stretch:
        """The words of the clause behind the source; what belongs to the source is stepped over.

        Args:
            cue: "according to" with its source.
            high: Where to stop.
            told: The clause before is complete, so that only a part after a comma can go on with it.
        """
        frame = self._frame
        after = self._adverbials.after_apposition(cue.end, high)
        if after < high:
            after = self._adverbials.adverbial_end(after, high)
        comma = next((n for n in range(after, high) if frame[n].text in ",;"), None)
        if told and after < high and frame[after].kind is TokenKind.WORD:
            after = high if comma is None else comma
        elif not told and self._hangs(after, comma) and comma is not None:
            after = comma
        elif not told and comma is not None and not self._clauses.has_finite(Stretch(after, comma)):
            after = comma
        if told and after < high and frame[after].text == ";":
            return Stretch(high, high)
        if after < high and frame[after].text in ",:":
            after += 1
        behind = self._clauses.without_final_marks(after, high)
        relative = behind.last > behind.first and frame[behind.first].lower in self._language.pronouns.who
        return Stretch(high, high) if relative else behind

    def _joins(self, cue: Cue) -> bool:
        """``It rained, and according to Osei the pump failed``: what stands before is another clause."""
        return cue.start > 0 and self._frame[cue.start - 1].lower in self._language.grammar.splitters

    def _hangs(self, index: int, comma: int | None) -> bool:
        """``According to a survey published in May, ...``: a participle that belongs to the source."""
        if comma is None or index >= comma:
            return False
        after = self._frame[index + 1].lower
        language = self._language
        participle = self._frame[index].lower in verb_forms(language.code).both and not self._frame[index].capital
        return participle and after in language.grammar.prepositions | language.times | language.weekdays

    def _opens_clause(self, stretch: Stretch) -> bool:
        return self._frame[stretch.first].lower in self._language.grammar.conjunctions
