"""What there is to read: the new entries of a feed, the new pages of a sitemap, the new files of a folder."""

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from extractor.errors import FetchError, IngestError
from extractor.following.memory import Memory, validators_of
from extractor.following.values import Event, Failed, FollowOptions, Item, Told
from extractor.ingest import files_below
from extractor.ingest.fetch import Ask, Page, Validators
from extractor.ingest.listings import MAX_LISTING_BYTES, Entry, Listing, Part, read_listing
from extractor.ingest.polite import PoliteFetcher
from extractor.store import FollowedListing

MAX_DEPTH = 3
"""An index of sitemaps may list indexes, though the protocol knows only one level."""

MAX_WAIT_S = 120.0
"""How long a round waits for a host that wants to be left alone; what it has left to give comes in a later round."""

MAX_DELAY = timedelta(days=30)
"""The longest that a server's word on when to come back is believed; so long a feed that is gone is left alone."""

SETTLED_S = 2.0
"""A file that was changed a shorter time ago may still be written."""

GONE = 410

_LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)

Stream = Generator[Item | Event, None, bool]
"""Items one by one, each read before the next is asked for; returns whether nothing was left out."""


class WebSource:
    """A feed or sitemap in one round."""

    def __init__(self, address: str, fetcher: PoliteFetcher, memory: Memory, options: FollowOptions) -> None:
        self._address = address
        self._fetcher = fetcher
        self._memory = memory
        self._options = options
        self._left = options.limit
        self._seen: set[str] = set()

    def items(self) -> Iterator[Item | Event]:
        """Yield what failed before and is due, then what is new, each document's oldest first."""
        due = self._memory.now() if self._options.only_due else None
        for visit in self._memory.failed(self._address, due):
            known = {} if visit.known is None else {"known": visit.known}
            yield Item(address=visit.address, version=visit.version, n_failures=visit.n_failures, **known)
        is_whole = yield from self._document(Part(url=self._address), index=None, depth=0)
        if not is_whole and self._left <= 0:
            yield Told(
                source=self._address, note=f"has more than {self._options.limit} new pages: the rest comes next time"
            )

    def _document(self, part: Part, *, index: str | None, depth: int) -> Stream:
        """Read a feed, a sitemap or an index."""
        self._seen.add(part.url)
        known = self._memory.listing(part.url)
        now = self._memory.now()
        if reason := self._leave_alone(part.url, known, now):
            yield Told(source=part.url, note=reason)
            return False
        noted = FollowedListing(address=part.url, index=index, checked_at=now)
        validators = validators_of(known) if known and self._covers(known) else Validators()
        try:
            ask = Ask(validators=validators, media_types=())
            answer = self._fetcher.fetch(part.url, ask, max_bytes=MAX_LISTING_BYTES)
            listing = read_listing(answer) if isinstance(answer, Page) else None
        except IngestError as exc:
            not_before = _not_before(exc, now)
            # What was known holds good for the next try.
            kept = known.model_dump(include={"version", "etag", "last_modified", "since"}) if known else {}
            if known or isinstance(exc, FetchError):
                noted = noted.model_copy(update={**kept, "trouble": str(exc), "not_before": not_before})
                self._memory.note_listing(noted)
            yield Failed(address=part.url, reason=str(exc), again_at=not_before)
            return False
        if not isinstance(answer, Page) or listing is None:
            if known:
                unchanged = {"version": part.version, "checked_at": now, "trouble": ""}
                self._memory.note_listing(known.model_copy(update=unchanged))
            return True
        if listing.broken:
            yield Told(source=part.url, note=listing.broken)
        is_whole = yield from self._contents(listing, depth)
        noted = noted.model_copy(update={"trouble": listing.broken or ""})
        if is_whole and not listing.broken:
            dealt_with = {"version": part.version, "since": self._options.since, **answer.validators.model_dump()}
            noted = noted.model_copy(update=dealt_with)
        self._memory.note_listing(noted)
        return is_whole

    def _contents(self, listing: Listing, depth: int) -> Stream:
        is_whole = yield from self._entries(listing.entries)
        if listing.parts and depth >= MAX_DEPTH:
            yield Told(source=self._address, note=f"has sitemaps more than {MAX_DEPTH} levels deep: they are left out")
            return False
        for part in sorted(listing.parts, key=_at, reverse=True):
            if part.url in self._seen or self._is_older(part):
                continue
            known = self._memory.listing(part.url)
            if known and part.version and known.version == part.version and self._covers(known):
                continue
            if self._left <= 0:
                return False
            is_whole = (yield from self._document(part, index=self._address, depth=depth + 1)) and is_whole
        return is_whole

    def _entries(self, entries: Iterable[Entry]) -> Stream:
        listed = {entry.url: entry for entry in entries if not self._is_older(entry)}
        items = [Item(address=entry.url, version=entry.version, known=entry.known) for entry in listed.values()]
        # Where nothing says when they appeared, feeds have the newest first.
        new = sorted(
            self._memory.new_items(self._address, items), key=lambda item: _at(listed[item.address]), reverse=True
        )
        chosen = new[: self._left]
        self._left -= len(chosen)
        yield from reversed(chosen)
        return len(chosen) == len(new)

    def _is_older(self, listed: Entry | Part) -> bool:
        since = self._options.since
        return since is not None and listed.at is not None and listed.at < since

    def _covers(self, known: FollowedListing) -> bool:
        """Tell whether what was dealt with then is all that is wanted now."""
        since = self._options.since
        return known.since is None or (since is not None and known.since <= since)

    def _leave_alone(self, url: str, known: FollowedListing | None, now: datetime) -> str:
        """Return why a document is not asked for now; empty when it is."""
        if self._options.only_due and known and known.not_before and known.not_before > now:
            return f"is left alone until {known.not_before:%Y-%m-%d %H:%M} UTC ({known.trouble})"
        if (wait_s := self._fetcher.busy_s(url)) > MAX_WAIT_S:
            return f"wants to be left alone for {wait_s:.0f} s: it is asked in a later round"
        return ""


class FolderSource:
    """A folder in one round."""

    def __init__(
        self,
        address: str,
        memory: Memory,
        options: FollowOptions,
        *,
        settled: dict[str, str],
        sleep: Callable[[float], None],
    ) -> None:
        self._address = address
        self._memory = memory
        self._options = options
        self._settled = settled
        self._sleep = sleep

    def items(self) -> Iterator[Item | Event]:
        """Yield the files that are new or were changed, the oldest first."""
        now = self._memory.now()
        try:
            versions = {path: version for path in files_below(self._address) if (version := file_version(path))}
        except IngestError as exc:
            self._memory.note_listing(FollowedListing(address=self._address, checked_at=now, trouble=str(exc)))
            yield Failed(address=self._address, reason=str(exc))
            return
        for path in [path for path in versions if not _is_utf8(path)]:
            if self._settled.get(path) != versions.pop(path):
                self._settled[path] = file_version(path)
                yield Failed(address=repr(path), reason=f"{path!r} has a name that is not UTF-8: rename the file.")
        # A large folder is looked at often: what is known in this process is not asked for again.
        unsure = [Item(address=p, version=v) for p, v in versions.items() if self._settled.get(p) != v]
        new = self._memory.new_items(self._address, unsure)
        unread = {item.address for item in new}
        self._settled.update({item.address: item.version for item in unsure if item.address not in unread})
        if any(_is_young(item.version) for item in new):
            self._sleep(SETTLED_S)
            new = [item for item in new if file_version(item.address) == item.version]
        if new or self._address not in self._settled:
            self._settled[self._address] = ""
            self._memory.note_listing(FollowedListing(address=self._address, checked_at=now))
        chosen = sorted(new, key=lambda item: int(item.version.partition(":")[0]))[: self._options.limit]
        yield from chosen
        if len(chosen) < len(new):
            yield Told(
                source=self._address, note=f"has more than {self._options.limit} new files: the rest comes next time"
            )


def file_version(path: str) -> str:
    """Return what changes whenever a file does; empty when it is not there any more."""
    try:
        found = os.stat(path)
    except OSError:
        return ""
    return f"{found.st_mtime_ns}:{found.st_ctime_ns}:{found.st_size}"


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_young(version: str) -> bool:
    return time.time() - int(version.partition(":")[0]) / 1e9 < SETTLED_S


def _at(listed: Entry | Part) -> datetime:
    return listed.at or _LONG_AGO


def _not_before(exc: IngestError, now: datetime) -> datetime | None:
    if not isinstance(exc, FetchError):
        return None
    if exc.status == GONE:
        return now + MAX_DELAY
    return now + delay(exc.retry_after_s) if exc.retry_after_s else None


def delay(seconds: float) -> timedelta:
    """Return a time to wait, never longer than is believed."""
    return timedelta(seconds=min(seconds, MAX_DELAY.total_seconds()))
