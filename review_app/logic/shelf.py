"""A few things that were read a moment ago, so that the next page need not read them again."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Holds the last few values for a while; safe among threads."""

    def __init__(self, monotonic: Callable[[], float], *, for_s: float = 30.0, n: int = 8) -> None:
        """Make an empty one.

        Args:
            monotonic: Tells the time in seconds.
            for_s: How long a value is good.
            n: How many are held.
        """
        self._monotonic = monotonic
        self._for_s = for_s
        self._n = n
        self._held: OrderedDict[str, tuple[float, T]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, read: Callable[[], T]) -> T:
        """Return the value for a key, read anew when there is none or it is too old."""
        now = self._monotonic()
        with self._lock:
            held = self._held.get(key)
        if held is not None and now - held[0] < self._for_s:
            return held[1]
        value = read()
        with self._lock:
            self._held[key] = (now, value)
            self._held.move_to_end(key)
            while len(self._held) > self._n:
                self._held.popitem(last=False)
        return value
