"""Commands of the eval suite."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.formats import Format
from extractor.cli import bench, datasets, judging, peers, promote, report, versus
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
    read_run,
)
from extractor.cli.judging import JudgeLabelsOption, JudgeOption, with_judge
from extractor.cli.output import EXIT_FAILED, article_progress, bytes_progress, complain, count, stdout_console

if TYPE_CHECKING:
    from eval.cases import CaseSet, GoldCase
    from eval.run import EvalRun, KeptRun, Prediction
    from eval.scores import Score
    from extractor.pipeline import Extractor
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
    second_pass: Annotated[
        bool, typer.Option("--second-pass", help="As for extract: ask an endpoint once more about suspected misses.")
    ] = False,
    data: DataOption = None,
    form: FormatOption = Format.CLAIMDESK,
    texts: TextsOption = None,
    split: SplitOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many articles, drawn by --seed.")] = None,
    seed: Annotated[int, typer.Option(help="Of the drawing; a larger --limit adds to the same articles.")] = 0,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Keep the run: eval score and eval report take it without a call, and the same command goes on "
            "where it was interrupted.",
        ),
    ] = None,
    repeat: Annotated[
        int, typer.Option(min=1, help="Run so often, and tell how much the runs differ; kept as FILE, FILE-2, ...")
    ] = 1,
    judge: JudgeOption = None,
    judge_labels: JudgeLabelsOption = None,
    details: DetailsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let a model extract from labelled articles and score what it finds: precision, recall, F1, with intervals.

    An article that failed counts as missed, and exit code 1 says so; the same command with --save asks about it again.
    """
    from eval.peers.comparison import sample
    from extractor.settings import load_settings, with_second_pass

    settings = load_settings()
    model = model or settings.model
    if second_pass:
        settings = with_second_pass(settings, model)
    cases = sample(read_cases(data, texts, split, form), limit, seed)
    runs = []
    for number in range(1, repeat + 1):
        path = save.with_stem(f"{save.stem}-{number}") if save and number > 1 else save
        runs.append(asyncio.run(_run(cases, model, settings, path)))
    (score,) = with_judge([(runs[0], _scored(runs, cases, data))], cases, judge, judge_labels)
    _report(score, details=details, as_json=as_json)
    if any(p.error for one in runs for p in one.predictions):
        raise typer.Exit(EXIT_FAILED)


async def _run(cases: "CaseSet", model: str, settings: "Settings", path: Path | None) -> "EvalRun":
    from extractor.compose import open_extractor

    with bytes_progress() as progress:
        opened = open_extractor(model, settings, progress=progress)
        async with opened as extractor:
            kept = _kept(extractor.identity, cases, path)
            still_open = [case for case in cases.cases if (known := kept.of(case)) is None or known.error]
            with article_progress(len(still_open), model) as advance:
                for case in still_open:
                    kept.add(await _predict(case, extractor, path))
                    advance()
    return kept.run


def _kept(identity: "Identity", cases: "CaseSet", path: Path | None) -> "KeptRun":
    """Begin a run, or go on with the one in the file; rules cost nothing, so they always begin anew."""
    from eval.run import KeptRun, RunInfo
    from extractor.clock import utc_now
    from extractor.errors import EvalError

    info = RunInfo(
        identity=identity,
        dataset=cases.path,
        dataset_sha256=cases.sha256,
        code_version=code_version(),
        created_at=utc_now(),
        machine=machine(),
    )
    if path is None or identity.model == "rules":
        return KeptRun.start(info, path)
    kept = KeptRun.resume(info, path)
    for what, old, new in (
        ("articles or labels", kept.run.info.dataset_sha256, info.dataset_sha256),
        ("code", kept.run.info.code_version, info.code_version),
    ):
        if old != new:
            raise EvalError(
                f"{path}: kept with other {what} ({old[:60]}); score it with eval score, or choose another place"
            )
    if n_kept := len(kept.run.predictions):
        complain(f"going on from {count(n_kept, 'answer')} kept since {kept.run.info.created_at:%Y-%m-%d %H:%M} UTC")
    return kept


async def _predict(case: "GoldCase", extractor: "Extractor", path: Path | None) -> "Prediction":
    """Extract from one article; what only concerns this one is part of the run.

    Raises:
        ModelError: nobody answers any more, or not without somebody's help.
    """
    from eval.run import prediction
    from extractor.clock import utc_now
    from extractor.errors import Fault, FaultScope, ModelError
    from extractor.ingest import make_article
    from extractor.pipeline import extract

    try:
        return prediction(case, await extract(make_article(case.text, case.metadata), extractor, clock=utc_now))
    except ModelError as exc:
        if exc.fault.scope is FaultScope.RUN or exc.fault is Fault.UNREACHABLE:
            if path:
                complain(f"what was answered so far is kept in {path}; the same command goes on from there")
            raise
        complain(f"case {case.id!r} failed: {exc}")
        return prediction(case, str(exc))


def _scored(runs: "list[EvalRun]", cases: "CaseSet", data: Path | None) -> "Score":
    from eval.repeats import with_repeats
    from eval.scoring import score

    agreements = read_agreements(data)
    return with_repeats([score(one, cases, agreements=agreements) for one in runs])


@app.command("score", rich_help_panel=_SCORE)
def rescore(
    run_files: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="A run kept with eval run --save, or several that repeat it."),
    ],
    data: DataOption = None,
    form: FormatOption = Format.CLAIMDESK,
    texts: TextsOption = None,
    split: SplitOption = None,
    judge: JudgeOption = None,
    judge_labels: JudgeLabelsOption = None,
    details: DetailsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Score a kept run again, or predictions from elsewhere; no model is called.

    Predictions from elsewhere are JSON lines, one article each: {"id": "own-001", "claims": [{"text": "The pump
    failed.", "source": "Ruta Osei", "quote": "the pump had failed"}]}. Every command that takes a run takes them;
    docs/figures.md says what else they may hold.
    """
    from extractor.errors import EvalError

    cases = read_cases(data, texts, split, form)
    runs = [read_run(path, cases) for path in run_files]
    if {case.id for case in cases.cases}.isdisjoint(p.case_id for run in runs for p in run.predictions):
        raise EvalError(f"{cases.path}: no article that the run has a prediction for; name its --data and --texts")
    (score,) = with_judge([(runs[0], _scored(runs, cases, data))], cases, judge, judge_labels)
    _report(score, details=details, as_json=as_json)


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
app.command("judge", rich_help_panel=_COMPARE)(judging.judge)
app.command("peers", rich_help_panel=_COMPARE)(peers.peers)
app.command("check", rich_help_panel=_SETS)(datasets.check)
app.command("convert", rich_help_panel=_SETS)(datasets.convert)
app.command("promote", rich_help_panel=_SETS)(promote.promote)
app.add_typer(bench.app, name="bench", rich_help_panel="Measure this machine")
