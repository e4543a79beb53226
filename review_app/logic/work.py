"""How the work goes, as it is shown: figures, and a table behind each plot; pure, from what the store counted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt

from extractor.schema import BY_HAND, DecisionKind, RejectionReason, Run, Value
from extractor.store import Bins, CostDone, FrequentSources, PersonDone, WorkDone
from review_app.logic import words
from review_app.logic.agreement import Agreement
from review_app.logic.desk import Progress

DAY_H = 24
WEEK_H = 7 * DAY_H
MONDAY_H = 3 * DAY_H
"""Hour 0 of 1970 was three days into its week."""

JUDGED = (DecisionKind.VERIFY, DecisionKind.CORRECT, DecisionKind.REJECT)
"""What says something about the extractor that found a claim."""

KINDS = (*JUDGED, DecisionKind.ADD)

UP_TO_S = (5, 10, 20, 30, 60, 120, 300, 900)
"""Each is a step of `extractor.store.work.STEPS_S`; what took longer comes last."""

MOST_DAYS = 45
"""Bars of a day each; a longer time is shown by weeks."""

FEWEST_TO_COMPARE = 30
"""Decisions in each half of a period, below which nobody is told that an extractor has changed."""

Z = 1.96


class Period(StrEnum):
    """How far back somebody looks; stands in the address."""

    WEEK = "7"
    MONTH = "30"
    QUARTER = "91"
    EVER = "all"


class Span(Value):
    """A period, and how it is cut into bars."""

    since: datetime
    """Aware; the beginning of a bar."""
    until: datetime
    bins: Bins
    shift_hours: int
    """What the place's clock is ahead of UTC."""

    @property
    def numbers(self) -> range:
        """Return the number of every bar, also of those in which nothing was done."""
        return range(self.bins.of(self.since), self.bins.of(self.until) + 1)

    def day(self, number: int) -> str:
        """Return the day on which a bar begins, at its place: ``2026-11-24``."""
        return (self.bins.begin(number) + timedelta(hours=self.shift_hours)).date().isoformat()


class Share(Value):
    """So many of so many."""

    k: int
    n: int
    """At least 1."""

    @property
    def value(self) -> float:
        """In [0, 1]."""
        return self.k / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Return where the true share lies, 95 % (Wilson 1927)."""
        p, n, z2 = self.value, self.n, Z * Z
        middle, half = p + z2 / (2 * n), Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return max(0.0, (middle - half) / (1 + z2 / n)), min(1.0, (middle + half) / (1 + z2 / n))


class Table(Value):
    """The numbers behind one plot."""

    name: str
    """Of the file."""
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]


class Bar(Value):
    """One line of a list with bars; the parts stand beside one another."""

    label: str
    """May be text of others."""
    parts: tuple[tuple[DecisionKind | None, int], ...]
    """How many, and how they were decided where the list tells."""
    note: str = ""

    @property
    def n(self) -> int:
        """All parts."""
        return sum(n for _, n in self.parts)


class Standing(Value):
    """One extractor with one prompt over a period."""

    model: str
    prompt: str
    by_kind: dict[DecisionKind, int]
    over_time: tuple[tuple[int, Share], ...]
    """By bar; those without a decision are left out."""
    drift: str
    """Told where the first and the second half of its own time differ by more than chance; else empty."""

    @property
    def name(self) -> str:
        """Both in one."""
        return f"{self.model}, {self.prompt}" if self.prompt else self.model

    @property
    def accepted(self) -> Share:
        """Claims that were verified as they had been found."""
        return Share(k=self.by_kind.get(DecisionKind.VERIFY, 0), n=sum(self.by_kind.values()))


class Work(Value):
    """What the page shows."""

    span: Span
    began: datetime | None
    """When the first decision of all was made; None before it."""
    reviewer: str | None
    """Whose work is meant; None for everybody's."""
    progress: Progress
    done: tuple[WorkDone, ...]
    times: dict[int, int]
    people: tuple[PersonDone, ...]
    """Empty for those who may not see what colleagues do."""
    sources: FrequentSources
    costs: tuple[CostDone, ...]
    runs: tuple[Run, ...]
    """The latest ones, whenever they were, the last one first; a queued one has the totals of its workers."""
    agreement: Agreement
    n_published: int

    @property
    def n_decided(self) -> int:
        """Decisions of the period that are in force, added claims among them."""
        return sum(entry.n for entry in self.done)

    @property
    def per_day(self) -> float:
        """How many a day, over all days of the period since work began."""
        since = max(self.span.since, self.began or self.span.since)
        return self.n_decided / max((self.span.until - since) / timedelta(days=1), 1.0)


def span_of(period: Period, *, began: datetime | None, now: datetime, shift_hours: int) -> Span:
    """Cut a period into days or weeks that begin at midnight of a place.

    Args:
        period: How far back.
        began: When the first decision was made; None before it.
        now: Aware.
        shift_hours: What the place's clock is ahead of UTC.
    """
    days = Bins(hours=DAY_H, shift_hours=shift_hours)
    weeks = Bins(hours=WEEK_H, shift_hours=shift_hours + MONDAY_H)
    match period:
        case Period.WEEK | Period.MONTH:
            bins, first = days, days.of(now) - int(period) + 1
        case Period.QUARTER:
            bins, first = weeks, weeks.of(now) - int(period) // 7 + 1
        case Period.EVER:
            bins = days if now - (began or now) < timedelta(days=MOST_DAYS) else weeks
            first = bins.of(began or now)
    return Span(since=bins.begin(first), until=now, bins=bins, shift_hours=shift_hours)


def within(times: Mapping[int, int], share: float) -> int | None:
    """Return the least step, in seconds, within which at least a share of the claims was decided; None without any."""
    wanted, so_far = share * sum(times.values()), 0
    for step in sorted(times):
        so_far += times[step]
        if so_far and so_far >= wanted:
            return step
    return None


def time_bars(times: Mapping[int, int]) -> tuple[Bar, ...]:
    """Count claims by how long they were open."""
    bars = []
    for longest, least in zip((*UP_TO_S, None), (0, *UP_TO_S), strict=True):
        n = sum(n for step, n in times.items() if step > least and (longest is None or step <= longest))
        label = f"longer than {words.seconds(least)}" if longest is None else f"up to {words.seconds(longest)}"
        bars.append(Bar(label=label, parts=((None, n),)))
    return tuple(bars)


def standings(done: Sequence[WorkDone]) -> tuple[Standing, ...]:
    """Tell how each extractor's claims were decided, the one with the most first; what reviewers added has none."""
    by: defaultdict[tuple[str, str], list[WorkDone]] = defaultdict(list)
    for entry in done:
        if entry.kind in JUDGED and entry.model != BY_HAND:
            by[entry.model, entry.prompt].append(entry)
    found = [_standing(model, prompt, entries) for (model, prompt), entries in by.items()]
    return tuple(sorted(found, key=lambda one: (-one.accepted.n, one.name)))


def _standing(model: str, prompt: str, entries: Sequence[WorkDone]) -> Standing:
    by_kind: Counter[DecisionKind] = Counter()
    by_bin: defaultdict[int, Counter[DecisionKind]] = defaultdict(Counter)
    for entry in entries:
        by_kind[entry.kind] += entry.n
        by_bin[entry.bin][entry.kind] += entry.n
    over_time = tuple((number, _accepted(by_bin[number])) for number in sorted(by_bin))
    middle = (over_time[0][0] + over_time[-1][0] + 1) / 2
    halves = [
        Share(k=sum(s.k for _, s in half), n=sum(s.n for _, s in half))
        for half in ([o for o in over_time if o[0] < middle], [o for o in over_time if o[0] >= middle])
    ]
    drift = _drift(*halves)
    return Standing(model=model, prompt=prompt, by_kind=dict(by_kind), over_time=over_time, drift=drift)


def _accepted(by_kind: Counter[DecisionKind]) -> Share:
    return Share(k=by_kind[DecisionKind.VERIFY], n=by_kind.total())


def _drift(first: Share, second: Share) -> str:
    """Say what changed where the two intervals do not even touch."""
    if min(first.n, second.n) < FEWEST_TO_COMPARE:
        return ""
    (low, high), (later_low, later_high) = first.interval, second.interval
    if later_low <= high and low <= later_high:
        return ""
    moved = "fell" if later_high < low else "rose"
    return f"{moved} from {first.value:.0%} to {second.value:.0%}"


def reason_bars(done: Sequence[WorkDone]) -> tuple[Bar, ...]:
    """Count rejections by reason, the most frequent first."""
    n: Counter[RejectionReason] = Counter()
    for entry in done:
        if entry.reason is not None:
            n[entry.reason] += entry.n
    return tuple(
        Bar(label=words.REASON[reason], parts=((DecisionKind.REJECT, many),), note=f"{many / n.total():.0%}")
        for reason, many in n.most_common()
    )


def source_bars(sources: FrequentSources) -> tuple[Bar, ...]:
    """Return who spoke most, with how their claims were decided."""
    return tuple(
        Bar(label=source.name, parts=_parts(source.by_kind), note=words.SOURCE_KIND[source.kind])
        for source in sources.sources
    )


def people_bars(people: Sequence[PersonDone]) -> tuple[Bar, ...]:
    """Return who decided how, the one with the most first."""
    by: defaultdict[str, Counter[DecisionKind]] = defaultdict(Counter)
    for entry in people:
        by[entry.reviewer][entry.kind] += entry.n
    bars = [Bar(label=name, parts=_parts(kinds)) for name, kinds in by.items()]
    return tuple(sorted(bars, key=lambda bar: (-bar.n, bar.label)))


def _parts(by_kind: Mapping[DecisionKind, int]) -> tuple[tuple[DecisionKind | None, int], ...]:
    return tuple((kind, by_kind.get(kind, 0)) for kind in KINDS)


def done_by_bin(work: Work) -> dict[int, Counter[DecisionKind]]:
    """Count decisions by bar and kind, bars without any among them."""
    by: dict[int, Counter[DecisionKind]] = {number: Counter() for number in work.span.numbers}
    for entry in work.done:
        by.setdefault(entry.bin, Counter())[entry.kind] += entry.n
    return by
