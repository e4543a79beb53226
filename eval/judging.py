"""One article's predictions held against its gold claims: what scoring and comparing add up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eval.cases import CaseSet, GoldCase, NotScored, Split
from eval.matching import Comparison, Criterion, Matching, Matrix, compare, match
from eval.metrics.found import Counts
from eval.metrics.given_match import Confused, FoundPair, confusion, given_match
from eval.metrics.grounding import grounded
from eval.metrics.partial import PartialCredit, partial_credit
from eval.metrics.quality import Quality, quality
from eval.metrics.worthiness import Rated
from eval.reference import is_pronoun
from eval.run import EvalRun, Prediction
from eval.scores import (
    ArticleScore,
    CriterionCounts,
    Details,
    Dimension,
    Found,
    Invented,
    Missed,
    Near,
    Options,
)
from extractor.ingest.wire import read_header
from extractor.schema import Quotation

NOT_GIVEN = "not given"
_LENGTHS = ((250, "under 250 words"), (500, "250 to 499 words"), (1000, "500 to 999 words"))
"""Upper bounds, exclusive: a brief, a usual report, a long one; anything longer is `_LONGEST`."""
_LONGEST = "1000 words and more"
ORDER: dict[Dimension, tuple[str, ...]] = {
    Dimension.LENGTH: (*(name for _, name in _LENGTHS), _LONGEST),
    Dimension.SPLIT: tuple(Split),
    Dimension.QUOTATION: tuple(Quotation),
}
"""Of the slices whose values have an order of their own; the others go by the alphabet."""


@dataclass(frozen=True)
class Judged:
    """One article: its score, and what only the figures over all articles need."""

    article: ArticleScore
    parts: dict[tuple[Dimension, str], tuple[Counts, ...]]
    """By slice that the article or one of its claims belongs to: the counts in the order of `Criterion`."""
    confusion: tuple[Confused, ...]
    partial: PartialCredit
    found: tuple[Rated, ...]
    """The found claims; of a text labelled as a whole, the text."""
    queue: tuple[Rated, ...]
    """All predicted claims, those that were not found as not worth checking; empty where the annotators
    did not say what is. Of a text labelled as a whole, the text."""
    quality: Quality


@dataclass(frozen=True)
class Judgement:
    """A run held against gold cases, article by article."""

    articles: tuple[Judged, ...]
    """Sorted by case id."""
    predictions: tuple[Prediction, ...]
    """In the same order."""
    not_scored: tuple[NotScored, ...]
    unused: tuple[str, ...]
    """Cases the run has a prediction for that are not among those asked for."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the cases that were judged."""
        return tuple(j.article.case_id for j in self.articles)


def judge_run(run: EvalRun, cases: CaseSet, options: Options) -> Judgement:
    """Judge every case that the run has a prediction for; the others are listed with the reason."""
    predictions = {p.case_id: p for p in run.predictions}
    judged: list[tuple[Judged, Prediction]] = []
    not_scored = list(cases.not_scored)
    for case in sorted(cases.cases, key=lambda c: c.id):
        found = predictions.get(case.id)
        if found is None:
            reason = "the run has no prediction for it"
        elif found.text_sha256 != case.article.text_sha256:
            reason = f"its prediction is for another text (sha256 {found.text_sha256[:12]}...)"
        else:
            judged.append((judge(case, found, options), found))
            continue
        not_scored.append(NotScored(case_id=case.id, split=case.split, reason=reason))
    wanted = {case.id for case in cases.cases} | {n.case_id for n in cases.not_scored}
    return Judgement(
        articles=tuple(j for j, _ in judged),
        predictions=tuple(p for _, p in judged),
        not_scored=tuple(not_scored),
        unused=tuple(sorted(predictions.keys() - wanted)),
    )


def judge(case: GoldCase, found: Prediction, options: Options) -> Judged:
    """Match one article by every criterion and count what is right.

    Of a case whose text is labelled as a whole nobody has marked the claims: it counts for
    check-worthiness alone, as the most check-worthy of its predicted claims, or 0 without one.
    """
    whole = case.check_worthy is not None
    claims = () if whole else found.claims
    comparison = compare(case, claims, options.thresholds)
    matchings = [match(comparison, criterion) for criterion in Criterion]
    by_criterion = {m.criterion: m for m in matchings}
    overlapping = by_criterion[Criterion.SPAN_OVERLAP]
    pairs = tuple(_pairs(comparison, overlapping))
    counts = tuple(_counts(m, *(tuple(range(len(side))) for side in (claims, case.claims))) for m in matchings)
    rated = (_rated_text(case, found),) * 2 if whole else _rated(comparison, overlapping)
    article = ArticleScore(
        case_id=case.id,
        title=case.article.title,
        form=case.form,
        language=case.language,
        split=case.split,
        error=found.error,
        n_lost_pieces=found.n_lost_pieces,
        criteria=tuple(
            CriterionCounts(criterion=m.criterion, counts=c) for m, c in zip(matchings, counts, strict=True)
        ),
        given_match=given_match(pairs),
        grounded=grounded(case.text, claims),
        details=_details(comparison, by_criterion[options.headline]),
    )
    return Judged(
        article=article,
        parts=dict.fromkeys(_of_article(case), counts) | _of_claims(comparison, matchings),
        confusion=confusion(pairs),
        partial=partial_credit(comparison.overlap),
        found=rated[0],
        queue=rated[1],
        quality=quality(case, claims),
    )


def _counts(matching: Matching, predicted: Sequence[int], gold: Sequence[int]) -> Counts:
    """Count among some predicted and some gold claims, by index; they were matched among all."""
    of_predicted, of_gold = set(predicted), set(gold)
    return Counts(
        n_predicted=len(of_predicted),
        n_gold=len(of_gold),
        n_predicted_matched=sum(p.predicted in of_predicted for p in matching.pairs),
        n_gold_matched=sum(p.gold in of_gold for p in matching.pairs),
    )


def _rated_text(case: GoldCase, found: Prediction) -> tuple[Rated, ...]:
    score = max((claim.check_worthiness for claim in found.claims), default=0.0)
    return (Rated(score=score, worthy=bool(case.check_worthy)),)


def _rated(comparison: Comparison, matching: Matching) -> tuple[tuple[Rated, ...], tuple[Rated, ...]]:
    """Return the found claims, and the whole queue."""
    gold, claims = comparison.case.claims, comparison.claims
    found = tuple(
        Rated(score=claims[p.predicted].check_worthiness, worthy=worthy)
        for p in matching.pairs
        if (worthy := gold[p.gold].check_worthy) is not None
    )
    if any(g.check_worthy is None for g in gold):
        return found, ()
    to_check = {p.predicted for p in matching.pairs if gold[p.gold].check_worthy}
    return found, tuple(Rated(score=c.check_worthiness, worthy=i in to_check) for i, c in enumerate(claims))


def _of_article(case: GoldCase) -> Iterator[tuple[Dimension, str]]:
    # As ingest does, which knows the publisher of wire copy from its dateline.
    yield Dimension.PUBLISHER, read_header(case.text, case.metadata).metadata.publisher or NOT_GIVEN
    yield Dimension.FORM, case.form
    n_words = len(case.text.split())
    yield Dimension.LENGTH, next((name for below, name in _LENGTHS if n_words < below), _LONGEST)
    yield Dimension.LANGUAGE, case.language
    yield Dimension.SPLIT, case.split


def _of_claims(
    comparison: Comparison, matchings: Sequence[Matching]
) -> dict[tuple[Dimension, str], tuple[Counts, ...]]:
    case = comparison.case
    members: dict[tuple[Dimension, str], tuple[list[int], list[int]]] = {}
    for i, claim in enumerate(comparison.claims):
        mention = claim.source.mention.text if claim.source.mention else None
        for at in ((Dimension.QUOTATION, claim.quotation), (Dimension.MENTION, _mention(mention, case.language))):
            members.setdefault(at, ([], []))[0].append(i)
    for j, gold in enumerate(case.claims):
        mention = gold.source.mention.of(case.text) if gold.source.mention else None
        for at in ((Dimension.QUOTATION, gold.quotation), (Dimension.MENTION, _mention(mention, case.language))):
            members.setdefault(at, ([], []))[1].append(j)
    return {at: tuple(_counts(m, *sides) for m in matchings) for at, sides in members.items()}


def _mention(mention: str | None, language: str) -> str:
    if mention is None:
        return "none"
    return "pronoun" if is_pronoun(mention, language) else "name or description"


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


def _nearness(comparison: Comparison) -> Matrix:
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
