"""How many claims each system finds, beside what two annotators reach."""

from collections.abc import Iterator, Sequence

import altair as alt

from eval.matching import Criterion
from eval.metrics.figure import Figure
from eval.report.marked import Named
from eval.report.plots.drawing import SHAPES, WIDTH, Datum, Plot, bounds, color, data, n_articles, svg, unit
from eval.report.wording import CEILING, ceiling_figure, criterion_name, figure_text, printable
from extractor.schema import Value

_STEP = 38
"""Height of a row in pixels: a point, and the name above it."""


class _Row(Value):
    name: str
    criterion: str
    f1: Figure


def found(systems: Sequence[Named]) -> Plot:
    """Draw F1 with its interval, by the headline criterion and by the same without the source."""
    options = systems[0].score.options
    criteria = tuple(dict.fromkeys((options.headline.base, options.headline)))
    labels = [criterion_name(c, options.thresholds) for c in criteria]
    rows = list(_rows(systems, criteria))
    values = [_datum(at, row, named=at % len(criteria) == 0) for at, row in enumerate(rows) if row.f1.value is not None]
    hue = color(list(dict.fromkeys(row.name for row in rows)), legend=False)
    legend = alt.Legend(symbolFillColor="var(--muted)", symbolStrokeColor="var(--muted)")
    form = alt.Shape("criterion:N", legend=legend, scale=alt.Scale(domain=labels, range=SHAPES[: len(labels)]))
    y = alt.Y("at:O", axis=None, scale=alt.Scale(paddingInner=0.2, paddingOuter=0.5))
    base = alt.Chart(data(values)).encode(y=y)
    chart = (
        base.mark_rule(strokeWidth=3).encode(x=unit(alt.X("low:Q"), "F1"), x2="high:Q", color=hue)
        + base.mark_point(filled=True, size=110, opacity=1).encode(x="f1:Q", color=hue, shape=form)
        + base.mark_text(align="left", dy=-16, fontWeight="bold", limit=WIDTH).encode(x=alt.value(4), text="label:N")
    ).properties(width=WIDTH, height=alt.Step(_STEP))
    ceiling = systems[0].score.ceiling
    human = f" {CEILING}: their F1 before adjudication, over {ceiling.n_articles} articles." if ceiling else ""
    return Plot(
        question="How many of the claims does each system find, and how sure is that?",
        svg=svg(chart),
        told="; ".join(f"{r.name}, {r.criterion}: F1 {figure_text(r.f1)}" for r in rows),
        caption=f"F1 with 95 % intervals over {n_articles(systems[0].score)}. Bars that overlap do not show that two "
        f"systems are equal: compare them pair by pair.{human}",
    )


def _rows(systems: Sequence[Named], criteria: Sequence[Criterion]) -> Iterator[_Row]:
    options = systems[0].score.options
    for named in systems:
        for criterion in criteria:
            f1 = next(c.f1 for c in named.score.overall if c.criterion is criterion)
            name = criterion_name(criterion, options.thresholds)
            yield _Row(name=printable(named.name), criterion=name, f1=f1)
    if ceiling := systems[0].score.ceiling:
        for between in (b for c in criteria for b in ceiling.found if b.criterion is c):
            name = criterion_name(between.criterion, options.thresholds)
            yield _Row(name=CEILING, criterion=name, f1=ceiling_figure(between.f1))


def _datum(at: int, row: _Row, *, named: bool) -> Datum:
    low, high = bounds(row.f1)
    label = row.name if named else ""
    f1 = row.f1.value or 0.0
    return {
        "at": at,
        "label": label,
        "system": row.name,
        "criterion": row.criterion,
        "f1": f1,
        "low": low,
        "high": high,
    }
