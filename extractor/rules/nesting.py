"""Attributions inside one another: who reports whom, so that only the innermost one is a claim."""

from dataclasses import dataclass, field
from itertools import pairwise

from extractor.rules.adverbials import AdverbialReader
from extractor.rules.clauses import Stretch
from extractor.rules.cues import Cue, CueKind
from extractor.rules.language import Language
from extractor.rules.phrases import Phrase
from extractor.rules.reading import Token


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


class Nesting:
    """Settles which attributions of one frame stand inside others."""

    def __init__(self, frame: tuple[Token, ...], adverbials: AdverbialReader, language: Language) -> None:
        self._frame = frame
        self._adverbials = adverbials
        self._language = language

    def nested(self, outer: Cue, inner: Cue) -> bool:
        """``Reuters reported that Osei said ...``."""
        verbs = self._language.verbs
        if inner.word in verbs.mental - verbs.avowed or inner.subject is None or inner.subject.pronoun:
            return False
        if inner.kind not in (CueKind.SAY, CueKind.TELL):
            return False
        start, _ = self._adverbials.content_start(outer, len(self._frame))
        return start == inner.start

    def settle(self, found: list[Attribution]) -> None:
        """Hand each reporter over to the chain of what is reported; its own contents are dropped."""
        for outer, inner in pairwise(found):
            both = outer.cue.subject is not None and inner.cue.subject is not None
            if both and self.nested(outer.cue, inner.cue) and not outer.blocks and outer.cue.subject:
                inner.chain.insert(0, outer.cue.subject)
                outer.clauses.clear()
        for earlier, reporter in pairwise(found):
            self._hand_over(earlier, reporter)
        for reporter in found:
            if reporter.cue.kind is CueKind.ACCORDING and reporter.cue.subject is not None:
                self._cited(found, reporter, reporter.cue.subject)

    def _hand_over(self, earlier: Attribution, reporter: Attribution) -> None:
        """``Osei told the council the pump had failed, Brandt recalled``: the reporter stands behind."""
        subject, start = reporter.cue.subject, reporter.cue.start
        kinds = (CueKind.ACCORDING, CueKind.SAY, CueKind.TELL)
        if reporter.cue.kind not in kinds or subject is None or reporter.blocks or earlier.blocks:
            return
        told = earlier.cue.kind in (CueKind.SAY, CueKind.TELL, CueKind.SHOW) and not earlier.cue.inverted
        if not told or not earlier.clauses:
            return
        if start and self._frame[start - 1].lower in self._language.grammar.splitters:
            return
        stretches = [stretch for clause in reporter.clauses for stretch in clause]
        before = any(earlier.cue.end <= stretch.first < start for stretch in stretches)
        if before and max(stretch.last for stretch in stretches) <= start:
            earlier.chain.insert(0, subject)
            reporter.clauses = []

    def _cited(self, found: list[Attribution], reporter: Attribution, subject: Phrase) -> None:
        """``According to the Courier, Osei said ...``: the source of "according to" is in the chain of the others."""
        if reporter.blocks:
            for other in found:
                if other is not reporter and set(other.blocks) & set(reporter.blocks):
                    other.chain.insert(0, subject)
                    reporter.blocks = []
            return
        stretches = [stretch for clause in reporter.clauses for stretch in clause]
        for other in found:
            if other is reporter or other.cue.kind is CueKind.PARTICIPLE or not (other.clauses or other.blocks):
                continue
            if any(stretch.first <= other.cue.first < stretch.last for stretch in stretches):
                other.chain.insert(0, subject)
                reporter.clauses.clear()
                return
