"""The command line: composition root of everything that is not the review app.

Heavy libraries are imported inside the commands that need them, so that ``--help`` is instant.
Results go to stdout, progress and complaints to stderr.
"""

import sys
from typing import Annotated

import typer

from extractor.cli import admin, claims, evaluate, extract, ingest, people, review, status, worker
from extractor.cli.output import EXIT_INTERRUPTED, EXIT_USAGE, complain
from extractor.errors import ClaimDeskError

app = typer.Typer(
    help="Pull the claims out of news articles, with who made them and where the text says so, and review them.",
    epilog="Exit codes: 0 done, 1 some articles failed, 2 usage, configuration, or an endpoint or database that is "
    "gone, 3 stopped by --max-cost or --max-tokens, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("ingest")(ingest.ingest)
app.command("watch")(ingest.watch)
app.command("extract")(extract.extract)
app.command("worker")(worker.worker)
app.command("cancel")(worker.cancel)
app.command("claims")(claims.list_claims)
app.command("show")(claims.show)
app.command("review")(review.review)
app.command("export")(claims.export)
app.command("status")(status.status)
app.command("doctor")(admin.doctor)
app.add_typer(evaluate.app, name="eval")
app.add_typer(people.app, name="people")
app.add_typer(admin.db_app, name="db")
app.add_typer(admin.models_app, name="models")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"claimdesk {version('claimdesk')}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; every expected error becomes one sentence on stderr."""
    try:
        app()
    except ClaimDeskError as exc:
        complain(str(exc))
        sys.exit(EXIT_USAGE)
    except OSError as exc:
        if isinstance(exc, BrokenPipeError):
            sys.stderr.close()
            sys.exit(0)
        where = f" ({exc.filename!r})" if exc.filename else ""
        complain(f"the system refused: {exc.strerror or exc}{where}")
        sys.exit(EXIT_USAGE)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
