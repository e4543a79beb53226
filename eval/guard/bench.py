"""The benchmark of the guard: every fault in every claim that it fits, and every sound claim."""

from collections.abc import Callable, Iterator, Sequence

from eval.cases import GoldCase
from eval.guard.faults import ALARMS, UNPLACED, Fault, plant
from eval.guard.subjects import Subject, subjects
from eval.metrics.figure import Bootstrap, Figure, Ratio, figure, resample
from extractor.schema import Claim, ClaimDraft, FlagCode, Value

Examine = Callable[[GoldCase, tuple[ClaimDraft, ...]], Sequence[Claim]]
"""Grounds and checks drafts of one article, each by itself; a claim for each, in the same order."""


class Slip(Value):
    """One thing the guard got wrong."""

    fault: Fault
    case_id: str
    claim_id: str
    draft: ClaimDraft
    details: tuple[str, ...] = ()
    """What the flags say; empty for a fault that was missed."""


class FaultRow(Value):
    """How the guard did on one kind of fault."""

    fault: Fault
    detected: Figure
    """Share of the planted faults that raised one of the fault's flags. None are planted in claims that raise it
    when they are sound."""
    false_alarms: Figure
    """Share of all sound claims that raised one."""


class GuardTable(Value):
    """The guard on one set."""

    n_articles: int
    n_claims: int
    bootstrap: Bootstrap
    rows: tuple[FaultRow, ...]
    """One for each `Fault`, in their order."""
    any_false_alarm: Figure
    """Share of the sound claims that raised any flag of the table."""
    slips: tuple[Slip, ...]
    """By fault, then in the order of the cases."""


def bench_guard(cases: Sequence[GoldCase], examine: Examine, bootstrap: Bootstrap) -> GuardTable:
    """Plant every fault that fits into every claim, one at a time.

    Args:
        cases: Articles with their text.
        examine: The guard.
        bootstrap: How intervals are made; over articles.
    """
    articles = [claims for claims in subjects(cases) if claims]
    resamples = resample(len(articles), bootstrap)
    seen = [_Article(claims, examine) for claims in articles]
    rows = tuple(
        FaultRow(
            fault=fault,
            detected=figure([article.detected(fault) for article in seen], resamples),
            false_alarms=figure([article.false_alarms({fault}) for article in seen], resamples),
        )
        for fault in Fault
    )
    return GuardTable(
        n_articles=len(articles),
        n_claims=sum(len(claims) for claims in articles),
        bootstrap=bootstrap,
        rows=rows,
        any_false_alarm=figure([article.false_alarms(set(Fault)) for article in seen], resamples),
        slips=tuple(slip for fault in Fault for article in seen for slip in article.slips(fault)),
    )


class _Article:
    """What the guard says about the claims of one article."""

    def __init__(self, claims: tuple[Subject, ...], examine: Examine) -> None:
        self._claims = claims
        case = claims[0].case
        self._sound = {
            False: examine(case, tuple(claim.draft for claim in claims)),
            True: examine(case, tuple(claim.unplaced for claim in claims)),
        }
        self._planted: dict[Fault, list[tuple[Subject, Claim, ClaimDraft]]] = {}
        for fault in Fault:
            sound = zip(claims, self._sound[fault in UNPLACED], strict=True)
            quiet = [claim for claim, flagged in sound if not _alarms(flagged, {fault})]
            drafts = [(claim, draft) for claim in quiet for draft in plant(claim, fault)]
            checked = examine(case, tuple(draft for _, draft in drafts))
            self._planted[fault] = [(claim, c, d) for (claim, d), c in zip(drafts, checked, strict=True)]

    def detected(self, fault: Fault) -> Ratio:
        planted = self._planted[fault]
        return Ratio(hits=sum(bool(_alarms(claim, {fault})) for _, claim, _ in planted), n=len(planted))

    def false_alarms(self, faults: set[Fault]) -> Ratio:
        placed, unplaced = faults - UNPLACED, faults & UNPLACED
        hits = sum(
            bool(_alarms(one, placed) or _alarms(other, unplaced))
            for one, other in zip(self._sound[False], self._sound[True], strict=True)
        )
        return Ratio(hits=hits, n=len(self._claims))

    def slips(self, fault: Fault) -> Iterator[Slip]:
        for subject, claim, draft in self._planted[fault]:
            if not _alarms(claim, {fault}):
                yield Slip(fault=fault, case_id=subject.case.id, claim_id=subject.gold.id, draft=draft)
        for subject, claim in zip(self._claims, self._sound[fault in UNPLACED], strict=True):
            if details := _alarms(claim, {fault}):
                yield Slip(
                    fault=fault,
                    case_id=subject.case.id,
                    claim_id=subject.gold.id,
                    draft=subject.draft,
                    details=details,
                )


def _alarms(claim: Claim, faults: set[Fault]) -> tuple[str, ...]:
    codes: set[FlagCode] = set().union(*(ALARMS[fault] for fault in faults))
    return tuple(flag.detail for flag in claim.flags if flag.code in codes)
