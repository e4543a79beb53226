"""Extractions that somebody starts from the browser, and what is seen of all runs."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from extractor.errors import ConfigError
from extractor.people import Act, Person
from extractor.schema import Run, RunProgress, RunState, Usage, Value
from extractor.store import (
    article_titles,
    costliest_articles,
    count_articles,
    end_dead_runs,
    list_runs,
    open_session,
    progress,
    usage_by_model,
)
from review_app.logic import words
from review_app.logic.article_list import usd
from review_app.logic.visible import visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

MOST_RUNS = 20
MOST_COSTLY = 10

MOST_CHOSEN = 200
"""Articles that are named to one run; more are a backlog, and that is everything that was not read."""

SILENT_S = 180.0
"""A run gives a sign of life every 20 s or so; one that is silent so long has perhaps lost its process."""

STATE = {
    RunState.QUEUED: "queued for workers",
    RunState.RUNNING: "running",
    RunState.DONE: "done",
    RunState.INTERRUPTED: "stopped",
    RunState.BUDGET: "stopped at its limit",
    RunState.STOPPED: "broken off",
}


class Order(Value):
    """What is to be extracted, and how."""

    model: str
    articles: tuple[str, ...] = ()
    """Hashes; everything that was not read yet when empty."""
    max_cost_usd: float | None = None
    retry_failed: bool = False
    retry_lost: bool = False
    with_copies: bool = False


class Started(Value):
    """What is known here of an extraction that this machine's app has started."""

    order: Order
    by: str
    run_id: int | None = None
    """None before it has begun."""
    n_articles: int | None = None
    """What it has to do, as it said when it began."""
    said: str = ""
    """Its last words for a person."""
    failures: tuple[tuple[str, str], ...] = ()
    """The last articles that failed: the hash, and the reason."""
    is_stopping: bool = False
    exit_code: int | None = None
    """None while it runs."""


class Workshop(Protocol):
    """Where extractions are started: a process of the machine that serves the app, one at a time."""

    def start(self, order: Order, by: str) -> None:
        """Start one.

        Raises:
            ConfigError: One is going on, or the system refused.
        """
        ...

    def stop(self) -> None:
        """Let it finish the articles in flight, and end."""
        ...

    def look(self) -> Started | None:
        """Return what is known of the last one; None before the first."""
        ...


class Choice(Value):
    """A model that can be chosen."""

    model: str
    label: str
    asks_limit: bool = False
    """It costs money, and how much is known."""


class Going(Value):
    """A run that goes on; every text is safe to show."""

    title: str
    done: str
    spent: str
    share: float | None
    """In [0, 1]; None where nobody here knows how much it has to do."""
    notes: tuple[str, ...]
    failures: tuple[str, ...]
    can_stop: bool
    is_stopping: bool


class RunLine(Value):
    """A run as one line of the table; every text is safe to show."""

    number: int
    begun: str
    model: str
    state: str
    why: str
    cells: tuple[str, ...]
    """As `RUN_CELLS` names them."""


RUN_CELLS = ("Articles", "Failed", "Claims", "Tokens in", "Tokens out", "Cost")


class UsageLine(Value):
    """What one model, or one article, has used so far; every text is safe to show."""

    of: str
    cells: tuple[str, ...]
    """As `USAGE_CELLS` names them."""


USAGE_CELLS = ("Articles", "Calls", "Tokens in", "Tokens out", "Seconds", "Cost")


class RunsScreen(Value):
    """All runs, and what they used."""

    runs: tuple[RunLine, ...]
    by_model: tuple[UsageLine, ...]
    by_article: tuple[UsageLine, ...]
    """The dearest; the first cell is the model."""
    n_unread: int


class ExtractionDesk:
    """One person who watches extractions, and perhaps starts and stops them."""

    def __init__(
        self,
        engine: "Engine",
        person: Person,
        now: Callable[[], datetime],
        workshop: Workshop,
        choices: Sequence[Choice],
    ) -> None:
        self._engine = engine
        self.person = person
        self._now = now
        self._workshop = workshop
        self.choices = tuple(choices)
        """The first is what is taken where nobody chooses."""

    @property
    def may_start(self) -> bool:
        """Tell whether this person may start and stop extractions."""
        return self.person.may(Act.INGEST)

    def start(self, order: Order) -> None:
        """Start an extraction on the machine that serves the app.

        Raises:
            NotAllowed: The role is not enough.
            ConfigError: One is going on; or the order cannot be carried out.
        """
        self.person.must(Act.INGEST)
        if order.model not in {choice.model for choice in self.choices}:
            raise ConfigError(f"model {order.model!r} is not set up here: choose one of the list")
        if len(order.articles) > MOST_CHOSEN:
            raise ConfigError(f"{len(order.articles)} articles are too many to name: extract all that are not read")
        self._workshop.start(order, self.person.name)

    def stop(self) -> None:
        """Let the extraction that was started here finish what is in flight, and end.

        Raises:
            NotAllowed: The role is not enough.
        """
        self.person.must(Act.INGEST)
        self._workshop.stop()

    def going(self) -> tuple[Going, ...]:
        """Return what goes on now, whoever has started it, and wherever."""
        started = self._workshop.look()
        with open_session(self._engine, reading=True) as session:
            runs = progress(session, now=self._now())
        if started and started.exit_code is not None and any(of.run.id == started.run_id for of in runs):
            # Its process was killed before it could say so.
            if self.person.may(Act.INGEST):
                with open_session(self._engine) as session:
                    end_dead_runs(session, is_dead=lambda run: run.id == started.run_id, now=self._now())
            runs = [of for of in runs if of.run.id != started.run_id]
        shown = [self._going(of, started if started and of.run.id == started.run_id else None) for of in runs]
        is_begun = started is not None and any(of.run.id == started.run_id for of in runs)
        if started and started.exit_code is None and not is_begun:
            shown.append(_beginning(started))
        return tuple(shown)

    def last_words(self) -> str:
        """Say why the last extraction from here has not come about; empty where it has, or there was none."""
        started = self._workshop.look()
        if started is None or started.exit_code in {None, 0} or started.run_id is not None:
            return ""
        return visible(f"The extraction with {started.order.model} did not begin: {started.said or 'no reason given'}")

    def screen(self) -> RunsScreen:
        """Read the latest runs, and what was used by model and by article."""
        with open_session(self._engine, reading=True) as session:
            runs = [run for run in list_runs(session, limit=MOST_RUNS) if run.part_of is None]
            models = usage_by_model(session)
            dearest = costliest_articles(session, limit=MOST_COSTLY)
            titles = article_titles(session, sha256s=[each.article_sha256 for each in dearest])
            n_unread = count_articles(session).n_without_extraction
        return RunsScreen(
            runs=tuple(self._line(run) for run in runs),
            by_model=tuple(
                UsageLine(of=visible(m.model), cells=(f"{m.n_articles:,}", *_cells(m.usage))) for m in models
            ),
            by_article=tuple(
                UsageLine(
                    of=visible(titles.get(each.article_sha256, each.article_sha256[:12])),
                    cells=(visible(each.model), *_cells(each.usage)),
                )
                for each in dearest
            ),
            n_unread=n_unread,
        )

    def _going(self, of: RunProgress, started: Started | None) -> Going:
        run, totals = of.run, of.run.totals
        n = totals.n_done + totals.n_failed
        n_articles = run.n_articles or (started.n_articles if started else None)
        share = min(1.0, n / n_articles) if n_articles else None
        notes = []
        if self._now() - run.seen_at > timedelta(seconds=SILENT_S):
            notes.append(f"No sign of life since {words.clock(run.seen_at)}: its process may have ended.")
        if started is None:
            notes.append(f"Started on {run.host}, not from this page: it is stopped there.")
        elif started.said:
            notes.append(started.said)
        by = f", started by {started.by}" if started else ""
        failed = [f"{totals.n_failed:,} failed"] if totals.n_failed else []
        of_all = f" of {n_articles:,}" if n_articles else ""
        left = _left(n, n_articles, of.articles_per_s)
        return Going(
            title=visible(f"Run {run.id} with {run.model}, begun {words.ago(run.started_at, self._now())}{by}"),
            done=", ".join((f"{n:,}{of_all} articles", *failed, words.count(totals.n_claims, "claim"), *left)),
            spent=_spent(run),
            share=share,
            notes=tuple(visible(note) for note in notes),
            failures=tuple(visible(f"{sha256[:12]}: {why}") for sha256, why in (started.failures if started else ())),
            can_stop=started is not None and self.may_start,
            is_stopping=started is not None and started.is_stopping,
        )

    def _line(self, run: Run) -> RunLine:
        totals, usage = run.totals, run.totals.usage
        tokens = (f"{usage.prompt_tokens:,}", f"{usage.output_tokens:,}")
        return RunLine(
            number=run.id,
            begun=words.clock(run.started_at),
            model=visible(run.model),
            state=STATE[run.state],
            why=visible(run.reason),
            cells=(f"{totals.n_done:,}", f"{totals.n_failed:,}", f"{totals.n_claims:,}", *tokens, usd(usage)),
        )


def _beginning(started: Started) -> Going:
    what = words.count(len(started.order.articles), "article") if started.order.articles else "all that is not read"
    return Going(
        title=visible(f"Beginning: {started.order.model}, {what}, started by {started.by}"),
        done=visible(started.said) or "Nothing done yet.",
        spent="",
        share=None,
        notes=(),
        failures=(),
        can_stop=True,
        is_stopping=started.is_stopping,
    )


def _spent(run: Run) -> str:
    usage = run.totals.usage
    if not usage.calls:
        return ""
    return f"{usage.prompt_tokens:,} tokens in, {usage.output_tokens:,} out, {usd(usage)}"


def _left(n: int, n_articles: int | None, per_s: float) -> tuple[str, ...]:
    if not n_articles or n >= n_articles or not per_s:
        return ()
    seconds = (n_articles - n) / per_s
    if seconds < 60:
        return ("less than a minute left",)
    return (f"about {words.count(round(seconds / 60), 'minute')} left",)


def _cells(usage: Usage) -> tuple[str, ...]:
    numbers = (usage.calls, usage.prompt_tokens, usage.output_tokens)
    return (*(f"{n:,}" for n in numbers), f"{usage.seconds:,.0f}", usd(usage))
