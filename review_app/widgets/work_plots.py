"""Plots over time, as Vega-Lite draws them; the colours are those of the page, light and dark.

The specifications are written out: to have altair check each one takes longer than all queries of the page.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from extractor.schema import DecisionKind
from extractor.visible import visible
from review_app.logic import words
from review_app.logic.work import KINDS, Standing, Work, done_by_bin

COLOURS = {
    DecisionKind.VERIFY: "var(--cd-verified)",
    DecisionKind.CORRECT: "var(--cd-corrected)",
    DecisionKind.REJECT: "var(--cd-rejected)",
    DecisionKind.ADD: "var(--cd-warn-line)",
}
SERIES = ("var(--cd-accent)", "var(--cd-corrected)", "var(--cd-warn-line)", "var(--cd-rejected)", "var(--cd-muted)")

MOST_SERIES = len(SERIES)
"""Extractors, or models, that are drawn; the tables have all."""

HEIGHT = 210
ROW_HEIGHT = 76

_CONFIG = {
    "background": "transparent",
    "font": "inherit",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--cd-muted)",
        "gridColor": "var(--cd-line)",
        "domain": False,
        "ticks": False,
        "labelFontSize": 13,
        "title": None,
    },
    "axisX": {"grid": False, "labelPadding": 7, "domain": True, "domainColor": "var(--cd-line)"},
    "legend": {
        "labelColor": "var(--cd-muted)",
        "labelFontSize": 13,
        "title": None,
        "orient": "top",
        "symbolType": "square",
    },
}


def done_plot(work: Work) -> None:
    """Draw decisions by day or week and by kind."""
    rows = [
        {"at": work.span.day(number), "kind": words.DID[kind], "n": kinds[kind], "order": order}
        for number, kinds in done_by_bin(work).items()
        for order, kind in enumerate(KINDS)
    ]
    bars = {
        "mark": {"type": "bar", "cornerRadiusEnd": 1},
        "encoding": {
            "x": _days(work),
            "y": {"field": "n", "type": "quantitative", "axis": {"tickMinStep": 1, "tickCount": 4, "format": ",d"}},
            "color": _colours([words.DID[kind] for kind in KINDS], [COLOURS[kind] for kind in KINDS], "kind"),
            "order": {"field": "order"},
            "tooltip": [
                _when(work),
                {"field": "kind", "title": "What"},
                {"field": "n", "title": "Claims", "format": ","},
            ],
        },
    }
    _draw(rows, {**bars, "height": HEIGHT}, alt="Bars: claims decided over time, by kind of decision")


def accepted_plot(work: Work, one: Standing) -> None:
    """Draw the share of an extractor's claims that was verified as found, with intervals, and the whole period's."""
    rows = [
        {"at": work.span.day(number), "share": share.value, "low": low, "high": high, "n": share.n}
        for number, share in one.over_time
        for low, high in [share.interval]
    ]
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "values": [0, 0.5, 1]}}
    x = _days(work)
    tooltip = [
        _when(work),
        {"field": "share", "title": "Verified as found", "format": ".0%"},
        {"field": "low", "title": "At least", "format": ".0%"},
        {"field": "high", "title": "At most", "format": ".0%"},
        {"field": "n", "title": "Claims", "format": ","},
    ]
    # Only the line is told to screen readers: it says the same.
    mean = {"type": "rule", "aria": False, "strokeDash": [3, 3], "color": "var(--cd-muted)"}
    interval = {"type": "rule", "aria": False, "strokeWidth": 5, "opacity": 0.3, "color": SERIES[0]}
    points = {"size": 34, "filled": True, "color": SERIES[0]}
    line = {"type": "line", "point": points, "strokeWidth": 1.5, "color": SERIES[0]}
    layers = [
        {"mark": mean, "encoding": {"y": {**y, "datum": one.accepted.value}}},
        {"mark": interval, "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
        {"mark": line, "encoding": {"x": x, "y": {**y, "field": "share"}, "tooltip": tooltip}},
    ]
    told = f"Line: share of the claims of {visible(one.name)} that was verified as found, over time"
    _draw(rows, {"layer": layers, "height": ROW_HEIGHT}, alt=told)


def cost_plot(work: Work) -> None:
    """Draw what extraction cost by day or week and by model, where it is known."""
    known = [cost for cost in work.costs if cost.cost_usd]
    models = list(dict.fromkeys(visible(cost.model) for cost in known))[:MOST_SERIES]
    rows = [
        {"at": work.span.day(cost.bin), "model": visible(cost.model), "usd": cost.cost_usd}
        for cost in known
        if visible(cost.model) in models
    ]
    bars = {
        "mark": {"type": "bar", "cornerRadiusEnd": 1},
        "encoding": {
            "x": _days(work),
            "y": {"field": "usd", "type": "quantitative", "axis": {"tickCount": 4, "format": "$,.2f"}},
            "color": _colours(models, list(SERIES[: len(models)]), "model"),
            "tooltip": [
                _when(work),
                {"field": "model", "title": "Model"},
                {"field": "usd", "title": "USD", "format": "$,.2f"},
            ],
        },
    }
    _draw(rows, {**bars, "height": HEIGHT}, alt="Bars: cost of extraction over time, by model")


def _draw(rows: Sequence[dict[str, Any]], spec: dict[str, Any], *, alt: str) -> None:
    st.vega_lite_chart({**spec, "data": {"values": list(rows)}, "config": _CONFIG}, alt=alt, theme=None)


def _days(work: Work) -> dict[str, Any]:
    """Return the axis of time: all of the period, a mark every few bars."""
    days = [work.span.day(number) for number in work.span.numbers]
    every = -(-len(days) // 6)
    axis = {"labelAngle": 0, "labelExpr": "utcFormat(toDate(datum.value), '%-d %b')", "values": days[::every]}
    return {"field": "at", "type": "ordinal", "scale": {"domain": days}, "axis": axis}


def _when(work: Work) -> dict[str, str]:
    return {"field": "at", "title": "Week from" if work.span.bins.hours > 24 else "Day"}


def _colours(names: list[str], colours: list[str], field: str) -> dict[str, Any]:
    return {"field": field, "type": "nominal", "scale": {"domain": names, "range": colours}}
