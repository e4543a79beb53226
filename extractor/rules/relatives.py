"""Relative clauses of an attribution: "the pump, which Osei said had failed", "the pumps Osei said had failed"."""

from extractor.rules.clauses import Stretch
from extractor.rules.cues import Cue, CueKind
from extractor.rules.language import Language
from extractor.rules.reading import Token, TokenKind


class RelativeReader:
    """Reads in one frame what a relative clause makes the subject of what is said."""

    def __init__(self, frame: tuple[Token, ...], language: Language) -> None:
        self._frame = frame
        self._language = language

    def content(self, cue: Cue, post: Stretch, low: int) -> tuple[Stretch, ...] | None:
        """Return the pronoun or the noun before an attribution, and the rest; None where it is no relative clause.

        Args:
            cue: The attribution.
            post: What stands behind it.
            low: Where the words before it begin.
        """
        if self._is_relative(cue, post):
            return Stretch(cue.start - 1, cue.start), self._to_closing_comma(cue, post)
        fused = self._fused(cue, post)
        if fused is not None:
            return fused
        noun = self._relative_noun(cue, post, low)
        return None if noun is None else (noun, self._to_closing_comma(cue, post))

    def _fused(self, cue: Cue, post: Stretch) -> tuple[Stretch, ...] | None:
        """``met with what Osei called "fury"``, ``what the board declared an emergency``: the name it is given."""
        frame, language = self._frame, self._language
        if cue.start < 1 or frame[cue.start - 1].lower not in language.pronouns.fused:
            return None
        first = frame[post.first]
        linked = first.lower in language.verbs.as_word
        name = post.first + linked
        if name >= post.last or not (frame[name].quote >= 0 or frame[name].lower in language.grammar.indefinite):
            return None
        last = name
        if frame[name].quote >= 0:
            while last < post.last and frame[last].quote == frame[name].quote:
                last += 1
        else:
            while last < post.last and not self._ends_name(last):
                last += 1
        return Stretch(cue.start - 1, cue.start), Stretch(post.first, last)

    def _ends_name(self, index: int) -> bool:
        """Tell whether a word cannot belong to what something is called."""
        token, language = self._frame[index], self._language
        bound = language.grammar.prepositions - {"of"} | language.grammar.conjunctions | language.times
        return token.kind is not TokenKind.WORD or token.finite or token.lower in bound | language.pronouns.who

    def _is_relative(self, cue: Cue, post: Stretch) -> bool:
        """``the pump, which Osei said had failed``, ``that the board blames on frost``."""
        frame, language = self._frame, self._language
        if cue.start < 2 or frame[cue.start - 1].lower not in language.pronouns.relative:
            return False
        if frame[cue.start - 2].lower in language.verbs.say | language.verbs.tell:
            return False
        first = frame[post.first].lower
        linked = cue.kind in (CueKind.LABEL, CueKind.ACCUSE)
        quoted = frame[post.first].quote >= 0
        if linked and (quoted or first in language.verbs.as_word or first in language.grammar.prepositions):
            return True
        return first in language.verbs.finite or (first in language.verbs.to and cue.kind is CueKind.SAY)

    def _relative_noun(self, cue: Cue, post: Stretch, low: int) -> Stretch | None:
        """``the nine pumps Osei said had failed``: a relative clause without its pronoun, and the noun it hangs on."""
        frame, language = self._frame, self._language
        grammar, first = language.grammar, frame[post.first]
        if not language.lexicon.verbs or cue.inverted or cue.shared or cue.start < 1 or cue.kind is CueKind.NOUN:
            return None
        as_label = cue.kind is CueKind.LABEL and first.lower in language.verbs.as_word
        if not as_label and (cue.kind is not CueKind.SAY or first.lower not in language.verbs.finite):
            return None
        start = cue.start
        bound = grammar.prepositions | grammar.conjunctions | language.pronouns.who | language.phrases.that
        while start > low:
            token = frame[start - 1]
            if token.kind is TokenKind.QUOTE or token.text in ",;:()—–" or token.finite or token.lower in bound:
                break
            start -= 1
            if token.lower in grammar.determiners:
                break
        plain = start < cue.start and frame[start].lower in grammar.determiners
        return Stretch(start, cue.start) if plain and cue.start - start > 1 else None

    def _to_closing_comma(self, cue: Cue, post: Stretch) -> Stretch:
        """A relative clause that a comma opens ends at the next one."""
        if self._frame[cue.start - 2].text != ",":
            return post
        commas = (n for n in range(post.first + 1, post.last) if self._frame[n].text == ",")
        return Stretch(post.first, next(commas, post.last))
