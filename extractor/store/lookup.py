"""How a filter of claims becomes SQL: which index is asked first, and what is tested on the way.

SQLite walks its full-text index, whose row numbers are places in the queue: what is asked for in that order
comes in it, and only as far as it is read. For another order it walks the claims and looks into their words
where much matches. PostgreSQL has no index that is both full-text and sorted. It either collects what matches
and sorts it, which is fast for little, or walks in order and tests each claim, which is fast where much matches.

Words of the articles' text are looked up in the index of articles. Where few articles have them, the claims are
reached by their articles; else the article is one more test on the way.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session

from extractor.schema import ClaimFilter, ClaimOrder, Value
from extractor.store.fulltext import Expression, Phrase, as_fts5, as_tsquery
from extractor.store.index import is_postgresql
from extractor.store.tables import UtcDateTime
from extractor.store.terms import article_words_of, expression_of

FEW_ARTICLES = 1_000
"""So many articles, at most, have their claims collected and sorted."""

MANY = 10_000
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
        self._wanted = expression_of(where)
        self._has_text = bool(where.text)
        self._values: dict[str, Any] = {"query": self._asked(self._wanted)}
        words = article_words_of(where)
        self._has_words = words is not None
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
        return list(found.scalars())

    def count_having(self, terms: Sequence[str], limit: int) -> list[int]:
        """Count, among so many of the claims at most, those that have each of some terms; at last, all of them."""
        place = "strpos" if self._on_postgresql else "instr"
        having = "".join(f"coalesce(sum(CASE WHEN {place}(terms, ' {term} ') > 0 THEN 1 END), 0), " for term in terms)
        found = f"SELECT terms {self._any_order(needs_row=True)} LIMIT :limit"
        row = self._execute(f"SELECT {having}count(*) FROM ({found}) AS found", {"limit": limit}).one()
        return [int(n) for n in row]

    def keys(self, part: Slice) -> list[int]:
        """Return claims in order: positions in the order of the queue, in others arrivals."""
        make = self._keys_postgresql if self._on_postgresql else self._keys_sqlite
        values: dict[str, Any] = {"limit": part.limit, "offset": part.offset}
        if part.after:
            values |= part.after.model_dump(exclude_none=True)
        statement = f"{make(part)} ORDER BY {SORTED[part.order]} LIMIT :limit OFFSET :offset"
        return list(self._execute(statement, values).scalars())

    def _keys_postgresql(self, part: Slice) -> str:
        key = _key(part.order)
        beyond = f" AND {BEYOND[part.order]}" if part.after else ""
        if not self._of_few and self._n_about > MANY:
            # IS TRUE keeps PostgreSQL from collecting what matches.
            return f"SELECT {key} FROM claim_index WHERE ({_MATCHES}) IS TRUE{self._inside()}{beyond}"
        inside = self._by_article() if self._of_few else f"FROM claim_index WHERE {_MATCHES}{self._inside()}"
        collected = f"WITH hits AS MATERIALIZED (SELECT arrival, position, changed_at {inside})"
        return f"{collected} SELECT {key} FROM hits WHERE true{beyond}"

    def _keys_sqlite(self, part: Slice) -> str:
        key = _key(part.order)
        beyond = f" AND {BEYOND[part.order]}" if part.after else ""
        if self._of_few:
            return f"SELECT {key} {self._by_article()}{beyond}"
        if part.order is ClaimOrder.QUEUE:
            # Named so that the order is seen to be the one in which the index comes.
            found = f"SELECT claim_fts.rowid AS position {self._by_words(needs_row=False)}"
            return found + beyond.replace("position", "claim_fts.rowid", 1)
        if self._n_about > MANY:
            return f"SELECT {key} FROM claim_index WHERE {self._is_wanted()}{self._inside()}{beyond}"
        return f"SELECT {key} {self._by_words(needs_row=True)}{beyond}"

    def _any_order(self, *, needs_row: bool = False) -> str:
        """Return the claims as the database finds them soonest; `needs_row` for columns of ``claim_index``."""
        if self._of_few:
            return self._by_article()
        if self._on_postgresql:
            matches = f"({_MATCHES}) IS TRUE" if self._is_common else _MATCHES
            return f"FROM claim_index WHERE {matches}{self._inside()}"
        if self._has_words and self._is_common:
            return self._by_article()
        return self._by_words(needs_row=needs_row)

    def _by_article(self) -> str:
        if self._on_postgresql:
            return f"FROM claim_index WHERE article = ANY(ARRAY({_ARTICLES[True]})) AND ({_MATCHES}) IS TRUE"
        index = "claim_index INDEXED BY ix_claim_index_article"
        return f"FROM {index} WHERE article IN ({_ARTICLES[False]}) AND {self._is_wanted()}"

    def _by_words(self, *, needs_row: bool) -> str:
        if not (needs_row or self._has_words):
            return "FROM claim_fts WHERE claim_fts MATCH :query"
        joined = "claim_fts CROSS JOIN claim_index ON claim_index.position = claim_fts.rowid"
        return f"FROM {joined} WHERE claim_fts MATCH :query{self._inside()}"

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


_MATCHES = "document @@ CAST(:query AS tsquery)"
_ARTICLES = {
    True: "SELECT arrival FROM article_fts WHERE document @@ CAST(:words AS tsquery)",
    False: "SELECT rowid FROM article_fts WHERE article_fts MATCH :words",
}
"""The articles that have the words, on PostgreSQL or not."""


def _key(order: ClaimOrder) -> str:
    return "position" if order is ClaimOrder.QUEUE else "arrival"
