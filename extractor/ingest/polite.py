"""Fetching for a program that asks one site again and again: as its robots.txt allows, and never in a hurry.

One request at a time; between two to one host a pause, longer where robots.txt asks for it (Crawl-delay,
Request-rate) or the server does (Retry-After). What robots.txt says is kept for a day (RFC 9309, 2.4).
"""

import socket
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit, urlunsplit

from extractor.errors import FetchError, IngestError
from extractor.ingest.fetch import Ask, FetchOptions, Page, Unchanged, fetch

if TYPE_CHECKING:
    from protego import Protego
    from ssrfguard import Resolver

PAUSE_S = 1.0
"""Between the end of one request to a host and the next."""

ROBOTS_KEPT_S = 24 * 3600.0
ROBOTS_AGAIN_S = 600.0
"""When a robots.txt that could not be read is asked for again; until then its site is left alone."""

TOO_MANY_REQUESTS = 429

MAX_ROBOTS_BYTES = 2_000_000
"""RFC 9309 asks for 500 kB at least."""


@dataclass
class _Host:
    """What is known of a host."""

    free_at: float = 0.0
    """On the monotonic clock: not before that may it be asked."""


@dataclass(frozen=True)
class _Robots:
    """What a site's robots.txt says."""

    rules: "Protego | None"
    """None where there is no such file: everything is allowed."""
    trouble: FetchError | None
    """Why it could not be read; then nothing is allowed."""
    until: float
    """On the monotonic clock."""


class PoliteFetcher:
    """Fetches what robots.txt allows, with a pause between two requests to one host."""

    def __init__(
        self,
        options: FetchOptions,
        *,
        resolver: "Resolver" = socket.getaddrinfo,
        pause_s: float = PAUSE_S,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._options = options
        self._resolver = resolver
        self._pause_s = pause_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._robots: dict[str, _Robots] = {}

    def busy_s(self, url: str) -> float:
        """Return how long the URL's host wants to be left alone from now on; 0 when it may be asked."""
        return max(0.0, self._hosts[_host(url)].free_at - self._monotonic())

    def fetch(self, url: str, ask: Ask, *, max_bytes: int | None = None) -> Page | Unchanged:
        """Fetch what is at a URL, when its host may be asked; waits until then.

        Args:
            url: ``http`` or ``https``.
            ask: What is wanted, and what is known already.
            max_bytes: Of the answer; None for the limit of an article.

        Raises:
            FetchError: robots.txt forbids it or could not be read, or there is nothing of the kind; it says
                how long to wait, where that is known.
            IngestError: As for `extractor.ingest.fetch.fetch`.
        """
        # First, so that the time it takes is not taken from the page's.
        self._allow(url)
        options = self._options if max_bytes is None else self._options.model_copy(update={"max_bytes": max_bytes})
        return self._ask(url, ask, options)

    def _ask(self, url: str, ask: Ask, options: FetchOptions, *, heeds_robots: bool = True) -> Page | Unchanged:
        if wait_s := self.busy_s(url):
            self._sleep(wait_s)
        host = self._hosts[_host(url)]
        pause_s = max(self._pause_s, self._asked_pause_s(url))
        try:
            allow = self._allow if heeds_robots else _allow_all
            return fetch(url, ask, options=options, resolver=self._resolver, allow=allow)
        except FetchError as exc:
            if exc.status is not None:
                pause_s = max(pause_s, exc.retry_after_s or 0.0)
            raise
        finally:
            host.free_at = max(host.free_at, self._monotonic() + pause_s)

    def _allow(self, url: str) -> None:
        robots = self._robots_of(url)
        if robots.trouble is not None:
            wait_s = max(1.0, robots.until - self._monotonic())
            raise FetchError(
                _said_of(url, robots.trouble), retry_after_s=None if robots.trouble.status is None else wait_s
            ) from robots.trouble
        if robots.rules is not None and not robots.rules.can_fetch(url, self._options.user_agent):
            raise FetchError(
                f"{url!r} is closed to programs by the site's robots.txt: ask the site, or save the page as a file.",
                retry_after_s=ROBOTS_KEPT_S,
            )

    def _asked_pause_s(self, url: str) -> float:
        robots = self._robots.get(_origin(url))
        if robots is None or robots.rules is None:
            return 0.0
        rate = robots.rules.request_rate(self._options.user_agent)
        return max(
            robots.rules.crawl_delay(self._options.user_agent) or 0.0, rate.seconds / rate.requests if rate else 0
        )

    def _robots_of(self, url: str) -> _Robots:
        origin = _origin(url)
        known = self._robots.get(origin)
        if known is None or known.until <= self._monotonic():
            self._robots[origin] = known = self._read_robots(f"{origin}/robots.txt")
        return known

    def _read_robots(self, url: str) -> _Robots:
        from protego import Protego

        options = self._options.model_copy(update={"max_bytes": MAX_ROBOTS_BYTES})
        rules, trouble = None, None
        try:
            answer = self._ask(url, Ask(media_types=()), options, heeds_robots=False)
            if isinstance(answer, Page):
                rules = Protego.parse(answer.content.decode("utf-8", "replace"))
        except FetchError as exc:
            # A site that says it has none allows everything; one that does not answer, or in vain, nothing.
            is_absent = exc.status is not None and 400 <= exc.status < 500 and exc.status != TOO_MANY_REQUESTS
            trouble = None if is_absent else exc
        except IngestError as exc:
            trouble = FetchError(str(exc))
        return _Robots(rules, trouble, self._monotonic() + (ROBOTS_AGAIN_S if trouble else ROBOTS_KEPT_S))


def _said_of(url: str, trouble: FetchError) -> str:
    """Tell why a URL is not fetched whose robots.txt could not be."""
    if trouble.status is None:
        # What is true of the one is true of the other: there is no such host, nobody answers.
        return str(trouble).replace(f"{_origin(url)}/robots.txt", url)
    return f"{url!r} is not fetched, since the site's rules cannot be read: {trouble}"


def _allow_all(url: str) -> None:
    pass


def _host(url: str) -> str:
    return (_parts(url).hostname or "").lower()


def _origin(url: str) -> str:
    parts = _parts(url)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), "", "", ""))


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as exc:
        raise IngestError(f"{url!r} is no URL ({exc}): check it.") from exc
