"""What scoring finds out: the values of a score, unrounded."""

from enum import StrEnum

from eval.cases import GoldClaim, NotScored, Split
from eval.ceiling import Ceiling
from eval.judge.figures import Judged
from eval.matching import Criterion, Thresholds
from eval.metrics.figure import Bootstrap, Figure
from eval.metrics.found import Counts
from eval.metrics.given_match import Confused, FoundPair, GivenMatch
from eval.metrics.grounding import Grounded
from eval.metrics.partial import PartialScore
from eval.metrics.quality import QualityFigure
from eval.metrics.worthiness import Worthiness
from eval.run import RunInfo
from extractor.schema import Claim, Usage, Value


class Options(Value):
    """How to score."""

    thresholds: Thresholds = Thresholds()
    bootstrap: Bootstrap = Bootstrap()
    headline: Criterion = Criterion.SPAN_OVERLAP_SOURCE
    """By which criterion the details say matched, missed and invented."""


class CriterionCounts(Value):
    """One criterion on one article."""

    criterion: Criterion
    counts: Counts


class CriterionScore(Value):
    """One criterion over a set of articles."""

    criterion: Criterion
    counts: Counts
    precision: Figure
    recall: Figure
    f1: Figure


class Found(FoundPair):
    """A gold claim that was found, and by what."""

    overlap: float
    text_f1: float


class Near(Value):
    """Why the nearest claim of the other side is no match."""

    overlap: float
    text_f1: float
    source_agrees: bool
    taken: bool
    """It is matched already, with a claim of this side that fits as well or better."""


class Missed(Value):
    """A gold claim that no predicted claim matches."""

    gold: GoldClaim
    nearest: Claim | None = None
    """The predicted claim with most in common; None when none shares a character or a half of the words."""
    near: Near | None = None


class Invented(Value):
    """A predicted claim that matches no gold claim."""

    predicted: Claim
    nearest: GoldClaim | None = None
    near: Near | None = None


class Details(Value):
    """Claim by claim, under the headline criterion."""

    found: tuple[Found, ...]
    missed: tuple[Missed, ...]
    invented: tuple[Invented, ...]


class ArticleScore(Value):
    """One article."""

    case_id: str
    title: str | None
    form: str
    language: str
    split: Split
    error: str | None
    """Why there was no extraction; its gold claims count as missed."""
    n_lost_pieces: int
    criteria: tuple[CriterionCounts, ...]
    """One per criterion, in the order of `Criterion`."""
    given_match: GivenMatch
    grounded: Grounded
    details: Details

    def counts(self, criterion: Criterion) -> Counts:
        """Return the counts of one criterion."""
        return next(c.counts for c in self.criteria if c.criterion is criterion)


class Accuracy(Value):
    """What is right about the claims that were found by overlapping span, source left aside."""

    source: Figure
    quotation: Figure
    cue: Figure
    kind: Figure


class Grounding(Value):
    """How the predicted claims stand in their articles."""

    grounded: Figure
    false_spans: Figure
    misquoted: Figure


class Dimension(StrEnum):
    """By what articles or claims are sliced."""

    PUBLISHER = "publisher"
    FORM = "form"
    LENGTH = "length"
    """Words of the article, cut at white space."""
    LANGUAGE = "language"
    SPLIT = "split"
    QUOTATION = "quotation"
    """Of the gold claim for recall, of the predicted one for precision; matched among all claims."""
    MENTION = "mention"
    """Whether the words near the claim that stand for the source are a pronoun, or more, or there are none; gold
    and predicted as above."""


class SliceScore(Value):
    """The criteria on a part of the articles or claims."""

    dimension: Dimension
    value: str
    n_articles: int
    criteria: tuple[CriterionScore, ...]


class Spread(Value):
    """A figure over repeated runs."""

    mean: float | None
    """None where it is undefined in every run."""
    sd: float | None
    """Standard deviation of the runs (n - 1); None for fewer than two."""
    n_runs: int
    """Runs in which it is defined."""


class RepeatedCriterion(Value):
    """One criterion over repeated runs."""

    criterion: Criterion
    precision: Spread
    recall: Spread
    f1: Spread


class Repeats(Value):
    """How much a model differs from itself: the same cases, the same identity, run several times."""

    n_runs: int
    criteria: tuple[RepeatedCriterion, ...]
    """One per criterion, in the order of `Criterion`."""


class Score(Value):
    """A run held against gold cases."""

    run: RunInfo
    usage: Usage
    """Of the scored cases."""
    seconds: float
    """Spent on the scored cases, added up."""
    dataset: str
    dataset_sha256: str
    """Of the cases scored on; differs from the run's where the labels changed since."""
    options: Options
    overall: tuple[CriterionScore, ...]
    """Micro: sums over articles. One per criterion, in the order of `Criterion`."""
    partial: PartialScore
    """A figure of its own, part of no other."""
    accuracy: Accuracy
    confusion: tuple[Confused, ...]
    """Of the quotation types of claims found by overlapping span; all sixteen cells."""
    worthiness: Worthiness
    quality: tuple[QualityFigure, ...]
    """One per `Measure`, in its order."""
    grounding: Grounding
    articles: tuple[ArticleScore, ...]
    """Sorted by case id."""
    slices: tuple[SliceScore, ...]
    not_scored: tuple[NotScored, ...]
    """Cases that play no part in any figure, with the reason."""
    unused_predictions: tuple[str, ...]
    """Cases the run has a prediction for that are not among those asked for."""
    ceiling: Ceiling | None = None
    """What the annotators reach against each other; None where it is known for none of the articles."""
    repeats: Repeats | None = None
    """Where several runs were scored: all of them; every other field is about the first."""
    judged: Judged | None = None
    """What a judge says of the claims; None where none was asked."""

    def headline(self) -> CriterionScore:
        """Return the overall score by the headline criterion."""
        return next(c for c in self.overall if c.criterion is self.options.headline)
