"""What became of every claim of an article, gold and predicted ones side by side.

Under a criterion that asks for the source, a claim with the wrong one counts as missed and its
prediction as invented. A person who looks for the fault wants to see it as one: such two are put
together here. The figures of the score stay as they are.
"""

from collections.abc import Iterator
from enum import StrEnum

from eval.cases import GoldClaim
from eval.matching import Criterion, Thresholds
from eval.report.wording import quotation_difference, source_difference, why_no_match
from eval.scores import ArticleScore, Found, Invented, Missed, Near, Options
from extractor.schema import Claim, Value


class Verdict(StrEnum):
    """What became of a claim."""

    MATCHED = "matched"
    WRONG_SOURCE = "wrong source"
    WRONG_TYPE = "wrong type"
    """Found with its source, under another quotation type."""
    MISSED = "missed"
    INVENTED = "invented"


class Judged(Value):
    """One claim, as people labelled it and as it was predicted."""

    verdict: Verdict
    gold: GoldClaim | None
    """None exactly for an invented claim."""
    predicted: Claim | None
    """None exactly for a missed claim."""
    reasons: tuple[str, ...] = ()
    """What is wrong, in words; empty for matched."""
    nearest: str | None = None
    """Of a missed or invented claim: the text of the claim of the other side that comes nearest."""


class VerdictCount(Value):
    """How often one verdict was given."""

    verdict: Verdict
    n: int


def judge(article: ArticleScore, options: Options) -> tuple[Judged, ...]:
    """Give every claim of an article its verdict under the headline criterion, in reading order."""
    details = article.details
    crossed = [pair for missed in details.missed if (pair := _crossed(missed, details.invented, options))]
    gold_done = {missed.gold.id for missed, _ in crossed}
    predicted_done = [invented for _, invented in crossed]
    judged = [
        *(_of_found(found) for found in details.found),
        *(_of_crossed(*pair) for pair in crossed),
        *(_of_missed(missed, options) for missed in details.missed if missed.gold.id not in gold_done),
        *(_of_invented(i, options) for i in details.invented if not any(i is done for done in predicted_done)),
    ]
    return tuple(sorted(judged, key=_place))


def count(judged: tuple[Judged, ...]) -> tuple[VerdictCount, ...]:
    """Count the verdicts, in the order of `Verdict`, those that were not given too."""
    return tuple(VerdictCount(verdict=v, n=sum(j.verdict is v for j in judged)) for v in Verdict)


def _crossed(missed: Missed, invented: tuple[Invented, ...], options: Options) -> tuple[Missed, Invented] | None:
    """Find the invented claim that is this missed one but for its source: each is the other's nearest."""
    if missed.near is None or missed.near.source_agrees or not options.headline.with_source:
        return None
    if not _alike(missed.near, options.headline, options.thresholds):
        return None
    return next(
        ((missed, i) for i in invented if i.nearest == missed.gold and i.predicted == missed.nearest),
        None,
    )


def _alike(near: Near, criterion: Criterion, thresholds: Thresholds) -> bool:
    match criterion.base:
        case Criterion.SPAN_EXACT:
            return near.overlap >= 1
        case Criterion.SPAN_OVERLAP:
            return near.overlap >= thresholds.overlap
        case _:
            return near.text_f1 >= thresholds.text_f1


def _of_found(found: Found) -> Judged:
    reasons = tuple(_differences(found.predicted, found.gold, source_agrees=found.source_agrees))
    if not found.source_agrees:
        verdict = Verdict.WRONG_SOURCE
    else:
        verdict = Verdict.WRONG_TYPE if reasons else Verdict.MATCHED
    return Judged(verdict=verdict, gold=found.gold, predicted=found.predicted, reasons=reasons)


def _of_crossed(missed: Missed, invented: Invented) -> Judged:
    predicted, gold = invented.predicted, missed.gold
    reasons = tuple(_differences(predicted, gold, source_agrees=False))
    return Judged(verdict=Verdict.WRONG_SOURCE, gold=gold, predicted=predicted, reasons=reasons)


def _differences(predicted: Claim, gold: GoldClaim, *, source_agrees: bool) -> Iterator[str]:
    if not source_agrees:
        yield source_difference(predicted, gold)
    if difference := quotation_difference(predicted.quotation, gold.quotation):
        yield difference


def _of_missed(missed: Missed, options: Options) -> Judged:
    if missed.near is None or missed.nearest is None:
        reasons: tuple[str, ...] = ("nothing near it was predicted",)
    else:
        reasons = why_no_match(missed.near, missed.nearest, missed.gold, options.headline, options.thresholds)
    nearest = missed.nearest.text if missed.nearest else None
    return Judged(verdict=Verdict.MISSED, gold=missed.gold, predicted=None, reasons=reasons, nearest=nearest)


def _of_invented(invented: Invented, options: Options) -> Judged:
    if invented.near is None or invented.nearest is None:
        reasons: tuple[str, ...] = ("no gold claim is near it",)
    else:
        reasons = why_no_match(
            invented.near, invented.predicted, invented.nearest, options.headline, options.thresholds
        )
    nearest = invented.nearest.text if invented.nearest else None
    return Judged(verdict=Verdict.INVENTED, gold=None, predicted=invented.predicted, reasons=reasons, nearest=nearest)


def _place(judged: Judged) -> tuple[int, int]:
    # A claim that stands nowhere in the text comes last.
    if judged.gold is not None:
        first, last = judged.gold.content[0], judged.gold.content[-1]
        return first.start_char, last.end_char
    spans = judged.predicted.content.spans if judged.predicted is not None else ()
    return (spans[0].start_char, spans[-1].end_char) if spans else (2**31, 0)
