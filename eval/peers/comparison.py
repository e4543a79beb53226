"""What a comparison says of each system. Pure: the same runs and cases give the same figures."""

import hashlib
from collections.abc import Iterator, Sequence

from eval.cases import CaseSet, GoldCase
from eval.matching import Comparison, Criterion, compare, match
from eval.metrics.figure import Bootstrap, Figure, Ratio, figure, resample
from eval.metrics.found import Counts
from eval.metrics.given_match import FoundPair, given_match
from eval.run import EvalRun, Prediction
from extractor.schema import Claim, GroundingLevel, Value

_VERBATIM = frozenset({GroundingLevel.EXACT, GroundingLevel.NORMALISED})


class SystemFigures(Value):
    """One system on the cases of a comparison; every system is held against the same ones."""

    system: str
    n_articles: int
    n_claims: int
    n_gold: int
    found: Counts
    """Matched one to one by the claims' text (token-F1 of at least 0.5)."""
    found_with_source: Counts
    """The same, and the sources agree."""
    f1: Figure
    """Of `found`, with its interval."""
    f1_with_source: Figure
    source: Ratio
    """Right, of the claims found by text."""
    quotation: Ratio
    """Right, of the claims found by text."""
    not_verbatim: Ratio
    """Of all claims: the article does not have the words given as its own."""
    falsely_verbatim: int
    """Called exact or normalised by grounding, though the place has other letters. Must be 0."""
    n_failed: int
    """Articles of which something was lost: an error, or a piece cut off, refused or failed."""
    lost_pieces: Ratio
    """Of the calls, or the stretches that the system works in."""
    prompt_tokens: float
    """This and what follows: per article."""
    output_tokens: float
    seconds: float


def sample(cases: CaseSet, limit: int | None, seed: int) -> CaseSet:
    """Choose some cases at random; a larger limit with the same seed only adds to them.

    Args:
        cases: To choose from.
        limit: How many at most; None for all.
        seed: Decides which.
    """
    if limit is None:
        return cases
    drawn = sorted(cases.cases, key=lambda c: hashlib.sha256(f"{seed}:{c.id}".encode()).digest())[:limit]
    return cases.model_copy(update={"cases": tuple(sorted(drawn, key=lambda c: c.id))})


def figures(system: str, run: EvalRun, cases: Sequence[GoldCase]) -> SystemFigures:
    """Hold one system's run against the cases.

    Args:
        system: What the report calls it.
        run: Has a prediction for each case; others in it are left aside.
        cases: At least one.
    """
    by_case = {p.case_id: p for p in run.predictions}
    judged = [(case, by_case[case.id]) for case in cases]
    claims = [(case, claim) for case, prediction in judged for claim in prediction.claims]
    predictions = [prediction for _, prediction in judged]
    comparisons = [compare(case, prediction.claims) for case, prediction in judged]
    accuracy = given_match(tuple(pair for c in comparisons for pair in _pairs(c)))
    n = len(judged)
    resamples = resample(n, Bootstrap())
    found, with_source = (
        [_counts(c, criterion) for c in comparisons] for criterion in (Criterion.TEXT, Criterion.TEXT_SOURCE)
    )
    return SystemFigures(
        system=system,
        n_articles=n,
        n_claims=len(claims),
        n_gold=sum(len(case.claims) for case in cases),
        found=sum(found, Counts()),
        found_with_source=sum(with_source, Counts()),
        f1=figure([counts.f1 for counts in found], resamples),
        f1_with_source=figure([counts.f1 for counts in with_source], resamples),
        source=accuracy.source,
        quotation=accuracy.quotation,
        not_verbatim=Ratio(hits=sum(c.content.level not in _VERBATIM for _, c in claims), n=len(claims)),
        falsely_verbatim=sum(_is_falsely_verbatim(claim, case.text) for case, claim in claims),
        n_failed=sum(map(_has_lost, predictions)),
        lost_pieces=Ratio(hits=sum(p.n_lost_pieces for p in predictions), n=sum(len(p.pieces) for p in predictions)),
        prompt_tokens=sum(p.usage.prompt_tokens for p in predictions) / n,
        output_tokens=sum(p.usage.output_tokens for p in predictions) / n,
        seconds=sum(p.seconds for p in predictions) / n,
    )


def _has_lost(prediction: Prediction) -> bool:
    return prediction.error is not None or prediction.n_lost_pieces > 0


def _counts(comparison: Comparison, criterion: Criterion) -> Counts:
    n = len(match(comparison, criterion).pairs)
    return Counts(
        n_predicted=len(comparison.claims),
        n_gold=len(comparison.case.claims),
        n_predicted_matched=n,
        n_gold_matched=n,
    )


def _pairs(comparison: Comparison) -> Iterator[FoundPair]:
    for pair in match(comparison, Criterion.TEXT).pairs:
        yield FoundPair(
            gold=comparison.case.claims[pair.gold],
            predicted=comparison.claims[pair.predicted],
            source_agrees=comparison.source_agrees(pair.predicted, pair.gold),
        )


def _is_falsely_verbatim(claim: Claim, text: str) -> bool:
    """Check by letters and digits alone, so that nothing of grounding's own normalising is relied on."""
    if claim.content.level not in _VERBATIM:
        return False
    return _letters(claim.content.text) != _letters("".join(span.of(text) for span in claim.content.spans))


def _letters(words: str) -> str:
    return "".join(c for c in words if c.isalnum())
