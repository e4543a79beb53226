"""Runs put before a judge."""

from collections.abc import Callable, Iterable, Sequence

from eval.cases import CaseSet
from eval.judge.figures import Judged, agreements, judged_figures
from eval.judge.labels import Labelled
from eval.judge.questions import Answers, Question, questions
from eval.metrics.figure import Bootstrap, resample
from eval.run import EvalRun
from eval.scores import Score
from extractor.schema import Identity, Usage

Ask = Callable[[Iterable[Question]], tuple[Answers, Usage]]
"""Puts questions to the judge; returns what it said, and what that has cost."""


def judge_runs(
    scored: Sequence[tuple[EvalRun, Score]],
    cases: CaseSet,
    judge: Identity,
    labels: tuple[str, Sequence[Labelled]],
    ask: Ask,
) -> list[Score]:
    """Add what a judge says of the claims to the scores of runs.

    Args:
        scored: Runs with their scores, on the same cases.
        cases: With their texts.
        judge: Who is asked.
        labels: What the judge is held against, and what that is called.
        ask: Asks him; all questions of all runs at once, for they share many.
    """
    by_id = {case.id: case for case in cases.cases}
    asked = []
    for run, score in scored:
        claims = {p.case_id: p.claims for p in run.predictions}
        # Where the text is labelled as a whole nobody has marked claims.
        marked = [by_id[a.case_id] for a in score.articles if by_id[a.case_id].check_worthy is None]
        asked.append([questions(case, claims[case.id]) for case in marked])
    name, labelled = labels
    every = (q for articles in asked for article in articles for some in article.values() for q in some)
    answers, usage = ask((*(row.question for row in labelled), *every))
    held = agreements(labelled, answers, Bootstrap())
    return [
        score.model_copy(
            update={
                "judged": Judged(
                    judge=judge,
                    figures=judged_figures(articles, answers, resample(len(articles), score.options.bootstrap)),
                    labels=name,
                    agreements=held,
                    usage=usage,
                )
            }
        )
        for articles, (_, score) in zip(asked, scored, strict=True)
    ]
