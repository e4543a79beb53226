"""Gold cases as the eval commands take them: the options that choose them, and reading them."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.formats import Format
from extractor.cli.output import complain, count

if TYPE_CHECKING:
    from eval.cases import CaseSet, GoldCase
    from eval.ceiling import ArticleAgreement
    from eval.run import EvalRun
    from extractor.schema import Claim, ClaimDraft


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


def read_run(path: Path, cases: "CaseSet") -> "EvalRun":
    """Read a kept run, or predictions from elsewhere for these cases.

    Raises:
        EvalError: it is neither, or contradicts itself.
    """
    from eval.predictions import read_predictions
    from eval.run import is_run, load_run

    return load_run(path) if is_run(path) else read_predictions(path, cases, placed)


def placed(case: "GoldCase", drafts: "tuple[ClaimDraft, ...]") -> "tuple[Claim, ...]":
    """Ground and check drafts of others as ours are; nothing is merged, for it would improve on them."""
    from extractor.check import check
    from extractor.ground import ground_all
    from extractor.ingest import make_article
    from extractor.segment import segment

    article = make_article(case.text, case.metadata)
    return tuple(check(article, claim) for claim in ground_all(article, segment(article), drafts))


def code_version() -> str:
    """Say which code a run is made with: version, commit in a checkout, and a hash of the source as it stands."""
    from importlib.metadata import version

    root = Path(__file__).parents[2]
    commit = _commit(root) if (root / ".git").exists() else None
    return ", ".join([version("claimdesk"), *([f"commit {commit}"] if commit else []), f"source {_source(root)}"])


def _commit(root: Path) -> str | None:
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:  # git is not installed
        return None
    return done.stdout.strip() or None


def _source(root: Path) -> str:
    """Hash what decides predictions and scores: code, language data, prompts; not the labelled articles."""
    import hashlib

    folders = (root / name for name in ("extractor", "eval", "prompts"))
    files = (f for folder in folders for f in folder.rglob("*") if f.suffix in {".py", ".toml", ".json", ".jsonl"})
    digest = hashlib.sha256()
    for file in sorted(f for f in files if f.parent != root / "eval" / "data"):
        digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def machine() -> str:
    """Describe where the program runs, for whoever compares seconds."""
    import os
    import platform

    n_cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {n_cpus} CPUs, Python {platform.python_version()}"
