"""Decide which cues hold in a unit, and what each of them attributes."""

from dataclasses import dataclass, field
from itertools import pairwise

from extractor.rules.adverbials import AdverbialReader
from extractor.rules.clauses import ClauseReader, Stretch
from extractor.rules.cues import Cue, CueFinder, CueKind, follows_block
from extractor.rules.language import Language
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Token, TokenKind


@dataclass(slots=True)
class Attribution:
    """One cue that holds, with what it attributes."""

    cue: Cue
    clauses: list[tuple[Stretch, ...]] = field(default_factory=list)
    """Indirect contents; several stretches where the attribution interrupts."""
    blocks: list[int] = field(default_factory=list)
    """Numbers of the block quotations, in reading order."""
    chain: list[Phrase] = field(default_factory=list)
    """Who reports the source, outermost first."""


class Attributor:
    """Reads the attributions of one frame."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._language = language
        self._finder = CueFinder(frame, phrases, language)
        self._clauses = ClauseReader(frame, language)
        self._adverbials = AdverbialReader(frame, phrases, self._clauses, language)
        self._end = self._clauses.without_final_marks(0, len(frame)).last

    def read(self) -> list[Attribution]:
        """Return the attributions in reading order; each attributes something."""
        cues = self._holding(self._finder.find())
        found = [Attribution(cue) for cue in cues]
        for number, attribution in enumerate(found):
            low = found[number - 1].cue.end if number else 0
            high = self._boundary(found[number + 1].cue) if number + 1 < len(found) else self._end
            self._attribute(attribution, low, high, first=number == 0)
        self._nest(found)
        found = [a for a in found if a.clauses or a.blocks]
        self._give_blocks(found)
        return found

    def _boundary(self, cue: Cue) -> int:
        """Where the content before a cue's attribution ends: before its comma and conjunction."""
        index = cue.start
        joiners = self._language.grammar.conjunctions
        while index > 0 and (self._frame[index - 1].text in ",;—–" or self._frame[index - 1].lower in joiners):
            index -= 1
        return index

    def _holding(self, cues: list[Cue]) -> list[Cue]:
        """Leave out cues that are part of what another cue says."""
        held: list[Cue] = []
        for cue in cues:
            if not held:
                held.append(cue)
                continue
            last = held[-1]
            if cue.start < last.end and cue.kind is not CueKind.ACCORDING:
                if last.kind in (CueKind.QUOTE, CueKind.HEARSAY) and cue.kind in (
                    CueKind.SAY,
                    CueKind.TELL,
                    CueKind.PARTICIPLE,
                ):
                    held[-1] = cue
                elif cue.kind is CueKind.PARTICIPLE and cue.first >= last.end and self._opens_freshly(cue):
                    held.append(cue)
                continue
            if self._opens_freshly(cue) or self._nested(last, cue) or last.kind in (CueKind.QUOTE, CueKind.HEARSAY):
                held.append(cue)
        named = [cue for cue in held if cue.kind is not CueKind.HEARSAY]
        return named or held

    def _opens_freshly(self, cue: Cue) -> bool:
        """Tell whether a cue's attribution stands at a clause boundary."""
        start = cue.first if cue.kind is CueKind.PARTICIPLE else cue.start
        if start <= 0:
            return True
        before = self._frame[start - 1]
        if before.kind is TokenKind.QUOTE or before.text in ",;:—–()":
            return True
        if cue.kind in (CueKind.ACCORDING, CueKind.PARTICIPLE, CueKind.HEARSAY):
            return cue.kind is not CueKind.HEARSAY
        return before.lower in self._language.grammar.splitters

    def _nested(self, outer: Cue, inner: Cue) -> bool:
        """``Reuters reported that Osei said ...``."""
        if inner.word in self._language.verbs.mental or inner.subject is None or inner.subject.pronoun:
            return False
        if inner.kind not in (CueKind.SAY, CueKind.TELL):
            return False
        start, _ = self._adverbials.content_start(outer, len(self._frame))
        return start == inner.start

    def _nest(self, found: list[Attribution]) -> None:
        for outer, inner in pairwise(found):
            both = outer.cue.subject is not None and inner.cue.subject is not None
            if both and self._nested(outer.cue, inner.cue) and not outer.blocks and outer.cue.subject:
                inner.chain.insert(0, outer.cue.subject)
                outer.clauses.clear()
        for reporter in list(found):
            if reporter.cue.kind is not CueKind.ACCORDING or reporter.cue.subject is None:
                continue
            if reporter.blocks:
                shared = [a for a in found if a is not reporter and set(a.blocks) & set(reporter.blocks)]
                for other in shared:
                    other.chain.insert(0, reporter.cue.subject)
                    reporter.blocks = []
                continue
            for other in found:
                if other is reporter or other.cue.kind is CueKind.PARTICIPLE or not (other.clauses or other.blocks):
                    continue
                if any(s.first <= other.cue.first < s.last for clause in reporter.clauses for s in clause):
                    other.chain.insert(0, reporter.cue.subject)
                    reporter.clauses.clear()
                    break

    def _attribute(self, attribution: Attribution, low: int, high: int, *, first: bool) -> None:
        cue = attribution.cue
        match cue.kind:
            case CueKind.ACCORDING:
                self._attribute_according(attribution, low, high)
                return
            case CueKind.HEARSAY:
                self._attribute_hearsay(attribution, low, high)
                return
            case _:
                pass
        before = [t.quote for t in self._frame[low : cue.start] if t.kind is TokenKind.QUOTE]
        after = [t.quote for t in self._frame[cue.end : max(high, cue.end)] if t.kind is TokenKind.QUOTE]
        start, hearers = self._adverbials.content_start(cue, high)
        attribution.chain.extend(hearers)
        follows = cue.inverted or self._closes_block(cue)
        attribution.blocks = [*before, *after] if follows or first else after
        if not (follows and attribution.blocks):
            attribution.clauses = self._clauses_of(cue, low, start, high, leads=not before)

    def _clauses_of(self, cue: Cue, low: int, start: int, high: int, *, leads: bool) -> list[tuple[Stretch, ...]]:
        """Return the indirect contents of a verb: around it, before it, or after it."""
        clauses = self._clauses
        post = self._without_blocks(start, high)
        leading = self._leading(cue, low)
        if leading is not None and leads:
            if post is not None and clauses.resumes(post):
                rest = self._without_comma(post)
                if clauses.has_finite(Stretch(leading.first, rest.last)) and not clauses.is_connective(leading):
                    return [(leading, rest)]
            elif not clauses.is_adverbial(leading) and (post is None or not clauses.is_content(cue, post)):
                return [(part,) for part in clauses.split(leading)]
        if post is not None and start > cue.end and leading is None:
            post = self._without_comma(post)
        if post is None or post.last <= post.first or not clauses.is_content(cue, post):
            return []
        return [(part,) for part in clauses.split(clauses.content_of(post))]

    def _closes_block(self, cue: Cue) -> bool:
        """``"...," Osei said``: the attribution follows the quotation."""
        return follows_block(self._frame, cue.start)

    def _leading(self, cue: Cue, low: int) -> Stretch | None:
        """The clause before ``, Osei said``."""
        if cue.kind not in (CueKind.SAY, CueKind.SHOW, CueKind.TELL) or cue.start < 1:
            return None
        if self._frame[cue.start - 1].text not in ",–—":
            return None
        first = low
        while first < cue.start and (
            self._frame[first].text in ",;:.—–" or self._frame[first].lower in self._language.grammar.conjunctions
        ):
            first += 1
        return Stretch(first, cue.start - 1) if first < cue.start - 1 else None

    def _without_comma(self, stretch: Stretch) -> Stretch:
        first = stretch.first + 1 if self._frame[stretch.first].text == "," else stretch.first
        return Stretch(first, stretch.last)

    def _without_blocks(self, start: int, high: int) -> Stretch | None:
        """The words from `start` up to the first block quotation."""
        end = next((n for n in range(start, high) if self._frame[n].kind is TokenKind.QUOTE), high)
        stretch = self._clauses.without_final_marks(start, end)
        return stretch if stretch.last > stretch.first else None

    def _attribute_according(self, attribution: Attribution, low: int, high: int) -> None:
        attribution.blocks = [t.quote for t in self._frame[low:high] if t.kind is TokenKind.QUOTE]
        if attribution.blocks:
            return
        clauses = self._clauses
        before = self._before_according(attribution.cue, low)
        told = before.last - before.first > 2 and clauses.has_finite(before)
        behind = self._behind_according(attribution.cue, high, told=told)
        parts = [part for part in (before, behind) if part.last > part.first]
        if before.last - before.first <= 2 and not clauses.has_finite(before):
            parts = [part for part in parts if part is behind]
        if told and len(parts) == 2 and self._opens_clause(behind):
            if clauses.own_subject(behind.first + 1, behind.last):
                parts = [before]
        if not any(clauses.has_finite(part) for part in parts):
            return
        whole = len(parts) == 2
        attribution.clauses = [tuple(parts)] if whole else [(part,) for part in clauses.split(parts[0])]

    def _before_according(self, cue: Cue, low: int) -> Stretch:
        """The words of the clause before "according to"."""
        conjunctions = self._language.grammar.conjunctions
        first = low
        while first < cue.start:
            token = self._frame[first]
            if token.text not in ",;:" and not (low and token.lower in conjunctions):
                break
            first += 1
        return self._clauses.without_final_marks(first, cue.start)

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
        elif not told and comma is not None and not self._clauses.has_finite(Stretch(after, comma)):
            after = comma
        if after < high and frame[after].text in ",:":
            after += 1
        behind = self._clauses.without_final_marks(after, high)
        relative = behind.last > behind.first and frame[behind.first].lower in self._language.pronouns.who
        return Stretch(high, high) if relative else behind

    def _opens_clause(self, stretch: Stretch) -> bool:
        return self._frame[stretch.first].lower in self._language.grammar.conjunctions

    def _attribute_hearsay(self, attribution: Attribution, low: int, high: int) -> None:
        cue = attribution.cue
        frame, language = self._frame, self._language
        if frame[cue.first].lower in language.phrases.reportedly:
            before = self._clauses.without_final_marks(low, cue.first)
            after = self._clauses.without_final_marks(
                cue.last + (frame[cue.last].text == "," if cue.last < high else 0), high
            )
            parts = tuple(p for p in (before, after) if p.last > p.first)
            if parts and after.last > after.first and self._clauses.has_finite(Stretch(low, high)):
                attribution.clauses = [parts]
            return
        to = cue.last < high and frame[cue.last].lower in language.verbs.to
        subject = self._clauses.without_final_marks(low, cue.first)
        post = self._clauses.without_final_marks(min(cue.last + (not to), high), high)
        if post.last - post.first > 2:
            attribution.clauses = [(subject, post) if to and subject.last > subject.first else (post,)]

    def _give_blocks(self, found: list[Attribution]) -> None:
        """Give block quotations that no attribution reached to the nearest one that names a source."""
        if not found:
            return
        taken = {quote for attribution in found for quote in attribution.blocks}
        for index, token in enumerate(self._frame):
            if token.kind is not TokenKind.QUOTE or token.quote in taken:
                continue
            sourced = [a for a in found if a.cue.subject is not None]
            if sourced:
                nearest = min(sourced, key=lambda a: abs(a.cue.first - index))
                nearest.blocks = sorted([*nearest.blocks, token.quote])

    def main_subject(self) -> Phrase | None:
        """Return who the frame is about, as far as it can speak."""
        return self._finder.main_subject(len(self._frame))

    def introduction(self) -> Cue | None:
        """Return who introduces a quotation with a colon, or by an act without a cue verb."""
        quote = next((n for n, token in enumerate(self._frame) if token.kind is TokenKind.QUOTE), None)
        if not quote:
            return None
        subject = self._finder.main_subject(quote)
        if subject is None:
            return None
        return Cue(quote, quote, CueKind.NONE, "", None, subject)
