"""Whether a run may replace another one: no worse beyond noise, and above every floor."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from eval.compare import RunComparison
from eval.metrics.figure import MIN_ARTICLES, Figure
from eval.scores import Score
from extractor.errors import EvalError
from extractor.schema import Value


class Floored(StrEnum):
    """Figures that a floor can be set for."""

    F1 = "f1"
    PRECISION = "precision"
    RECALL = "recall"
    PARTIAL_F1 = "partial_f1"
    SOURCE = "source"
    QUOTATION = "quotation"
    CUE = "cue"
    KIND = "kind"
    GROUNDED = "grounded"
    AVERAGE_PRECISION = "average_precision"


_FIGURES: dict[Floored, Callable[[Score], Figure]] = {
    Floored.F1: lambda s: s.headline().f1,
    Floored.PRECISION: lambda s: s.headline().precision,
    Floored.RECALL: lambda s: s.headline().recall,
    Floored.PARTIAL_F1: lambda s: s.partial.f1,
    Floored.SOURCE: lambda s: s.accuracy.source,
    Floored.QUOTATION: lambda s: s.accuracy.quotation,
    Floored.CUE: lambda s: s.accuracy.cue,
    Floored.KIND: lambda s: s.accuracy.kind,
    Floored.GROUNDED: lambda s: s.grounding.grounded,
    Floored.AVERAGE_PRECISION: lambda s: s.worthiness.average_precision,
}


class GateCheck(Value):
    """One thing that a gate asks, and the answer."""

    name: str
    passed: bool
    why: str
    """A sentence with the figures."""


class Gate(Value):
    """The outcome: everything that was asked."""

    checks: tuple[GateCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether the run may pass."""
        return all(check.passed for check in self.checks)


def gate(score: Score, comparison: RunComparison | None, floors: Mapping[Floored, float]) -> Gate:
    """Judge a run.

    Args:
        score: The run's score.
        comparison: The baseline (first) and the run (second); None without a baseline.
        floors: The least that each figure must be, in [0, 1]. They hold for the value, not its interval.

    Raises:
        EvalError: there is nothing to ask, or the runs share too few articles with claims.
    """
    checks = [*([_no_worse(comparison)] if comparison else []), *(_at_least(score, *f) for f in floors.items())]
    if not checks:
        raise EvalError("nothing to ask of the run; give --baseline RUN, --floor FIGURE=VALUE, or both")
    return Gate(checks=tuple(checks))


def _no_worse(comparison: RunComparison) -> GateCheck:
    f1 = comparison.headline().f1
    if f1.difference is None or f1.interval is None or f1.one is None or f1.other is None:
        raise EvalError(
            f"{comparison.n_articles} articles are too few to tell a difference from noise; "
            f"compare runs over at least {MIN_ARTICLES} articles with claims"
        )
    worse = f1.interval.high < 0
    return GateCheck(
        name="baseline",
        passed=not worse,
        why=f"F1 {f1.other:.4f}, baseline {f1.one:.4f}: difference {f1.difference:+.4f} "
        f"[{f1.interval.low:+.4f}, {f1.interval.high:+.4f}], p = {f1.p_value:.4f}, "
        + ("worse beyond noise" if worse else "not worse beyond noise"),
    )


def _at_least(score: Score, floor: Floored, least: float) -> GateCheck:
    figure = _FIGURES[floor](score)
    if figure.value is None:
        why = f"{floor} is undefined (n = {figure.n}), so it cannot be shown to reach {least:g}"
        return GateCheck(name=floor, passed=False, why=why)
    passed = figure.value >= least
    sign = "≥" if passed else "<"
    return GateCheck(name=floor, passed=passed, why=f"{floor} {figure.value:.4f} {sign} {least:g}")
