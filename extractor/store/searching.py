"""Lists of claims: any filter, in any order, a page at a time, and how many there are."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from extractor.errors import StoreError
from extractor.schema import ClaimFilter, ClaimOrder, ClaimStatus, Count, Facet, FacetCount, Facets, Page
from extractor.store import tally
from extractor.store.lookup import Kept, Lookup, Place, Slice
from extractor.store.ranking import ARRIVALS, position
from extractor.store.tables import ClaimRow
from extractor.store.terms import FIELDS, chosen, read_source, read_term

LOOKED_AT = 1_000
"""So many of the claims that a filter lets through are counted and looked at where no kept count answers."""


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
    for any other one up to `limit`, else `LOOKED_AT`.
    """
    numbers = tally.counted(session)
    kept = _kept(where, numbers)
    if kept is not None:
        return Count(n=kept)
    most = limit or LOOKED_AT
    n = _lookup(session, where, numbers).count(most + 1)
    return Count(n=min(n, most), is_exact=n <= most)


def status_counts(session: Session, *, where: ClaimFilter) -> dict[ClaimStatus, Count]:
    """Count the claims that a filter lets through by status, all but the superseded ones, whatever it says of that.

    It is exact for a filter that names at most one facet beside; of any other one, `LOOKED_AT` claims are
    looked at: where there are more, the numbers say "at least".
    """
    numbers = tally.counted(session)
    live = [status for status in ClaimStatus if status is not ClaimStatus.SUPERSEDED]
    each = [where.model_copy(update={"statuses": (status,)}) for status in live]
    kept = [n for one in each if (n := _kept(one, numbers)) is not None]
    if len(kept) == len(live):
        return {status: Count(n=n) for status, n in zip(live, kept, strict=True)}
    found = _lookup(session, where.model_copy(update={"statuses": ()}), numbers).by_status(LOOKED_AT)
    is_exact = sum(found.values()) < LOOKED_AT
    return {status: Count(n=found.get(status, 0), is_exact=is_exact) for status in live}


def facets(session: Session, *, where: ClaimFilter) -> Facets:
    """Count the claims that a filter lets through, all and by the values of each facet.

    A filter by nothing but status gives exact numbers. With any other one, `LOOKED_AT` of the claims are
    looked at: where there are more, the numbers say "at least".
    """
    numbers = tally.counted(session)
    kept = _kept(where, numbers)
    if where == ClaimFilter(statuses=where.statuses):
        return Facets(total=Count(n=kept or 0), by=_kept_values(where, numbers))
    looked_at = _lookup(session, where, numbers).terms(LOOKED_AT)
    is_exact = len(looked_at) < LOOKED_AT
    by = _values(looked_at, is_exact=is_exact)
    return Facets(total=Count(n=len(looked_at), is_exact=is_exact) if kept is None else Count(n=kept), by=by)


def count_sources(session: Session, *, where: ClaimFilter, limit: int = 50) -> tuple[FacetCount, ...]:
    """Return who makes most of the claims that a filter lets through, by falling number.

    `LOOKED_AT` of the claims are looked at; where there are more, the numbers say "at least".
    """
    looked_at = _lookup(session, where, tally.counted(session)).terms(LOOKED_AT)
    names = Counter(name for terms in looked_at for name in map(read_source, terms.split()) if name)
    is_exact = len(looked_at) < LOOKED_AT
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


def _kept_values(where: ClaimFilter, numbers: Mapping[tally.Key, int]) -> dict[Facet, tuple[FacetCount, ...]]:
    statuses = _statuses(where)
    found: Counter[tuple[Facet, str]] = Counter()
    for key, n in numbers.items():
        if key.status in statuses:
            pair = (Facet.STATUS, key.status.value) if key.facet == tally.ALL else (Facet(key.facet), key.value)
            found[pair] += n
    return _by_facet(found, is_exact=True)


def _values(looked_at: Iterable[str], *, is_exact: bool) -> dict[Facet, tuple[FacetCount, ...]]:
    found: Counter[tuple[Facet, str]] = Counter()
    for held, n in Counter(" ".join(looked_at).split()).items():
        if pair := read_term(held):
            found[pair] += n
    return _by_facet(found, is_exact=is_exact)


def _by_facet(numbers: Mapping[tuple[Facet, str], int], *, is_exact: bool) -> dict[Facet, tuple[FacetCount, ...]]:
    by: dict[Facet, list[FacetCount]] = {facet: [] for facet in Facet}
    for (facet, value), n in sorted(numbers.items(), key=lambda item: (-item[1], item[0][1])):
        if n > 0:
            by[facet].append(FacetCount(value=value, count=Count(n=n, is_exact=is_exact)))
    return {facet: tuple(counts) for facet, counts in by.items()}
