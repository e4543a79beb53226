"""How the command line speaks: tables and JSON on stdout, progress and complaints on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

SHORT_ID = 12
"""Digits of a hash that a person sees; any unambiguous beginning of six or more is accepted."""

PIPED_WIDTH = 200
"""Columns of a table that goes to a file or another program."""


def complain(message: str) -> None:
    """Print one sentence on stderr."""
    print(f"claimdesk: {message}", file=sys.stderr)  # noqa: T201


def stdout_console() -> "Console":
    """Make the console for results; wide where nobody looks, so that nothing is cut off."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False, soft_wrap=False)


def new_table(*columns: str, right: tuple[str, ...] = ()) -> "Table":
    """Make an empty table; the columns named in `right` hold numbers."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def print_json(value: Any) -> None:
    """Print a value as one JSON document on stdout; pydantic values and dates are understood."""
    from pydantic_core import to_json

    sys.stdout.write(to_json(value, indent=2).decode() + "\n")


@contextmanager
def bytes_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for a download on stderr; yields ``(what, done, total)`` in bytes. Silent when not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    tasks: dict[str, TaskID] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
                if not console.is_terminal:
                    complain(f"{what} ({total / 1e9:.1f} GB) ...")
            bar.update(tasks[what], completed=done, total=total)

        yield tell


@contextmanager
def article_progress(total: int, model: str) -> Iterator[Callable[[], None]]:
    """Show a bar of articles on stderr; yields a function to call after each. Silent when not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"extracting with {model}", total=total)
        yield lambda: bar.advance(task)
