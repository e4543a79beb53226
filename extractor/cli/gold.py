"""Gold cases as the eval commands take them: the options that choose them, and reading them."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.formats import Format
from extractor.cli.output import complain, count

if TYPE_CHECKING:
    from eval.cases import CaseSet


class SplitName(StrEnum):
    """What a set of cases is for; `eval.cases.Split` says more."""

    EXAMPLES = "examples"
    DEV = "dev"
    TEST = "test"


DataOption = Annotated[
    Path | None, typer.Option(metavar="PATH", help="A file or folder of gold cases; the shipped ones without.")
]
TextsOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="JSONL with id and text, for cases whose text is not shipped with them."),
]
FormatOption = Annotated[
    Format, typer.Option("--format", help="How the cases are written down; claimdesk is our own JSONL.")
]
SplitOption = Annotated[
    list[SplitName] | None, typer.Option(help="Only these cases; dev and test without. May be given several times.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


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
    from importlib.resources import files

    from eval.cases import no_texts, wikinews_texts
    from eval.readers import read_set
    from extractor.errors import EvalError
    from extractor.ingest import normalise

    if data is None and form is not Format.CLAIMDESK:
        raise EvalError(f"--format {form} is for sets of your own: name one with --data")
    resolver = wikinews_texts(texts, normalise=normalise) if texts else no_texts
    return read_set(data or Path(str(files("eval") / "data")), form, texts=resolver)


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
