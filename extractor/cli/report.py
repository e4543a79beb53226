"""Kept runs as a report that a person opens, or that goes below a change."""

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.formats import Format
from extractor.cli.gold import DataOption, FormatOption, SplitOption, TextsOption, read_cases
from extractor.cli.output import complain, write_whole

if TYPE_CHECKING:
    from eval.run import EvalRun


def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Runs kept with eval run --save.")],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one page with plots and every article; needs no network.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write tables for a comment on a change; - for stdout.")
    ] = None,
    data: DataOption = None,
    form: FormatOption = Format.CLAIMDESK,
    texts: TextsOption = None,
    split: SplitOption = None,
) -> None:
    """Score kept runs again, side by side, and write a report; no model is called."""
    from eval.ceiling import load_agreements
    from eval.report.marked import Named
    from eval.run import load_run
    from eval.scoring import score
    from extractor.errors import EvalError

    if html is None and markdown is None:
        raise typer.BadParameter("say where the report goes: --html FILE, --markdown FILE or both")
    cases = read_cases(data, texts, split, form)
    loaded = [(path, load_run(path)) for path in runs]
    agreements = load_agreements(Path(cases.path))
    systems = [
        Named(name, score(run, cases, agreements=agreements))
        for name, (_, run) in zip(_names(loaded), loaded, strict=True)
    ]
    if not any(system.score.articles for system in systems):
        raise EvalError(f"{cases.path}: no article that the runs have a prediction for; name their --data and --texts")
    if html:
        from eval.report.html import as_html

        _write(html, as_html(systems, cases.cases))
    if markdown:
        from eval.report.markdown import as_markdown

        _write(markdown, as_markdown(systems))


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

    if str(path) == "-":
        sys.stdout.write(text)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, [text])
    except OSError as exc:
        raise EvalError(f"{path}: the report cannot be written ({exc.strerror}); choose another place") from exc
    complain(f"wrote {path}")
