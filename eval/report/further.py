"""The tables of a score beyond what was found: partial credit, check-worthiness, quality of claims, repeats."""

from collections.abc import Iterator

from rich import box
from rich.table import Table

from eval.metrics.figure import Figure
from eval.report.wording import criterion_name, figure_text, share
from eval.scores import Score, Spread
from extractor.schema import Quotation


def further(score: Score) -> Iterator[Table]:
    """Yield the tables that have something to show."""
    if score.repeats:
        yield _repeats(score)
    yield _partial(score)
    if any(cell.n for cell in score.confusion):
        yield _confusion(score)
    if score.worthiness.average_precision.n:
        yield _worthiness(score)
    if any(q.predicted.n for q in score.quality):
        yield _quality(score)


def new_table(title: str, *columns: str) -> Table:
    """Make a table whose first column holds words and whose others hold numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for at, column in enumerate(columns):
        table.add_column(column, justify="right" if at else "left", overflow="fold")
    return table


def _repeats(score: Score) -> Table:
    repeats = score.repeats
    table = new_table("Over the repeated runs, mean ± standard deviation", "Criterion", "Precision", "Recall", "F1")
    for row in repeats.criteria if repeats else ():
        name = criterion_name(row.criterion, score.options.thresholds)
        table.add_row(name, _spread(row.precision), _spread(row.recall), _spread(row.f1))
    table.caption = f"{repeats.n_runs if repeats else 0} runs; all other figures are of the first"
    return table


def _spread(spread: Spread) -> str:
    return share(spread.mean) if spread.sd is None else f"{share(spread.mean)} ± {spread.sd:.3f}"


def _partial(score: Score) -> Table:
    table = new_table("Partial credit", "By overlap of spans", "Value")
    for name, figure in (
        ("precision", score.partial.precision),
        ("recall", score.partial.recall),
        ("F1", score.partial.f1),
    ):
        table.add_row(name, figure_text(figure))
    return table


def _confusion(score: Score) -> Table:
    table = new_table("Quotation types of the claims found", "Gold / predicted", *Quotation)
    cells = {(cell.gold, cell.predicted): cell.n for cell in score.confusion}
    for gold in Quotation:
        table.add_row(gold, *(str(cells[gold, predicted]) for predicted in Quotation))
    return table


def _worthiness(score: Score) -> Table:
    found = score.worthiness
    table = new_table("Check-worthiness", "Figure", "Value", "n")
    rows: list[tuple[str, Figure]] = [
        ("average precision, of the claims found", found.average_precision),
        ("... of a ranking by chance", found.share_worthy),
        ("expected calibration error, of the claims found (0 is best)", found.calibration_error),
        *((f"precision at {at.k}, of all predicted", at.precision) for at in found.precision_at),
    ]
    for name, figure in rows:
        table.add_row(name, figure_text(figure), str(figure.n))
    return table


def _quality(score: Score) -> Table:
    table = new_table("Quality of claims, by proxies", "Measure", "Predicted", "n", "Gold claims")
    for row in score.quality:
        gold = "" if row.gold is None else figure_text(row.gold)
        table.add_row(row.measure, figure_text(row.predicted), str(row.predicted.n), gold)
    return table
