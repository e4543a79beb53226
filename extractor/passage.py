"""The stretch of an article behind a claim, as the checks read it."""

import re
from dataclasses import dataclass
from functools import cached_property

from extractor.schema import Article, Claim, GroundingLevel, Span

BORDER = re.compile(
    r"(?<!\b[A-Z])(?<!\b(?:Mr|Ms|Dr|St))(?<!\bMrs)(?<!\b[ap]\.m)"
    r"[.!?…][\"'”’»)\]]*\s+(?=[\"'“‘«„(\[]*[^\W_a-z])|\n+"
)
"""A likely end of a sentence; the checks only need to know what stands near a claim."""


@dataclass(frozen=True)
class Passage:
    """What the article says where a claim comes from; all of it is empty when the content was not found."""

    text: str
    """The article's."""
    spans: tuple[Span, ...]
    """Of the content."""

    @cached_property
    def content(self) -> str:
        """The words of the content spans, pieces joined by one space."""
        return " ".join(s.of(self.text) for s in self.spans)

    @cached_property
    def sentences(self) -> str:
        """The whole sentences around them."""
        lo, hi = self._range
        return self.text[lo:hi]

    @cached_property
    def neighbourhood(self) -> str:
        """Those, with one sentence more on either side."""
        lo, hi = self._range
        return self.text[_sentence_start(self.text, max(0, lo - 1)) : _sentence_end(self.text, hi + 1)] if hi else ""

    @cached_property
    def _range(self) -> tuple[int, int]:
        if not self.spans:
            return 0, 0
        first, last = min(s.start_char for s in self.spans), max(s.end_char for s in self.spans)
        return _sentence_start(self.text, first), _sentence_end(self.text, last)


def passage_of(article: Article, claim: Claim) -> Passage:
    """Return the passage of a claim; its sentences are looked for when they are asked for."""
    return Passage(article.text, claim.content.spans)


def certain(claim: Claim) -> bool:
    """Tell whether the article has the content word for word."""
    return claim.content.level in (GroundingLevel.EXACT, GroundingLevel.NORMALISED)


def _sentence_start(text: str, at: int) -> int:
    lo = at
    # Nearly every sentence begins in the first window; looking further back for all took a tenth of the run.
    for reach in (250, 1000):
        lo = max(0, at - reach)
        ends = [m.end() for m in BORDER.finditer(text, lo, at)]
        if ends:
            return ends[-1]
    return lo


def _sentence_end(text: str, at: int) -> int:
    # The border may begin with the full stop right before `at`.
    match = BORDER.search(text, max(0, at - 2)) if at < len(text) else None
    while match and match.end() <= at:
        match = BORDER.search(text, match.end())
    return match.end() if match else len(text)
