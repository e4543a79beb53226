"""Which key presses count."""

from collections.abc import Callable

from extractor.schema import Value

SETTLE_S = 0.4
"""A press that comes sooner after a new claim was drawn was meant for the one before it.

A redraw takes about 0.15 s, the two presses of a double press lie 0.1 to 0.3 s apart, a key held down
repeats every 0.03 s, and nobody reads a claim in less than this.
"""


class Target(Value):
    """What the keys on the screen act on."""

    claim_id: str
    version: int
    undo_claim_id: str | None = None
    """Whose decision the undo key takes back."""


class Presses:
    """Lets one press through for each time that the page was drawn, and none that comes too soon.

    A press is answered with what was on the screen when it was made, not with what the page would
    show now.
    """

    def __init__(self, monotonic: Callable[[], float], *, settle_s: float = SETTLE_S) -> None:
        self._monotonic = monotonic
        self._settle_s = settle_s
        self._armed: Target | None = None
        self._drawn: Target | None = None
        self._since = 0.0

    def drawn(self, target: Target | None) -> None:
        """Note that the page now shows `target` in full; keys work from here on."""
        if target is None or self._drawn is None or target.claim_id != self._drawn.claim_id:
            self._since = self._monotonic()
        self._drawn = self._armed = target

    def take(self) -> Target | None:
        """Return what a press is for, or None when it does not count.

        A press that came too soon starts the wait anew: a key held down does nothing more.
        """
        target, self._armed = self._armed, None
        if target is not None and self._monotonic() - self._since >= self._settle_s:
            return target
        self._since = self._monotonic()
        return None
