"""The words that attribute, with who stands beside them as their source."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from extractor.rules.language import Phrases
from extractor.rules.phrases import Phrase
from extractor.rules.reading import Token, TokenKind
from extractor.schema import Span


class CueKind(StrEnum):
    """How a cue takes its content."""

    SAY = "say"
    TELL = "tell"
    SHOW = "show"
    QUOTE = "quote"
    LABEL = "label"
    ACCUSE = "accuse"
    PARTICIPLE = "participle"
    """"adding that ...": the subject is that of the main clause."""
    ACCORDING = "according"
    HEARSAY = "hearsay"
    """Passive or adverb without an agent."""
    PASSIVE = "passive"
    """With an agent: "was called a disgrace by Osei"."""
    NOUN = "noun"
    """"Osei's claim that", "voiced the hope that": a noun stands between source and clause."""
    NONE = "none"
    """A colon or the neighbourhood attributes."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Attributing words with their source, in the frame of one unit."""

    first: int
    """Index of the first token of the cue."""
    last: int
    """Exclusive."""
    kind: CueKind
    word: str
    """The verb or the phrase, lower case."""
    span: Span | None
    subject: Phrase | None
    """None for hearsay and for participles whose main clause names nobody."""
    inverted: bool = False
    """The subject follows: "said Osei"."""
    negated: bool = False
    shared: bool = False
    """The subject is that of the verb before: "Osei blamed ... and accused ..."."""

    @property
    def start(self) -> int:
        """Index of the first token of the whole attribution."""
        alone = self.inverted or self.shared or self.subject is None or self.kind is CueKind.PARTICIPLE
        return self.first if alone or self.subject is None else min(self.first, self.subject.first)

    @property
    def end(self) -> int:
        """Index after the last token of the whole attribution."""
        return max(self.last, self.subject.last) if self.inverted and self.subject else self.last


def matched(frame: Sequence[Token], index: int, phrases: Phrases) -> int:
    """Return how many tokens of a fixed phrase stand at `index`, 0 for none; the longest wins."""
    first = frame[index].lower
    for phrase in phrases:
        if first == phrase[0] and tuple(t.lower for t in frame[index : index + len(phrase)]) == phrase:
            return len(phrase)
    return 0


def follows_block(frame: tuple[Token, ...], index: int) -> bool:
    """Tell whether a block quotation stands right before a token, a comma or dash between them aside."""
    for _ in range(2):
        if index > 1 and frame[index - 1].text in ",–—":
            index -= 1
    return index > 0 and frame[index - 1].kind is TokenKind.QUOTE


def cue_at(
    frame: tuple[Token, ...],
    first: int,
    last: int,
    kind: CueKind,
    subject: Phrase | None,
    *,
    inverted: bool = False,
) -> Cue:
    """Return the words from `first` up to `last` as a cue with its source."""
    span = Span(start_char=frame[first].start, end_char=frame[last - 1].end)
    word = " ".join(token.lower for token in frame[first:last])
    return Cue(first, last, kind, word, span, subject, inverted)
