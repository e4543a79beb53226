"""Commands of the eval suite."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.formats import Format
from extractor.cli import bench, datasets, peers, promote, report, versus
from extractor.cli.gold import (
    DataOption,
    FormatOption,
    JsonOption,
    SplitOption,
    TextsOption,
    code_version,
    machine,
    read_agreements,
    read_cases,
)
from extractor.cli.output import EXIT_FAILED, article_progress, bytes_progress, complain, stdout_console

if TYPE_CHECKING:
    from eval.cases import CaseSet
    from eval.run import EvalRun, Prediction
    from eval.scores import Score
    from extractor.schema import Identity
    from extractor.settings import Settings

_SCORE, _COMPARE, _SETS = "Score", "Compare and decide", "Sets of labelled articles"
"""Headings of the help."""

app = typer.Typer(
    help="Score extraction against hand-labelled articles: what was found, what was missed, how sure that is.\n\n"
    "The usual way: eval run --model M --save RUN, then eval report RUN... --html FILE to look at it, eval compare A B "
    "after a change, eval gate in CI. Scoring a kept run asks no model. docs/figures.md says what each figure means.",
    no_args_is_help=True,
)


DetailsOption = Annotated[
    bool, typer.Option("--details", help="For each article: what matched, was missed, was invented, and why.")
]


@app.command("run", rich_help_panel=_SCORE)
def run(
    model: Annotated[
        str | None, typer.Option(metavar="rules|local|NAME", help="As for extract. Default: CLAIMDESK_MODEL.")
    ] = None,
    data: DataOption = None,
    form: FormatOption = Format.CLAIMDESK,
    texts: TextsOption = None,
    split: SplitOption = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the run: eval score scores it again without a call.")
    ] = None,
    repeat: Annotated[
        int, typer.Option(min=1, help="Run so often, and tell how much the runs differ; kept as FILE, FILE-2, ...")
    ] = 1,
    details: DetailsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let a model extract from labelled articles and score what it finds: precision, recall, F1, with intervals."""
    from eval.run import save_run
    from extractor.settings import load_settings

    settings = load_settings()
    cases = read_cases(data, texts, split, form)
    runs = []
    for number in range(1, repeat + 1):
        runs.append(_one_run(cases, model or settings.model, settings))
        if save:
            save_run(runs[-1], save if number == 1 else save.with_stem(f"{save.stem}-{number}"))
    _report(_scored(runs, cases, data), details=details, as_json=as_json)
    if any(p.error for one in runs for p in one.predictions):
        raise typer.Exit(EXIT_FAILED)


def _one_run(cases: "CaseSet", model: str, settings: "Settings") -> "EvalRun":
    from eval.run import EvalRun, RunInfo
    from extractor.clock import utc_now

    started_at = utc_now()
    identity, predictions = asyncio.run(_predict(cases, model, settings))
    info = RunInfo(
        identity=identity,
        dataset=cases.path,
        dataset_sha256=cases.sha256,
        code_version=code_version(),
        created_at=started_at,
        machine=machine(),
    )
    return EvalRun(info=info, predictions=tuple(predictions))


def _scored(runs: "list[EvalRun]", cases: "CaseSet", data: Path | None) -> "Score":
    from eval.repeats import with_repeats
    from eval.scoring import score

    agreements = read_agreements(data)
    return with_repeats([score(one, cases, agreements=agreements) for one in runs])


@app.command("score", rich_help_panel=_SCORE)
def rescore(
    run_files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="A run kept with eval run --save, or several that repeat it."),
    ],
    data: DataOption = None,
    form: FormatOption = Format.CLAIMDESK,
    texts: TextsOption = None,
    split: SplitOption = None,
    details: DetailsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Score a kept run again; no model is called."""
    from eval.run import load_run

    cases = read_cases(data, texts, split, form)
    _report(_scored([load_run(path) for path in run_files], cases, data), details=details, as_json=as_json)


async def _predict(cases: "CaseSet", model: str, settings: "Settings") -> "tuple[Identity, list[Prediction]]":
    from eval.run import prediction
    from extractor.clock import utc_now
    from extractor.compose import open_extractor
    from extractor.errors import ModelError
    from extractor.ingest import make_article
    from extractor.pipeline import extract

    predictions = []
    with bytes_progress() as progress:
        opened = open_extractor(model, settings, progress=progress)
        async with opened as extractor:
            with article_progress(len(cases.cases), model) as advance:
                for case in cases.cases:
                    article = make_article(case.text, case.metadata)
                    try:
                        outcome = await extract(article, extractor, clock=utc_now)
                        predictions.append(prediction(case, outcome))
                    except ModelError as exc:
                        complain(f"case {case.id!r} failed: {exc}")
                        predictions.append(prediction(case, str(exc)))
                    advance()
            return extractor.identity, predictions


def _report(score: "Score", *, details: bool, as_json: bool) -> None:
    from eval.report.as_json import as_json as to_json
    from eval.report.terminal import render

    if as_json:
        typer.echo(to_json(score))
    else:
        stdout_console().print(render(score, details=details))


app.command("report", rich_help_panel=_SCORE)(report.report)
app.command("compare", rich_help_panel=_COMPARE)(versus.compare)
app.command("gate", rich_help_panel=_COMPARE)(versus.gate)
app.command("agreement", rich_help_panel=_COMPARE)(versus.agreement)
app.command("peers", rich_help_panel=_COMPARE)(peers.peers)
app.command("check", rich_help_panel=_SETS)(datasets.check)
app.command("convert", rich_help_panel=_SETS)(datasets.convert)
app.command("promote", rich_help_panel=_SETS)(promote.promote)
app.add_typer(bench.app, name="bench", rich_help_panel="Measure this machine")
