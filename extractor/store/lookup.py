"""How a filter of claims becomes SQL: which index is asked first, and what is tested on the way.

SQLite walks its full-text index, whose row numbers are places in the queue: what is asked for in that order
comes in it, and only as far as it is read. PostgreSQL has no index that is both full-text and sorted; and neither
has one for the other orders. So what matches is collected and sorted, which is fast for little; where much
matches, the claims are walked in the order that is wanted, each tested, until enough are found. What is wanted may
lie all at the other end: a walk that has passed as many claims as there were to collect is given up for collecting.

The status stands in a column too. What waits is most of all there is, and who asks for it in order need not
pass what is decided.

Words of the articles' text are looked up in the index of articles. Where few articles have them, the claims are
reached by their articles; else the article is one more test on the way.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session

from extractor.schema import ClaimFilter, ClaimOrder, ClaimStatus, Value
from extractor.store.fulltext import Expression, Phrase, as_fts5, as_tsquery
from extractor.store.index import is_postgresql
from extractor.store.ranking import ARRIVALS
from extractor.store.tables import UtcDateTime
from extractor.store.terms import article_words_of, expression_of

FEW_ARTICLES = 1_000
"""So many articles, at most, have their claims collected and sorted."""

MANY = 5_000
"""A filter that lets more claims through is walked in order."""

COMMON_SHARE = 0.1
"""A filter that lets more of all claims through is soon satisfied by any of them."""

SORTED = {
    ClaimOrder.QUEUE: "position",
    ClaimOrder.NEWEST: "arrival DESC",
    ClaimOrder.CHANGED: "changed_at DESC, arrival DESC",
}
BEYOND = {
    ClaimOrder.QUEUE: "position > :position",
    ClaimOrder.NEWEST: "arrival < :arrival",
    ClaimOrder.CHANGED: "(changed_at, arrival) < (:changed_at, :arrival)",
}


class Place(Value):
    """A claim's place in an order; only what the order goes by is set."""

    position: int | None = None
    arrival: int | None = None
    changed_at: datetime | None = None


class Slice(Value):
    """Which claims of a list are wanted."""

    order: ClaimOrder
    after: Place | None = None
    """Those behind this place; None for all."""
    limit: int
    offset: int = 0


class Kept(Value):
    """What the kept counts say of a filter."""

    n: int | None
    """How many claims it lets through, without regard to their articles' words; None where they do not say."""
    n_all: int
    """How many claims there are."""


class Lookup:
    """One filter, asked of one database."""

    def __init__(self, session: Session, where: ClaimFilter, *, kept: Kept) -> None:
        self._session = session
        self._on_postgresql = is_postgresql(session)
        self._kept = kept
        self._statuses = where.statuses
        # Of what waits there is much: PostgreSQL reads the column, as it reads each claim that it finds anyway.
        with_status = not self._on_postgresql or (bool(where.statuses) and ClaimStatus.PENDING not in where.statuses)
        self._wanted = expression_of(where, with_status=with_status)
        self._has_text = bool(where.text)
        self._values: dict[str, Any] = {"query": self._asked(self._wanted)}
        words = article_words_of(where)
        self._has_words = words is not None
        asks_more = expression_of(where, with_status=False) != expression_of(ClaimFilter(), with_status=False)
        self._is_plain = not (self._has_words or asks_more)
        self._of_few = False
        if words is not None:
            self._values["words"] = self._asked(words)
            n_articles = self._scalar(f"SELECT count(*) FROM ({_ARTICLES[self._on_postgresql]} LIMIT :most) AS found")
            self._of_few = n_articles <= FEW_ARTICLES

    def count(self, limit: int) -> int:
        """Count the claims, at most so many."""
        return self._scalar(f"SELECT count(*) FROM (SELECT 1 {self._any_order()} LIMIT :limit) AS found", limit=limit)

    def terms(self, limit: int) -> list[str]:
        """Return the terms of some of the claims."""
        found = self._execute(f"SELECT terms {self._any_order(needs_row=True)} LIMIT :limit", {"limit": limit})
        return list(found.scalars().all())

    def by_status(self, limit: int) -> dict[ClaimStatus, int]:
        """Count, among so many of the claims at most, those of each status; one without any is left out."""
        found = f"SELECT status {self._any_order(needs_row=True)} LIMIT :limit"
        counts = self._execute(f"SELECT status, count(*) FROM ({found}) AS found GROUP BY status", {"limit": limit})
        return {ClaimStatus(status): int(n) for status, n in counts}

    def keys(self, part: Slice) -> list[int]:
        """Return claims in order: positions in the order of the queue, in others arrivals."""
        values: dict[str, Any] = {"limit": part.limit, "offset": part.offset}
        if part.after:
            values |= part.after.model_dump(exclude_none=True)
        if self._walks(part.order):
            # SQLite collects in a fifth of the time; and it has counted no further than there are many.
            far = self._n_about if self._on_postgresql else self._n_about // 5
            found = self._execute(self._walk(part), {**values, "far": far}).scalars().all()
            if self._is_plain or len(found) == part.limit:
                return list(found)
        return list(self._execute(self._collect(part), values).scalars().all())

    def _walks(self, order: ClaimOrder) -> bool:
        if self._of_few or (order is ClaimOrder.QUEUE and not self._on_postgresql):
            return False
        if order is ClaimOrder.NEWEST and not (self._on_postgresql or self._has_words):
            # SQLite's full-text index knows the order in which claims came: nothing else has to be read.
            return self._is_plain
        return self._is_plain or self._n_about > MANY

    def _walk(self, part: Slice) -> str:
        """Return the statement that goes through the claims in order and tests each one."""
        order = SORTED[part.order]
        near = f"FROM claim_index WHERE {self._has_status(part.order)}{_beyond(part)} ORDER BY {order}"
        if self._is_plain:
            return f"SELECT {_key(part.order)} {near} {_PART}"
        test = f"({_MATCHES}) IS TRUE" if self._on_postgresql else self._is_wanted()
        # SQLite would sort what is in order already; an ordered part of a table comes in its order.
        again = f"ORDER BY {order} " if self._on_postgresql else ""
        near = f"(SELECT * {near} LIMIT :far) AS claim_index"
        return f"SELECT {_key(part.order)} FROM {near} WHERE {test}{self._inside()} {again}{_PART}"

    def _collect(self, part: Slice) -> str:
        """Return the statement that finds all that matches and sorts it, or finds it in order."""
        key, in_order = _key(part.order), f"ORDER BY {SORTED[part.order]} {_PART}"
        if self._on_postgresql:
            found = self._by_article() if self._of_few else self._by_words(needs_row=True)
            hits = f"WITH hits AS MATERIALIZED (SELECT arrival, position, changed_at {found})"
            return f"{hits} SELECT {key} FROM hits WHERE true{_beyond(part)} {in_order}"
        if self._of_few:
            return f"SELECT {key} {self._by_article()}{_beyond(part)} {in_order}"
        if part.order is ClaimOrder.CHANGED and self._n_about > MANY:
            # The plus keeps SQLite from looking up when each of them was changed: it goes through the changes.
            index = "claim_index INDEXED BY ix_claim_index_changed"
            found = f"FROM {index} WHERE +claim_index.arrival IN ({_ARRIVALS_FOUND}){self._inside()}"
            return f"SELECT {key} {found}{_beyond(part)} {in_order}"
        if part.order is ClaimOrder.CHANGED:
            # A narrow index, where claims are nearer to each other than in the table.
            found = self._by_words(needs_row=True).replace(" ON ", " INDEXED BY ix_claim_index_time ON ", 1)
            return f"SELECT {key} {found}{_beyond(part)} {in_order}"
        # Named so that the order is seen to be the one in which the index comes.
        column = {"position": "claim_fts.rowid", "arrival": _ARRIVAL}[key]
        beyond = _beyond(part).replace(key, column, 1)
        return f"SELECT {column} AS {key} {self._by_words(needs_row=False)}{beyond} {in_order}"

    def _any_order(self, *, needs_row: bool = False) -> str:
        """Return the claims as the database finds them soonest; `needs_row` for columns of ``claim_index``."""
        if self._of_few or (self._has_words and self._is_common and not self._on_postgresql):
            return self._by_article()
        return self._by_words(needs_row=needs_row)

    def _by_article(self) -> str:
        if self._on_postgresql:
            matches = f"({_MATCHES}) IS TRUE AND {self._has_status(None)}"
            return f"FROM claim_index WHERE article = ANY(ARRAY({_ARTICLES[True]})) AND {matches}"
        index = "claim_index INDEXED BY ix_claim_index_article"
        return f"FROM {index} WHERE article IN ({_ARTICLES[False]}) AND {self._is_wanted()}"

    def _by_words(self, *, needs_row: bool) -> str:
        if self._on_postgresql:
            matches = f"({_MATCHES}) IS TRUE" if self._is_common else _MATCHES
            return f"FROM claim_index WHERE {matches} AND {self._has_status(None)}{self._inside()}"
        if not (needs_row or self._has_words):
            return "FROM claim_fts WHERE claim_fts MATCH :query"
        joined = f"claim_fts CROSS JOIN claim_index ON claim_index.arrival = {_ARRIVAL}"
        return f"FROM {joined} WHERE claim_fts MATCH :query{self._inside()}"

    def _has_status(self, order: ClaimOrder | None) -> str:
        """Return the test of the status; None for no order."""
        if not self._statuses:
            test = f"status <> '{ClaimStatus.SUPERSEDED}'"
        elif len(self._statuses) == 1:
            test = f"status = '{self._statuses[0]}'"
        else:
            test = f"status IN ({', '.join(repr(status.value) for status in self._statuses)})"
        # The plus keeps SQLite from asking the index by status for what only the other one has in order.
        is_sorted = self._on_postgresql or (order is ClaimOrder.CHANGED and len(self._statuses) == 1)
        return test if is_sorted else f"+{test}"

    def _inside(self) -> str:
        # The plus keeps SQLite from beginning with the articles.
        plus = "" if self._on_postgresql else "+"
        return f" AND {plus}claim_index.article IN ({_ARTICLES[self._on_postgresql]})" if self._has_words else ""

    def _is_wanted(self) -> str:
        """Return the test of SQLite that needs no full-text index; the terms are shorter to read than the words."""
        groups = [f"({' OR '.join(map(_instr, group))})" for group in self._wanted.groups]
        return " AND ".join([*groups, *(f"NOT {_instr(phrase)}" for phrase in self._wanted.without)])

    @cached_property
    def _n_about(self) -> int:
        """About how many claims there are without regard to their articles' words: enough to choose a way."""
        if self._kept.n is not None:
            return self._kept.n
        if self._on_postgresql:
            plan = self._execute(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM claim_index WHERE {_MATCHES}", {}).scalar_one()
            return int(plan[0]["Plan"]["Plan Rows"])
        found = "SELECT 1 FROM claim_fts WHERE claim_fts MATCH :query LIMIT :limit"
        return self._scalar(f"SELECT count(*) FROM ({found}) AS found", limit=MANY + 1)

    @property
    def _is_common(self) -> bool:
        return not self._has_text and self._n_about >= COMMON_SHARE * max(self._kept.n_all, 1)

    def _asked(self, expression: Expression) -> str:
        return (as_tsquery if self._on_postgresql else as_fts5)(expression)

    def _scalar(self, statement: str, **values: int) -> int:
        return int(self._execute(statement, {"most": FEW_ARTICLES + 1, **values}).scalar_one())

    def _execute(self, statement: str, values: Mapping[str, Any]) -> Any:
        bound = text(statement)
        if "changed_at" in values:
            bound = bound.bindparams(bindparam("changed_at", type_=UtcDateTime()))
        given = {**self._values, **values}
        return self._session.execute(bound, {name: given[name] for name in bound.compile().params})


def _instr(phrase: Phrase) -> str:
    """Return the test whether a row has a phrase; no token holds anything but letters, digits and underscores."""
    words = " ".join(phrase.tokens)
    if "_" in words:
        return f"instr(terms, ' {words} ')"
    return f"instr(' ' || document || ' ', ' {words}{'' if phrase.is_prefix else ' '}')"


_PART = "LIMIT :limit OFFSET :offset"
_ARRIVAL = f"(claim_fts.rowid & {ARRIVALS - 1})"
"""The arrival in `extractor.store.ranking.position`."""
_ARRIVALS_FOUND = f"SELECT {_ARRIVAL} FROM claim_fts WHERE claim_fts MATCH :query"
_MATCHES = "document @@ CAST(:query AS tsquery)"
_ARTICLES = {
    True: "SELECT arrival FROM article_fts WHERE document @@ CAST(:words AS tsquery)",
    False: "SELECT rowid FROM article_fts WHERE article_fts MATCH :words",
}
"""The articles that have the words, on PostgreSQL or not."""


def _key(order: ClaimOrder) -> str:
    return "position" if order is ClaimOrder.QUEUE else "arrival"


def _beyond(part: Slice) -> str:
    return f" AND {BEYOND[part.order]}" if part.after else ""
