"""What every plot here has in common: size, colours, axes, and how it becomes SVG.

Colours are the custom properties of the page that holds a plot, so that it follows its light and
dark mode; systems differ by shape and dash as well. Text stays text.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import altair as alt
import vl_convert

from eval.metrics.figure import Figure
from eval.report.marked import Named
from eval.report.wording import CEILING, printable
from eval.scores import Score
from extractor.schema import Value

WIDTH = 270
"""Of the plotting area, in pixels; with axes a plot fits a telephone without being made smaller."""
HEIGHT = 190
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
_SERIES = tuple(f"var(--s{k})" for k in range(len(SHAPES)))
_DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (4, 4), (1, 3))
_FONT = "system-ui, sans-serif"
_XML = ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1"'
"""Needed in a file, not inside a page."""

Datum = Mapping[str, str | float]
Channel = TypeVar("Channel", alt.X, alt.Y)


class Plot(Value):
    """One plot, ready to stand in a page."""

    question: str
    svg: str
    told: str
    """What is to be seen, in words, for who does not see it."""
    caption: str
    """How to read it, and n."""


def svg(chart: alt.Chart | alt.LayerChart) -> str:
    """Render a chart without any request or file."""
    axis = alt.AxisConfig(
        labelColor="var(--muted)",
        titleColor="var(--ink)",
        gridColor="var(--line)",
        domainColor="var(--muted)",
        tickColor="var(--muted)",
        labelFontSize=12,
        titleFontSize=12.5,
        titleFontWeight="normal",
    )
    legend = alt.LegendConfig(
        orient="bottom",
        direction="vertical",
        labelColor="var(--ink)",
        labelFontSize=12.5,
        labelLimit=WIDTH,
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


def data(rows: Sequence[Datum]) -> alt.InlineData:
    """Put rows into a plot."""
    return alt.InlineData(values=list(rows))


def unit(channel: Channel, title: str) -> Channel:
    """Give a channel the axis of a share in [0, 1]."""
    axis = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f", labelOverlap=False, labelFlush=False)
    return channel.title(title).scale(domain=[0, 1]).axis(axis)


def names_of(systems: Sequence[Named]) -> list[str]:
    """Return the names as they may be shown."""
    return [printable(s.name) for s in systems]


def color(names: Sequence[str], *, legend: bool = True) -> alt.Color:
    """Tell systems apart by colour; the annotators are none."""
    hues = [
        "var(--muted)" if name == CEILING else hue for name, hue in zip(names, _cycled(_SERIES, names), strict=True)
    ]
    scale = alt.Scale(domain=list(names), range=hues)
    return alt.Color("system:N", scale=scale) if legend else alt.Color("system:N", scale=scale, legend=None)


def shape(names: Sequence[str], *, legend: bool = True) -> alt.Shape:
    """Tell systems apart by the form of their points."""
    scale = alt.Scale(domain=list(names), range=_cycled(SHAPES, names))
    return alt.Shape("system:N", scale=scale) if legend else alt.Shape("system:N", scale=scale, legend=None)


def dash(names: Sequence[str]) -> alt.StrokeDash:
    """Tell systems apart by the dashes of their lines."""
    return alt.StrokeDash("system:N", scale=alt.Scale(domain=list(names), range=_cycled(_DASHES, names)))


Look = TypeVar("Look", str, tuple[int, ...])


def _cycled(looks: Sequence[Look], names: Sequence[str]) -> list[Look]:
    return [looks[k % len(looks)] for k in range(len(names))]


def bounds(figure: Figure) -> tuple[float, float]:
    """Return the interval of a defined figure; the figure itself where it has none."""
    if figure.interval is not None:
        return figure.interval.low, figure.interval.high
    value = figure.value or 0.0
    return value, value


def n_articles(score: Score) -> str:
    """Say over how many articles a figure is."""
    n = len(score.articles)
    return "1 article" if n == 1 else f"{n} articles"
