"""What a better F1 costs."""

from collections.abc import Iterator, Sequence

import altair as alt

from eval.report.marked import Named
from eval.report.plots.drawing import (
    HEIGHT,
    WIDTH,
    Datum,
    Plot,
    bounds,
    color,
    data,
    n_articles,
    names_of,
    shape,
    svg,
    unit,
)
from eval.report.wording import criterion_name, share
from extractor.schema import Value


class _Cost(Value):
    """One axis of cost."""

    what: str
    axis: str
    digits: str
    """How the axis writes numbers (d3-format)."""
    totals: tuple[float | None, ...]
    """A value per system, None where it is not known."""


def costs(systems: Sequence[Named]) -> Iterator[Plot]:
    """Draw F1 over time, tokens and money; what no system spent, or nobody knows, is left out."""
    scores = [named.score for named in systems]
    tokens = tuple(float(s.usage.prompt_tokens + s.usage.output_tokens) for s in scores)
    dollars = tuple(s.usage.cost_usd if s.usage.calls else 0.0 for s in scores)
    for cost in (
        _Cost(what="time", axis="seconds per article", digits="~g", totals=tuple(s.seconds for s in scores)),
        _Cost(what="tokens", axis="tokens per article, prompt and reply", digits="~s", totals=tokens),
        _Cost(what="money", axis="US dollars per article", digits="$~g", totals=dollars),
    ):
        if any(cost.totals):
            yield _cost(systems, cost)


def _cost(systems: Sequence[Named], cost: _Cost) -> Plot:
    names = names_of(systems)
    values: list[Datum] = []
    told, unknown = [], []
    for name, named, total in zip(names, systems, cost.totals, strict=True):
        f1, n = named.score.headline().f1, len(named.score.articles)
        if total is None:
            unknown.append(name)
        elif n:
            told.append(f"{name}: {total / n:.3g} {cost.axis}, F1 {share(f1.value)}")
            if f1.value is not None:
                low, high = bounds(f1)
                values.append({"system": name, "cost": total / n, "f1": f1.value, "low": low, "high": high})
    # With one prefix for all ticks nothing would be "0k".
    label = f"datum.value ? format(datum.value, '{cost.digits}') : '0'"
    axis = alt.Axis(labelExpr=label, tickCount=4, labelOverlap=False, labelFlush=False)
    base = alt.Chart(data(values)).encode(x=alt.X("cost:Q", title=cost.axis, scale=alt.Scale(zero=True), axis=axis))
    hue = color(names)
    point = base.mark_point(filled=True, size=110, opacity=1)
    chart = (
        base.mark_rule(strokeWidth=2).encode(y=unit(alt.Y("low:Q"), "F1"), y2="high:Q", color=hue)
        + point.encode(y=unit(alt.Y("f1:Q"), "F1"), color=hue, shape=shape(names))
    ).properties(width=WIDTH, height=HEIGHT)
    score = systems[0].score
    criterion = criterion_name(score.options.headline, score.options.thresholds)
    missing = f" Not known for {', '.join(unknown)}." if unknown else ""
    return Plot(
        question=f"What does a better F1 cost in {cost.what}?",
        svg=svg(chart),
        told="; ".join(told),
        caption=f"Mean over {n_articles(score)}; F1 by {criterion}, bars 95 % intervals. "
        f"Up and to the left is better.{missing}",
    )
