"""Score a run against gold cases. Pure: the same run, cases and options give the same score."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from eval.cases import CaseSet
from eval.ceiling import ArticleAgreement, ceiling_of
from eval.judging import ORDER, Judged, judge_run
from eval.matching import Criterion
from eval.metrics.figure import Ratio, Resamples, figure, resample
from eval.metrics.found import Counts
from eval.metrics.given_match import Confused, GivenMatch
from eval.metrics.grounding import Grounded
from eval.metrics.partial import partial_score
from eval.metrics.quality import quality_figures
from eval.metrics.worthiness import worthiness
from eval.run import EvalRun
from eval.scores import Accuracy, CriterionScore, Dimension, Grounding, Options, Score, SliceScore
from extractor.schema import Quotation, Usage


def score(
    run: EvalRun, cases: CaseSet, options: Options | None = None, *, agreements: Sequence[ArticleAgreement] = ()
) -> Score:
    """Score every case that the run has a prediction for.

    A case whose extraction failed counts: all its gold claims are missed. A case without any
    prediction, or with one for another text, is listed as not scored.

    Args:
        run: the predictions.
        cases: what to score on; `CaseSet.select` narrows it.
        options: thresholds, bootstrap rounds and seed, headline criterion.
        agreements: how far the annotators of the cases agreed, as `load_agreements` reads it.
    """
    options = options or Options()
    judgement = judge_run(run, cases, options)
    judged, predictions = judgement.articles, judgement.predictions
    resamples = resample(len(judged), options.bootstrap)
    return Score(
        run=run.info,
        usage=sum((p.usage for p in predictions), Usage()),
        seconds=sum(p.seconds for p in predictions),
        dataset=cases.path,
        dataset_sha256=cases.sha256,
        options=options,
        overall=_criteria([[c.counts for c in j.article.criteria] for j in judged], resamples),
        partial=partial_score([j.partial for j in judged], resamples),
        accuracy=_accuracy([j.article.given_match for j in judged], resamples),
        confusion=_confusion(judged),
        worthiness=worthiness([j.found for j in judged], [j.queue for j in judged], resamples),
        quality=quality_figures([j.quality for j in judged], resamples),
        grounding=_grounding([j.article.grounded for j in judged], resamples),
        articles=tuple(j.article for j in judged),
        slices=tuple(_slices(judged, resamples)),
        not_scored=judgement.not_scored,
        unused_predictions=judgement.unused,
        ceiling=ceiling_of([a for a in agreements if a.case_id in judgement.ids]),
    )


def _criteria(counts: Sequence[Sequence[Counts]], resamples: Resamples) -> tuple[CriterionScore, ...]:
    """Add up counts given per article (outer) and criterion (inner)."""
    return tuple(
        _criterion(criterion, [article[k] for article in counts], resamples) for k, criterion in enumerate(Criterion)
    )


def _criterion(criterion: Criterion, counts: Sequence[Counts], resamples: Resamples) -> CriterionScore:
    whole = sum(counts, Counts())
    return CriterionScore(
        criterion=criterion,
        counts=whole,
        precision=figure([c.precision for c in counts], resamples),
        recall=figure([c.recall for c in counts], resamples),
        f1=figure([c.f1 for c in counts] if whole.has_f1 else [], resamples),
    )


def _accuracy(found: Sequence[GivenMatch], resamples: Resamples) -> Accuracy:
    def over(pick: Callable[[GivenMatch], Ratio]) -> list[Ratio]:
        return [pick(f) for f in found]

    return Accuracy(
        source=figure(over(lambda f: f.source), resamples),
        quotation=figure(over(lambda f: f.quotation), resamples),
        cue=figure(over(lambda f: f.cue), resamples),
        kind=figure(over(lambda f: f.kind), resamples),
    )


def _confusion(judged: Sequence[Judged]) -> tuple[Confused, ...]:
    cells = Counter({(g, p): 0 for g in Quotation for p in Quotation})
    for cell in (cell for j in judged for cell in j.confusion):
        cells[cell.gold, cell.predicted] += cell.n
    return tuple(Confused(gold=g, predicted=p, n=n) for (g, p), n in cells.items())


def _grounding(found: Sequence[Grounded], resamples: Resamples) -> Grounding:
    def over(pick: Callable[[Grounded], Ratio]) -> list[Ratio]:
        return [pick(f) for f in found]

    return Grounding(
        grounded=figure(over(lambda f: f.grounded), resamples),
        false_spans=figure(over(lambda f: f.false_spans), resamples),
        misquoted=figure(over(lambda f: f.misquoted), resamples),
    )


def slices_of(judged: Sequence[Judged]) -> list[tuple[Dimension, str]]:
    """Return the slices that articles or claims belong to, in the order of a report."""
    order = list(Dimension)
    values = {at for j in judged for at in j.parts}
    return sorted(values, key=lambda at: (order.index(at[0]), *_place(at)))


def _place(at: tuple[Dimension, str]) -> tuple[int, str]:
    ordered = ORDER.get(at[0], ())
    return (ordered.index(at[1]) if at[1] in ordered else len(ordered)), at[1]


def _slices(judged: Sequence[Judged], resamples: Resamples) -> Iterator[SliceScore]:
    for dimension, value in slices_of(judged):
        held = [k for k, j in enumerate(judged) if (dimension, value) in j.parts]
        yield SliceScore(
            dimension=dimension,
            value=value,
            n_articles=len(held),
            criteria=_criteria([judged[k].parts[dimension, value] for k in held], resamples.of(held)),
        )
