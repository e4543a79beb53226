"""What a person or a program sees of a run while it goes: a bar, a line now and then, or JSON lines."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from extractor.cli.output import SHORT_ID, complain

if TYPE_CHECKING:
    from extractor.batch import Outcome
    from extractor.schema import Run, RunTotals

LINE_EVERY_S = 30.0
"""Where there is no terminal to show a bar in, a line tells the progress so often."""


class Watch(Protocol):
    """Told what happens."""

    def begun(self, run_id: int, n_articles: int, *, part_of: int | None = None) -> None:
        """Hear that the run begins, and how much there is to do, where that is known; `part_of` is a queued run."""
        ...

    def message(self, text: str) -> None:
        """Hear a sentence for a person."""
        ...

    def ended(self, outcome: "Outcome", totals: "RunTotals") -> None:
        """Hear that an article has ended, and what has been done by now."""
        ...

    def closed(self, run: "Run") -> None:
        """Hear how the run ended."""
        ...


class Untold:
    """Tells nobody."""

    def begun(self, run_id: int, n_articles: int, *, part_of: int | None = None) -> None:
        """Say nothing."""

    def message(self, text: str) -> None:
        """Say nothing."""

    def ended(self, outcome: "Outcome", totals: "RunTotals") -> None:
        """Say nothing."""

    def closed(self, run: "Run") -> None:
        """Say nothing."""


class Together:
    """Tells several."""

    def __init__(self, *watches: Watch) -> None:
        self._watches = watches

    def begun(self, run_id: int, n_articles: int, *, part_of: int | None = None) -> None:
        """Tell that the run begins."""
        for watch in self._watches:
            watch.begun(run_id, n_articles, part_of=part_of)

    def message(self, text: str) -> None:
        """Tell a sentence."""
        for watch in self._watches:
            watch.message(text)

    def ended(self, outcome: "Outcome", totals: "RunTotals") -> None:
        """Tell that an article has ended."""
        for watch in self._watches:
            watch.ended(outcome, totals)

    def closed(self, run: "Run") -> None:
        """Tell how the run ended."""
        for watch in self._watches:
            watch.closed(run)


def lines_of(log_json: bool) -> Watch:
    """Tell by lines alone."""
    return _JsonLines() if log_json else _Lines(complain)


@contextmanager
def watching(model: str, *, log_json: bool) -> Iterator[Watch]:
    """Choose how to tell: JSON lines where they are asked for, a bar on a terminal, else a line now and then."""
    from rich.console import Console

    console = Console(stderr=True)
    if log_json:
        yield _JsonLines()
    elif console.is_terminal:
        with _bar(console, model) as bar:
            yield bar
    else:
        yield _Lines(complain)


class _Pace:
    """How far a run is, in words."""

    def __init__(self) -> None:
        self.n_articles = 0
        self._began = time.monotonic()

    def begin(self, n_articles: int) -> None:
        self.n_articles = n_articles
        self._began = time.monotonic()

    def told(self, totals: "RunTotals") -> str:
        n = totals.n_done + totals.n_failed
        per_s = n / max(time.monotonic() - self._began, 1e-9)
        of = f" of {self.n_articles:,}" if self.n_articles else ""
        words = [f"{n:,}{of} articles", f"{per_s:.1f}/s", *spent(totals)]
        left = max(self.n_articles - n, 0)
        if left and n:
            words.append(f"{duration(left / per_s)} left")
        return ", ".join(words)


def spent(totals: "RunTotals") -> list[str]:
    """Say what was used and what failed, as far as there is anything to say."""
    usage = totals.usage
    words = []
    if tokens := usage.prompt_tokens + usage.output_tokens:
        words.append(f"{tokens:,} tokens")
    if usage.cost_usd:
        words.append(f"{usage.cost_usd:.2f} USD")
    if usage.reused:
        words.append(f"{usage.reused:,} answers kept from before")
    if totals.n_failed:
        words.append(f"{totals.n_failed:,} failed")
    return words


def duration(seconds: float) -> str:
    """Write a time for a person: ``8 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class _Lines:
    """Tells a person by plain lines on stderr."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._pace = _Pace()
        self._told_at = time.monotonic()

    def begun(self, run_id: int, n_articles: int, *, part_of: int | None = None) -> None:
        self._pace.begin(n_articles)
        self._told_at = time.monotonic()
        if part_of is not None:
            self._say(f"run {run_id} begins, a part of run {part_of}")

    def message(self, text: str) -> None:
        self._say(text)

    def ended(self, outcome: "Outcome", totals: "RunTotals") -> None:
        if outcome.error:
            self._say(f"article {outcome.article_sha256[:SHORT_ID]} failed: {outcome.error}")
        if time.monotonic() - self._told_at >= LINE_EVERY_S:
            self._told_at = time.monotonic()
            self._say(self._pace.told(totals))

    def closed(self, run: "Run") -> None:
        pass


@contextmanager
def _bar(console: Any, model: str) -> Iterator[Watch]:
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(BarColumn(), TextColumn("{task.description}"), console=console) as progress:
        task = progress.add_task(f"extracting with {escape(model)}", total=None)

        class Bar(_Lines):
            def begun(self, run_id: int, n_articles: int, *, part_of: int | None = None) -> None:
                super().begun(run_id, n_articles)
                progress.update(task, total=n_articles)

            def ended(self, outcome: "Outcome", totals: "RunTotals") -> None:
                if outcome.error:
                    super().ended(outcome, totals)
                progress.update(task, advance=1, description=escape(self._pace.told(totals)))

        yield Bar(lambda text: progress.console.print(f"claimdesk: {text}", markup=False, highlight=False))


class _JsonLines:
    """Tells a program: one JSON object a line on stderr, each with its event, time and run."""

    def __init__(self) -> None:
        self._run_id: int | None = None

    def begun(self, run_id: int, n_articles: int, *, part_of: int | None = None) -> None:
        self._run_id = run_id
        self._log("run_begun", **({"n_articles": n_articles} if part_of is None else {"part_of": part_of}))

    def message(self, text: str) -> None:
        self._log("message", message=text)

    def ended(self, outcome: "Outcome", totals: "RunTotals") -> None:
        extraction, usage = outcome.extraction, outcome.usage
        self._log(
            "article_failed" if outcome.error else "article_done",
            article=outcome.article_sha256,
            reason=outcome.error or None,
            error_type=outcome.error_type or None,
            claims=None if extraction is None else len(extraction.claims),
            pieces=None if extraction is None else [piece.state for piece in extraction.pieces],
            seconds=outcome.seconds,
            prompt_tokens=usage.prompt_tokens,
            output_tokens=usage.output_tokens,
            cost_usd=usage.cost_usd,
        )

    def closed(self, run: "Run") -> None:
        self._log("run_ended", state=run.state, reason=run.reason or None, totals=run.totals)

    def _log(self, event: str, **fields: object) -> None:
        from pydantic_core import to_json

        from extractor.clock import utc_now

        line = {"event": event, "at": utc_now(), "run": self._run_id, **fields}
        sys.stderr.write(to_json(line).decode() + "\n")
        sys.stderr.flush()
