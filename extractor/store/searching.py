"""Lists of claims: any filter, in any order, a page at a time, and how many there are."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from extractor.errors import StoreError
from extractor.schema import ClaimFilter, ClaimOrder, ClaimStatus, Count, Facet, FacetCount, Facets, Page
from extractor.store import tally
from extractor.store.lookup import Kept, Lookup, Place, Slice
from extractor.store.ranking import ARRIVALS, position
from extractor.store.tables import ClaimRow
from extractor.store.terms import FIELDS, chosen, read_source, read_term, term

COUNT_LIMIT = 10_000
"""So far are the claims counted that a filter lets through, where no kept count answers."""

STATUS_LIMIT = 5_000
FACET_LIMIT = 2_000
"""So many of them are looked at for the counts by status, and by any other facet."""


def claims_page(
    session: Session,
    *,
    where: ClaimFilter,
    order: ClaimOrder = ClaimOrder.QUEUE,
    after: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Page:
    """Return a page of the claims that a filter lets through.

    Claims that change while somebody turns pages are neither repeated nor left out, unless their own
    place in the order changes.

    Args:
        session: Where from.
        where: Which ones.
        order: In which order.
        after: `Page.after` of the page before; None for the first.
        limit: At most so many, at least 1.
        offset: So many are left out before; what it costs grows with it.

    Raises:
        StoreError: `after` is no place in this order.
    """
    place = _read_place(order, after)
    found = matching(session, where, Slice(order=order, after=place, limit=limit + 1, offset=offset))
    in_page = [key % ARRIVALS for key in found[:limit]]
    rows = {row.arrival: row for row in session.exec(select(ClaimRow).where(col(ClaimRow.arrival).in_(in_page)))}
    # A claim may go between the two queries on PostgreSQL only if somebody deletes rows by hand.
    page = [rows[arrival] for arrival in in_page if arrival in rows]
    more = len(found) > limit
    return Page(claims=tuple(row.as_value() for row in page), after=_place(order, page[-1]) if more else None)


def matching(session: Session, where: ClaimFilter, part: Slice) -> list[int]:
    """Return the claims that a filter lets through, in order; for this package only.

    Returns:
        Positions in the order of the queue, in others arrivals; either, modulo `ARRIVALS`, is the arrival.
    """
    return _lookup(session, where, tally.counted(session)).keys(part)


def count_claims(session: Session, *, where: ClaimFilter, limit: int | None = None) -> Count:
    """Count the claims that a filter lets through.

    It is exact for a filter that names statuses and at most one other facet, however many there are, and
    for any other one up to `limit`, else `COUNT_LIMIT`.
    """
    numbers = tally.counted(session)
    kept = _kept(where, numbers)
    if kept is not None:
        return Count(n=kept)
    most = limit or COUNT_LIMIT
    n = _lookup(session, where, numbers).count(most + 1)
    return Count(n=min(n, most), is_exact=n <= most)


def status_counts(session: Session, *, where: ClaimFilter) -> dict[ClaimStatus, Count]:
    """Count the claims that a filter lets through by status, all but the superseded ones, whatever it says of that.

    It is exact for a filter that names at most one facet beside; of any other one, `STATUS_LIMIT` claims are
    looked at: where there are more, the numbers say "at least".
    """
    numbers = tally.counted(session)
    live = [status for status in ClaimStatus if status is not ClaimStatus.SUPERSEDED]
    each = [where.model_copy(update={"statuses": (status,)}) for status in live]
    kept = [n for one in each if (n := _kept(one, numbers)) is not None]
    if len(kept) == len(live):
        return {status: Count(n=n) for status, n in zip(live, kept, strict=True)}
    lookup = _lookup(session, where.model_copy(update={"statuses": ()}), numbers)
    *found, n_looked_at = lookup.count_having([term(Facet.STATUS, status) for status in live], STATUS_LIMIT)
    is_exact = n_looked_at < STATUS_LIMIT
    return {status: Count(n=n, is_exact=is_exact) for status, n in zip(live, found, strict=True)}


def facets(session: Session, *, where: ClaimFilter) -> Facets:
    """Count the claims that a filter lets through, all and by the values of each facet; see `count_values`."""
    return Facets(total=count_claims(session, where=where), by=count_values(session, where=where))


def count_values(session: Session, *, where: ClaimFilter) -> dict[Facet, tuple[FacetCount, ...]]:
    """Count the claims that a filter lets through by the values of each facet, as in `Facets.by`.

    A filter by nothing but status gives exact numbers. With any other one, `FACET_LIMIT` of the claims are
    looked at: where there are more, the numbers say "at least".
    """
    counted = tally.counted(session)
    numbers: Counter[tuple[Facet, str]] = Counter()
    if where == ClaimFilter(statuses=where.statuses):
        for key, n in counted.items():
            if key.status in _statuses(where):
                pair = (Facet.STATUS, key.status.value) if key.facet == tally.ALL else (Facet(key.facet), key.value)
                numbers[pair] += n
        return _by_facet(numbers, is_exact=True)
    looked_at = _lookup(session, where, counted).terms(FACET_LIMIT)
    for held, n in Counter(held for terms in looked_at for held in terms.split()).items():
        if pair_or_none := read_term(held):
            numbers[pair_or_none] += n
    return _by_facet(numbers, is_exact=len(looked_at) < FACET_LIMIT)


def count_sources(session: Session, *, where: ClaimFilter, limit: int = 50) -> tuple[FacetCount, ...]:
    """Return who makes most of the claims that a filter lets through, by falling number.

    `FACET_LIMIT` of the claims are looked at; where there are more, the numbers say "at least".
    """
    looked_at = _lookup(session, where, tally.counted(session)).terms(FACET_LIMIT)
    names = Counter(name for terms in looked_at for name in map(read_source, terms.split()) if name)
    is_exact = len(looked_at) < FACET_LIMIT
    most = sorted(names.items(), key=lambda item: (-item[1], item[0]))[:limit]
    return tuple(FacetCount(value=name, count=Count(n=n, is_exact=is_exact)) for name, n in most)


def _place(order: ClaimOrder, row: ClaimRow) -> str:
    match order:
        case ClaimOrder.QUEUE:
            return str(position(row.rank, row.arrival or 0))
        case ClaimOrder.NEWEST:
            return str(row.arrival)
        case ClaimOrder.CHANGED:
            return f"{row.changed_at.isoformat()} {row.arrival}"


def _read_place(order: ClaimOrder, after: str | None) -> Place | None:
    if after is None:
        return None
    try:
        match order:
            case ClaimOrder.QUEUE:
                return Place(position=int(after))
            case ClaimOrder.NEWEST:
                return Place(arrival=int(after))
            case ClaimOrder.CHANGED:
                changed_at, _, arrival = after.rpartition(" ")
                return Place(changed_at=datetime.fromisoformat(changed_at), arrival=int(arrival))
    except ValueError as exc:
        raise StoreError(f"no place {after!r} in this list: begin with its first page") from exc


def _lookup(session: Session, where: ClaimFilter, numbers: Mapping[tally.Key, int]) -> Lookup:
    n = _kept(where.model_copy(update={"article_text": ""}), numbers)
    n_all = sum(n for key, n in numbers.items() if key.facet == tally.ALL)
    return Lookup(session, where, kept=Kept(n=n, n_all=n_all))


def _kept(where: ClaimFilter, numbers: Mapping[tally.Key, int]) -> int | None:
    """Return how many a filter lets through where the kept counts say so."""
    others = where.model_copy(update=dict.fromkeys(FIELDS.values(), ()))
    named = {facet: values for facet, values in chosen(where).items() if facet is not Facet.STATUS}
    # Of claims with one flag or another, some have both.
    if others != ClaimFilter() or len(named) > 1 or len(named.get(Facet.FLAG, ())) > 1:
        return None
    facet, values = next(iter(named.items()), (tally.ALL, ("",)))
    statuses = _statuses(where)
    return sum(
        n for key, n in numbers.items() if (key.facet, key.status in statuses) == (facet, True) and key.value in values
    )


def _statuses(where: ClaimFilter) -> tuple[ClaimStatus, ...]:
    return where.statuses or tuple(status for status in ClaimStatus if status is not ClaimStatus.SUPERSEDED)


def _by_facet(numbers: Mapping[tuple[Facet, str], int], *, is_exact: bool) -> dict[Facet, tuple[FacetCount, ...]]:
    by: dict[Facet, list[FacetCount]] = {facet: [] for facet in Facet}
    for (facet, value), n in sorted(numbers.items(), key=lambda item: (-item[1], item[0][1])):
        if n > 0:
            by[facet].append(FacetCount(value=value, count=Count(n=n, is_exact=is_exact)))
    return {facet: tuple(counts) for facet, counts in by.items()}
