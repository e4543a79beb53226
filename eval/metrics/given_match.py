"""What is right about a claim, given that it was found."""

from collections import Counter
from collections.abc import Iterable

from eval.cases import GoldClaim
from eval.metrics.figure import Ratio
from extractor.schema import Claim, Quotation, Value


class FoundPair(Value):
    """A gold claim and the predicted claim that found it, as far as accuracy goes."""

    gold: GoldClaim
    predicted: Claim
    source_agrees: bool


class GivenMatch(Value):
    """Shares of the found pairs of one article."""

    source: Ratio = Ratio()
    """Of all pairs: the source agrees."""
    quotation: Ratio = Ratio()
    """Of all pairs: the quotation type is the same."""
    cue: Ratio = Ratio()
    """Of the pairs whose gold claim has a cue: the predicted cue shares a character with it."""
    kind: Ratio = Ratio()
    """Of the pairs whose gold claim has a kind: the kind of claim is the same."""

    def __add__(self, other: "GivenMatch") -> "GivenMatch":
        return GivenMatch(
            source=self.source + other.source,
            quotation=self.quotation + other.quotation,
            cue=self.cue + other.cue,
            kind=self.kind + other.kind,
        )


class Confused(Value):
    """How often found claims of one quotation type were given as another (or the same)."""

    gold: Quotation
    predicted: Quotation
    n: int


def confusion(pairs: Iterable[FoundPair]) -> tuple[Confused, ...]:
    """Count the found pairs by quotation type: all sixteen cells, gold by gold, in the order of `Quotation`."""
    seen = Counter((pair.gold.quotation, pair.predicted.quotation) for pair in pairs)
    return tuple(Confused(gold=g, predicted=p, n=seen[g, p]) for g in Quotation for p in Quotation)


def given_match(pairs: tuple[FoundPair, ...]) -> GivenMatch:
    """Count what is right in the pairs that were matched without regard to the source."""
    n = len(pairs)
    with_cue = [pair for pair in pairs if pair.gold.cue is not None]
    with_kind = [pair for pair in pairs if pair.gold.kind is not None]
    return GivenMatch(
        source=Ratio(hits=sum(pair.source_agrees for pair in pairs), n=n),
        quotation=Ratio(hits=sum(pair.gold.quotation is pair.predicted.quotation for pair in pairs), n=n),
        cue=Ratio(hits=sum(_same_cue(pair) for pair in with_cue), n=len(with_cue)),
        kind=Ratio(hits=sum(pair.gold.kind is pair.predicted.kind for pair in with_kind), n=len(with_kind)),
    )


def _same_cue(pair: FoundPair) -> bool:
    gold, predicted = pair.gold.cue, pair.predicted.cue
    # Overlap, not equality: "said" and "has said" are the same find.
    return gold is not None and predicted is not None and any(gold.overlaps(span) for span in predicted.spans)
