"""What one person reads of how the work goes; one transaction, and nothing that grows with the claims."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from extractor.people import Act, Person
from extractor.schema import ClaimStatus
from extractor.store import (
    Window,
    count_by_status,
    count_published,
    extraction_costs,
    frequent_sources,
    list_runs,
    look_pairs,
    open_session,
    work_began,
    work_by_person,
    work_done,
    work_times,
)
from review_app.logic.agreement import agreement_of
from review_app.logic.desk import DECIDED, Progress
from review_app.logic.work import Period, Work, span_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

LATEST_RUNS = 100
"""So many runs are looked at; workers' parts among them are not shown."""


@dataclass(frozen=True)
class WorkDesk:
    """One person's sight of the work."""

    engine: "Engine"
    person: Person
    now: Callable[[], datetime]
    """Aware."""

    def read(self, period: Period, *, reviewer: str | None, shift_hours: int) -> Work:
        """Read how the work went.

        Args:
            period: How far back.
            reviewer: Whose work; None for everybody's together.
            shift_hours: What the clock where this person is is ahead of UTC.

        Raises:
            NotAllowed: It is a colleague's, and the person is no editor.
        """
        if reviewer != self.person.name:
            self.person.must(Act.READ if reviewer is None else Act.EDIT)
        with open_session(self.engine, reading=True) as session:
            began = work_began(session)
            span = span_of(period, began=began, now=self.now(), shift_hours=shift_hours)
            window = Window(since=span.since, reviewer=reviewer)
            by_status = count_by_status(session)
            waiting, verified, corrected, rejected = (by_status.get(s, 0) for s in (ClaimStatus.PENDING, *DECIDED))
            everybody = Window(since=span.since)
            return Work(
                span=span,
                began=began,
                reviewer=reviewer,
                progress=Progress(waiting=waiting, verified=verified, corrected=corrected, rejected=rejected),
                done=tuple(work_done(session, window=window, bins=span.bins)),
                times=work_times(session, window=window),
                people=tuple(work_by_person(session, window=everybody)) if self.person.may(Act.EDIT) else (),
                sources=frequent_sources(session, window=window),
                costs=tuple(extraction_costs(session, since=span.since, bins=span.bins)),
                runs=tuple(run for run in list_runs(session, limit=LATEST_RUNS) if run.part_of is None),
                agreement=agreement_of(look_pairs(session)),
                n_published=count_published(session, since=span.since),
            )
