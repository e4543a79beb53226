"""Rounds for ever: feeds and sitemaps now and then, folders often."""

import time
from collections.abc import Callable, Iterator, Sequence

from extractor.following.rounds import Follower
from extractor.following.values import Came, Event, FollowOptions
from extractor.ingest import is_web
from extractor.schema import Value

FOLDER_INTERVAL_S = 10.0
"""To look at a folder costs nobody anything, and who drops a file there waits for it."""


class Looked(Value):
    """A look at the sources that were due has ended."""

    n_new: int
    """Articles that came in."""


class Watcher:
    """Looks at each source again and again."""

    def __init__(
        self,
        follower: Follower,
        sources: Sequence[str],
        options: FollowOptions,
        *,
        interval_s: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._follower = follower
        self._options = options
        self._interval_s = interval_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._due = dict.fromkeys(sources, 0.0)

    def looks(self, *, once: bool) -> Iterator[Event | Looked]:
        """Yield what happens, and `Looked` at the end of each look; without end, or after one look."""
        while True:
            now = self._monotonic()
            due = [source for source, due_at in self._due.items() if due_at <= now]
            n_new = 0
            for event in self._follower.round(due, self._options):
                n_new += isinstance(event, Came) and event.is_new
                yield event
            yield Looked(n_new=n_new)
            if once:
                return
            now = self._monotonic()
            for source in due:
                self._due[source] = now + (
                    self._interval_s if is_web(source) else min(self._interval_s, FOLDER_INTERVAL_S)
                )
            self._sleep(max(0.0, min(self._due.values()) - now))
