"""Gold cases as the eval commands take them: the options that choose them, and reading them."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from eval.cases import CaseSet


class SplitName(StrEnum):
    """What a set of cases is for; `eval.cases.Split` says more."""

    EXAMPLES = "examples"
    DEV = "dev"
    TEST = "test"


DataOption = Annotated[
    Path | None, typer.Option(metavar="PATH", help="A JSONL file or folder of gold cases; the shipped ones without.")
]
TextsOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="JSONL with id and text, for cases whose text is not shipped with them."),
]
SplitOption = Annotated[
    list[SplitName] | None, typer.Option(help="Only these cases; dev and test without. May be given several times.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def read_cases(data: Path | None, texts: Path | None, split: list[SplitName] | None) -> "CaseSet":
    """Read the cases that the options choose.

    Raises:
        EvalError: They cannot be read or contradict themselves.
    """
    from importlib.resources import files

    from eval.cases import SCORED, Split, load_cases, no_texts, wikinews_texts
    from extractor.ingest import normalise

    path = data or Path(str(files("eval") / "data"))
    cases = load_cases(path, wikinews_texts(texts, normalise=normalise) if texts else no_texts)
    return cases.select({Split(s) for s in split} if split else SCORED)


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
