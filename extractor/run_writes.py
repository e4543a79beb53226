"""What a run writes into the database while it goes, and how: in batches, each counted once."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from extractor.batch import Outcome
from extractor.errors import StoreError, StoreUnavailable
from extractor.pipeline import Clock
from extractor.schema import Failure, KeptReply, RunTotals, Usage, Value
from extractor.store import (
    Backlog,
    Blame,
    Reserve,
    add_to_run,
    close_attempts,
    give_back,
    mark_flight,
    open_session,
    patiently,
    record_failure,
    save_extractions,
    save_replies,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine
    from sqlmodel import Session


class GivenBack(Value):
    """An article whose claim ends without a try."""

    article_sha256: str


class Begun(Value):
    """An article about which something is done from now on."""

    article_sha256: str


class Over(Value):
    """An article about which all is done but the writing: whatever kills the process now, it is not this one."""

    article_sha256: str


class Ended(Value):
    """An article whose work has ended, well or not."""

    outcome: Outcome
    usage: Usage
    """What the run has spent since the last one ended, on whichever article."""

    @property
    def gains(self) -> RunTotals:
        """What it adds to the run's totals; whether it is set aside is known when it is written."""
        extraction = self.outcome.extraction
        if extraction is None:
            return RunTotals(n_failed=1, usage=self.usage)
        return RunTotals(
            n_done=1,
            n_claims=len(extraction.claims),
            n_lost_pieces=sum(piece.state.is_loss for piece in extraction.pieces),
            n_suspected_misses=len(extraction.suspected_misses),
            usage=self.usage,
        )


class Settled(Value):
    """An article that is off the run's hands, and it is written what became of it."""

    article_sha256: str
    is_given_back: bool = False
    """It was not tried."""
    n_blamed: int = 0
    """How often it has failed by its own fault, where it has just done so and is not set aside for it."""


class Settling(Protocol):
    """Whoever put articles into a run's hands and waits for them."""

    def reserved(self, sha256s: Sequence[str]) -> Reserve:
        """Return what is reserved of the queued run's budget for some articles; asked before `settled`."""
        ...

    def settled(self, articles: Sequence[Settled]) -> None:
        """Hear that it is written what became of some articles; in the thread that writes."""
        ...


class Nobody:
    """Waits for nothing."""

    def reserved(self, sha256s: Sequence[str]) -> Reserve:
        """Return that there is nothing."""
        return Reserve()

    def settled(self, articles: Sequence[Settled]) -> None:
        """Hear nothing."""


Noted = Begun | Over | KeptReply
"""What is written at once, before everything else, and does no harm when it is written twice."""

Result = Ended | GivenBack | Usage
"""A usage that belongs to no article that has ended is a sign of life too."""

Written = Noted | Result
"""What the writer takes."""

Tell = Callable[[str], None]
"""Told, in a sentence, what a person should know."""

T = TypeVar("T")


class RunWrites:
    """Writes what becomes of a run's articles; for the thread of a `Writer`."""

    def __init__(self, engine: "Engine", backlog: Backlog, settling: Settling, *, clock: Clock, tell: Tell) -> None:
        """Take where to, whose it is, and who waits for it."""
        self._engine = engine
        self._backlog = backlog
        self._settling = settling
        self._clock = clock
        self._tell = tell
        self._give_up = threading.Event()
        self._n_writes = 0
        self._settled: list[Settled] = []
        """By the last write, which may be in the database although no answer came."""

    def lose_patience(self) -> None:
        """Wait for the database no longer."""
        self._give_up.set()

    def write(self, items: Sequence[Written]) -> None:
        """Write a batch in one transaction; where the database refuses it, each article by itself.

        Raises:
            StoreError: The database refused something that is no article's, or did not come back in time.
        """
        if notes := [item for item in items if isinstance(item, Noted)]:
            self._patiently(lambda: self._note(notes))
        if results := [item for item in items if not isinstance(item, Noted)]:
            self._write_results(results)

    def _write_results(self, items: Sequence[Result]) -> None:
        try:
            self._write_together(items)
        except StoreUnavailable:
            raise
        except StoreError as exc:
            if len(items) == 1:
                self._write_refused(items[0], exc)
                return
            for item in items:
                self._write_results([item])

    def _write_refused(self, item: Result, error: StoreError) -> None:
        """Record an extraction that the database does not take as a failure of its article."""
        if not isinstance(item, Ended) or item.outcome.extraction is None:
            raise error
        failed = item.outcome.model_copy(update={"extraction": None, "error": str(error)})
        self._write_together([item.model_copy(update={"outcome": failed})])

    def _write_together(self, items: Sequence[Result]) -> None:
        self._n_writes += 1
        settled = self._patiently(lambda: self._transaction(items))
        self._settling.settled(settled)

    def _patiently(self, work: Callable[[], T]) -> T:
        return patiently(work, tell=self._tell, give_up=self._give_up)

    def _note(self, notes: Sequence[Noted]) -> None:
        with open_session(self._engine) as session:
            replies = [note for note in notes if isinstance(note, KeptReply)]
            save_replies(session, replies=replies, now=self._clock())
            mark_flight(
                session,
                run_id=self._backlog.run_id,
                identity=self._backlog.identity,
                begun=[note.article_sha256 for note in notes if isinstance(note, Begun)],
                over=[note.article_sha256 for note in notes if isinstance(note, Over)],
            )

    def _transaction(self, items: Sequence[Result]) -> list[Settled]:
        """Write; where it is done for the second time, since the answer to the first one got lost, change nothing."""
        with open_session(self._engine) as session:
            settled, is_first = self._enter(session, items)
            if is_first:
                self._settled = settled
            else:
                session.rollback()
        return self._settled

    def _enter(self, session: "Session", items: Sequence[Result]) -> tuple[list[Settled], bool]:
        ended = [item for item in items if isinstance(item, Ended)]
        given_back = [item.article_sha256 for item in items if isinstance(item, GivenBack)]
        backlog, now = self._backlog, self._clock()
        totals = sum((RunTotals(usage=item) for item in items if isinstance(item, Usage)), RunTotals())
        blamed: dict[str, int] = {}
        extractions = [item.outcome.extraction for item in ended if item.outcome.extraction is not None]
        save_extractions(session, extractions=extractions, run_id=backlog.run_id)
        for item in ended:
            totals += item.gains
            if item.outcome.extraction is None:
                failure = self._fail(session, item.outcome, now)
                totals += RunTotals(n_set_aside=int(failure.is_set_aside))
                if not (item.outcome.unavailable or failure.is_set_aside):
                    blamed[item.outcome.article_sha256] = failure.n_failures
        off_hands = [item.outcome.article_sha256 for item in ended]
        close_attempts(session, identity=backlog.identity, sha256s=off_hands)
        if given_back:
            give_back(session, run_id=backlog.run_id, identity=backlog.identity, sha256s=given_back)
        released = self._settling.reserved(off_hands + given_back)
        is_first = add_to_run(
            session, run_id=backlog.run_id, totals=totals, now=now, released=released, number=self._n_writes
        )
        settled = [
            *(Settled(article_sha256=sha256, n_blamed=blamed.get(sha256, 0)) for sha256 in off_hands),
            *(Settled(article_sha256=sha256, is_given_back=True) for sha256 in given_back),
        ]
        return settled, is_first

    def _fail(self, session: "Session", outcome: Outcome, now: "datetime") -> Failure:
        return record_failure(
            session,
            article_sha256=outcome.article_sha256,
            identity=self._backlog.identity,
            error=outcome.error,
            now=now,
            blame=None if outcome.unavailable else Blame(max_tries=self._backlog.max_tries),
        )
