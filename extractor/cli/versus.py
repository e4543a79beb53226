"""Commands that hold one run, or one annotator, against another."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.formats import Format
from extractor.cli.gold import (
    DataOption,
    FormatOption,
    JsonOption,
    SplitName,
    SplitOption,
    TextsOption,
    read_agreements,
    read_all,
    read_cases,
    read_run,
)
from extractor.cli.output import EXIT_FAILED, print_json, stdout_console

if TYPE_CHECKING:
    from eval.gate import Floored

RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run kept with eval run --save.")]
CommonOption = Annotated[
    bool, typer.Option("--common", help="Compare on the cases that both have, even where the data differ.")
]


def compare(
    one: Annotated[Path, typer.Argument(metavar="A", help="A run kept with eval run --save.")],
    other: Annotated[Path, typer.Argument(metavar="B", help="The run to hold against it.")],
    data: DataOption = None,
    form: FormatOption = Format.CLAIMDESK,
    texts: TextsOption = None,
    split: SplitOption = None,
    common: CommonOption = False,
    as_json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown instead of tables.")] = False,
) -> None:
    """Tell two runs apart: differences with intervals and p values, by slice, and the claims that changed side."""
    from eval.compare import compare_runs
    from eval.report.compared import as_markdown, render

    if as_json and markdown:
        raise typer.BadParameter("--json and --markdown exclude each other")
    cases = read_cases(data, texts, split, form)
    a, b = read_run(one, cases), read_run(other, cases)
    compared = compare_runs(a, b, cases, common=common, agreements=read_agreements(data))
    if as_json:
        print_json(compared)
    elif markdown:
        typer.echo(as_markdown(compared), nl=False)
    else:
        stdout_console().print(render(compared))


def gate(
    run: RunArgument,
    baseline: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Fail when the F1 is worse than this run's beyond noise.")
    ] = None,
    floor: Annotated[
        list[str] | None,
        typer.Option(metavar="FIGURE=VALUE", help="Fail when a figure is lower, such as f1=0.70; several times."),
    ] = None,
    data: DataOption = None,
    form: FormatOption = Format.CLAIMDESK,
    texts: TextsOption = None,
    split: SplitOption = None,
    common: CommonOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let CI decide: exit code 1 when a run is worse than a baseline beyond noise, or below a floor.

    F1 is by span overlap and source. Worse beyond noise means that the whole 95 % interval of the difference lies
    below zero. Floors can be set for f1, precision, recall, partial_f1, source, quotation, cue, kind, grounded and
    average_precision. Exit code 2 when the gate cannot decide.
    """
    from eval.compare import compare_runs
    from eval.gate import gate as judge
    from eval.scoring import score

    floors = dict(_floor(given) for given in floor or ())
    cases = read_cases(data, texts, split, form)
    the_run = read_run(run, cases)
    comparison = compare_runs(read_run(baseline, cases), the_run, cases, common=common) if baseline else None
    outcome = judge(score(the_run, cases), comparison, floors)
    if as_json:
        print_json({"passed": outcome.passed, "checks": outcome.checks})
    else:
        why = "; ".join(check.why for check in sorted(outcome.checks, key=lambda check: check.passed))
        typer.echo(f"gate {'passed' if outcome.passed else 'FAILED'}: {why}")
    if not outcome.passed:
        raise typer.Exit(EXIT_FAILED)


def _floor(given: str) -> "tuple[Floored, float]":
    from eval.gate import Floored

    name, _, value = given.partition("=")
    if name not in list(Floored):
        raise typer.BadParameter(f"--floor {given!r}: no figure {name!r}; there are {', '.join(Floored)}")
    try:
        least = float(value)
    except ValueError:
        least = -1.0
    if not 0 <= least <= 1:
        raise typer.BadParameter(f"--floor {given!r}: give a share from 0 to 1, such as {name}=0.7")
    return Floored(name), least


def agreement(
    one: Annotated[Path, typer.Argument(metavar="A", help="Gold cases as one annotator labelled them.")],
    other: Annotated[Path, typer.Argument(metavar="B", help="The same articles by another one, or a kept run.")],
    texts: TextsOption = None,
    split: Annotated[list[SplitName] | None, typer.Option(help="Only these articles; without it all of them.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say how far two annotators, or a reviewer and a model, agree: F1, Krippendorff's alpha, Cohen's kappa.

    Of a model, a check-worthiness of 0.5 or more counts as check-worthy. Kept beside gold
    cases as NAME.agreement.json (for NAME.jsonl), the JSON is the ceiling that eval run and eval score show.
    """
    from eval.agreement import agreement as agree
    from eval.cases import Split
    from eval.matching import Thresholds
    from eval.report.agreed import render
    from eval.run import is_run, load_run

    splits = {Split(s) for s in split or SplitName}
    first = read_all(one, texts, Format.CLAIMDESK).select(splits)
    second = load_run(other) if is_run(other) else read_all(other, texts, Format.CLAIMDESK).select(splits).cases
    found = agree(first.cases, second)
    if as_json:
        print_json(found)
    else:
        stdout_console().print(render(found, Thresholds()))
