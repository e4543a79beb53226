"""Plots of scores as SVG, each under the question it answers."""

from collections.abc import Iterator, Sequence

from eval.report.marked import Named
from eval.report.plots.confused import confused
from eval.report.plots.cost import costs
from eval.report.plots.drawing import Plot
from eval.report.plots.found import found
from eval.report.plots.worth import calibration, precision_recall


def plots(systems: Sequence[Named]) -> tuple[Plot, ...]:
    """Draw what there is to draw; a plot without data is left out.

    Args:
        systems: at least one, in the order of the report.
    """
    return tuple(_plots(systems))


def _plots(systems: Sequence[Named]) -> Iterator[Plot]:
    yield found(systems)
    yield from precision_recall(systems)
    yield from calibration(systems)
    yield from confused(systems)
    yield from costs(systems)
