"""Gold cases as the eval commands take them: the options that choose them, and reading them."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.formats import Format
from extractor.cli.output import complain, count

if TYPE_CHECKING:
    from eval.cases import CaseSet
    from eval.ceiling import ArticleAgreement


class SplitName(StrEnum):
    """What a set of cases is for; `eval.cases.Split` says more."""

    EXAMPLES = "examples"
    DEV = "dev"
    TEST = "test"


DataOption = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="Articles with every claim labelled, file or folder; without it those that are shipped.",
    ),
]
TextsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="JSONL with id and text, for labelled articles whose text is not shipped (wikinews)."
    ),
]
FormatOption = Annotated[
    Format, typer.Option("--format", help="How the labels are written down: our own JSONL, or a set of others.")
]
SplitOption = Annotated[
    list[SplitName] | None,
    typer.Option(help="Only these articles; without it dev and test. Give it several times for several."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


SHIPPED = "the sets shipped with claimdesk"
"""What a report calls them: where they lie on this machine is of no use to its reader."""
TOLD = 10
"""So many rows that a reader left out are named; `eval check` names them all."""


def read_cases(
    data: Path | None, texts: Path | None, split: list[SplitName] | None, form: Format = Format.CLAIMDESK
) -> "CaseSet":
    """Read the cases that the options choose; what a reader had to leave out is told on stderr.

    Raises:
        EvalError: They cannot be read or contradict themselves.
    """
    from eval.cases import SCORED, Split

    cases = read_all(data, texts, form)
    for row in cases.left_out[:TOLD]:
        complain(f"left out: {row.where}: {row.reason}")
    if len(cases.left_out) > TOLD:
        complain(f"left out: {count(len(cases.left_out) - TOLD, 'more row')}; claimdesk eval check names them all")
    return cases.select({Split(s) for s in split} if split else SCORED)


def read_all(data: Path | None, texts: Path | None, form: Format) -> "CaseSet":
    """Read all cases, those of the shipped sets where `data` is None.

    Raises:
        EvalError: They cannot be read or contradict themselves.
    """
    from eval.cases import no_texts, wikinews_texts
    from eval.readers import read_set
    from extractor.errors import EvalError
    from extractor.ingest import normalise

    if data is None and form is not Format.CLAIMDESK:
        raise EvalError(f"--format {form} is for sets of your own: name one with --data")
    resolver = wikinews_texts(texts, normalise=normalise) if texts else no_texts
    cases = read_set(data or _shipped(), form, texts=resolver)
    return cases if data else cases.model_copy(update={"path": SHIPPED})


def read_agreements(data: Path | None) -> "tuple[ArticleAgreement, ...]":
    """Read what annotators reach against each other, where it stands beside the cases.

    Raises:
        EvalError: a file that stands there cannot be read.
    """
    from eval.ceiling import load_agreements

    return load_agreements(data or _shipped())


def _shipped() -> Path:
    from importlib.resources import files

    return Path(str(files("eval") / "data"))


def code_version() -> str:
    """Return the version of this program, which a kept run names."""
    from importlib.metadata import version

    return version("claimdesk")


def machine() -> str:
    """Describe where the program runs, for whoever compares seconds."""
    import os
    import platform

    n_cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {n_cpus} CPUs, Python {platform.python_version()}"
