"""Two runs on the same gold cases: how far apart they are, where, and which claims changed side.

The difference is always the second run minus the first, so a positive one favours the second.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import partial

from eval.cases import CaseSet
from eval.ceiling import ArticleAgreement, Ceiling, ceiling_of
from eval.judging import Judged, Judgement, judge_run
from eval.matching import Criterion
from eval.metrics.difference import Difference, Draws, difference, draw, ranked_difference
from eval.metrics.figure import Ratio
from eval.metrics.found import Counts
from eval.metrics.quality import Measure
from eval.run import EvalRun, RunInfo
from eval.scores import Dimension, Options
from eval.scoring import slices_of
from extractor.errors import EvalError
from extractor.schema import Span, Value

_SHOWN = 3


class CriterionDifference(Value):
    """One criterion of two runs."""

    criterion: Criterion
    precision: Difference
    recall: Difference
    f1: Difference


class SliceDifference(Value):
    """The headline criterion on a part of the articles or claims."""

    dimension: Dimension
    value: str
    n_articles: int
    found: CriterionDifference


class NamedDifference(Value):
    """A figure beside the criteria."""

    name: str
    """As in `Score`: ``accuracy.source``, ``grounding.misquoted``, ``partial.f1``."""
    difference: Difference


class Side(StrEnum):
    """How a claim changed side from the first run to the second."""

    WON = "won"
    """A gold claim that only the second run finds."""
    LOST = "lost"
    """A gold claim that only the first run finds."""
    INVENTED = "invented"
    """A predicted claim without a gold one that only the second run has."""
    DROPPED = "dropped"
    """A predicted claim without a gold one that only the first run has."""


class Change(Value):
    """A claim that changed side, under the headline criterion."""

    side: Side
    case_id: str
    gold_id: str | None
    """None for invented and dropped ones."""
    text: str
    source: str


class RunComparison(Value):
    """Two runs on the same articles."""

    one: RunInfo
    other: RunInfo
    dataset: str
    dataset_sha256: str
    options: Options
    n_articles: int
    overall: tuple[CriterionDifference, ...]
    """One per criterion, in the order of `Criterion`."""
    figures: tuple[NamedDifference, ...]
    slices: tuple[SliceDifference, ...]
    changes: tuple[Change, ...]
    """By side in the order of `Side`, then by case and place in the text."""
    left_out: tuple[str, ...]
    """Cases that only one of the runs can be scored on; empty unless common cases were asked for."""
    ceiling: Ceiling | None = None
    """What the annotators reach against each other; None where it is known for none of the articles."""

    def headline(self) -> CriterionDifference:
        """Return the overall difference by the headline criterion."""
        return next(c for c in self.overall if c.criterion is self.options.headline)


def compare_runs(
    one: EvalRun,
    other: EvalRun,
    cases: CaseSet,
    options: Options | None = None,
    *,
    common: bool = False,
    agreements: Sequence[ArticleAgreement] = (),
) -> RunComparison:
    """Compare two runs.

    Args:
        one: The first, such as what is in use.
        other: The second, such as a new prompt.
        cases: The gold cases; those that neither run has predictions for play no part.
        options: As for scoring.
        common: Compare on the cases that both can be scored on, where they are not the same.
        agreements: As for scoring.

    Raises:
        EvalError: The runs were made on different data or cover different cases and `common` is not
            set, or they have no case in common.
    """
    options = options or Options()
    if not common and one.info.dataset_sha256 != other.info.dataset_sha256:
        raise EvalError(
            f"the runs were made on different data ({_data(one)} and {_data(other)}), so their figures do not compare; "
            "run both on the same file, or compare what they share with --common"
        )
    first, second = judge_run(one, cases, options), judge_run(other, cases, options)
    shared = sorted(set(first.ids) & set(second.ids))
    left_out = sorted(set(first.ids) ^ set(second.ids))
    if left_out and not common:
        raise EvalError(
            f"only one of the runs can be scored on {_some(left_out)}; run both on the same cases, or compare "
            "what they share with --common"
        )
    if not shared:
        raise EvalError("the runs have no case in common that is among the gold cases; check --data and --split")
    a, b = _only(first, shared), _only(second, shared)
    draws = draw(len(shared), options.bootstrap)
    return RunComparison(
        one=one.info,
        other=other.info,
        dataset=cases.path,
        dataset_sha256=cases.sha256,
        options=options,
        n_articles=len(shared),
        overall=tuple(_criterion(c, _counts(a, c), _counts(b, c), draws) for c in Criterion),
        figures=tuple(_figures(a, b, draws)),
        slices=tuple(_slices(a, b, options.headline, draws)),
        changes=tuple(_changes(a, b)),
        left_out=tuple(left_out),
        ceiling=ceiling_of([a for a in agreements if a.case_id in set(shared)]),
    )


def _data(run: EvalRun) -> str:
    return f"{run.info.dataset}, sha256 {run.info.dataset_sha256[:12]}..."


def _some(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(map(repr, ids[:_SHOWN])) + more


def _only(judgement: Judgement, ids: Sequence[str]) -> list[Judged]:
    wanted = set(ids)
    return [j for j in judgement.articles if j.article.case_id in wanted]


def _counts(judged: Sequence[Judged], criterion: Criterion) -> list[Counts]:
    return [j.article.counts(criterion) for j in judged]


def _criterion(
    criterion: Criterion, one: Sequence[Counts], other: Sequence[Counts], draws: Draws
) -> CriterionDifference:
    def of(pick: Callable[[Counts], Ratio]) -> Difference:
        return difference([pick(c) for c in one], [pick(c) for c in other], draws)

    defined = all(sum(side, Counts()).has_f1 for side in (one, other))
    return CriterionDifference(
        criterion=criterion,
        precision=of(lambda c: c.precision),
        recall=of(lambda c: c.recall),
        f1=of(lambda c: c.f1 if defined else Ratio()),
    )


def _quality(measure: Measure, judged: Judged) -> Ratio:
    return judged.quality.predicted[measure]


_FIGURES: dict[str, Callable[[Judged], Ratio]] = {
    "partial.precision": lambda j: j.partial.precision,
    "partial.recall": lambda j: j.partial.recall,
    "partial.f1": lambda j: j.partial.f1,
    "accuracy.source": lambda j: j.article.given_match.source,
    "accuracy.quotation": lambda j: j.article.given_match.quotation,
    "accuracy.cue": lambda j: j.article.given_match.cue,
    "accuracy.kind": lambda j: j.article.given_match.kind,
    "grounding.grounded": lambda j: j.article.grounded.grounded,
    "grounding.false_spans": lambda j: j.article.grounded.false_spans,
    "grounding.misquoted": lambda j: j.article.grounded.misquoted,
    **{f"quality.{measure}": partial(_quality, measure) for measure in Measure},
}


def _figures(one: Sequence[Judged], other: Sequence[Judged], draws: Draws) -> Iterator[NamedDifference]:
    for name, pick in _FIGURES.items():
        yield NamedDifference(name=name, difference=difference([pick(j) for j in one], [pick(j) for j in other], draws))
    ranked = ranked_difference([j.found for j in one], [j.found for j in other], draws)
    yield NamedDifference(name="worthiness.average_precision", difference=ranked)


def _slices(
    one: Sequence[Judged], other: Sequence[Judged], headline: Criterion, draws: Draws
) -> Iterator[SliceDifference]:
    at = list(Criterion).index(headline)
    for key in slices_of((*one, *other)):
        held = [k for k in range(len(one)) if key in one[k].parts or key in other[k].parts]
        a, b = ([side[k].parts[key][at] if key in side[k].parts else Counts() for k in held] for side in (one, other))
        yield SliceDifference(
            dimension=key[0],
            value=key[1],
            n_articles=len(held),
            found=_criterion(headline, a, b, draws.of(held)),
        )


def _changes(one: Sequence[Judged], other: Sequence[Judged]) -> Iterator[Change]:
    changes = [change for a, b in zip(one, other, strict=True) for change in _of_article(a, b)]
    yield from sorted(changes, key=lambda change: list(Side).index(change.side))


def _of_article(one: Judged, other: Judged) -> Iterator[Change]:
    case_id = one.article.case_id
    missed = [{m.gold.id for m in j.article.details.missed} for j in (one, other)]
    found = [f.gold for f in one.article.details.found]
    found += [f.gold for f in other.article.details.found if f.gold.id in missed[0]]
    for gold in sorted(found, key=lambda g: _start(g.content)):
        if side := Side.LOST if gold.id in missed[1] else Side.WON if gold.id in missed[0] else None:
            yield Change(side=side, case_id=case_id, gold_id=gold.id, text=gold.text, source=gold.source.name)
    new, gone = _invented(other) - _invented(one), _invented(one) - _invented(other)
    for side, only in ((Side.INVENTED, new), (Side.DROPPED, gone)):
        for _, text, source in sorted(only):
            yield Change(side=side, case_id=case_id, gold_id=None, text=text, source=source)


def _invented(judged: Judged) -> set[tuple[tuple[tuple[int, int], ...], str, str]]:
    """Return the predicted claims without a gold one, by what tells them apart: ids are a run's own."""
    claims = (invented.predicted for invented in judged.article.details.invented)
    return {(_where(claim.content.spans), claim.text, claim.source.name) for claim in claims}


def _where(spans: Sequence[Span]) -> tuple[tuple[int, int], ...]:
    return tuple((span.start_char, span.end_char) for span in spans)


def _start(spans: Sequence[Span]) -> int:
    return spans[0].start_char
