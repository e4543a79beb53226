"""A comparison of systems for the terminal: a column each, with the ratio to the first one where there is one."""

from collections.abc import Sequence

from rich import box
from rich.table import Table

from eval.ceiling import Ceiling
from eval.matching import Criterion
from eval.metrics.figure import Ratio
from eval.metrics.given_match import GivenMatch
from eval.peers.comparison import SystemFigures
from eval.report.wording import CEILING, UNDEFINED, figure_text, share


def render(systems: Sequence[SystemFigures], baseline: SystemFigures | None, ceiling: Ceiling | None = None) -> Table:
    """Lay out the figures.

    Args:
        systems: In the order of the columns; at least one.
        baseline: What ratios of cost are taken against; None for no ratios.
        ceiling: What two annotators reach against each other on the same articles; None where it is not known.
    """
    first = systems[0]
    title = f"{first.n_articles} articles, {first.n_gold} gold claims"
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("per system", overflow="fold")
    for figures in systems:
        table.add_column(figures.system, justify="right", overflow="fold")

    if ceiling:
        table.add_column(CEILING.lower(), justify="right", overflow="fold")

    def row(name: str, *cells: str, human: float | None = None) -> None:
        known = [] if ceiling is None else ["" if human is None else share(human)]
        table.add_row(name, *cells, *known)

    row("claims", *(str(s.n_claims) for s in systems))
    for name, criterion, counts, f1 in (
        ("by text", Criterion.TEXT, [s.found for s in systems], [s.f1 for s in systems]),
        (
            "by text and source",
            Criterion.TEXT_SOURCE,
            [s.found_with_source for s in systems],
            [s.f1_with_source for s in systems],
        ),
    ):
        row(f"precision {name}", *(share(c.precision.value) for c in counts))
        row(f"recall {name}", *(share(c.recall.value) for c in counts))
        row(f"F1 {name}", *map(figure_text, f1), human=ceiling.f1(criterion) if ceiling else None)
    same = ceiling.given_match if ceiling else GivenMatch()
    row("source right, of those found", *(_of(s.source) for s in systems), human=same.source.value)
    row("quotation type right, of those found", *(_of(s.quotation) for s in systems), human=same.quotation.value)
    row("words not in the article, of all claims", *(_count(s.not_verbatim) for s in systems))
    row("... of these called verbatim by grounding", *(str(s.falsely_verbatim) for s in systems))
    row("articles with a loss", *(str(s.n_failed) for s in systems))
    row("pieces lost, of all pieces", *(_count(s.lost_pieces) for s in systems))
    for name, cost in (
        ("prompt tokens per article", "prompt_tokens"),
        ("output tokens per article", "output_tokens"),
        ("seconds per article", "seconds"),
    ):
        base = getattr(baseline, cost) if baseline else None
        digits = 2 if cost == "seconds" else 0
        row(name, *(_cost(getattr(s, cost), base, digits) for s in systems))
    return table


def _of(ratio: Ratio) -> str:
    return f"{share(ratio.value)} ({_count(ratio)})" if ratio.n else UNDEFINED


def _count(ratio: Ratio) -> str:
    return f"{ratio.hits} of {ratio.n}"


def _cost(value: float, base: float | None, digits: int) -> str:
    return f"{value:.{digits}f} (×{value / base:.2f})" if base else f"{value:.{digits}f}"
