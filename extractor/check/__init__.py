"""Compare a grounded claim with the passage it comes from; every difference becomes a flag, none is dropped.

The checks look at wording only: quotations, numbers and dates, names, negations, and whether the words beside
the cue are somebody else's. They are a reviewer's alarm, not a judgement about the claim. How often they are
right is measured by `eval.guard`.
"""

from collections.abc import Iterator

from extractor.check.names import names
from extractor.check.negations import denials, negations
from extractor.check.quantities import quantities
from extractor.check.quotations import misquotes
from extractor.check.speakers import speaker
from extractor.passage import Passage, certain, passage_of
from extractor.schema import Article, Claim, Flag

__all__ = ["check", "unsupported"]

_STOPS = ".,!?…"


def check(article: Article, claim: Claim) -> Claim:
    """Compare a claim with its passage.

    Args:
        article: The article.
        claim: One of its claims, grounded.

    Returns:
        The claim with its earlier flags and those for a misquotation, and for numbers, names, negations and
        a speaker that the passage does not support. Checking twice changes nothing.
    """
    found = (*unsupported(article, claim), *speaker(article, claim))
    return claim.model_copy(update={"flags": tuple(dict.fromkeys((*claim.flags, *found)))})


def unsupported(article: Article, claim: Claim) -> Iterator[Flag]:
    """Flag what the text of a claim has and its passage does not; who says it is left aside."""
    passage = passage_of(article, claim)
    yield from misquotes(article, claim, passage)
    if certain(claim) and _verbatim(claim.text, passage):
        # Nine claims in ten: what says the same in the same words cannot differ in a number, a name or a "not".
        yield from denials(article, claim, passage)
        return
    yield from quantities(article, claim, passage)
    yield from names(article, claim, passage)
    yield from negations(article, claim, passage)


def _verbatim(text: str, passage: Passage) -> bool:
    """Tell whether a claim is its passage, made a sentence by a capital and a full stop."""
    here, there = (words.strip().rstrip(_STOPS) for words in (text, passage.content))
    return here[1:] == there[1:] and here[:1].casefold() == there[:1].casefold()
