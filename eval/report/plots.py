"""Plots of scores as SVG, each under the question it answers.

Colours are the custom properties of the page that holds them, so that a plot follows its light and
dark mode; systems differ by shape and dash as well. Text stays text.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import altair as alt
import vl_convert

from eval.metrics.figure import Figure
from eval.report.marked import Named
from eval.report.wording import criterion_name, figure_text, printable, share
from eval.scores import Score
from extractor.schema import Value

_WIDTH = 270
"""Of the plotting area; with axes a plot fits a telephone without being made smaller."""
_SERIES = [f"var(--s{k})" for k in range(6)]
_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [1, 3]]
_FONT = "system-ui, sans-serif"
_XML = ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1"'
"""Needed in a file, not inside a page."""


class Plot(Value):
    """One plot, ready to stand in a page."""

    question: str
    svg: str
    told: str
    """What is to be seen, in words, for who does not see it."""
    caption: str
    """How to read it, and n."""


def plots(systems: Sequence[Named]) -> tuple[Plot, ...]:
    """Draw what there is to draw; a plot without data is left out."""
    return tuple(_plots(systems))


def _plots(systems: Sequence[Named]) -> Iterator[Plot]:
    yield _found(systems)
    yield from _costs(systems)


def _svg(chart: alt.Chart | alt.LayerChart) -> str:
    axis = alt.AxisConfig(
        labelColor="var(--muted)",
        titleColor="var(--ink)",
        gridColor="var(--line)",
        domainColor="var(--muted)",
        tickColor="var(--muted)",
        labelFontSize=12,
        titleFontSize=12.5,
        titleFontWeight="normal",
        labelOverlap=True,
    )
    legend = alt.LegendConfig(
        orient="bottom",
        direction="vertical",
        labelColor="var(--ink)",
        labelFontSize=12.5,
        labelLimit=_WIDTH,
        symbolSize=90,
        title=None,
    )
    config = alt.Config(
        axis=axis,
        legend=legend,
        font=_FONT,
        background="transparent",
        view=alt.ViewConfig(stroke="transparent"),
        text=alt.MarkConfig(color="var(--ink)", fontSize=12.5),
    )
    spec = chart.properties(config=config).to_dict()
    return str(vl_convert.vegalite_to_svg(spec)).replace(_XML, "", 1)


def _data(rows: Sequence[dict[str, str | float]]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


Channel = TypeVar("Channel", alt.X, alt.Y)


def _unit(channel: Channel, title: str) -> Channel:
    axis = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f", labelOverlap=False)
    return channel.title(title).scale(domain=[0, 1]).axis(axis)


def _names(systems: Sequence[Named]) -> list[str]:
    return [printable(s.name) for s in systems]


def _color(names: Sequence[str], *, legend: bool = True) -> alt.Color:
    colours = [_SERIES[k % len(_SERIES)] for k in range(len(names))]
    scale = alt.Scale(domain=list(names), range=colours)
    return alt.Color("system:N", scale=scale) if legend else alt.Color("system:N", scale=scale, legend=None)


def _shape(names: Sequence[str], *, legend: bool = True) -> alt.Shape:
    shapes = [_SHAPES[k % len(_SHAPES)] for k in range(len(names))]
    scale = alt.Scale(domain=list(names), range=shapes)
    return alt.Shape("system:N", scale=scale) if legend else alt.Shape("system:N", scale=scale, legend=None)


# ---- F1 with intervals


class _Row(Value):
    name: str
    criterion: str
    figure: Figure


def _found(systems: Sequence[Named]) -> Plot:
    rows = [row for named in systems for row in _f1_rows(named)]
    criteria = list(dict.fromkeys(row.criterion for row in rows))
    values: list[dict[str, str | float]] = []
    for at, row in enumerate(rows):
        if row.figure.value is not None:
            low, high = _bounds(row.figure)
            label = row.name if at % len(criteria) == 0 else ""
            point: dict[str, str | float] = {"f1": row.figure.value, "low": low, "high": high}
            values.append({"at": at, "label": label, "system": row.name, "criterion": row.criterion, **point})
    y = alt.Y("at:O", axis=None, scale=alt.Scale(paddingInner=0.2, paddingOuter=0.5))
    shape_scale = alt.Scale(domain=criteria, range=_SHAPES[: len(criteria)])
    legend = alt.Legend(symbolFillColor="var(--muted)", symbolStrokeColor="var(--muted)")
    color = _color(_names(systems), legend=False)
    base = alt.Chart(_data(values)).encode(y=y)
    chart = (
        base.mark_rule(strokeWidth=3).encode(x=_unit(alt.X("low:Q"), "F1"), x2="high:Q", color=color)
        + base.mark_point(filled=True, size=110, opacity=1).encode(
            x="f1:Q", color=color, shape=alt.Shape("criterion:N", scale=shape_scale, legend=legend)
        )
        + base.mark_text(align="left", dy=-16, fontWeight="bold", limit=_WIDTH).encode(x=alt.value(4), text="label:N")
    ).properties(width=_WIDTH, height=alt.Step(38))
    return Plot(
        question="How many of the claims does each system find, and how sure is that?",
        svg=_svg(chart),
        told="; ".join(f"{r.name}, {r.criterion}: F1 {figure_text(r.figure)}" for r in rows),
        caption=f"F1 with 95 % intervals over {_articles(systems[0].score)}. Bars that overlap do not show that two "
        "systems are equal: compare them pair by pair (claimdesk eval compare).",
    )


def _f1_rows(named: Named) -> Iterator[_Row]:
    options = named.score.options
    for criterion in dict.fromkeys((options.headline.base, options.headline)):
        found = next(c for c in named.score.overall if c.criterion is criterion)
        name = criterion_name(criterion, options.thresholds)
        yield _Row(name=printable(named.name), criterion=name, figure=found.f1)


def _bounds(figure: Figure) -> tuple[float, float]:
    if figure.interval is not None:
        return figure.interval.low, figure.interval.high
    value = figure.value or 0.0
    return value, value


def _articles(score: Score) -> str:
    n = len(score.articles)
    return "1 article" if n == 1 else f"{n} articles"


# ---- cost


class _Cost(Value):
    """One axis of cost; a value per system, None where it is not known."""

    what: str
    unit: str
    digits: str
    """How the axis writes numbers (d3-format)."""
    per_article: tuple[float | None, ...]


def _costs(systems: Sequence[Named]) -> Iterator[Plot]:
    for cost in _known_costs(systems):
        if any(cost.per_article):
            yield _cost(systems, cost)


def _known_costs(systems: Sequence[Named]) -> Iterator[_Cost]:
    scores = [named.score for named in systems]

    def per_article(totals: Sequence[float | None]) -> tuple[float | None, ...]:
        pairs = zip(totals, scores, strict=True)
        return tuple(None if t is None or not s.articles else t / len(s.articles) for t, s in pairs)

    yield _Cost(
        what="time", unit="seconds per article", digits="~g", per_article=per_article([s.seconds for s in scores])
    )
    tokens = [float(s.usage.prompt_tokens + s.usage.output_tokens) for s in scores]
    unit = "tokens per article, prompt and reply"
    yield _Cost(what="tokens", unit=unit, digits="~s", per_article=per_article(tokens))
    dollars = [s.usage.cost_usd if s.usage.calls else 0.0 for s in scores]
    yield _Cost(what="money", unit="US dollars per article", digits="$~g", per_article=per_article(dollars))


def _cost(systems: Sequence[Named], cost: _Cost) -> Plot:
    names = _names(systems)
    values: list[dict[str, str | float]] = []
    told = []
    for name, named, price in zip(names, systems, cost.per_article, strict=True):
        f1 = named.score.headline().f1
        told.append(f"{name}: {'unknown' if price is None else f'{price:.3g}'} {cost.unit}, F1 {share(f1.value)}")
        if price is None or f1.value is None:
            continue
        low, high = _bounds(f1)
        values.append({"system": name, "cost": price, "f1": f1.value, "low": low, "high": high})
    unknown = [name for name, price in zip(names, cost.per_article, strict=True) if price is None]
    x = alt.X(
        "cost:Q", title=cost.unit, scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(format=cost.digits, tickCount=5)
    )
    base = alt.Chart(_data(values)).encode(x=x)
    color = _color(names)
    chart = (
        base.mark_rule(strokeWidth=2).encode(y=_unit(alt.Y("low:Q"), "F1"), y2="high:Q", color=color)
        + base.mark_point(filled=True, size=110, opacity=1).encode(
            y=_unit(alt.Y("f1:Q"), "F1"), color=color, shape=_shape(names)
        )
    ).properties(width=_WIDTH, height=190)
    missing = f" Not known for {', '.join(unknown)}." if unknown else ""
    headline = criterion_name(systems[0].score.options.headline, systems[0].score.options.thresholds)
    return Plot(
        question=f"What does a better F1 cost in {cost.what}?",
        svg=_svg(chart),
        told="; ".join(told),
        caption=f"Mean over {_articles(systems[0].score)}; F1 by {headline}, bars 95 % intervals. "
        f"Up and to the left is better.{missing}",
    )
