"""Commands about the installation: database, models, and what is missing."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.output import EXIT_FAILED, bytes_progress, new_table, print_json, stdout_console

if TYPE_CHECKING:
    from extractor.doctor import Finding

db_app = typer.Typer(help="Create, upgrade and check the database.", no_args_is_help=True)
models_app = typer.Typer(help="The embedded model: its weights and where they are.", no_args_is_help=True)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the schema of this program, and the workers' queue too; creates what is not there."""
    from extractor.settings import load_settings
    from extractor.store import redacted, schema_state, upgrade

    url = load_settings().database_url
    upgrade(url)
    typer.echo(f"{redacted(url)}: schema {schema_state(url).current}, up to date")
    if _may_have_queue(url):
        from extractor.worker import upgrade_queue

        typer.echo(f"queue for workers: schema {upgrade_queue(url).current}, up to date")


@db_app.command("check")
def db_check() -> None:
    """Tell whether the database, and the workers' queue, have the schema this program expects; exit 1 if not."""
    from extractor.settings import load_settings
    from extractor.store import redacted, schema_state

    url = load_settings().database_url
    state = schema_state(url)
    typer.echo(f"{redacted(url)}: schema {state.current or 'none'}, this program expects {state.head}: {state.verdict}")
    is_current = state.is_current
    if _may_have_queue(url):
        from extractor.worker import queue_state

        queue = queue_state(url)
        typer.echo(
            f"queue for workers: schema {queue.current or 'none'}, the installed engine expects {queue.head}: "
            f"{queue.verdict}"
        )
        # Without one nothing is amiss: it is made when the first articles are queued.
        is_current = is_current and queue.is_usable
    if not is_current:
        raise typer.Exit(EXIT_FAILED)


def _may_have_queue(url: str) -> bool:
    from importlib.util import find_spec

    from extractor.store import is_shared

    return is_shared(url) and find_spec("procrastinate") is not None


@models_app.command("list")
def models_list(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List what --model understands and whether it is ready."""
    from extractor.doctor import list_models
    from extractor.settings import load_settings

    models = list_models(load_settings())
    if as_json:
        print_json(models)
        return
    table = new_table("model", "ready", "what")
    for m in models:
        table.add_row(m.name, "yes" if m.ready else "no", m.detail)
    stdout_console().print(table)


@models_app.command("pull")
def models_pull() -> None:
    """Fetch the weights of the embedded model (1.1 GB, once) and check their hash."""
    from extractor.local import ensure_weights
    from extractor.settings import load_settings

    with bytes_progress() as progress:
        path = ensure_weights(load_settings(), progress=progress)
    typer.echo(str(path))


@models_app.command("path")
def models_path() -> None:
    """Print where the weights of the embedded model are or would be; exit 1 when they are not there."""
    from extractor.local import weights_status
    from extractor.settings import load_settings

    status = weights_status(load_settings())
    typer.echo(str(status.path))
    if not status.is_here:
        raise typer.Exit(EXIT_FAILED)


class _Mark(StrEnum):
    OK = "[green]ok[/green]"
    TODO = "[yellow]to do[/yellow]"


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Tell what is installed, configured and reachable, and what to do about what is not."""
    from extractor.doctor import examine
    from extractor.settings import load_settings

    findings: list[Finding] = examine(load_settings())
    if as_json:
        print_json(findings)
    else:
        table = new_table("", "what", "found", "do")
        for f in findings:
            table.add_row(_Mark.OK if f.ok else _Mark.TODO, f.what, f.found, f.remedy)
        stdout_console().print(table)
    if any(f.needed and not f.ok for f in findings):
        raise typer.Exit(EXIT_FAILED)
