"""Counts that are kept as claims change, so that nobody has to count a million of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, text
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from extractor.schema import ClaimStatus, Facet, Value
from extractor.store.tables import Row, TallyRow
from extractor.store.terms import read_term

ALL = "all"
"""The facet of which every claim has one value, the empty one."""

N_SLOTS = 1_000
"""More than a PostgreSQL server has connections by default (100)."""

SLOT_LOCKS = 4_731_402
"""First key of the advisory locks on slots; any fixed number."""


class Key(Value):
    """What one number counts."""

    facet: str
    """One of `Facet`, or `ALL`."""
    value: str
    status: ClaimStatus


def keys_of(terms: str) -> list[Key]:
    """Return what a claim with these terms, as `IndexRow.terms` holds them, counts for."""
    pairs = [pair for pair in map(read_term, terms.split()) if pair]
    status = next(ClaimStatus(value) for facet, value in pairs if facet is Facet.STATUS)
    counted = [Key(facet=facet, value=value, status=status) for facet, value in pairs if facet is not Facet.STATUS]
    return [Key(facet=ALL, value="", status=status), *counted]


def change(session: Session, *, gone: Iterable[str], come: Iterable[str]) -> None:
    """Count the terms of some claims off and others on, in this transaction."""
    changes: Counter[Key] = Counter()
    for terms in come:
        changes.update(keys_of(terms))
    for terms in gone:
        changes.subtract(keys_of(terms))
    sum_up(session, TallyRow, [{**key.model_dump(), "n": n} for key, n in changes.items() if n])


def sum_up(session: Session, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add to the counts of a table whose key ends with a slot, in this transaction.

    Args:
        session: Where to.
        table: Its columns are those of the key and `n`.
        rows: Their keys without the slot, all different, and the `n` that comes on top, perhaps below 0.
    """
    if not rows:
        return
    columns = table.__table__  # type: ignore[attr-defined]
    insert = (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(columns)
    added = insert.on_conflict_do_update(
        index_elements=[*(name for name in rows[0] if name != "n"), "slot"],
        set_={"n": columns.c.n + insert.excluded.n},
    )
    slot = _slot(session)
    # Many sets of values for one statement: it is compiled once, and not anew for every number of rows.
    session.execute(added, [{**row, "slot": slot} for row in rows])


def counted(session: Session) -> dict[Key, int]:
    """Return every number that is not zero."""
    n = func.sum(col(TallyRow.n))
    columns = (col(TallyRow.facet), col(TallyRow.value), col(TallyRow.status))
    query = select_columns(*columns, n).group_by(*columns).having(n != 0)
    return {
        Key(facet=facet, value=value, status=status): int(total)
        for facet, value, status, total in session.execute(query)
    }


def by_status(session: Session) -> dict[ClaimStatus, int]:
    """Return how many claims stand where; a status without any is left out."""
    query = (
        select_columns(col(TallyRow.status), func.sum(col(TallyRow.n)))
        .where(col(TallyRow.facet) == ALL, col(TallyRow.value) == "")
        .group_by(col(TallyRow.status))
    )
    return {status: int(n) for status, n in session.execute(query)}


def _slot(session: Session) -> int:
    """Return a slot that no other transaction writes to before this one ends."""
    if session.get_bind().dialect.name != "postgresql":
        return 0
    free = text(
        f"SELECT s FROM generate_series(0, {N_SLOTS}) s WHERE pg_try_advisory_xact_lock({SLOT_LOCKS}, s) LIMIT 1"
    )
    return int(session.execute(free).scalar_one())
