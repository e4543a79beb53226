"""The work that was done: counted in the transaction that does it, so that nobody has to read all decisions.

Only decisions in force count. When one is taken back or replaced, it is counted off where it had been counted.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import Field
from sqlalchemy import JSON, ColumnElement, and_, func, type_coerce
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from extractor.schema import BY_HAND, DecisionKind, RejectionReason, SourceKind, Value
from extractor.store import tally
from extractor.store.tables import (
    ClaimRow,
    DecisionRow,
    ExtractionRow,
    FactCheckRow,
    FindRow,
    RunRow,
    WorkRow,
    WorkTimeRow,
)

HOUR_S = 3600

STEPS_S = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50),
    *(60, 80, 100, 120, 150, 180, 240, 300, 420, 600, 900, 1800, 3600, 7200, 86_400),
)
"""How long a claim was open is counted in these steps, each at most twice the one before; more than a day is a day."""

LATEST = 2_000
"""So many decisions are looked at, the latest, where something is not counted as it is done."""


class Window(Value):
    """Which work is meant."""

    since: datetime | None = None
    """Aware; the whole hour in which it lies is meant. None for all."""
    reviewer: str | None = None
    """None for everybody."""


class Bins(Value):
    """How time is divided."""

    hours: int = Field(ge=1)
    """Length of one bin."""
    shift_hours: int = 0
    """What a place's clock is ahead of UTC, so that its days begin at its midnight."""

    def of(self, at: datetime) -> int:
        """Return the number of the bin in which a time lies."""
        return (_hour(at) + self.shift_hours) // self.hours

    def begin(self, number: int) -> datetime:
        """Return when a bin begins, in UTC."""
        return datetime.fromtimestamp((number * self.hours - self.shift_hours) * HOUR_S, UTC)


class WorkDone(Value):
    """How many decisions of one kind fall into one bin of time."""

    bin: int
    """See `Bins`."""
    model: str
    """Who had found the claim; `BY_HAND` for those that reviewers added."""
    prompt: str
    """Name and version, such as ``claims v3``; empty for an extractor without."""
    kind: DecisionKind
    """Not ``undo``."""
    reason: RejectionReason | None
    """Exactly for a rejection."""
    n: int


class PersonDone(Value):
    """How many decisions of one kind somebody made."""

    reviewer: str
    kind: DecisionKind
    n: int


class SourceCount(Value):
    """How often one source spoke, and how its claims were decided."""

    name: str
    kind: SourceKind
    by_kind: dict[DecisionKind, int]
    """Those that do not occur are left out."""

    @property
    def n(self) -> int:
        """Decisions on its claims."""
        return sum(self.by_kind.values())


class FrequentSources(Value):
    """Who spoke most in the claims that were decided last."""

    n: int
    """Decisions that were looked at: the latest, at most `LATEST`."""
    is_all: bool
    """Whether these are all that are meant."""
    sources: tuple[SourceCount, ...]
    """The most frequent first."""


class CostDone(Value):
    """What extractions did and cost that began in one bin of time."""

    bin: int
    model: str
    n_articles: int
    n_claims: int
    calls: int
    cost_usd: float | None
    """None when the price is not known."""

    def __add__(self, other: "CostDone") -> "CostDone":
        costs = (self.cost_usd, other.cost_usd)
        sums = {name: getattr(self, name) + getattr(other, name) for name in ("n_articles", "n_claims", "calls")}
        return self.model_copy(update={**sums, "cost_usd": None if None in costs else sum(filter(None, costs))})


def work_done(session: Session, *, window: Window, bins: Bins) -> list[WorkDone]:
    """Count decisions in force by time, extractor, kind and reason."""
    number = ((col(WorkRow.hour) + bins.shift_hours) // bins.hours).label("bin")
    columns = (number, col(WorkRow.model), col(WorkRow.prompt), col(WorkRow.kind), col(WorkRow.reason))
    n = func.sum(col(WorkRow.n))
    query = select_columns(*columns, n).where(_within(WorkRow, window)).group_by(*columns).having(n != 0)
    return [
        WorkDone(
            bin=number,
            model=model,
            prompt=prompt,
            kind=kind,
            reason=RejectionReason(reason) if reason else None,
            n=int(total),
        )
        for number, model, prompt, kind, reason, total in session.execute(query.order_by(*columns))
    ]


def work_times(session: Session, *, window: Window) -> dict[int, int]:
    """Return how many claims were decided within how many seconds; steps of `STEPS_S` without any are left out.

    Only decisions on claims that their reviewer held are counted: one that lay untouched until it went back to
    the queue is not timed.
    """
    n = func.sum(col(WorkTimeRow.n))
    seconds = col(WorkTimeRow.seconds)
    query = select_columns(seconds, n).where(_within(WorkTimeRow, window)).group_by(seconds).having(n != 0)
    return {step: int(total) for step, total in session.execute(query.order_by(seconds))}


def work_by_person(session: Session, *, window: Window) -> list[PersonDone]:
    """Count decisions in force by who made them, in the order of their names."""
    columns = (col(WorkRow.reviewer), col(WorkRow.kind))
    n = func.sum(col(WorkRow.n))
    query = select_columns(*columns, n).where(_within(WorkRow, window)).group_by(*columns).having(n != 0)
    return [
        PersonDone(reviewer=reviewer, kind=kind, n=int(total))
        for reviewer, kind, total in session.execute(query.order_by(*columns))
    ]


def work_began(session: Session) -> datetime | None:
    """Return the hour of the first decision; None when there is none."""
    first = session.exec(select(func.min(col(WorkRow.hour)))).one()
    return None if first is None else datetime.fromtimestamp(first * HOUR_S, UTC)


def frequent_sources(session: Session, *, window: Window, limit: int = 12) -> FrequentSources:
    """Count who spoke in the claims that were decided last, by the name that their claims carry now."""
    mine = [] if window.reviewer is None else [col(DecisionRow.reviewer) == window.reviewer]
    # First the latest, whatever they are: a search for those of the window could go through all decisions.
    latest = select_columns(col(DecisionRow.id)).where(*mine).order_by(col(DecisionRow.id).desc()).limit(LATEST)
    ids = session.execute(latest).scalars().all()
    source = type_coerce(col(DecisionRow.after), JSON)["source"]
    columns = (source["name"].as_string(), source["kind"].as_string(), col(DecisionRow.kind))
    since = [] if window.since is None else [col(DecisionRow.decided_at) >= _floor(window.since)]
    query = (
        select_columns(*columns, func.count())
        .join(
            ClaimRow, and_(col(ClaimRow.id) == col(DecisionRow.claim_id), col(ClaimRow.decision_id) == DecisionRow.id)
        )
        .where(col(DecisionRow.id) >= min(ids, default=0), *mine, *since)
        .group_by(*columns)
    )
    by_source: dict[tuple[str, str], Counter[DecisionKind]] = {}
    for name, kind, did, n in session.execute(query):
        by_source.setdefault((name, kind), Counter())[did] += n
    sources = [
        SourceCount(name=name, kind=SourceKind(kind), by_kind=dict(done)) for (name, kind), done in by_source.items()
    ]
    sources.sort(key=lambda source: (-source.n, source.name))
    return FrequentSources(
        n=sum(source.n for source in sources),
        is_all=len(ids) < LATEST or _began_before(session, ids[-1], window),
        sources=tuple(sources[:limit]),
    )


def count_published(session: Session, *, since: datetime | None) -> int:
    """Count the fact-checks that were published for the first time since then, or ever."""
    at = col(FactCheckRow.published_at)
    query = select_columns(func.count()).where(at.is_not(None))
    return int(session.execute(query if since is None else query.where(at >= _floor(since))).scalar_one())


def extraction_costs(session: Session, *, since: datetime | None, bins: Bins) -> list[CostDone]:
    """Sum up what runs did and cost, by when they began and by model."""
    names = ("started_at", "model", "n_done", "n_claims", "calls", "cost_usd", "n_unpriced_calls")
    query = select_columns(*(getattr(RunRow, name) for name in names)).where(col(RunRow.n_done) > 0)
    by: dict[tuple[int, str], CostDone] = {}
    for row in session.execute(query if since is None else query.where(col(RunRow.started_at) >= _floor(since))):
        this = CostDone(
            bin=bins.of(row.started_at),
            model=row.model,
            n_articles=row.n_done,
            n_claims=row.n_claims,
            calls=row.calls,
            cost_usd=None if row.n_unpriced_calls else row.cost_usd,
        )
        before = by.get((this.bin, this.model))
        by[this.bin, this.model] = this if before is None else before + this
    return [by[key] for key in sorted(by)]


def maker_of(session: Session, row: ClaimRow) -> tuple[str, str]:
    """Return the model and the prompt that a claim comes from as it stands now; for this package only."""
    if row.added_by is not None:
        return BY_HAND, ""
    query = (
        select(col(ExtractionRow.identity))
        .join(FindRow, col(FindRow.extraction_id) == col(ExtractionRow.id))
        .where(FindRow.claim_id == row.id)
        .order_by(col(ExtractionRow.id).desc())
        .limit(1)
    )
    identity = session.exec(query).one_or_none()
    if identity is None:
        return row.model, ""
    prompt = "" if identity.prompt_name is None else f"{identity.prompt_name} v{identity.prompt_version}"
    return identity.model, prompt


def count_work(session: Session, *, gone: int | None, come: int | None) -> None:
    """Count one decision off and another on, by their ids; for this package only."""
    wanted = [number for number in (gone, come) if number is not None]
    columns = ("id", "decided_at", "opened_at", "reviewer", "model", "prompt", "kind", "reason")
    query = select_columns(*(getattr(DecisionRow, name) for name in columns))
    work: Counter[tuple[object, ...]] = Counter()
    times: Counter[tuple[object, ...]] = Counter()
    for row in session.execute(query.where(col(DecisionRow.id).in_(wanted))):
        n = 1 if row.id == come else -1
        work[_hour(row.decided_at), row.reviewer, row.model, row.prompt, row.kind, row.reason or ""] += n
        if row.opened_at is not None:
            open_s = (row.decided_at - row.opened_at).total_seconds()
            step = STEPS_S[min(bisect_left(STEPS_S, open_s), len(STEPS_S) - 1)]
            times[_hour(row.decided_at), row.reviewer, step] += n
    for table, counted in ((WorkRow, work), (WorkTimeRow, times)):
        *names, _slot, _n = table.model_fields
        rows = [{**dict(zip(names, key, strict=True)), "n": n} for key, n in counted.items() if n]
        tally.sum_up(session, table, rows)


def _within(table: type[WorkRow] | type[WorkTimeRow], window: Window) -> ColumnElement[bool]:
    return and_(True, *_conditions(table, window))


def _conditions(table: type[WorkRow] | type[WorkTimeRow], window: Window) -> Iterator[ColumnElement[bool]]:
    if window.since is not None:
        yield col(table.hour) >= _hour(window.since)
    if window.reviewer is not None:
        yield col(table.reviewer) == window.reviewer


def _began_before(session: Session, decision_id: int | None, window: Window) -> bool:
    """Tell whether a decision lies before the window."""
    at = session.exec(select(DecisionRow.decided_at).where(DecisionRow.id == decision_id)).one()
    return window.since is not None and at < _floor(window.since)


def _hour(at: datetime) -> int:
    return int(at.timestamp() // HOUR_S)


def _floor(at: datetime) -> datetime:
    return datetime.fromtimestamp(_hour(at) * HOUR_S, UTC)
