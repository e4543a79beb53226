"""What `claimdesk extract` tells of a run: a row for each article, its sums, what is left, and the exit code."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from extractor.cli.output import (
    EXIT_BUDGET,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    SHORT_ID,
    complain,
    count,
    new_table,
    plain,
    print_json_line,
    stdout_console,
)
from extractor.cli.watching import duration, spent

if TYPE_CHECKING:
    from extractor.batch import Outcome
    from extractor.schema import Failure, Run

MAX_ROWS = 60
"""A longer run shows only so many of the articles that had trouble, and the sums."""

MAX_NAMED = 20
"""Articles set aside that are named at the end of a run; `claimdesk status` names them too."""


@dataclass(frozen=True)
class Ended:
    """How the run ended, and what is left."""

    run: "Run"
    n_elsewhere: int
    set_aside: "list[Failure]"
    """The first of them."""
    n_set_aside: int
    n_copies: int
    """Near copies that were left out."""
    n_in_batch: int
    error: Exception | None
    """Why it ended before its time; the caller raises it."""

    @property
    def is_left(self) -> bool:
        """Tell whether there are articles that are not done and were not begun."""
        return bool(self.n_set_aside or self.n_elsewhere or self.n_in_batch)


@dataclass
class Report:
    """What stands on stdout: a row for each article of a short run, or JSON lines as they come."""

    as_json: bool
    rows: "list[tuple[str, ...]]" = field(default_factory=list)
    n: int = 0
    n_flagged: int = 0
    seconds: float = 0.0

    def add(self, outcome: "Outcome") -> None:
        """Take note of an article; of a long run only so many are kept."""
        self.n += 1
        extraction = outcome.extraction
        claims = extraction.claims if extraction else ()
        losses = [piece.state for piece in extraction.pieces if piece.state.is_loss] if extraction else []
        n_flagged = sum(bool(claim.flags) for claim in claims)
        self.n_flagged += n_flagged
        self.seconds += outcome.seconds
        misses = extraction.suspected_misses if extraction else ()
        if self.as_json:
            print_json_line(
                {
                    "article": outcome.article_sha256,
                    "error": outcome.error or None,
                    "claims": len(claims) if extraction else None,
                    "suspected_misses": len(misses) if extraction else None,
                    "pieces": [piece.state for piece in extraction.pieces] if extraction else None,
                    "usage": outcome.usage,
                    "seconds": outcome.seconds,
                }
            )
            return
        trouble = "failed" if outcome.error else ", ".join(f"piece {state}" for state in losses)
        if self.n == MAX_ROWS + 1:
            self.rows = [row for row in self.rows if row[-1]]
        if len(self.rows) < MAX_ROWS and (trouble or self.n <= MAX_ROWS):
            numbers = (len(claims), n_flagged, len(misses), outcome.usage.output_tokens)
            cells = (*map(str, numbers), f"{outcome.seconds:.1f}")
            self.rows.append((outcome.article_sha256[:SHORT_ID], outcome.title or "", *cells, trouble))

    def close(self, ended: Ended, model: str) -> None:
        """Print what there is to say at the end."""
        if self.as_json:
            print_json_line({"run": ended.run})
            return
        if self.n:
            self._print_table(ended.run, model)
        elif ended.error is None and not ended.run.reason and not ended.is_left:
            stdout_console().print(
                f"nothing to do: every article has been extracted with {model} (claimdesk status tells more)"
            )
        for line in _remarks(ended):
            stdout_console().print(plain(line))

    def _print_table(self, run: "Run", model: str) -> None:
        numbers = ("claims", "flagged", "suspected misses", "tokens out", "seconds")
        table = new_table("article", "title", *numbers, "trouble", right=numbers)
        for row in self.rows:
            table.add_row(*(plain(cell) for cell in row))
        table.add_section()
        totals = run.totals
        sums = (totals.n_claims, self.n_flagged, totals.n_suspected_misses, totals.usage.output_tokens)
        table.add_row("", f"{self.n} articles, {model}", *map(str, sums), f"{self.seconds:.1f}", "")
        console = stdout_console()
        console.print(table)
        console.print(plain(summary(run)))


def summary(run: "Run") -> str:
    """Tell a run in one line."""
    totals = run.totals
    took = ((run.ended_at or run.seen_at) - run.started_at).total_seconds()
    n = totals.n_done + totals.n_failed
    words = [
        f"{count(totals.n_done, 'article')} in {duration(took)} ({n / max(took, 0.1):.1f}/s)",
        count(totals.n_claims, "claim"),
        *spent(totals),
    ]
    if totals.n_set_aside:
        words.append(f"{totals.n_set_aside} set aside")
    if totals.n_lost_pieces:
        words.append(f"{count(totals.n_lost_pieces, 'piece')} lost")
    why = f" ({run.reason})" if run.reason else ""
    return f"run {run.id} with {run.model}: {run.state}{why}; {', '.join(words)}"


def _remarks(ended: Ended) -> Iterator[str]:
    if ended.n_elsewhere:
        yield f"{count(ended.n_elsewhere, 'article')} in the hands of another run (claimdesk status tells which)"
    if ended.n_in_batch:
        n = count(ended.n_in_batch, "article")
        yield f"{n} with questions in a batch at the provider; extract --batch-api collects the answers"
    if ended.n_copies:
        copies, them = ("1 near copy", "it") if ended.n_copies == 1 else (f"{ended.n_copies} near copies", "them")
        yield f"{copies} without a new sentence left out; claimdesk extract --with-copies takes {them} too"
    if ended.n_set_aside:
        yield f"{count(ended.n_set_aside, 'article')} set aside; claimdesk extract --retry-failed takes them up again:"
        for failure in ended.set_aside:
            yield f"  {failure.article_sha256[:SHORT_ID]} failed {failure.n_failures} times: {failure.reason}"


def leave(ended: Ended) -> None:
    """Leave with the code that tells a script how it went."""
    from extractor.schema import RunState

    match ended.run.state:
        case RunState.INTERRUPTED:
            complain(
                f"interrupted: {count(ended.run.totals.n_done, 'article')} stored; "
                "the same command goes on with the rest"
            )
            raise typer.Exit(EXIT_INTERRUPTED)
        case RunState.BUDGET:
            complain("stopped before the limit; the same command goes on with the rest")
            raise typer.Exit(EXIT_BUDGET)
        case _ if ended.error is not None:
            raise ended.error
        case _ if ended.run.totals.n_failed or ended.run.totals.n_set_aside:
            raise typer.Exit(EXIT_FAILED)
