"""A score for the terminal, as rich renderables."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.matching import Criterion
from eval.metrics.figure import Figure, Ratio
from eval.metrics.given_match import GivenMatch
from eval.report.claims import article_details
from eval.report.further import further
from eval.report.judged import judged
from eval.report.wording import (
    ANNOTATORS,
    criterion_name,
    dimension_name,
    figure_text,
    printable,
    ratio_text,
    share,
)
from eval.scores import ArticleScore, Score

_MANY, _WORST = 20, 10
"""Of more articles than fit on a screen, so many are shown."""


def render(score: Score, *, details: bool = False) -> Group:
    """Lay out a score: figures first, then slices, articles, what was left out.

    Args:
        score: what to show.
        details: also list every article, and what in it matched, was missed and was invented.
    """
    parts: list[RenderableType] = [*_heading(score), _found(score), _given_match(score), *further(score)]
    if score.judged:
        parts.append(judged(score.judged))
    parts += [_slices(score), _articles(score, everything=details)]
    parts.extend(_left_out(score))
    if details:
        parts.extend(article_details(article, score.options) for article in score.articles)
    return Group(*parts)


def _heading(score: Score) -> Iterator[Text]:
    run, counts = score.run, score.headline().counts
    prompt = f", prompt {run.identity.prompt_name} v{run.identity.prompt_version}" if run.identity.prompt_name else ""
    yield Text(printable(f"{run.identity.model}{prompt} on {score.dataset}"), style="bold")
    n_articles = len(score.articles)
    code = f"code {printable(run.code_version)}, " if run.code_version else ""
    yield Text(
        f"{n_articles} article{'s' * (n_articles != 1)}, {counts.n_gold} gold claims, {counts.n_predicted} predicted; "
        f"data {score.dataset_sha256[:12]}, {code}"
        f"predicted {run.created_at:%Y-%m-%d %H:%M} UTC in {score.seconds:.1f} s"
    )
    usage = score.usage
    if usage.calls:
        cost = "cost unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
        yield Text(f"{usage.calls} calls, {usage.prompt_tokens} + {usage.output_tokens} tokens, {cost}")
    if score.run.dataset_sha256 != score.dataset_sha256:
        yield Text("The run was made on another version of these cases; the texts of the scored ones are the same.")
    rounds, seed = score.options.bootstrap.rounds, score.options.bootstrap.seed
    yield Text(f"Intervals: 95 %, bootstrap over articles ({rounds} rounds, seed {seed}).", style="dim")
    if score.ceiling:
        n_known = score.ceiling.n_articles
        told = f"{ANNOTATORS}: what two annotators reach against each other, on {n_known} of these articles."
        yield Text(told, style="dim")


def _table(title: str, *columns: str, right: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _found(score: Score) -> Table:
    numbers = ("Precision", "Recall", "F1", "Matched", *([ANNOTATORS] if score.ceiling else []))
    table = _table("Claims found", "Criterion", *numbers, right=numbers)
    for row in score.overall:
        table.add_row(
            criterion_name(row.criterion, score.options.thresholds),
            figure_text(row.precision),
            figure_text(row.recall),
            figure_text(row.f1),
            str(row.counts.n_gold_matched),
            *([share(score.ceiling.f1(row.criterion))] if score.ceiling else []),
            style="bold" if row.criterion is score.options.headline else None,
        )
    return table


def _given_match(score: Score) -> Table:
    between = score.ceiling.given_match if score.ceiling else None
    known = between or GivenMatch()
    numbers = ("Value", "n", *([ANNOTATORS] if between else []))
    table = _table("Of the claims", "Share", *numbers, right=numbers)
    rows: tuple[tuple[str, Figure, Ratio | None], ...] = (
        ("source right, of those found by span overlap", score.accuracy.source, known.source),
        ("quotation type right, of those found", score.accuracy.quotation, known.quotation),
        ("kind right, of those found that have one", score.accuracy.kind, known.kind),
        ("cue right, of those found that have one", score.accuracy.cue, known.cue),
        ("content placed in the text, of all predicted", score.grounding.grounded, None),
        ("exact parts whose span has other words", score.grounding.false_spans, None),
        ("misquoted, of direct and mixed quotations", score.grounding.misquoted, None),
    )
    for name, figure, ceiling in rows:
        told = [ratio_text(ceiling) if ceiling else ""] if between else []
        table.add_row(name, figure_text(figure), str(figure.n), *told)
    return table


def _articles(score: Score, *, everything: bool) -> Table:
    """List the articles by id; of many only those that need looking at, unless everything is wanted."""
    numbers = ("Gold", "Predicted", "Matched", "Precision", "Recall", "F1")
    headline = score.options.headline
    by = criterion_name(headline, score.options.thresholds)
    shown = score.articles
    if len(shown) > _MANY and not everything:
        shown = tuple(sorted(shown, key=lambda article: _rank(article, headline))[:_WORST])
    which = f"The {len(shown)} worst articles" if len(shown) < len(score.articles) else "Articles"
    table = _table(f"{which}, by {by}", "Case", "Form", *numbers, "Note", right=numbers)
    if len(shown) < len(score.articles):
        table.caption, table.caption_justify = f"of {len(score.articles)}; --details and --json tell all", "left"
    for article in shown:
        counts = article.counts(headline)
        table.add_row(
            Text(printable(article.case_id)),
            Text(printable(article.form)),
            str(counts.n_gold),
            str(counts.n_predicted),
            str(counts.n_gold_matched),
            ratio_text(counts.precision),
            ratio_text(counts.recall),
            ratio_text(counts.f1),
            Text(_note(article)),
        )
    return table


def _rank(article: ArticleScore, headline: Criterion) -> tuple[bool, float, int]:
    """Put failed articles first, then the lowest F1, then the most claims missed or invented."""
    counts = article.counts(headline)
    f1 = counts.f1.value
    wrong = counts.n_gold + counts.n_predicted - counts.n_gold_matched - counts.n_predicted_matched
    return article.error is None, 1.0 if f1 is None else f1, -wrong


def _note(article: ArticleScore) -> str:
    if article.error is not None:
        return f"failed: {printable(article.error)}"
    return f"{article.n_lost_pieces} pieces lost" if article.n_lost_pieces else ""


def _slices(score: Score) -> Table:
    numbers = ("Articles", "Gold", "Predicted", "Precision", "Recall", "F1")
    title = f"Slices, by {criterion_name(score.options.headline, score.options.thresholds)}"
    table = _table(title, "By", "Value", *numbers, right=numbers)
    for part in score.slices:
        row = next(c for c in part.criteria if c.criterion is score.options.headline)
        table.add_row(
            dimension_name(part.dimension),
            Text(printable(part.value)),
            str(part.n_articles),
            str(row.counts.n_gold),
            str(row.counts.n_predicted),
            figure_text(row.precision),
            figure_text(row.recall),
            figure_text(row.f1),
        )
    return table


def _left_out(score: Score) -> Iterator[Text]:
    by_reason: dict[str, list[str]] = {}
    for case in score.not_scored:
        by_reason.setdefault(case.reason, []).append(case.case_id)
    for reason, ids in by_reason.items():
        which = ids[0] if len(ids) == 1 else f"{len(ids)} cases, {ids[0]} to {ids[-1]}"
        yield Text(f"Not scored: {printable(which)}: {printable(reason)}", style="yellow")
    if score.unused_predictions:
        yield Text(f"{len(score.unused_predictions)} predictions are for cases that were not asked for.", style="dim")
