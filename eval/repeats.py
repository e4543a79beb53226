"""Repeated runs: how much the same extractor differs from itself."""

import statistics
from collections.abc import Sequence

from eval.metrics.figure import Figure
from eval.scores import CriterionScore, RepeatedCriterion, Repeats, Score, Spread
from extractor.errors import EvalError


def with_repeats(scores: Sequence[Score]) -> Score:
    """Return the first score with the mean and the deviation over all of them beside it.

    Args:
        scores: Of runs that repeat each other, at least one; one alone comes back as it is.

    Raises:
        EvalError: They are by different extractors, or not of the same articles.
    """
    first = scores[0]
    for other in scores[1:]:
        if other.run.identity != first.run.identity:
            raise EvalError(
                f"the runs are by different extractors ({first.run.identity.model!r} and {other.run.identity.model!r}, "
                "or other prompts or settings), so they do not repeat each other: use claimdesk eval compare"
            )
        if [a.case_id for a in other.articles] != [a.case_id for a in first.articles]:
            raise EvalError("the runs are not of the same articles, so they do not repeat each other")
    if len(scores) == 1:
        return first
    criteria = tuple(_repeated(rows) for rows in zip(*(score.overall for score in scores), strict=True))
    return first.model_copy(update={"repeats": Repeats(n_runs=len(scores), criteria=criteria)})


def _repeated(rows: Sequence[CriterionScore]) -> RepeatedCriterion:
    return RepeatedCriterion(
        criterion=rows[0].criterion,
        precision=_spread([row.precision for row in rows]),
        recall=_spread([row.recall for row in rows]),
        f1=_spread([row.f1 for row in rows]),
    )


def _spread(figures: Sequence[Figure]) -> Spread:
    values = [figure.value for figure in figures if figure.value is not None]
    return Spread(
        mean=statistics.fmean(values) if values else None,
        sd=statistics.stdev(values) if len(values) > 1 else None,
        n_runs=len(values),
    )
