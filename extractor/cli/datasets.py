"""Commands that make and check sets of gold cases."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.formats import Format
from extractor.cli.gold import FormatOption, JsonOption, SplitName, TextsOption, read_all
from extractor.cli.output import (
    EXIT_FAILED,
    complain,
    count,
    new_table,
    plain,
    print_json,
    stdout_console,
    write_whole,
)

if TYPE_CHECKING:
    from eval.cases import CaseSet, GoldCase, LeftOut
    from eval.leakage import Leak

OutputOption = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the cases go, as JSONL.")]


def convert(
    data: Annotated[Path, typer.Argument(metavar="PATH", help="The foreign set: a file or a folder.")],
    form: FormatOption,
    output: OutputOption,
    split: Annotated[
        SplitName, typer.Option(help="What the cases are for; none that is known elsewhere goes into test.")
    ] = SplitName.DEV,
) -> None:
    """Write a set in a foreign format as our own JSONL, whole or not at all; what could not be placed is named."""
    from eval.cases import Split
    from eval.readers import read_set

    cases = read_set(data, form, split=Split(split))
    _tell_left_out(cases.left_out)
    if split is SplitName.TEST:
        refuse_leaks(leaks_into(cases.cases))
    write_cases(output, cases.cases)
    n_claims = sum(len(case.claims) for case in cases.cases)
    typer.echo(f"{count(len(cases.cases), 'case')} with {count(n_claims, 'claim')} written to {output}")


def check(
    data: Annotated[
        Path | None,
        typer.Argument(metavar="PATH", help="Labelled articles, file or folder; without it those that are shipped."),
    ] = None,
    form: FormatOption = Format.CLAIMDESK,
    texts: TextsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a set: hashes, spans, ids, texts that occur twice, and texts that prompts or other splits know.

    Exit code 1 when a text leaks, 2 when the set cannot be read.
    """
    from eval.leakage import Trace, example_texts, leaks_within
    from extractor.prompting import PROMPTS

    cases = read_all(data, texts, form)
    leaks = leaks_within(cases.cases, example_texts(PROMPTS))
    if as_json:
        print_json(
            {
                "path": cases.path,
                "sha256": cases.sha256,
                "splits": _sizes(cases),
                "leaks": [{**leak.model_dump(mode="json"), "reason": leak.reason} for leak in leaks],
                "left_out": [row.model_dump(mode="json") for row in cases.left_out],
                "without_text": [case.case_id for case in cases.not_scored],
            }
        )
    else:
        _print_check(cases, leaks)
    if any(leak.trace is not Trace.TWICE for leak in leaks):
        raise typer.Exit(EXIT_FAILED)


def _print_check(cases: "CaseSet", leaks: "Iterable[Leak]") -> None:
    numbers = ("Cases", "Claims", "Check-worthy", "Languages")
    table = new_table("Split", *numbers, right=numbers[:3])
    for split, size in _sizes(cases).items():
        table.add_row(split, *(str(size[name.lower().replace("-", "_")]) for name in numbers))
    stdout_console().print(table)
    typer.echo(f"{cases.path}, sha256 {cases.sha256[:12]}: hashes, spans and ids hold together.")
    for leak in leaks:
        stdout_console().print(plain(f"{leak.trace}: case {leak.case_id!r} ({leak.split}): {leak.reason}"))
    for row in cases.left_out:
        stdout_console().print(plain(f"left out: {row.where}: {row.reason}"))
    if cases.not_scored:
        typer.echo(f"{count(len(cases.not_scored), 'case')} could not be held against a text: name it with --texts.")


def _sizes(cases: "CaseSet") -> dict[str, dict[str, int | str]]:
    sizes: dict[str, dict[str, int | str]] = {}
    for split in SplitName:
        chosen = [case for case in cases.cases if case.split.value == split.value]
        labels = [case.check_worthy for case in chosen] + [c.check_worthy for case in chosen for c in case.claims]
        sizes[split] = {
            "cases": len(chosen),
            "claims": sum(len(case.claims) for case in chosen),
            "check_worthy": sum(label is True for label in labels),
            "languages": ", ".join(sorted({case.language for case in chosen})),
        }
    return sizes


def _tell_left_out(rows: "Iterable[LeftOut]") -> None:
    for row in rows:
        complain(f"left out: {row.where}: {row.reason}")


def leaks_into(cases: "Iterable[GoldCase]", others: "Iterable[GoldCase]" = ()) -> "tuple[Leak, ...]":
    """Find what keeps new cases out of their split: prompts' examples, the shipped sets, and other cases."""
    from eval.leakage import Known, Trace, example_texts
    from extractor.prompting import PROMPTS

    known = Known(example_texts(PROMPTS))
    shipped = read_all(None, None, Format.CLAIMDESK)
    for without_text in shipped.not_scored:
        known.add_without_text(without_text)
    for case in (*shipped.cases, *others):
        known.add(case)
    return tuple(leak for case in cases for leak in known.leaks(case) if leak.trace is not Trace.TWICE)


def refuse_leaks(leaks: "tuple[Leak, ...]") -> None:
    """Stop where a text is known elsewhere.

    Raises:
        EvalError: it is; one reason a line.
    """
    from extractor.errors import EvalError

    if leaks:
        lines = (f"case {leak.case_id!r} cannot go into {leak.split}: {leak.reason}" for leak in leaks)
        raise EvalError("\n".join(lines))


def write_cases(path: Path, cases: "Iterable[GoldCase]") -> None:
    """Write cases as JSONL sorted by id, whole or not at all; fields that say nothing are left away."""
    ordered = sorted(cases, key=lambda case: case.id)
    write_whole(path, (case.model_dump_json(exclude_defaults=True) + "\n" for case in ordered))
