"""Articles as a page marks them: texts, spans, verdicts, and nothing that is not shown.

All of it is data for the page's script, which puts it there as text and never as markup.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from eval.cases import GoldCase, GoldClaim
from eval.compare import Change, RunComparison, Side
from eval.report.verdicts import Judged, Verdict, VerdictCount, count, judge
from eval.report.wording import share
from eval.scores import ArticleScore, Score
from extractor.schema import Claim, Part, Quotation, Source, SourceKind, Span, Value


class Named(NamedTuple):
    """A score and the name under which a report speaks of it."""

    name: str
    score: Score
    against_first: RunComparison | None = None
    """With the first system of the report; None for the first itself, or where the two share no article."""


class Range(NamedTuple):
    """A half-open range of the article's code points."""

    start: int
    end: int


class ShownClaim(Value):
    """A gold or predicted claim."""

    text: str
    source: str
    kind: SourceKind | None
    """Of the source; None where the gold set does not say."""
    quotation: Quotation
    content: tuple[Range, ...]
    """Empty when the claim stands nowhere in the text."""
    mention: tuple[Range, ...]
    """Of the source."""
    cue: tuple[Range, ...]


class ShownVerdict(Value):
    """One claim and what became of it."""

    verdict: Verdict
    gold: ShownClaim | None
    predicted: ShownClaim | None
    reasons: tuple[str, ...]
    nearest: str | None
    change: Side | None
    """How it changed side from the first system to this one."""


class ShownResult(Value):
    """What one system made of an article."""

    error: str | None
    n_lost_pieces: int
    f1: float | None
    f1_text: str
    counts: tuple[VerdictCount, ...]
    verdicts: tuple[ShownVerdict, ...]


class ShownArticle(Value):
    """One article with the results of all systems."""

    id: str
    title: str
    form: str
    language: str
    split: str
    text: str
    results: tuple[ShownResult | None, ...]
    """In the order of the systems; None where the article was not scored."""


class ShownRuns(Value):
    """What the page's script works on."""

    systems: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    articles: tuple[ShownArticle, ...]
    """Sorted by id."""


def shown_runs(systems: Sequence[Named], cases: Sequence[GoldCase]) -> ShownRuns:
    """Lay out every article that at least one system was scored on.

    Args:
        systems: in the order of the report.
        cases: with their texts; those without a score are left out.
    """
    by_system = [{a.case_id: a for a in named.score.articles} for named in systems]
    articles = []
    for case in sorted(cases, key=lambda c: c.id):
        scored = [articles_of.get(case.id) for articles_of in by_system]
        if any(scored):
            articles.append(_article(case, tuple(_results(scored, systems))))
    return ShownRuns(systems=tuple(n.name for n in systems), verdicts=tuple(Verdict), articles=tuple(articles))


def _results(scored: Sequence[ArticleScore | None], systems: Sequence[Named]) -> Iterator[ShownResult | None]:
    for article, named in zip(scored, systems, strict=True):
        if article is None:
            yield None
            continue
        options = named.score.options
        changes = named.against_first.changes if named.against_first else ()
        here = [change for change in changes if change.case_id == article.case_id]
        judged = judge(article, options)
        f1 = article.counts(options.headline).f1.value
        yield ShownResult(
            error=article.error,
            n_lost_pieces=article.n_lost_pieces,
            f1=f1,
            f1_text=share(f1),
            counts=count(judged),
            verdicts=tuple(_verdict(j, here) for j in judged),
        )


def _article(case: GoldCase, results: tuple[ShownResult | None, ...]) -> ShownArticle:
    return ShownArticle(
        id=case.id,
        title=case.article.title or "",
        form=case.form,
        language=case.language,
        split=case.split,
        text=case.text,
        results=results,
    )


def _verdict(judged: Judged, changes: Sequence[Change]) -> ShownVerdict:
    return ShownVerdict(
        verdict=judged.verdict,
        gold=_gold(judged.gold) if judged.gold else None,
        predicted=_predicted(judged.predicted) if judged.predicted else None,
        reasons=judged.reasons,
        nearest=judged.nearest,
        change=next((change.side for change in changes if _is_about(change, judged)), None),
    )


def _is_about(change: Change, judged: Judged) -> bool:
    match change.side:
        case Side.WON | Side.LOST:
            return judged.gold is not None and judged.gold.id == change.gold_id
        case Side.INVENTED:
            claim = judged.predicted
            return claim is not None and (claim.text, claim.source.name) == (change.text, change.source)
        case Side.DROPPED:
            return False  # It is a claim of the first system's.


def _gold(claim: GoldClaim) -> ShownClaim:
    source = claim.source
    return ShownClaim(
        text=claim.text,
        source=source.name,
        kind=source.kind,
        quotation=claim.quotation,
        content=_ranges(claim.content),
        mention=_ranges((source.mention,) if source.mention else ()),
        cue=_ranges((claim.cue,) if claim.cue else ()),
    )


def _predicted(claim: Claim) -> ShownClaim:
    source: Source = claim.source
    return ShownClaim(
        text=claim.text,
        source=source.name,
        kind=source.kind,
        quotation=claim.quotation,
        content=_of_part(claim.content),
        mention=_of_part(source.mention),
        cue=_of_part(claim.cue),
    )


def _of_part(part: Part | None) -> tuple[Range, ...]:
    return _ranges(part.spans) if part else ()


def _ranges(spans: Sequence[Span]) -> tuple[Range, ...]:
    return tuple(Range(span.start_char, span.end_char) for span in spans)
