"""What a judge's answers come to: shares with intervals, and how often people say the same."""

from collections import Counter
from collections.abc import Mapping, Sequence

from eval.judge.labels import Labelled
from eval.judge.questions import Answers, Measure, Question, Trait, needs_asking
from eval.metrics.beyond_chance import Coefficient, coefficient, kappa_of
from eval.metrics.figure import Bootstrap, Figure, Ratio, Resamples, figure, resample
from extractor.schema import Identity, Usage, Value


class JudgedFigure(Value):
    """One measure over a set of articles."""

    measure: Measure
    share: Figure
    """Of the predicted claims (of coverage: the gold ones) those of which the judge says yes."""
    n_unjudged: int
    """Claims about which the judge gave no usable answer; they are in no share."""


class Agreement(Value):
    """A judge against people, on labelled claims."""

    trait: Trait
    right: Figure
    """Share of the labelled claims of which the judge says what the label says."""
    kappa: Coefficient
    """Cohen's: the same beyond chance. A judge that always says yes has 0."""
    n_yes: int
    """Claims that the labels call good."""
    n_judged_yes: int
    """Claims that the judge calls good."""
    n_unjudged: int


class Judged(Value):
    """The quality of a run's claims as a judge sees it."""

    judge: Identity
    figures: tuple[JudgedFigure, ...]
    """One for each `Measure`, in its order."""
    labels: str
    """Which labels the judge was held against."""
    agreements: tuple[Agreement, ...]
    """One for each `Trait`, in its order."""
    usage: Usage
    """What judging cost this time; answers that were kept cost nothing."""

    def agreement(self, trait: Trait) -> Agreement:
        """Return the agreement on one trait."""
        return next(a for a in self.agreements if a.trait is trait)


def judged_figures(
    articles: Sequence[Mapping[Measure, Sequence[Question]]], answers: Answers, resamples: Resamples
) -> tuple[JudgedFigure, ...]:
    """Add up what a judge says of the claims of some articles.

    Args:
        articles: What was asked about each, in the order of the resamples' columns.
        answers: What the judge said.
        resamples: Drawn for exactly these articles.
    """
    return tuple(_figure(measure, [a[measure] for a in articles], answers, resamples) for measure in Measure)


def _figure(
    measure: Measure, articles: Sequence[Sequence[Question]], answers: Answers, resamples: Resamples
) -> JudgedFigure:
    said = [[_said(question, measure.trait, answers) for question in article] for article in articles]
    ratios = [
        Ratio(hits=sum(answer is True for answer in article), n=sum(answer is not None for answer in article))
        for article in said
    ]
    return JudgedFigure(
        measure=measure,
        share=figure(ratios, resamples),
        n_unjudged=sum(answer is None for article in said for answer in article),
    )


def _said(question: Question, trait: Trait, answers: Answers) -> bool | None:
    if not needs_asking(question):
        return False
    return answers.get(question, {}).get(trait)


def agreements(labelled: Sequence[Labelled], answers: Answers, bootstrap: Bootstrap) -> tuple[Agreement, ...]:
    """Hold a judge's answers against labels; intervals are by bootstrap over the labelled claims."""
    return tuple(_agreement(trait, labelled, answers, bootstrap) for trait in Trait)


def _agreement(trait: Trait, labelled: Sequence[Labelled], answers: Answers, bootstrap: Bootstrap) -> Agreement:
    asked = [(row.labels[trait], answers.get(row.question, {}).get(trait)) for row in labelled if trait in row.labels]
    pairs = [(label, answer) for label, answer in asked if answer is not None]
    resamples = resample(len(pairs), bootstrap)
    return Agreement(
        trait=trait,
        right=figure([Ratio(hits=label == answer, n=1) for label, answer in pairs], resamples),
        kappa=coefficient([Counter([pair]) for pair in pairs], kappa_of, resamples),
        n_yes=sum(label for label, _ in pairs),
        n_judged_yes=sum(answer for _, answer in pairs),
        n_unjudged=len(asked) - len(pairs),
    )
