"""What a judge says of claims, and how often labels say the same, for the terminal."""

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from eval.judge.figures import Agreement, Judged
from eval.report.agreed import coefficient_text
from eval.report.further import new_table
from eval.report.wording import figure_text, printable
from extractor.schema import Identity


def judged(found: Judged) -> Table:
    """Lay out the quality of claims, with the judge's own quality beside each figure."""
    title = f"Quality of claims, as {printable(found.judge.model)} judges it"
    table = new_table(title, "Measure", "Claims", "n", "Not judged", "Judge agrees with labels", "Kappa")
    for row in found.figures:
        agreement = found.agreement(row.measure.trait)
        right = f"{figure_text(agreement.right)} of {agreement.right.n}"
        unjudged = str(row.n_unjudged or "")
        cells = (figure_text(row.share), str(row.share.n), unjudged, right, coefficient_text(agreement.kappa))
        table.add_row(row.measure, *cells)
    table.caption = f"labels: {printable(found.labels)}; of coverage the claims are the gold ones"
    table.caption_justify = "left"
    return table


def held_against(judge: Identity, labels: str, found: Sequence[Agreement]) -> Group:
    """Lay out how far a judge agrees with labels."""
    numbers = ("Agrees", "Kappa", "n", "Labelled yes", "Judged yes", "Not judged")
    table = new_table(f"{printable(judge.model)} against {printable(labels)}", "Question", *numbers)
    for row in found:
        yes = (str(row.n_yes), str(row.n_judged_yes), str(row.n_unjudged or ""))
        table.add_row(row.trait, figure_text(row.right), coefficient_text(row.kappa), str(row.right.n), *yes)
    told = (
        "Agrees: share of the labelled claims on which both say the same. Kappa: the same beyond chance; 0 is chance."
    )
    return Group(table, Text(told, style="dim"))
