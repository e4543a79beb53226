"""How the command line speaks: tables and JSON on stdout, progress and complaints on stderr."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from extractor.schema import CopyLink, Failure

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_BUDGET = 3
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


def plain(text: str) -> "Text":
    """Give text from an article or a model to the terminal as data: no markup, no control characters."""
    from rich.text import Text

    return Text("".join(ch if ch.isprintable() or ch == "\n" else "\N{REPLACEMENT CHARACTER}" for ch in text))


def count(n: int, noun: str) -> str:
    """Write a number with its noun in singular or plural."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def copy_line(link: "CopyLink") -> str:
    """Tell what an article repeats."""
    words = []
    if link.copy_of:
        copy = link.copy_of
        news = f"{count(copy.n_new_sentences, 'sentence')} new" if copy.n_new_sentences else "nothing new"
        # Down, since 100 % must mean all of it.
        alike = int(100 * copy.similarity)
        words.append(f"near copy of {copy.sha256[:SHORT_ID]}, {alike} % alike, {news}")
    if link.updates:
        words.append(f"newer version of {link.updates[:SHORT_ID]}")
    return "; ".join(words)


def failure_line(failure: "Failure") -> str:
    """Tell an extraction that did not come about: with which model, how often, when last, why."""
    times = "once" if failure.n_failures == 1 else f"{failure.n_failures} times"
    return f"{failure.model}, {times}, last on {failure.last_at:%Y-%m-%d %H:%M} UTC: {failure.reason}"


def write_whole(path: Path, chunks: Iterable[str]) -> None:
    """Write a file of UTF-8 as it is; where that fails, what was there before is still there."""
    target = path.resolve()
    if target.exists() and not target.is_file():  # a device or a pipe
        with target.open("w", encoding="utf-8", newline="") as file:
            file.writelines(chunks)
        return
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.writelines(chunks)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def print_json(value: Any) -> None:
    """Print a value as one JSON document on stdout; pydantic values and dates are understood."""
    from pydantic_core import to_json

    sys.stdout.write(to_json(value, indent=2).decode() + "\n")


def print_json_line(value: Any) -> None:
    """Print a value as one line of JSON on stdout, at once; pydantic values and dates are understood."""
    from pydantic_core import to_json

    sys.stdout.write(to_json(value).decode() + "\n")
    sys.stdout.flush()


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
def article_progress(total: int, model: str, *, doing: str = "extracting") -> Iterator[Callable[[], None]]:
    """Show a bar of steps on stderr; yields a function to call after each. Silent when not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"{doing} with {model}", total=total)
        yield lambda: bar.advance(task)
