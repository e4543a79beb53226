"""The comparison with rivals: the same articles and the same model server for each of them."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.gold import (
    DataOption,
    JsonOption,
    SplitOption,
    TextsOption,
    code_version,
    machine,
    read_agreements,
    read_cases,
)
from extractor.cli.output import article_progress, complain, print_json, stdout_console
from extractor.cli.rivals import ASKS_A_MODEL, InstallOption, SystemName, opened, served

if TYPE_CHECKING:
    from eval.cases import CaseSet, GoldCase
    from eval.run import EvalRun, KeptRun
    from extractor.schema import Identity
    from extractor.settings import Settings


def peers(
    systems: Annotated[
        str, typer.Option(metavar="NAME,...", help="Which of plain, langextract, rules and ours.")
    ] = ",".join(SystemName),
    model: Annotated[
        str, typer.Option(metavar="local|NAME", help="The model that plain, langextract and ours ask.")
    ] = "local",
    data: DataOption = None,
    texts: TextsOption = None,
    split: SplitOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many articles, drawn by --seed.")] = None,
    seed: Annotated[int, typer.Option(help="Of the drawing; a larger --limit adds to the same articles.")] = 0,
    save: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep each answer: a second run goes on from there and asks nothing twice."),
    ] = None,
    install: InstallOption = False,
    as_json: JsonOption = False,
) -> None:
    """Compare with a plain instructor loop and with langextract, on the same articles and the same model server.

    plain asks once an article to "extract every claim and who made it"; langextract works as its guide advises,
    with one worked example; rules and ours are what extract --model does. Ratios are against plain.
    """
    from eval.ceiling import ceiling_of
    from eval.peers.comparison import figures, sample
    from eval.report.peers import render
    from extractor.errors import EvalError
    from extractor.settings import load_settings

    chosen = _systems(systems)
    cases = sample(read_cases(data, texts, split), limit, seed)
    if not cases.cases:
        raise EvalError(f"{cases.path}: none of the chosen cases has its text; name it by --texts, or choose others")
    runs = asyncio.run(_compare(chosen, model, cases, _Kept(save, cases), load_settings(), install=install))
    result = [figures(_label(name, model), runs[name], cases.cases) for name in chosen]
    baseline = result[chosen.index(SystemName.PLAIN)] if SystemName.PLAIN in chosen else None
    for left_out in cases.not_scored:
        complain(f"case {left_out.case_id!r} is left out: {left_out.reason}")
    if as_json:
        print_json(result)
    else:
        here = {case.id for case in cases.cases}
        ceiling = ceiling_of([a for a in read_agreements(data) if a.case_id in here])
        stdout_console().print(render(result, baseline, ceiling))


def _systems(names: str) -> list[SystemName]:
    try:
        return list(dict.fromkeys(SystemName(name.strip()) for name in names.split(",")))
    except ValueError as exc:
        raise typer.BadParameter(f"{exc}; choose from {', '.join(SystemName)}") from exc


def _label(name: SystemName, model: str) -> str:
    return f"ours, {model}" if name is SystemName.OURS else name


class _Kept:
    """The folder of runs, one file a system."""

    def __init__(self, folder: Path | None, cases: "CaseSet") -> None:
        self._folder = folder
        self._cases = cases

    def open_cases(self, name: SystemName) -> "list[GoldCase]":
        """Return the cases that are not answered yet; a failure is an answer, for rivals are asked only once."""
        from eval.run import load_run

        path = self._path(name)
        kept = load_run(path) if path and path.exists() and name is not SystemName.RULES else None
        there = {(p.case_id, p.text_sha256) for p in kept.predictions} if kept else set()
        return [c for c in self._cases.cases if (c.id, c.article.text_sha256) not in there]

    def start(self, name: SystemName, identity: "Identity") -> "KeptRun":
        """Go on with the kept run, or begin one; rules are free, so they always begin anew.

        Raises:
            EvalError: The kept one was made with another model, prompt or setting.
        """
        from eval.run import KeptRun, RunInfo
        from extractor.clock import utc_now

        info = RunInfo(
            identity=identity,
            dataset=self._cases.path,
            dataset_sha256=self._cases.sha256,
            code_version=code_version(),
            created_at=utc_now(),
            machine=machine(),
        )
        path = self._path(name)
        return KeptRun.start(info, path) if path is None or name is SystemName.RULES else KeptRun.resume(info, path)

    def _path(self, name: SystemName) -> Path | None:
        return self._folder / f"{name}.json" if self._folder else None


async def _compare(
    chosen: list[SystemName], model: str, cases: "CaseSet", kept: _Kept, settings: "Settings", *, install: bool
) -> "dict[SystemName, EvalRun]":
    """Ask every system about the cases it has not answered; one after the other, for they share the server."""
    runs = {}
    still_open = {name: kept.open_cases(name) for name in chosen}
    async with AsyncExitStack() as stack:
        asking = any(still_open[name] for name in ASKS_A_MODEL & set(chosen))
        options = stack.enter_context(served(model, settings, start=asking))
        for name in chosen:
            async with opened(name, options, settings, start=bool(still_open[name]), install=install) as system:
                growing = kept.start(name, system.identity)
                if growing.run.predictions:
                    since = growing.run.info.created_at
                    complain(f"{name}: going on from answers kept since {since:%Y-%m-%d %H:%M} UTC")
                with article_progress(len(still_open[name]), _label(name, model)) as advance:
                    for case in still_open[name]:
                        found = await system.predict(case)
                        growing.add(found)
                        if found.error:
                            complain(f"{name}: case {case.id!r} failed: {found.error}")
                        advance()
                runs[name] = growing.run
    return runs
