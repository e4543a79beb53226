"""Rounds over sources: whichever has something to give and may be asked comes next, one request at a time."""

import io
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extractor.errors import ConfigError, FetchError, IngestError
from extractor.following.memory import Memory, Tell
from extractor.following.sources import GONE, MAX_WAIT_S, FolderSource, WebSource, delay
from extractor.following.values import Event, Failed, FollowOptions, Item, Told
from extractor.ingest import Rejected, article_of_page, is_web, read_articles
from extractor.ingest.fetch import Ask, Page
from extractor.ingest.polite import PoliteFetcher
from extractor.pipeline import Clock
from extractor.schema import VisitState
from extractor.store import Visit

if TYPE_CHECKING:
    from sqlalchemy import Engine

FIRST_RETRY_S = 600.0
"""A page that failed is tried again after so long, then after three times as long, and so on."""

MAX_FAILURES = 7
"""So often in a row may a page fail, over two and a half days in all."""

TOLD_WAIT_S = 10.0
"""A wait of so long is told."""


def check_source(source: str) -> str:
    """Return the address of a source as it is remembered: a URL as it is, a folder by its whole path.

    Raises:
        ConfigError: It is neither.
    """
    if is_web(source):
        return source
    if os.path.isdir(source):
        return os.path.abspath(source)
    raise ConfigError(f"{source!r} is no folder and no http or https URL: give a folder, a feed or a sitemap")


class Follower:
    """Reads what is new in feeds, sitemaps and folders, and remembers it."""

    def __init__(
        self,
        engine: "Engine",
        fetcher: PoliteFetcher,
        *,
        clock: Clock,
        tell: Tell,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._memory = Memory(engine, clock=clock, tell=tell)
        self._fetcher = fetcher
        self._tell = tell
        self._sleep = sleep
        self._settled: dict[str, str] = {}

    def round(self, sources: Sequence[str], options: FollowOptions) -> Iterator[Event]:
        """Read once what is new in some sources.

        Args:
            sources: As `check_source` gives them.
            options: How much.

        Yields:
            What came, what failed, and what else there is to know, when it is in the database.

        Raises:
            StoreError: The database refused, or did not come back in time.
        """
        queues = [_Queue(source, self._items(source, options)) for source in dict.fromkeys(sources)]
        while queues:
            for queue in queues:
                yield from queue.fill()
            queues = [queue for queue in queues if queue.item]
            if not queues:
                return
            queue = min(queues, key=lambda queue: self._busy_s(queue.item))
            wait_s = self._busy_s(queue.item)
            if wait_s > MAX_WAIT_S:
                queues.remove(queue)
                host = urlsplit(queue.item.address if queue.item else "").hostname
                yield Told(
                    source=queue.source, note=f"{host} wants to be left alone for {wait_s:.0f} s: the rest later"
                )
            elif item := queue.take():
                if wait_s >= TOLD_WAIT_S:
                    self._tell(f"waiting {wait_s:.0f} s, as {urlsplit(item.address).hostname} asks")
                yield from self._read(queue.source, item)

    def _items(self, source: str, options: FollowOptions) -> Iterator[Item | Event]:
        if is_web(source):
            return WebSource(source, self._fetcher, self._memory, options).items()
        return FolderSource(source, self._memory, options, settled=self._settled, sleep=self._sleep).items()

    def _busy_s(self, item: Item | None) -> float:
        return self._fetcher.busy_s(item.address) if item and is_web(item.address) else 0.0

    def _read(self, source: str, item: Item) -> Iterator[Event]:
        visit = Visit(
            address=item.address,
            source=source,
            version=item.version,
            state=VisitState.READ,
            visited_at=self._memory.now(),
        )
        if is_web(item.address):
            yield from self._read_page(item, visit)
        else:
            yield from self._read_file(visit)

    def _read_page(self, item: Item, visit: Visit) -> Iterator[Event]:
        try:
            answer = self._fetcher.fetch(item.address, Ask(validators=item.validators))
            if not isinstance(answer, Page):
                # Its source said otherwise, but there is nothing newer.
                self._memory.note_visit(visit.model_copy(update=item.validators.model_dump()))
                return
            article = article_of_page(answer, item.known)
        except IngestError as exc:
            failed = _failed(item, visit, exc)
            self._memory.note_visit(failed)
            is_final = failed.state is not VisitState.FAILED
            yield Failed(address=item.address, reason=str(exc), again_at=failed.again_at, is_given_up=is_final)
            return
        yield self._memory.add(article, visit.model_copy(update=answer.validators.model_dump()))

    def _read_file(self, visit: Visit) -> Iterator[Event]:
        reasons = []
        for read in read_articles([visit.address], stdin=io.BytesIO(), fetch=_no_page):
            if isinstance(read, Rejected):
                reasons.append(read.reason)
                yield Failed(address=read.origin, reason=read.reason, is_given_up=True)
            else:
                yield self._memory.add(read)
        # A file that cannot be read is read again when it changes.
        self._memory.note_visit(visit.model_copy(update={"reason": " ".join(reasons)}))


class _Queue:
    """What a source has to give, one item at a time."""

    def __init__(self, source: str, items: Iterator[Item | Event]) -> None:
        self.source = source
        self.item: Item | None = None
        """The next one; None at the end."""
        self._items = items

    def fill(self) -> Iterator[Event]:
        """Go on to the next item where there is none, and pass on what is told before it."""
        while self.item is None:
            following = next(self._items, None)
            if following is None:
                return
            if isinstance(following, Item):
                self.item = following
            else:
                yield following

    def take(self) -> Item | None:
        """Return the item; the next one is looked for only after it has been read."""
        item, self.item = self.item, None
        return item


def _failed(item: Item, visit: Visit, exc: IngestError) -> Visit:
    n_failures = item.n_failures + 1
    status = exc.status if isinstance(exc, FetchError) else None
    wait_s = FIRST_RETRY_S * 3 ** (n_failures - 1)
    if isinstance(exc, FetchError) and exc.retry_after_s:
        wait_s = max(wait_s, exc.retry_after_s)
    state, again_at = VisitState.FAILED, visit.visited_at + delay(wait_s)
    if status == GONE:
        state = VisitState.GONE
    elif n_failures >= MAX_FAILURES:
        state = VisitState.GIVEN_UP
    return visit.model_copy(
        update={
            "state": state,
            "reason": str(exc),
            "n_failures": n_failures,
            "again_at": again_at if state is VisitState.FAILED else None,
            "known": item.known,
        }
    )


def _no_page(url: str) -> Page:
    raise AssertionError(f"{url!r} is no file")
