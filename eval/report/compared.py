"""A comparison of two runs in tables: for the terminal, and as Markdown."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from eval.compare import Change, RunComparison, Side
from eval.metrics.difference import Difference
from eval.report.wording import (
    ANNOTATORS,
    FIGURES,
    UNDEFINED,
    criterion_name,
    dimension_name,
    markdown_text,
    printable,
    share,
)
from eval.run import RunInfo
from extractor.schema import Value

SIDES = {
    Side.WON: "Claims won: only B finds them",
    Side.LOST: "Claims lost: only A finds them",
    Side.INVENTED: "New in B without a gold claim",
    Side.DROPPED: "Gone from A, without a gold claim",
}
_P_DIGITS = 3


class ComparedTable(Value):
    """Figures of A and B under each other."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_words: int
    """So many columns hold words; the others hold numbers."""


def render(compared: RunComparison) -> Group:
    """Lay out a comparison for the terminal."""
    parts: list[RenderableType] = [Text(line) for line in heading(compared)]
    for table in tables(compared):
        grid = RichTable(
            title=table.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
        )
        for at, column in enumerate(table.columns):
            grid.add_column(column, justify="left" if at < table.n_words else "right", overflow="fold")
        for row in table.rows:
            grid.add_row(*map(Text, row))
        parts.append(grid)
    for side, changes in _by_side(compared):
        parts.append(Text(f"{SIDES[side]} ({len(changes)})", style="bold"))
        parts.extend(Text(f"  {change.case_id}: {_change(change)}") for change in changes)
    return Group(*parts)


def as_markdown(compared: RunComparison) -> str:
    """Write a comparison for a comment on a change; the changed claims are folded."""
    blocks = ["## Comparison of two runs", *map(markdown_text, heading(compared))]
    for table in tables(compared):
        rule = "|---" * table.n_words + "|---:" * (len(table.columns) - table.n_words) + "|"
        lines = [f"| {' | '.join(map(markdown_text, row))} |" for row in (table.columns, *table.rows)]
        blocks += [f"**{markdown_text(table.title)}**", "\n".join((lines[0], rule, *lines[1:]))]
    for side, changes in _by_side(compared):
        lines = [f"- {markdown_text(change.case_id)}: {markdown_text(_change(change))}" for change in changes]
        blocks += [f"<details><summary>{SIDES[side]} ({len(changes)})</summary>", "\n".join(lines), "</details>"]
    return "\n\n".join(blocks) + "\n"


def heading(compared: RunComparison) -> Iterator[str]:
    """Say what was compared."""
    yield f"A: {_run(compared.one)}"
    yield f"B: {_run(compared.other)}"
    bootstrap = compared.options.bootstrap
    yield (
        f"{compared.n_articles} articles of {printable(compared.dataset)} (sha256 {compared.dataset_sha256[:12]}). "
        f"Differences are B minus A, with 95 % intervals by paired bootstrap ({bootstrap.rounds} rounds, seed "
        f"{bootstrap.seed}) and p by permutation, both over articles; p is not corrected for the number of rows."
    )
    if compared.ceiling:
        n_known = compared.ceiling.n_articles
        yield f"{ANNOTATORS}: what two annotators reach against each other, on {n_known} of these articles."
    if compared.left_out:
        yield f"Left out, for only one run can be scored on them: {', '.join(map(printable, compared.left_out))}"


def tables(compared: RunComparison) -> Iterator[ComparedTable]:
    """Lay out the figures: all criteria, the other figures, slices."""
    numbers = ("A", "B", "B - A", "p")
    thresholds, ceiling = compared.options.thresholds, compared.ceiling
    rows = []
    for c in compared.overall:
        name = criterion_name(c.criterion, thresholds)
        human = share(ceiling.f1(c.criterion)) if ceiling else ""
        for figure, d, told in (("precision", c.precision, ""), ("recall", c.recall, ""), ("F1", c.f1, human)):
            rows.append((name, figure, *_cells(d), *([told] if ceiling else [])))
    columns = ("criterion", "figure", *numbers, *([ANNOTATORS.lower()] if ceiling else []))
    yield ComparedTable(title="Claims found", columns=columns, rows=tuple(rows), n_words=2)
    others = tuple((FIGURES[f.name], *_cells(f.difference)) for f in compared.figures)
    yield ComparedTable(title="Other figures", columns=("figure", *numbers), rows=others, n_words=1)
    sliced = tuple(
        (dimension_name(s.dimension), printable(s.value), str(s.n_articles), *_cells(s.found.f1))
        for s in compared.slices
    )
    title = f"F1 by slice, {criterion_name(compared.options.headline, thresholds)}"
    yield ComparedTable(title=title, columns=("by", "value", "articles", *numbers), rows=sliced, n_words=2)


def _cells(difference: Difference) -> tuple[str, str, str, str]:
    p = UNDEFINED if difference.p_value is None else p_text(difference.p_value)
    return share(difference.one), share(difference.other), signed(difference), p


def p_text(value: float) -> str:
    """Write a probability, never as 0."""
    return f"<0.{'0' * (_P_DIGITS - 1)}1" if value < 10**-_P_DIGITS else f"{value:.{_P_DIGITS}f}"


def signed(difference: Difference) -> str:
    """Write a difference with its interval: ``+0.02 [-0.01, +0.05]``."""
    if difference.difference is None:
        return UNDEFINED
    if difference.interval is None:
        return _plus_minus(difference.difference)
    low, high = _plus_minus(difference.interval.low), _plus_minus(difference.interval.high)
    return f"{_plus_minus(difference.difference)} [{low}, {high}]"


def _plus_minus(value: float) -> str:
    # No sign before what is shown as nothing.
    return "0.000" if abs(value) < 0.0005 else f"{value:+.3f}"


def _run(run: RunInfo) -> str:
    identity = run.identity
    prompt = f", prompt {identity.prompt_name} v{identity.prompt_version}" if identity.prompt_name else ""
    code = f", code {run.code_version}" if run.code_version else ""
    return printable(f"{identity.model}{prompt}{code}, {run.created_at:%Y-%m-%d %H:%M} UTC")


def _by_side(compared: RunComparison) -> Iterator[tuple[Side, Sequence[Change]]]:
    for side in Side:
        if changes := [change for change in compared.changes if change.side is side]:
            yield side, changes


def _change(change: Change) -> str:
    return f"{printable(change.text)} - {printable(change.source)}"
