"""The ceiling: how well one annotator does when the labels of another are the gold.

No score against labels means more than that. It stands in a file beside the gold cases
(``own.agreement.json`` beside ``own.jsonl``), as `claimdesk eval agreement --json` writes it.
"""

from collections.abc import Sequence

from eval.matching import Criterion
from eval.metrics.figure import Ratio
from eval.metrics.given_match import GivenMatch
from extractor.schema import Value


class Between(Value):
    """Whether two annotators found the same claims, by one criterion."""

    criterion: Criterion
    f1: Ratio
    """Matched claims of both sides over all claims of both sides (Dice)."""


class Ceiling(Value):
    """Agreement of the annotators before adjudication, over whole gold files (all splits)."""

    datasets: tuple[str, ...]
    """Names of the gold files it covers."""
    n_articles: int
    found: tuple[Between, ...]
    """One per criterion, in the order of `Criterion`."""
    given_match: GivenMatch
    """How often the two agree on source, quotation type, cue and kind of a claim that both found."""

    def f1(self, criterion: Criterion) -> float | None:
        """Return the F1 by one criterion, in [0, 1]; None without claims."""
        return next(f.f1.value for f in self.found if f.criterion is criterion)


def together(ceilings: Sequence[Ceiling]) -> Ceiling | None:
    """Add up the ceilings of several gold files; None for none."""
    if not ceilings:
        return None
    first, *others = ceilings
    for other in others:
        first = Ceiling(
            datasets=(*first.datasets, *other.datasets),
            n_articles=first.n_articles + other.n_articles,
            found=tuple(
                Between(criterion=a.criterion, f1=a.f1 + b.f1) for a, b in zip(first.found, other.found, strict=True)
            ),
            given_match=first.given_match + other.given_match,
        )
    return first
