"""The quality of claims, after Ullrich, Mlynář and Drchal 2025 (arXiv 2502.04955), without a judge.

The paper measures with language models (relation extraction, a decontextualisation model, entailment).
What stands here are proxies that need the article and the gold claims only. Each says below what it
is and when not to trust it. Where a proxy can be asked of the gold claims too, the same figure for
them stands beside it: they were written to be good claims, so what they lack of 1 is the proxy's error.
The paper's fluency has no proxy here that would deserve the name.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from eval.cases import GoldCase
from eval.metrics.figure import Figure, Ratio, Resamples, figure
from eval.ranges import Ranges, n_chars, n_shared, united
from eval.reference import stands_alone
from extractor.check import unsupported
from extractor.schema import Article, Claim, GroundingLevel, Span, Value

_HALF = 0.5
_PLACED = frozenset({GroundingLevel.EXACT, GroundingLevel.NORMALISED, GroundingLevel.FUZZY})


class Measure(StrEnum):
    """What makes a claim a good one, and the proxy for it."""

    ATOMICITY = "atomicity"
    """Share of claims that hold one gold claim, not several: of the predicted claims whose content has
    at least half of the characters of some gold claim's, those with no second one. The paper counts
    relations in the claim. Not to be trusted where gold claims are cut coarser than statements, and
    blind to claims that are no gold claim."""
    DECONTEXTUALISATION = "decontextualisation"
    """Share of claim texts without a word that points outside them: a pronoun of the first or second
    person or "today" outside quotation marks, or one of the third person among the opening words. The
    paper asks whether a decontextualisation model (Choi et al. 2021) would change the text. Not to be
    trusted for descriptions ("the bloc", "the document"), which it takes as clear, nor for languages
    without a word list, which are left out."""
    FAITHFULNESS = "faithfulness"
    """Share of claims whose content was placed in the article and in whose text `extractor.check` finds
    no number, name, negation or quotation that the passage lacks. The paper asks whether the article
    entails the claim (AlignScore). Not to be trusted for claims that twist the sense with the article's
    own words, nor to compare with an extractor that was tuned on these very checks."""
    FOCUS = "focus"
    """Share of the predicted contents' characters that lie in gold contents, many to many; what was not
    placed counts by its length as outside. The paper asks how far all gold claims together entail each
    predicted one. Not to be trusted where one side quotes whole sentences by habit and the other clauses."""
    COVERAGE = "coverage"
    """Share of the gold contents' characters that lie in predicted contents. The paper asks how far all
    predicted claims together entail each gold one. One claim over the whole article covers everything:
    read it with focus."""


class Quality(Value):
    """The proxies on one article."""

    predicted: dict[Measure, Ratio]
    gold: dict[Measure, Ratio]
    """The same of the gold claims; without focus and coverage, which are theirs by definition."""


class QualityFigure(Value):
    """One proxy over a set of articles."""

    measure: Measure
    predicted: Figure
    gold: Figure | None
    """What the gold claims get; None where the question makes no sense."""


def quality(case: GoldCase, claims: Sequence[Claim]) -> Quality:
    """Measure the claims of one article."""
    article = Article(text=case.text, sha256=case.article.text_sha256, metadata=case.metadata)
    gold_claims = [gold.as_predicted(case.text) for gold in case.claims]
    gold_spans = [gold.content for gold in case.claims]
    predicted_inside, gold_inside = (
        inside(len(case.text), (span for claim in side for span in claim.content.spans))
        for side in (claims, gold_claims)
    )
    shared = int(np.count_nonzero(predicted_inside & gold_inside))
    unplaced = sum(len(claim.content.text) for claim in claims if not claim.content.spans)

    def own(side: Sequence[Claim]) -> dict[Measure, Ratio]:
        return {
            Measure.ATOMICITY: _atomicity([claim.content.spans for claim in side], gold_spans),
            Measure.DECONTEXTUALISATION: _share(side, lambda claim: stands_alone(claim.text, case.language)),
            Measure.FAITHFULNESS: _share(side, lambda claim: _is_faithful(article, claim)),
        }

    return Quality(
        predicted=own(claims)
        | {
            Measure.FOCUS: Ratio(hits=shared, n=int(predicted_inside.sum()) + unplaced),
            Measure.COVERAGE: Ratio(hits=shared, n=int(gold_inside.sum())),
        },
        gold=own(gold_claims),
    )


def quality_figures(articles: Sequence[Quality], resamples: Resamples) -> tuple[QualityFigure, ...]:
    """Put the articles together, given in the order of the resamples' columns; one figure for each `Measure`."""
    return tuple(
        QualityFigure(
            measure=measure,
            predicted=figure([a.predicted[measure] for a in articles], resamples),
            gold=None
            if measure in (Measure.FOCUS, Measure.COVERAGE)
            else figure([a.gold[measure] for a in articles], resamples),
        )
        for measure in Measure
    )


def _share(claims: Iterable[Claim], ask: Callable[[Claim], bool | None]) -> Ratio:
    answers = [answer for claim in claims if (answer := ask(claim)) is not None]
    return Ratio(hits=sum(answers), n=len(answers))


def _is_faithful(article: Article, claim: Claim) -> bool:
    # Asked anew: predictions from elsewhere come without flags, or with flags of their own.
    return claim.content.level in _PLACED and next(unsupported(article, claim), None) is None


def inside(n_chars: int, spans: Iterable[Span]) -> NDArray[np.bool_]:
    """Mark the characters of a text that lie in a span; spans beyond the text are cut off."""
    marked = np.zeros(n_chars, dtype=np.bool_)
    for span in spans:
        marked[span.start_char : span.end_char] = True
    return marked


def _atomicity(claims: Sequence[tuple[Span, ...]], gold: Sequence[tuple[Span, ...]]) -> Ratio:
    wanted = [united(spans) for spans in gold]
    held = [sum(_holds(ranges, one) for one in wanted) for claim in claims if (ranges := united(claim))]
    return Ratio(hits=sum(n == 1 for n in held), n=sum(n > 0 for n in held))


def _holds(claim: Ranges, gold: Ranges) -> bool:
    return n_shared(claim, gold) >= _HALF * n_chars(gold)
