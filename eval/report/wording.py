"""Figures and reasons in words; every rounding of a report for people happens here."""

import re
from collections.abc import Iterator

from eval.cases import GoldClaim
from eval.matching import Criterion, Thresholds
from eval.metrics.figure import Figure, Ratio
from eval.metrics.quality import Measure
from eval.scores import Dimension, Near
from extractor.schema import Claim, Quotation, SourceKind

UNDEFINED = "undefined"
CEILING = "Two annotators"
"""How a report calls the human ceiling."""
ANNOTATORS = "Annotators"
"""Heading of what the annotators reach against each other, where it is a column."""

CRITERIA = {
    Criterion.SPAN_EXACT: "span exact",
    Criterion.SPAN_OVERLAP: "span overlap",
    Criterion.TEXT: "text token-F1",
    Criterion.SPAN_EXACT_SOURCE: "span exact + source",
    Criterion.SPAN_OVERLAP_SOURCE: "span overlap + source",
    Criterion.TEXT_SOURCE: "text token-F1 + source",
}

FIGURES = {
    "partial.precision": "partial credit, precision",
    "partial.recall": "partial credit, recall",
    "partial.f1": "partial credit, F1",
    "accuracy.source": "source right, of those found",
    "accuracy.quotation": "quotation type right, of those found",
    "accuracy.cue": "cue right, of those found that have one",
    "accuracy.kind": "kind right, of those found that have one",
    "grounding.grounded": "content placed in the text",
    "grounding.false_spans": "exact parts whose span has other words",
    "grounding.misquoted": "misquoted, of direct and mixed quotations",
    **{f"quality.{measure}": f"{measure}, by proxy" for measure in Measure},
    "worthiness.average_precision": "check-worthiness, average precision",
}
"""Figures beside the criteria, by their names in JSON."""


def criterion_name(criterion: Criterion, thresholds: Thresholds) -> str:
    """Name a criterion with its threshold."""
    match criterion.base:
        case Criterion.SPAN_EXACT:
            return CRITERIA[criterion]
        case Criterion.SPAN_OVERLAP:
            limit = thresholds.overlap
        case _:
            limit = thresholds.text_f1
    base, plus, source = CRITERIA[criterion].partition(" + ")
    return f"{base} ≥ {limit:g}{plus}{source}"


def dimension_name(dimension: Dimension) -> str:
    """Name what slices are made by."""
    match dimension:
        case Dimension.QUOTATION:
            return "quotation type"
        case Dimension.MENTION:
            return "source given as"
        case _:
            return dimension


def share(value: float | None) -> str:
    """Write a share in [0, 1] with two digits; never 1.00 or 0.00 unless it is exactly that."""
    if value is None:
        return UNDEFINED
    if 0.995 <= value < 1:
        return ">0.99"
    return "<0.01" if 0 < value < 0.005 else f"{value:.2f}"


def number_text(value: float | None) -> str:
    """Write a coefficient with two digits: like a share, but it may be negative."""
    return share(value) if value is None or value >= 0 else f"{value:.2f}"


def figure_text(figure: Figure) -> str:
    """Write a figure with its interval: ``0.71 [0.65, 0.77]``."""
    if figure.interval is None:
        return share(figure.value)
    return f"{share(figure.value)} [{share(figure.interval.low)}, {share(figure.interval.high)}]"


def ceiling_figure(ratio: Ratio) -> Figure:
    """Put what two annotators reach beside figures of systems; no interval is known for it."""
    return Figure(value=ratio.value, n=ratio.n, interval=None)


def ratio_text(ratio: Ratio) -> str:
    """Write the share of one article."""
    return share(ratio.value)


def printable(text: str) -> str:
    """Take line breaks and control characters out of text from elsewhere, lest it steer the terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def markdown_text(text: str) -> str:
    """Write text so that Markdown shows it as it is: no markup, no border of a table, nobody's name called by an @."""
    escaped = re.sub(r"([\\`*_\[\]|#~>])", r"\\\1", text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace("@", "&#64;")


def voice(name: str, kind: SourceKind | None) -> str:
    """Name a source for a line of a report."""
    return f"{printable(name)} (article)" if kind is SourceKind.ARTICLE else printable(name)


def why_no_match(
    near: Near, predicted: Claim, gold: GoldClaim, criterion: Criterion, thresholds: Thresholds
) -> tuple[str, ...]:
    """Say why two claims that come near each other are no pair under a criterion, gravest reason first."""
    return tuple(_reasons(near, predicted, gold, criterion, thresholds))


def _reasons(
    near: Near, predicted: Claim, gold: GoldClaim, criterion: Criterion, thresholds: Thresholds
) -> Iterator[str]:
    if criterion.with_source and not near.source_agrees:
        yield source_difference(predicted, gold)
    match criterion.base:
        case Criterion.SPAN_EXACT if near.overlap < 1:
            yield f"spans differ: overlap {share(near.overlap)}"
        case Criterion.SPAN_OVERLAP if near.overlap < thresholds.overlap:
            yield f"spans overlap too little: {share(near.overlap)} < {thresholds.overlap:g}"
        case Criterion.TEXT if near.text_f1 < thresholds.text_f1:
            yield f"words differ: token-F1 {share(near.text_f1)} < {thresholds.text_f1:g}"
        case _:
            pass
    if near.taken:
        yield "matched already with another claim"


def source_difference(predicted: Claim, gold: GoldClaim) -> str:
    """Say which source was predicted, and for which."""
    wrong, right = (voice(claim.source.name, claim.source.kind) for claim in (predicted, gold))
    return f"source differs: {wrong} instead of {right}"


def quotation_difference(predicted: Quotation, gold: Quotation) -> str | None:
    """Say that the quotation types differ, or None."""
    return None if predicted is gold else f"quotation differs: {predicted} instead of {gold}"
