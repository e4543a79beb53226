"""The agreement of two annotators for the terminal."""

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from eval.agreement import Agreement
from eval.matching import Thresholds
from eval.metrics.beyond_chance import Coefficient
from eval.report.wording import criterion_name, figure_text, number_text


def render(found: Agreement, thresholds: Thresholds) -> Group:
    """Lay out an agreement."""
    claims = Table(title="F1 between the two", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for column in ("Criterion", "F1", "n"):
        claims.add_column(column, justify="left" if column == "Criterion" else "right")
    for row in found.found:
        claims.add_row(criterion_name(row.criterion, thresholds), figure_text(row.f1), str(row.f1.n))
    labels = Table(title="Beyond chance", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for column in ("Coefficient", "Value", "n"):
        labels.add_column(column, justify="left" if column == "Coefficient" else "right")
    for name, coefficient in (
        ("alpha, character inside a content span", found.content),
        ("alpha, quotation type", found.quotation),
        ("alpha, kind of claim", found.kind),
        ("alpha, kind of source", found.source_kind),
        ("alpha, check-worthy", found.check_worthy),
        ("kappa, check-worthy", found.check_worthy_kappa),
    ):
        labels.add_row(name, coefficient_text(coefficient), str(coefficient.n))
    heading = f"{found.n_articles} articles; claims: {found.n_claims_one} of A, {found.n_claims_other} of B"
    return Group(Text(heading, style="bold"), claims, labels)


def coefficient_text(coefficient: Coefficient) -> str:
    """Write a coefficient with its interval."""
    interval = coefficient.interval
    ends = f" [{number_text(interval.low)}, {number_text(interval.high)}]" if interval else ""
    return f"{number_text(coefficient.value)}{ends}"
