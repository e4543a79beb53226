"""What a comparison of runs says in tables, for every kind of report that is not a terminal."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from eval.matching import Criterion
from eval.metrics.difference import Difference
from eval.metrics.figure import MIN_ARTICLES, Figure, Interval
from eval.report.compared import p_text
from eval.report.marked import Named
from eval.report.verdicts import Verdict, count, judge
from eval.report.wording import (
    CEILING,
    UNDEFINED,
    ceiling_figure,
    criterion_name,
    dimension_name,
    number_text,
    printable,
    share,
)
from eval.scores import Dimension, Score, SliceScore
from extractor.schema import Value


class Cell(Value):
    """One figure of a table."""

    value: str
    interval: str = ""
    """95 %, such as ``[0.65, 0.77]``; empty where there is none."""
    n: str = ""
    """What it is a share of, such as ``of 120``; of a difference its p."""


class Row(Value):
    """One line of a table."""

    name: str
    cells: tuple[Cell, ...]
    is_reference: bool = False
    """It is no system, but what systems are held against."""


class Table(Value):
    """Figures under their columns."""

    title: str
    note: str
    first: str
    """Heading of the names."""
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class Fact(Value):
    """One thing to know about a run."""

    name: str
    value: str


class RunFacts(Value):
    """Where the figures of one system come from."""

    name: str
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]


class Made(Value):
    """When and with what a report was made."""

    code_version: str
    made_at: datetime
    """Aware, UTC."""


class Summary(Value):
    """Everything but the plots and the articles."""

    lead: str
    warnings: tuple[str, ...]
    headline: Table
    differences: Table | None
    """From the first system; None where there is nothing to hold against it."""
    errors: Table
    further: tuple[Table, ...]
    runs: tuple[RunFacts, ...]


def summary(systems: Sequence[Named]) -> Summary:
    """Put the figures of all systems into tables.

    Args:
        systems: at least one; scored with the same options.
    """
    first = systems[0].score
    counts = first.headline().counts
    run_count = "1 run" if len(systems) == 1 else f"{len(systems)} runs"
    return Summary(
        lead=f"{run_count} on {len(first.articles)} articles with {counts.n_gold} gold claims ({_dataset(first)})",
        warnings=tuple(_warnings_of_all(systems)),
        headline=_headline(systems),
        differences=_differences(systems),
        errors=_errors(systems),
        further=tuple(_further(systems)),
        runs=tuple(_facts(named) for named in systems),
    )


def method(systems: Sequence[Named]) -> tuple[str, ...]:
    """Say how the figures came about, a paragraph each."""
    options = systems[0].score.options
    thresholds, bootstrap = options.thresholds, options.bootstrap
    return (
        "Predicted and gold claims are paired one to one inside each article: as many pairs as possible, and of these "
        f"pairings the most similar one. By {criterion_name(Criterion.SPAN_OVERLAP, thresholds)} two claims are the "
        "same when the characters they share are at least that part of all characters of both; by "
        f"{criterion_name(Criterion.TEXT, thresholds)} when their words are that much alike; with source when the "
        "source is the same voice as well: the name, an alias, or a surname that nobody else in the article has.",
        "Figures are sums over articles. A figure without cases is undefined, not zero. Intervals are 95 % percentiles "
        f"of a bootstrap over articles ({bootstrap.rounds:,} rounds, seed {bootstrap.seed}); fewer than {MIN_ARTICLES} "
        "articles have none. An article whose extraction failed counts: its gold claims are missed. The page "
        "docs/figures.md of claimdesk says what each figure means and when not to trust it.",
    )


def citation(systems: Sequence[Named], made: Made) -> str:
    """Say what somebody who quotes a figure should name."""
    score = systems[0].score
    names = ", ".join(printable(named.name) for named in systems)
    return (
        f"ClaimDesk evaluation of {names} on {len(score.articles)} articles of {_dataset(score)}; "
        f"claimdesk {printable(made.code_version)}, {made.made_at:%Y-%m-%d}."
    )


def _dataset(score: Score) -> str:
    return f"{printable(score.dataset)}, sha256 {score.dataset_sha256[:12]}"


def _cell(figure: Figure) -> Cell:
    interval = f"[{share(figure.interval.low)}, {share(figure.interval.high)}]" if figure.interval else ""
    return Cell(value=share(figure.value), interval=interval, n=f"of {figure.n}" if figure.n else "")


def _reference(figures: Sequence[Figure | None], *, name: str = CEILING) -> Row:
    cells = tuple(Cell(value="-") if figure is None else _cell(figure) for figure in figures)
    return Row(name=name, cells=cells, is_reference=True)


def _headline(systems: Sequence[Named]) -> Table:
    options = systems[0].score.options
    name = criterion_name(options.headline, options.thresholds)
    rows = []
    for named in systems:
        found = named.score.headline()
        rows.append(Row(name=printable(named.name), cells=tuple(map(_cell, (found.f1, found.precision, found.recall)))))
    human = ""
    if ceiling := systems[0].score.ceiling:
        f1 = next(b.f1 for b in ceiling.found if b.criterion is options.headline)
        rows.append(_reference((ceiling_figure(f1), None, None)))
        human = f" {CEILING}: each held against the other, before adjudication, over {ceiling.n_articles} articles."
    rounds, seed = options.bootstrap.rounds, options.bootstrap.seed
    return Table(
        title="Claims found with the right source" if options.headline.with_source else "Claims found",
        note=f"By {name}. In brackets 95 % intervals, bootstrap over articles ({rounds} rounds, seed {seed}); then "
        "what the figure is a share of: predicted claims for precision, gold claims for recall, both for F1."
        f"{human}",
        first="System",
        columns=("F1", "Precision", "Recall"),
        rows=tuple(rows),
    )


def _warnings_of_all(systems: Sequence[Named]) -> Iterator[str]:
    articles = {frozenset(article.case_id for article in named.score.articles) for named in systems}
    if len(articles) > 1:
        yield (
            "The runs were not scored on the same articles, so figures under each other do not compare. "
            "Differences are over the articles that two runs share."
        )


def _differences(systems: Sequence[Named]) -> Table | None:
    compared = [(named, named.against_first) for named in systems if named.against_first]
    if not compared:
        return None
    rows = []
    for named, against in compared:
        found = against.headline()
        cells = tuple(map(_difference_cell, (found.f1, found.precision, found.recall)))
        rows.append(Row(name=printable(named.name), cells=(*cells, Cell(value=str(against.n_articles)))))
    return Table(
        title=f"Difference from {printable(systems[0].name)}",
        note="Over the same articles: 95 % intervals by paired bootstrap, p by permutation, not corrected for the "
        "number of comparisons. An interval that holds 0 is no difference to speak of.",
        first="System",
        columns=("F1", "Precision", "Recall", "Articles"),
        rows=tuple(rows),
    )


def _difference_cell(found: Difference) -> Cell:
    if found.difference is None:
        return Cell(value=UNDEFINED)
    interval = f"[{found.interval.low:+.2f}, {found.interval.high:+.2f}]" if found.interval else ""
    p = "" if found.p_value is None else f"p {p_text(found.p_value)}"
    return Cell(value=f"{found.difference:+.2f}", interval=interval, n=p)


def _errors(systems: Sequence[Named]) -> Table:
    rows = []
    for named in systems:
        by_article = [count(judge(article, named.score.options)) for article in named.score.articles]
        totals = [sum(counts[at].n for counts in by_article) for at in range(len(Verdict))]
        failed = sum(article.error is not None for article in named.score.articles)
        cells = tuple(Cell(value=str(n)) for n in (*totals, failed))
        rows.append(Row(name=printable(named.name), cells=cells))
    return Table(
        title="What became of the claims",
        note="A claim with the wrong source stands here once; precision and recall by a criterion with source count it "
        "as missed and its prediction as invented. Claims of the wrong quotation type count as found.",
        first="System",
        columns=(*(str(verdict).capitalize() for verdict in Verdict), "Articles failed"),
        rows=tuple(rows),
    )


def _further(systems: Sequence[Named]) -> Iterator[Table]:
    yield _parts(systems)
    yield _worthiness(systems)
    yield _quality(systems)
    if any(named.score.judged for named in systems):
        yield _judged(systems)
    yield _criteria(systems)
    yield _partial(systems)
    yield _slices(systems)


def _parts(systems: Sequence[Named]) -> Table:
    rows = []
    for named in systems:
        accuracy, grounding = named.score.accuracy, named.score.grounding
        figures = (
            accuracy.source,
            accuracy.quotation,
            accuracy.cue,
            accuracy.kind,
            grounding.grounded,
            grounding.misquoted,
            grounding.false_spans,
        )
        rows.append(Row(name=printable(named.name), cells=tuple(map(_cell, figures))))
    if ceiling := systems[0].score.ceiling:
        same = ceiling.given_match
        agreed = [ceiling_figure(ratio) for ratio in (same.source, same.quotation, same.cue, same.kind)]
        rows.append(_reference((*agreed, None, None, None)))
    return Table(
        title="Source, type, cue, kind, and how claims stand in the text",
        note="The first four are shares of the claims found by span overlap. Misquoted: of direct and mixed "
        "quotations. False spans: parts called exact whose span has other words; must be 0.",
        first="System",
        columns=(
            "Source right",
            "Type right",
            "Cue right",
            "Kind right",
            "Placed in the text",
            "Misquoted",
            "False spans",
        ),
        rows=tuple(rows),
    )


def _worthiness(systems: Sequence[Named]) -> Table:
    rows = []
    for named in systems:
        worth = named.score.worthiness
        at_k = (at.precision for at in worth.precision_at)
        figures = (worth.average_precision, worth.share_worthy, worth.calibration_error, *at_k)
        rows.append(Row(name=printable(named.name), cells=tuple(map(_cell, figures))))
    ranks = (f"Precision at {at.k}" for at in systems[0].score.worthiness.precision_at)
    return Table(
        title="Check-worthiness",
        note="Of claims found by span overlap; an order by chance has the average precision in the second column. "
        "Precision at k: among the k most check-worthy of all predicted claims, those that were found and are worth a "
        "check. The calibration error is 0 at best.",
        first="System",
        columns=("Average precision", "Worth a check", "Calibration error", *ranks),
        rows=tuple(rows),
    )


def _quality(systems: Sequence[Named]) -> Table:
    measures = [figure.measure for figure in systems[0].score.quality]
    rows = [
        Row(name=printable(named.name), cells=tuple(_cell(q.predicted) for q in named.score.quality))
        for named in systems
    ]
    gold = tuple(Cell(value="-") if q.gold is None else _cell(q.gold) for q in systems[0].score.quality)
    rows.append(Row(name="Gold claims", cells=gold, is_reference=True))
    return Table(
        title="Quality of claims, by proxies without a judge",
        note="After Ullrich et al. 2025. Atomicity: one gold claim each, not several. Decontextualisation: no word "
        "that points outside the sentence. Faithfulness: no number, name, negation or quotation that the passage "
        "lacks. Focus and coverage: characters of one side's passages that lie in the other's. What the gold claims "
        "lack of 1 is the error of the proxy.",
        first="System",
        columns=tuple(str(measure).capitalize() for measure in measures),
        rows=tuple(rows),
    )


def _judged(systems: Sequence[Named]) -> Table:
    found = [(printable(named.name), named.score.judged) for named in systems if named.score.judged]
    _, first = found[0]
    held = [first.agreement(row.measure.trait) for row in first.figures]
    kappas = tuple(Cell(value=number_text(a.kappa.value), interval=_ends(a.kappa.interval)) for a in held)
    unjudged = sum(row.n_unjudged for _, judged in found for row in judged.figures)
    left_out = f" {unjudged} questions had no usable answer and are in no figure." if unjudged else ""
    return Table(
        title=f"Quality of claims, as {printable(first.judge.model)} judges it",
        note="After Ullrich et al. 2025, by one model that answers yes or no. Faithfulness: the article supports the "
        "claim. Focus and coverage: the claims of the other side together support it. The last rows say how often the "
        f"judge says what labels say ({printable(first.labels)}): do not believe a figure whose kappa is near 0."
        f"{left_out}",
        first="System",
        columns=tuple(str(row.measure).capitalize() for row in first.figures),
        rows=(
            *(Row(name=name, cells=tuple(_cell(row.share) for row in judged.figures)) for name, judged in found),
            _reference([agreement.right for agreement in held], name="Judge agrees with labels"),
            Row(name="Beyond chance (kappa)", cells=kappas, is_reference=True),
        ),
    )


def _ends(interval: Interval | None) -> str:
    return f"[{number_text(interval.low)}, {number_text(interval.high)}]" if interval else ""


def _partial(systems: Sequence[Named]) -> Table:
    rows = []
    for named in systems:
        partial = named.score.partial
        figures = (partial.f1, partial.precision, partial.recall)
        rows.append(Row(name=printable(named.name), cells=tuple(map(_cell, figures))))
    return Table(
        title="Partial credit",
        note="A claim found by half earns a half; sources play no part. A figure of its own, part of no other.",
        first="System",
        columns=("F1", "Precision", "Recall"),
        rows=tuple(rows),
    )


def _criteria(systems: Sequence[Named]) -> Table:
    options = systems[0].score.options
    rows = [
        Row(
            name=criterion_name(found.criterion, options.thresholds),
            cells=tuple(_cell(named.score.overall[at].f1) for named in systems),
        )
        for at, found in enumerate(systems[0].score.overall)
    ]
    return Table(
        title="F1 by every criterion",
        note="Each criterion matches claims anew; none is mixed with another.",
        first="Criterion",
        columns=tuple(printable(named.name) for named in systems),
        rows=tuple(rows),
    )


def _slices(systems: Sequence[Named]) -> Table:
    by_system = [{(part.dimension, part.value): part for part in named.score.slices} for named in systems]
    keys = list(dict.fromkeys(key for parts in by_system for key in parts))
    keys.sort(key=lambda key: list(Dimension).index(key[0]))
    rows = []
    for dimension, value in keys:
        parts = [parts.get((dimension, value)) for parts in by_system]
        cells = tuple(_slice_cell(part, named.score) for part, named in zip(parts, systems, strict=True))
        rows.append(Row(name=f"{dimension_name(dimension)}: {printable(value)}", cells=cells))
    options = systems[0].score.options
    return Table(
        title="F1 by part of the articles",
        note=f"By {criterion_name(options.headline, options.thresholds)}.",
        first="Part",
        columns=tuple(printable(named.name) for named in systems),
        rows=tuple(rows),
    )


def _slice_cell(part: SliceScore | None, score: Score) -> Cell:
    if part is None:
        return Cell(value="-")
    return _cell(next(c for c in part.criteria if c.criterion is score.options.headline).f1)


def _facts(named: Named) -> RunFacts:
    return RunFacts(
        name=printable(named.name),
        facts=tuple(Fact(name=name, value=printable(value)) for name, value in _told(named.score)),
        warnings=tuple(_warnings(named.score)),
    )


def _told(score: Score) -> Iterator[tuple[str, str]]:
    run, identity, usage = score.run, score.run.identity, score.usage
    yield "Model", identity.model
    if identity.prompt_name:
        yield "Prompt", f"{identity.prompt_name} v{identity.prompt_version}"
    if identity.prompt_sha256:
        yield "Prompt sha256", identity.prompt_sha256[:12]
    if identity.settings != "{}":
        yield "Settings", identity.settings
    yield "Data", f"{score.dataset}, sha256 {score.dataset_sha256[:12]}"
    yield "Articles", f"{len(score.articles)} scored, {len(score.not_scored)} left out"
    yield "Claims", f"{score.headline().counts.n_predicted} predicted, {score.headline().counts.n_gold} gold"
    if run.code_version:
        yield "Code", run.code_version
    if run.machine:
        yield "Machine", run.machine
    yield "Date", f"{run.created_at:%Y-%m-%d %H:%M} UTC"
    yield "Time", f"{score.seconds:.1f} s"
    if usage.calls:
        cost = "cost unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
        yield "Model calls", f"{usage.calls}, {usage.prompt_tokens} + {usage.output_tokens} tokens, {cost}"
    else:
        yield "Model calls", "none"


def _warnings(score: Score) -> Iterator[str]:
    failed = sum(article.error is not None for article in score.articles)
    lost = sum(article.n_lost_pieces for article in score.articles)
    if failed:
        yield f"{failed} of the articles failed; their gold claims count as missed."
    if lost:
        yield f"{lost} pieces of articles were lost (refused, cut off or failed)."
    if score.run.dataset_sha256 != score.dataset_sha256:
        yield "The run was made on another version of these cases; the texts of the scored ones are the same."
    by_reason: dict[str, list[str]] = {}
    for case in score.not_scored:
        by_reason.setdefault(case.reason, []).append(case.case_id)
    for reason, ids in by_reason.items():
        which = ids[0] if len(ids) == 1 else f"{len(ids)} cases, {ids[0]} to {ids[-1]}"
        yield f"Not scored: {printable(which)}: {printable(reason)}"
    if score.unused_predictions:
        yield f"{len(score.unused_predictions)} predictions are for cases that were not asked for."
