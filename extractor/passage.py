"""The stretch of an article behind a claim, as the checks read it."""

import re
from dataclasses import dataclass

from extractor.schema import Article, Claim, GroundingLevel

BORDER = re.compile(
    r"(?<!\b[A-Z])(?<!\b(?:Mr|Ms|Dr|St))(?<!\bMrs)(?<!\b[ap]\.m)"
    r"[.!?…][\"'”’»)\]]*\s+(?=[\"'“‘«„(\[]*[^\W_a-z])|\n+"
)
"""A likely end of a sentence; the checks only need to know what stands near a claim."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What the article says where a claim comes from; every field is empty when the content was not found."""

    content: str
    """The words of the content spans, pieces joined by one space."""
    sentences: str
    """The whole sentences around them."""
    neighbourhood: str
    """Those, with one sentence more on either side."""


def passage_of(article: Article, claim: Claim) -> Passage:
    """Read the passage of a claim."""
    spans = claim.content.spans
    if not spans:
        return Passage("", "", "")
    first, last = min(s.start_char for s in spans), max(s.end_char for s in spans)
    lo, hi = _sentence_start(article.text, first), _sentence_end(article.text, last)
    sentences = article.text[lo:hi]
    near = article.text[_sentence_start(article.text, max(0, lo - 1)) : _sentence_end(article.text, hi + 1)]
    content = " ".join(s.of(article.text) for s in spans)
    return Passage(content, sentences, near)


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
