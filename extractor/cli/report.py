"""Kept runs as a report that a person opens, or that goes below a change."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.formats import Format
from extractor.cli.gold import (
    DataOption,
    FormatOption,
    SplitOption,
    TextsOption,
    code_version,
    read_agreements,
    read_cases,
    read_run,
)
from extractor.cli.judging import JudgeLabelsOption, JudgeOption, with_judge
from extractor.cli.output import complain, write_whole

if TYPE_CHECKING:
    from eval.cases import CaseSet
    from eval.ceiling import ArticleAgreement
    from eval.report.marked import Named
    from eval.run import EvalRun


def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Runs kept with eval run --save.")],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one page with plots and every article; needs no network.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print tables for a comment on a change.")] = False,
    data: DataOption = None,
    form: FormatOption = Format.CLAIMDESK,
    texts: TextsOption = None,
    split: SplitOption = None,
    judge: JudgeOption = None,
    judge_labels: JudgeLabelsOption = None,
) -> None:
    """Score kept runs again, side by side, and write a report; no model is called, unless a judge is asked for."""
    from extractor.errors import EvalError

    if html is None and not markdown:
        raise typer.BadParameter("say what to write: --html FILE, --markdown or both")
    cases = read_cases(data, texts, split, form)
    loaded = [(path, read_run(path, cases)) for path in runs]
    systems = _systems(loaded, cases, read_agreements(data))
    scored = [(run, named.score) for (_, run), named in zip(loaded, systems, strict=True)]
    judged = with_judge(scored, cases, judge, judge_labels)
    systems = [named._replace(score=score) for named, score in zip(systems, judged, strict=True)]
    if not any(named.score.articles for named in systems):
        raise EvalError(f"{cases.path}: no article that the runs have a prediction for; name their --data and --texts")
    if html:
        from eval.report.html import as_html
        from eval.report.summary import Made
        from extractor.clock import utc_now

        made = Made(code_version=code_version(), made_at=utc_now())
        _write(html, as_html(systems, cases.cases, made))
    if markdown:
        from eval.report.markdown import as_markdown

        typer.echo(as_markdown(systems), nl=False)


def _systems(
    loaded: "list[tuple[Path, EvalRun]]", cases: "CaseSet", agreements: "tuple[ArticleAgreement, ...]"
) -> "list[Named]":
    from eval.compare import compare_runs
    from eval.report.marked import Named
    from eval.scoring import score

    runs = [run for _, run in loaded]
    scores = [score(run, cases, agreements=agreements) for run in runs]
    first = {article.case_id for article in scores[0].articles}
    compared = [
        compare_runs(runs[0], run, cases, common=True) if first & {a.case_id for a in its.articles} else None
        for run, its in zip(runs[1:], scores[1:], strict=True)
    ]
    return [Named(*parts) for parts in zip(_names(loaded), scores, [None, *compared], strict=True)]


def _names(loaded: "list[tuple[Path, EvalRun]]") -> list[str]:
    """Call each run by its model, with the file's name where two have the same one."""
    models = Counter(run.info.identity.model for _, run in loaded)
    names = []
    for path, run in loaded:
        model = run.info.identity.model
        names.append(model if models[model] == 1 else f"{model} ({path.stem})")
    taken = Counter(names)
    return [name if taken[name] == 1 else f"{name} {at}" for at, name in enumerate(names, start=1)]


def _write(path: Path, text: str) -> None:
    from extractor.errors import EvalError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, [text])
    except OSError as exc:
        raise EvalError(f"{path}: the report cannot be written ({exc.strerror}); choose another place") from exc
    complain(f"wrote {path}")
