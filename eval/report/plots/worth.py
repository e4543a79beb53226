"""Whether check-worthiness puts the right claims first, and whether its numbers can be believed."""

from collections.abc import Iterator, Sequence

import altair as alt

from eval.report.marked import Named
from eval.report.plots.drawing import HEIGHT, WIDTH, Datum, Plot, color, dash, data, names_of, shape, svg, unit
from eval.report.wording import figure_text, printable, share


def precision_recall(systems: Sequence[Named]) -> Iterator[Plot]:
    """Draw precision over recall by check-worthiness; nothing where no found claim is check-worthy by the labels."""
    drawn = [named for named in systems if named.score.worthiness.curve]
    if not drawn:
        return
    labels = [_labelled(n, "average precision", share(n.score.worthiness.average_precision.value)) for n in drawn]
    values: list[Datum] = []
    chance: list[Datum] = []
    for label, named in zip(labels, drawn, strict=True):
        curve = named.score.worthiness.curve
        steps = [(0.0, curve[0].precision), *((point.recall, point.precision) for point in curve)]
        values += [{"system": label, "at": at, "recall": r, "precision": p} for at, (r, p) in enumerate(steps)]
        by_chance = named.score.worthiness.share_worthy.value
        if by_chance is not None:
            chance.append({"system": label, "precision": by_chance})
    chart = (
        alt.Chart(data(chance))
        .mark_rule(strokeWidth=1, strokeDash=[1, 3])
        .encode(y=unit(alt.Y("precision:Q"), "precision"), color=color(labels))
        + alt.Chart(data(values))
        .mark_line(interpolate="step-before", strokeWidth=2)
        .encode(
            x=unit(alt.X("recall:Q"), "recall"),
            y=unit(alt.Y("precision:Q"), "precision"),
            order="at:Q",
            color=color(labels),
            strokeDash=dash(labels),
        )
    ).properties(width=WIDTH, height=HEIGHT)
    yield Plot(
        question="Most check-worthy claims first: how many are worth a check?",
        svg=svg(chart),
        told="; ".join(
            f"{printable(n.name)}: average precision {figure_text(n.score.worthiness.average_precision)}, "
            f"by chance {share(n.score.worthiness.share_worthy.value)}"
            for n in drawn
        ),
        caption=f"Claims found by span overlap, ranked by the system ({_counts(drawn)}). "
        "Dotted: what an order by chance gives.",
    )


def calibration(systems: Sequence[Named]) -> Iterator[Plot]:
    """Draw the reliability diagram; nothing where no found claim has a label."""
    drawn = [n for n in systems if any(b.n for b in n.score.worthiness.bins)]
    if not drawn:
        return
    labels = [_labelled(n, "error", share(n.score.worthiness.calibration_error.value)) for n in drawn]
    values: list[Datum] = [
        {"system": label, "said": b.mean_score, "so": b.share_worthy, "n": b.n}
        for label, named in zip(labels, drawn, strict=True)
        for b in named.score.worthiness.bins
        if b.mean_score is not None and b.share_worthy is not None
    ]
    diagonal: list[Datum] = [{"said": 0.0, "so": 0.0}, {"said": 1.0, "so": 1.0}]
    x, y = unit(alt.X("said:Q"), "check-worthiness given, mean of the bin"), unit(alt.Y("so:Q"), "share worth a check")
    base = alt.Chart(data(values)).encode(x=x, y=y, color=color(labels))
    size = alt.Size("n:Q", scale=alt.Scale(range=[30, 330], zero=True), legend=None)
    chart = (
        alt.Chart(data(diagonal)).mark_line(color="var(--muted)", strokeWidth=1, strokeDash=[3, 3]).encode(x=x, y=y)
        + base.mark_line(strokeWidth=1.5).encode(strokeDash=dash(labels))
        + base.mark_point(filled=True, opacity=0.85).encode(size=size, shape=shape(labels))
    ).properties(width=WIDTH, height=HEIGHT)
    yield Plot(
        question="When a system says 0.8, are eight of ten such claims worth a check?",
        svg=svg(chart),
        told="; ".join(
            f"{printable(n.name)}: expected calibration error {figure_text(n.score.worthiness.calibration_error)}"
            for n in drawn
        ),
        caption=f"Ten bins of equal width; the larger a point, the more claims ({_counts(drawn)}). On the dashed line "
        "what is said is so; the expected calibration error is the mean distance from it.",
    )


def _labelled(named: Named, what: str, value: str) -> str:
    return f"{printable(named.name)}: {what} {value}"


def _counts(drawn: Sequence[Named]) -> str:
    counts = [named.score.worthiness.calibration_error.n for named in drawn]
    if len(drawn) == 1:
        return f"n = {counts[0]}"
    return "n = " + ", ".join(f"{n} for {name}" for n, name in zip(counts, names_of(drawn), strict=True))
