"""A comparison of runs as Markdown, for a comment on a change: the figures open, the rest folded."""

from collections.abc import Iterator, Sequence

from eval.report.marked import Named
from eval.report.summary import Cell, RunFacts, Table, summary
from eval.report.wording import markdown_text


def as_markdown(systems: Sequence[Named]) -> str:
    """Write the report.

    Args:
        systems: at least one, in the order of the rows; scored with the same options.
    """
    found = summary(systems)
    names = " and ".join(markdown_text(run.name) for run in found.runs)
    blocks = [
        f"## Evaluation of {names}",
        markdown_text(found.lead),
        *(f"> {warning}" for warning in found.warnings),
        *_table(found.headline),
        *(_table(found.differences) if found.differences else ()),
        *_table(found.errors),
        *(f"> {markdown_text(run.name)}: {markdown_text(warning)}" for run in found.runs for warning in run.warnings),
        *(block for table in found.further for block in _folded(table.title, [_grid(table), table.note])),
        *_folded("What was run", [_facts(run) for run in found.runs]),
    ]
    return "\n\n".join(blocks) + "\n"


def _table(table: Table) -> Iterator[str]:
    yield f"**{markdown_text(table.title)}**"
    yield _grid(table)
    yield table.note


def _grid(table: Table) -> str:
    lines = [_row([table.first, *map(markdown_text, table.columns)]), "|---|" + "---:|" * len(table.columns)]
    lines += [_row([markdown_text(row.name), *map(_cell, row.cells)]) for row in table.rows]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    n = f"({cell.n})" if cell.n else ""
    return " ".join(part for part in (cell.value, cell.interval, n) if part)


def _facts(run: RunFacts) -> str:
    return "\n".join(
        [f"- **{markdown_text(run.name)}**", *(f"  - {f.name}: {markdown_text(f.value)}" for f in run.facts)]
    )


def _folded(title: str, blocks: Sequence[str]) -> Iterator[str]:
    yield f"<details><summary>{markdown_text(title)}</summary>"
    yield from blocks
    yield "</details>"
