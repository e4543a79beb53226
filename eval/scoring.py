"""Score a run against gold cases. Pure: the same run, cases and options give the same score."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eval.cases import CaseSet, GoldCase, NotScored
from eval.matching import Comparison, Criterion, Matching, compare, match
from eval.metrics.figure import Ratio, Resamples, figure, resample
from eval.metrics.found import Counts
from eval.metrics.given_match import FoundPair, GivenMatch, given_match
from eval.metrics.grounding import Grounded, grounded
from eval.run import EvalRun, Prediction
from eval.scores import (
    Accuracy,
    ArticleScore,
    CriterionCounts,
    CriterionScore,
    Details,
    Dimension,
    Found,
    Grounding,
    Invented,
    Missed,
    Near,
    Options,
    Score,
    SliceScore,
)
from extractor.schema import Quotation, Usage

_WITHIN_ARTICLES = (Dimension.FORM, Dimension.LANGUAGE, Dimension.SPLIT)


def score(run: EvalRun, cases: CaseSet, options: Options | None = None) -> Score:
    """Score every case that the run has a prediction for.

    A case whose extraction failed counts: all its gold claims are missed. A case without any
    prediction, or with one for another text, is listed as not scored.

    Args:
        run: the predictions.
        cases: what to score on; `CaseSet.select` narrows it.
        options: thresholds, bootstrap rounds and seed, headline criterion.
    """
    options = options or Options()
    predictions = {p.case_id: p for p in run.predictions}
    judged: list[_Judged] = []
    scored: list[Prediction] = []
    not_scored = list(cases.not_scored)
    for case in sorted(cases.cases, key=lambda c: c.id):
        found = predictions.get(case.id)
        if reason := _why_not(case, found):
            not_scored.append(NotScored(case_id=case.id, split=case.split, reason=reason))
        elif found is not None:
            judged.append(_judge(case, found, options))
            scored.append(found)
    resamples = resample(len(judged), options.bootstrap)
    wanted = {case.id for case in cases.cases} | {n.case_id for n in cases.not_scored}
    return Score(
        run=run.info,
        usage=sum((p.usage for p in scored), Usage()),
        seconds=sum(p.seconds for p in scored),
        dataset=cases.path,
        dataset_sha256=cases.sha256,
        options=options,
        overall=_criteria([[c.counts for c in j.article.criteria] for j in judged], resamples),
        accuracy=_accuracy([j.article.given_match for j in judged], resamples),
        grounding=_grounding([j.article.grounded for j in judged], resamples),
        articles=tuple(j.article for j in judged),
        slices=tuple(_slices(judged, options, resamples)),
        not_scored=tuple(not_scored),
        unused_predictions=tuple(sorted(predictions.keys() - wanted)),
    )


def _why_not(case: GoldCase, found: Prediction | None) -> str | None:
    if found is None:
        return "the run has no prediction for it"
    if found.text_sha256 != case.article.text_sha256:
        return f"its prediction is for another text (sha256 {found.text_sha256[:12]}...)"
    return None


@dataclass(frozen=True)
class _Judged:
    """One article's score, and its counts by quotation type and criterion, which only slices need."""

    article: ArticleScore
    by_quotation: dict[Quotation, list[Counts]]


def _judge(case: GoldCase, found: Prediction, options: Options) -> _Judged:
    comparison = compare(case, found.claims, options.thresholds)
    matchings = [match(comparison, criterion) for criterion in Criterion]
    by_criterion = {m.criterion: m for m in matchings}
    article = ArticleScore(
        case_id=case.id,
        title=case.article.title,
        form=case.form,
        language=case.language,
        split=case.split,
        error=found.error,
        n_lost_pieces=found.n_lost_pieces,
        criteria=tuple(CriterionCounts(criterion=m.criterion, counts=_counts(comparison, m)) for m in matchings),
        given_match=given_match(tuple(_pairs(comparison, by_criterion[Criterion.SPAN_OVERLAP]))),
        grounded=grounded(case.text, found.claims),
        details=_details(comparison, by_criterion[options.headline]),
    )
    by_quotation = {q: [_counts(comparison, m, q) for m in matchings] for q in Quotation}
    return _Judged(article, by_quotation)


def _counts(comparison: Comparison, matching: Matching, quotation: Quotation | None = None) -> Counts:
    claims, gold = comparison.claims, comparison.case.claims
    if quotation is None:
        n = len(matching.pairs)
        return Counts(n_predicted=len(claims), n_gold=len(gold), n_predicted_matched=n, n_gold_matched=n)
    return Counts(
        n_predicted=sum(c.quotation is quotation for c in claims),
        n_gold=sum(g.quotation is quotation for g in gold),
        n_predicted_matched=sum(claims[p.predicted].quotation is quotation for p in matching.pairs),
        n_gold_matched=sum(gold[p.gold].quotation is quotation for p in matching.pairs),
    )


def _pairs(comparison: Comparison, matching: Matching) -> Iterator[FoundPair]:
    for pair in matching.pairs:
        yield FoundPair(
            gold=comparison.case.claims[pair.gold],
            predicted=comparison.claims[pair.predicted],
            source_agrees=comparison.source_agrees(pair.predicted, pair.gold),
        )


def _details(comparison: Comparison, matching: Matching) -> Details:
    gold, claims = comparison.case.claims, comparison.claims
    taken_predicted = {p.predicted for p in matching.pairs}
    taken_gold = {p.gold for p in matching.pairs}
    found = (
        Found(
            gold=gold[p.gold],
            predicted=claims[p.predicted],
            source_agrees=comparison.source_agrees(p.predicted, p.gold),
            overlap=float(comparison.overlap[p.predicted, p.gold]),
            text_f1=float(comparison.text_f1[p.predicted, p.gold]),
        )
        for p in matching.pairs
    )
    nearness = _nearness(comparison)
    missed = []
    for j in (j for j in range(len(gold)) if j not in taken_gold):
        i = _best(nearness[:, j])
        near = None if i is None else _near(comparison, i, j, taken=i in taken_predicted)
        missed.append(Missed(gold=gold[j], nearest=None if i is None else claims[i], near=near))
    invented = []
    for i in (i for i in range(len(claims)) if i not in taken_predicted):
        at = _best(nearness[i, :])
        near = None if at is None else _near(comparison, i, at, taken=at in taken_gold)
        invented.append(Invented(predicted=claims[i], nearest=None if at is None else gold[at], near=near))
    return Details(found=tuple(found), missed=tuple(missed), invented=tuple(invented))


def _nearness(comparison: Comparison) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    # Any shared character makes claims near; words only where they would be a match, for "the" is in all.
    alike = comparison.text_f1 >= comparison.thresholds.text_f1
    return np.maximum(comparison.overlap, np.where(alike, comparison.text_f1, 0.0))


def _best(nearness: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int | None:
    return int(nearness.argmax()) if nearness.any() else None


def _near(comparison: Comparison, predicted: int, gold: int, *, taken: bool) -> Near:
    return Near(
        overlap=float(comparison.overlap[predicted, gold]),
        text_f1=float(comparison.text_f1[predicted, gold]),
        source_agrees=comparison.source_agrees(predicted, gold),
        taken=taken,
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
    )


def _grounding(found: Sequence[Grounded], resamples: Resamples) -> Grounding:
    def over(pick: Callable[[Grounded], Ratio]) -> list[Ratio]:
        return [pick(f) for f in found]

    return Grounding(
        grounded=figure(over(lambda f: f.grounded), resamples),
        false_spans=figure(over(lambda f: f.false_spans), resamples),
        misquoted=figure(over(lambda f: f.misquoted), resamples),
    )


def _slices(judged: Sequence[_Judged], options: Options, resamples: Resamples) -> Iterator[SliceScore]:
    for dimension in _WITHIN_ARTICLES:
        parts: dict[str, list[ArticleScore]] = {}
        for j in judged:
            value = {"form": j.article.form, "language": j.article.language, "split": j.article.split}[dimension]
            parts.setdefault(value, []).append(j.article)
        for value, articles in sorted(parts.items()):
            yield SliceScore(
                dimension=dimension,
                value=value,
                n_articles=len(articles),
                criteria=_criteria(
                    [[c.counts for c in a.criteria] for a in articles], resample(len(articles), options.bootstrap)
                ),
            )
    for quotation in Quotation:
        counts = [j.by_quotation[quotation] for j in judged]
        n_articles = sum(c[0].n_gold + c[0].n_predicted > 0 for c in counts)
        if n_articles:
            yield SliceScore(
                dimension=Dimension.QUOTATION,
                value=quotation,
                n_articles=n_articles,
                criteria=_criteria(counts, resamples),
            )
