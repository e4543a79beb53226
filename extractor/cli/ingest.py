"""Commands that bring articles in: once, or as they appear."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.output import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    SHORT_ID,
    complain,
    copy_line,
    count,
    print_json_line,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from extractor.following import Came, Event, Failed, Follower
    from extractor.settings import Settings

LIMIT = 1_000
"""New pages of a feed, sitemap or folder that are read in one go, where nobody says otherwise."""

LimitOption = Annotated[
    int, typer.Option(min=1, help="New pages of each feed or sitemap; the rest comes with the next call.")
]
SinceOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Leave out what a feed or sitemap says is older."),
]


def ingest(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH|URL|-]...",
            help="Files (.txt .md .html .jsonl), folders, globs in quotes, web addresses, or - for stdin.",
        ),
    ] = None,
    feeds: Annotated[
        list[str] | None, typer.Option("--feed", metavar="URL", help="Read what a feed (RSS, Atom) lists and is new.")
    ] = None,
    sitemaps: Annotated[
        list[str] | None, typer.Option("--sitemap", metavar="URL", help="The same of a sitemap, or an index of some.")
    ] = None,
    limit: LimitOption = LIMIT,
    since: SinceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each article or failure.")] = False,
) -> None:
    """Read articles into the database.

    The same article twice is one article; near copies are linked. A .jsonl file has one article a line: "text" is
    required; "title", "deck", "section", "byline", "publisher", "published" (or "date"), "language" (or "lang"),
    "url" and "id" are understood, "licence" is passed over, and anything else is refused with its line.

    Feeds and sitemaps are asked as robots.txt allows, one page at a time; what was read before is not read again.
    """
    import sys

    from extractor.clock import utc_now
    from extractor.compose import fetch_options
    from extractor.errors import ConfigError
    from extractor.following import Failed, FollowOptions
    from extractor.following.memory import Memory
    from extractor.ingest import Rejected, is_web, read_articles
    from extractor.ingest.fetch import fetch_page
    from extractor.settings import load_settings
    from extractor.store import open_store

    sources = [*(feeds or ()), *(sitemaps or ())]
    for source in sources:
        if not is_web(source):
            raise ConfigError(f"{source!r} is no http or https URL: give the address of a feed or sitemap")
    if not inputs and not sources:
        raise ConfigError("nothing to read: give a PATH, a URL or - for stdin, or --feed or --sitemap")
    settings = load_settings()
    arrivals = Arrivals(as_json)
    engine = open_store(settings.database_url)
    with _interruptible(arrivals):
        memory = Memory(engine, clock=utc_now, tell=complain)
        fetch = partial(fetch_page, options=fetch_options(settings))
        for read in read_articles(inputs or (), stdin=sys.stdin.buffer, fetch=fetch):
            if isinstance(read, Rejected):
                arrivals.add(Failed(address=read.origin, reason=read.reason))
            else:
                arrivals.add(memory.add(read))
        options = FollowOptions(limit=limit, since=_utc(since), only_due=False)
        for event in _follower(engine, settings).round(sources, options):
            arrivals.add(event)
    if not as_json:
        typer.echo(arrivals.summary)
    if arrivals.n_failed:
        raise typer.Exit(EXIT_FAILED)


def watch(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="Folders, and URLs of feeds (RSS, Atom) and sitemaps.")
    ],
    interval: Annotated[
        int, typer.Option(min=10, metavar="SECONDS", help="Pause between two looks at a feed or sitemap.")
    ] = 900,
    once: Annotated[bool, typer.Option("--once", help="Look once and end, as cron wants it.")] = False,
    extract_too: Annotated[
        bool, typer.Option("--extract", help="Extract the claims of what came in, after each look.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(metavar="rules|local|NAME", help="Of --extract; as for claimdesk extract.")
    ] = None,
    limit: LimitOption = LIMIT,
    since: SinceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each article or failure.")] = False,
) -> None:
    """Read articles as they appear in folders, feeds and sitemaps, until Ctrl-C.

    What has been read is remembered in the database, so it may be stopped and started at any time. Feeds and
    sitemaps are asked every --interval seconds, as robots.txt allows, one page at a time; folders are looked at every
    ten seconds. A page that fails is tried again later, seven times at most. Of a budget, workers or an endpoint that
    is asked at another time, claimdesk extract takes care: let cron call it, instead of --extract.
    """
    from extractor.following import FollowOptions, check_source
    from extractor.following.watching import Looked, Watcher
    from extractor.settings import load_settings
    from extractor.store import open_store

    addresses = [check_source(source) for source in sources]
    settings = load_settings()
    arrivals = Arrivals(as_json, tells_when_again=True)
    engine = open_store(settings.database_url)
    options = FollowOptions(limit=limit, since=_utc(since))
    watcher = Watcher(_follower(engine, settings), addresses, options, interval_s=interval)
    extraction = _Extraction(model, as_json=as_json) if extract_too else None
    with _interruptible(arrivals):
        if not once:
            complain(f"watching {count(len(addresses), 'source')}; Ctrl-C stops")
        for event in watcher.looks(once=once):
            if not isinstance(event, Looked):
                arrivals.add(event)
            elif extraction:
                extraction.after_look(has_news=event.n_new > 0)
    if once and not as_json:
        typer.echo(arrivals.summary)
    if arrivals.n_failed:
        raise typer.Exit(EXIT_FAILED)


@dataclass
class Arrivals:
    """Tells what came in and what failed, and counts it."""

    as_json: bool
    tells_when_again: bool = False
    """The one who asks is there when a failed page is due."""
    n_added: int = 0
    n_known: int = 0
    n_failed: int = 0
    _told: dict[str, str] = field(default_factory=dict)

    def add(self, event: "Event") -> None:
        """Tell an event: what came on stdout, what failed or is worth knowing on stderr."""
        from extractor.following import Came, Failed

        match event:
            case Came():
                self._came(event)
            case Failed():
                self._failed(event)
            case _ if self._told.get(event.source) != event.note:
                # Once, and not at every look.
                self._told[event.source] = event.note
                complain(f"{event.source!r} {event.note}")

    @property
    def summary(self) -> str:
        """Sum up in one line."""
        return f"{self.n_added} added, {self.n_known} already there, {self.n_failed} rejected"

    def _came(self, came: "Came") -> None:
        self.n_added += came.is_new
        self.n_known += not came.is_new
        state = "added" if came.is_new else "known"
        title = Path(came.title).name if came.title == came.origin else came.title
        if self.as_json:
            link, origin = came.link, came.origin
            print_json_line(
                {"article": came.article_sha256, "state": state, "title": title, "origin": origin, "link": link}
            )
            return
        note = f"  ({copy_line(came.link)})" if came.link else ""
        typer.echo(f"{state}  {came.article_sha256[:SHORT_ID]}  {title}{note}")

    def _failed(self, failed: "Failed") -> None:
        self.n_failed += 1
        if self.as_json:
            print_json_line({"failed": failed.address, "reason": failed.reason, "again_at": failed.again_at})
        again = ""
        if self.tells_when_again and failed.is_given_up:
            again = " It is not tried again."
        elif self.tells_when_again and failed.again_at:
            again = f" It is tried again after {failed.again_at:%Y-%m-%d %H:%M} UTC."
        complain(f"{failed.reason}{again}")


class _Extraction:
    """What `watch --extract` does after each look."""

    def __init__(self, model: str | None, *, as_json: bool) -> None:
        self._model = model
        self._as_json = as_json
        self._is_owed = True

    def after_look(self, *, has_news: bool) -> None:
        """Extract what is pending where something came in, or was left over; a busy endpoint is asked next time."""
        from extractor.cli.extract import extract
        from extractor.errors import ModelUnavailable

        self._is_owed = self._is_owed or has_news
        if not self._is_owed:
            return
        try:
            extract(model=self._model, as_json=self._as_json)
            self._is_owed = False
        except ModelUnavailable as exc:
            complain(f"{exc}; the articles wait for the next look")
        except typer.Exit as exc:
            if exc.exit_code == EXIT_INTERRUPTED:
                raise
            self._is_owed = False


@contextmanager
def _interruptible(arrivals: Arrivals) -> Iterator[None]:
    """Let Ctrl-C end the command with a sentence; each article is in the database whole or not at all."""
    try:
        yield
    except KeyboardInterrupt:
        complain(f"interrupted: {count(arrivals.n_added, 'article')} stored; the same command goes on with the rest")
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _follower(engine: "Engine", settings: "Settings") -> "Follower":
    from extractor.clock import utc_now
    from extractor.compose import fetch_options
    from extractor.following import Follower
    from extractor.ingest.polite import PoliteFetcher

    return Follower(engine, PoliteFetcher(fetch_options(settings)), clock=utc_now, tell=complain)


def _utc(day: datetime | None) -> datetime | None:
    return None if day is None else day.replace(tzinfo=UTC)
