"""Which quotation types are taken for which."""

from collections.abc import Iterator, Sequence

import altair as alt

from eval.report.marked import Named
from eval.report.plots.drawing import WIDTH, Datum, Plot, data, svg
from eval.report.wording import figure_text, printable
from extractor.schema import Quotation

_STEP = 42
"""Height of a row in pixels."""
_LABELS = 58
"""Width of "indirect" in pixels, in the widest of the usual fonts."""


def confused(systems: Sequence[Named]) -> Iterator[Plot]:
    """Draw one table a system; none for a system that found no claim."""
    for named in systems:
        if any(cell.n for cell in named.score.confusion):
            yield _confused(named)


def _confused(named: Named) -> Plot:
    cells = named.score.confusion
    in_row = {gold: sum(c.n for c in cells if c.gold is gold) for gold in Quotation}
    values: list[Datum] = [
        {"gold": c.gold, "predicted": c.predicted, "n": c.n, "share": c.n / in_row[c.gold] if in_row[c.gold] else 0.0}
        for c in cells
    ]
    order = [str(q) for q in Quotation]
    axis = alt.Axis(labelAngle=0, ticks=False, domain=False)
    # The renderer does not know the reader's font, so the labels get a place of their own beside the title.
    rows = alt.Axis(labelAngle=0, ticks=False, domain=False, minExtent=_LABELS, maxExtent=_LABELS)
    base = alt.Chart(data(values)).encode(
        x=alt.X("predicted:N", title="predicted", sort=order, axis=axis),
        y=alt.Y("gold:N", title="gold", sort=order, axis=rows),
    )
    # No darker than this: the number on it must be readable in both modes.
    opacity = alt.FillOpacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.02, 0.4]), legend=None)
    chart = (
        base.mark_rect(fill="var(--accent)", stroke="var(--line)").encode(fillOpacity=opacity)
        + base.mark_text(fontSize=13).encode(text="n:Q")
    ).properties(width=WIDTH - 20, height=_STEP * len(order))
    accuracy = named.score.accuracy.quotation
    wrong = [f"{c.n} {c.gold} as {c.predicted}" for c in cells if c.n and c.gold is not c.predicted]
    return Plot(
        question=f"Which quotation types does {printable(named.name)} mistake for which?",
        svg=svg(chart),
        told=f"{figure_text(accuracy)} right; wrong: {', '.join(wrong) or 'none'}",
        caption=f"{accuracy.n} claims found by span overlap; {figure_text(accuracy)} have the right type. "
        "The darker a cell, the greater its share of the row.",
    )
