"""Lists of claims: any filter, in any order, a page at a time, and how many there are.

SQLite walks its full-text index, whose row numbers are places in the queue: whatever is asked for comes
in that order, and only as far as it is read. PostgreSQL has no index that is both full-text and sorted.
It either collects what matches and sorts it, which is fast for little, or walks in order and tests each
claim, which is fast where much matches; so a filter is first counted as far as `COUNT_LIMIT`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from extractor.errors import StoreError
from extractor.schema import ClaimFilter, ClaimOrder, ClaimStatus, Count, Facet, FacetCount, Facets, Page, Value
from extractor.store import tally
from extractor.store.fulltext import as_fts5, as_tsquery
from extractor.store.index import is_postgresql
from extractor.store.ranking import ARRIVALS, position
from extractor.store.tables import ClaimRow, UtcDateTime
from extractor.store.terms import FIELDS, chosen, expression_of, read_term

COUNT_LIMIT = 10_000
"""So far are the claims counted that a filter lets through, where no kept count answers."""

FACET_LIMIT = 2_000
"""So many of them are looked at for the counts by facet."""


def claims_page(
    session: Session,
    *,
    where: ClaimFilter,
    order: ClaimOrder = ClaimOrder.QUEUE,
    after: str | None = None,
    limit: int = 50,
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

    Raises:
        StoreError: `after` is no place in this order.
    """
    found = matching(session, where, order=order, after=_read_place(order, after), limit=limit + 1)
    in_page = [key % ARRIVALS for key in found[:limit]]
    rows = {row.arrival: row for row in session.exec(select(ClaimRow).where(col(ClaimRow.arrival).in_(in_page)))}
    # A claim may go between the two queries on PostgreSQL only if somebody deletes rows by hand.
    page = [rows[arrival] for arrival in in_page if arrival in rows]
    more = len(found) > limit
    return Page(claims=tuple(row.as_value() for row in page), after=_place(order, page[-1]) if more else None)


def matching(
    session: Session, where: ClaimFilter, *, order: ClaimOrder, after: "Place | None", limit: int
) -> list[int]:
    """Return the claims that a filter lets through, in order; for this package only.

    Returns:
        Positions in the order of the queue, in others arrivals; either, modulo `ARRIVALS`, is the arrival.
    """
    values: dict[str, Any] = {"limit": limit}
    beyond = ""
    if after is not None:
        beyond = f" AND {BEYOND[order]}"
        values |= after.model_dump(exclude_none=True)
    if not is_postgresql(session):
        return _matching_sqlite(session, where, order, beyond, values)
    values["query"] = as_tsquery(expression_of(where))
    if _has_many(session, where):
        # IS TRUE keeps PostgreSQL from collecting what matches.
        statement = f"SELECT {KEY[order]} FROM claim_index WHERE (document @@ CAST(:query AS tsquery)) IS TRUE{beyond}"
    else:
        statement = (
            "WITH hits AS MATERIALIZED (SELECT arrival, position, changed_at FROM claim_index "
            f"WHERE document @@ CAST(:query AS tsquery)) SELECT {KEY[order]} FROM hits WHERE true{beyond}"
        )
    return _keys(session, f"{statement} ORDER BY {ORDER_BY[order]} LIMIT :limit", values)


def count_claims(session: Session, *, where: ClaimFilter) -> Count:
    """Count the claims that a filter lets through.

    It is exact for a filter that names statuses and at most one other facet, however many there are, and
    for any other one up to `COUNT_LIMIT`.
    """
    kept = _kept(where, tally.counted(session))
    if kept is not None:
        return Count(n=kept)
    n = _count_to(session, where, COUNT_LIMIT + 1)
    return Count(n=min(n, COUNT_LIMIT), is_exact=n <= COUNT_LIMIT)


def facets(session: Session, *, where: ClaimFilter) -> Facets:
    """Count the claims that a filter lets through, all and by the values of each facet.

    A filter by nothing but status gives exact numbers. With any other one, `FACET_LIMIT` of the claims are
    looked at: where there are more, the numbers by facet say "at least".
    """
    total = count_claims(session, where=where)
    if where == ClaimFilter(statuses=where.statuses):
        numbers: Counter[tuple[Facet, str]] = Counter()
        for key, n in tally.counted(session).items():
            if key.status in _statuses(where):
                pair = (Facet.STATUS, key.status.value) if key.facet == tally.ALL else (Facet(key.facet), key.value)
                numbers[pair] += n
        return Facets(total=total, by=_by_facet(numbers, is_exact=True))
    looked_at = _terms(session, where, FACET_LIMIT)
    numbers = Counter(pair for terms in looked_at for pair in map(read_term, terms.split()) if pair)
    return Facets(total=total, by=_by_facet(numbers, is_exact=total.is_exact and total.n <= len(looked_at)))


class Place(Value):
    """A claim's place in an order; only what the order goes by is set."""

    position: int | None = None
    arrival: int | None = None
    changed_at: datetime | None = None


KEY = {
    ClaimOrder.QUEUE: "position",
    ClaimOrder.NEWEST: "arrival",
    ClaimOrder.CHANGED: "arrival",
}
ORDER_BY = {
    ClaimOrder.QUEUE: "position",
    ClaimOrder.NEWEST: "arrival DESC",
    ClaimOrder.CHANGED: "changed_at DESC, arrival DESC",
}
BEYOND = {
    ClaimOrder.QUEUE: "position > :position",
    ClaimOrder.NEWEST: "arrival < :arrival",
    ClaimOrder.CHANGED: "(changed_at, arrival) < (:changed_at, :arrival)",
}


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


def _matching_sqlite(
    session: Session, where: ClaimFilter, order: ClaimOrder, beyond: str, values: dict[str, Any]
) -> list[int]:
    values["query"] = as_fts5(expression_of(where))
    if order is ClaimOrder.QUEUE:
        found = "SELECT rowid FROM claim_fts WHERE claim_fts MATCH :query"
        beyond = beyond.replace("position", "rowid", 1)
        return _keys(session, f"{found}{beyond} ORDER BY rowid LIMIT :limit", values)
    if not where.text and _has_many(session, where):
        terms = expression_of(where)
        conditions = [" OR ".join(f"instr(terms, ' {p.tokens[0]} ')" for p in group) for group in terms.groups]
        excluded = "".join(f" AND NOT instr(terms, ' {p.tokens[0]} ')" for p in terms.without)
        found = f"SELECT arrival FROM claim_index WHERE ({') AND ('.join(conditions)}){excluded}"
    else:
        found = (
            "SELECT arrival FROM claim_fts CROSS JOIN claim_index ON claim_index.position = claim_fts.rowid "
            "WHERE claim_fts MATCH :query"
        )
    return _keys(session, f"{found}{beyond} ORDER BY {ORDER_BY[order]} LIMIT :limit", values)


def _keys(session: Session, statement: str, values: Mapping[str, Any]) -> list[int]:
    bound = text(statement)
    if "changed_at" in values:
        bound = bound.bindparams(bindparam("changed_at", type_=UtcDateTime()))
    return list(session.execute(bound, values).scalars())


def _has_many(session: Session, where: ClaimFilter) -> bool:
    kept = _kept(where, tally.counted(session))
    n = _count_to(session, where, COUNT_LIMIT + 1) if kept is None else kept
    return n > COUNT_LIMIT


def _count_to(session: Session, where: ClaimFilter, limit: int) -> int:
    statement = f"SELECT count(*) FROM (SELECT 1 {_from(session, where)} LIMIT :limit) AS found"
    return int(session.execute(text(statement), {"query": _query(session, where), "limit": limit}).scalar_one())


def _terms(session: Session, where: ClaimFilter, limit: int) -> Sequence[str]:
    joined = _from(session, where)
    if not is_postgresql(session):
        joined = joined.replace(
            "claim_fts", "claim_fts CROSS JOIN claim_index ON claim_index.position = claim_fts.rowid", 1
        )
    statement = text(f"SELECT terms {joined} LIMIT :limit")
    return session.execute(statement, {"query": _query(session, where), "limit": limit}).scalars().all()


def _from(session: Session, where: ClaimFilter) -> str:
    if is_postgresql(session):
        return "FROM claim_index WHERE document @@ CAST(:query AS tsquery)"
    return "FROM claim_fts WHERE claim_fts MATCH :query"


def _query(session: Session, where: ClaimFilter) -> str:
    return (as_tsquery if is_postgresql(session) else as_fts5)(expression_of(where))


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
