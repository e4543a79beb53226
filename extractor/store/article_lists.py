"""Lists of articles: any filter, newest first, a page at a time, and how many there are."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import case, func, text
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from extractor.schema import (
    ArticleFilter,
    ArticleState,
    ClaimStatus,
    Count,
    ListedArticle,
    PieceState,
    StoredArticle,
    Value,
)
from extractor.store.copies import copy_links
from extractor.store.fulltext import as_fts5, as_tsquery
from extractor.store.index import is_postgresql
from extractor.store.tables import ArticleRow, ClaimRow, ExtractionRow, FailureRow
from extractor.store.terms import article_expression_of

COUNT_LIMIT = 2_000
"""So far are articles counted that a filter lets through; what counting costs grows with it."""

LOST_PIECES = [f"n_{state}_pieces" for state in PieceState if state.is_loss]

_EXTRACTIONS = "SELECT 1 FROM extraction e WHERE e.article_sha256 = a.sha256"
# Not by its number: SQLite would look it up first, and then read the whole row to find that nothing was lost.
_LATER = "SELECT 1 FROM extraction l WHERE l.article_sha256 = e.article_sha256 AND l.id > e.id"
_NEWEST = f"EXISTS ({_EXTRACTIONS} AND NOT EXISTS ({_LATER}) AND"
_CLAIMS = "SELECT 1 FROM claim c WHERE c.article_sha256 = a.sha256 AND c.status"
_IS_LIVE = f"<> '{ClaimStatus.SUPERSEDED}'"
_WAITS = f"= '{ClaimStatus.PENDING}'"
STATES = {
    ArticleState.UNREAD: f"NOT EXISTS ({_EXTRACTIONS})",
    ArticleState.WAITING: f"EXISTS ({_CLAIMS} {_WAITS})",
    ArticleState.DECIDED: f"EXISTS ({_CLAIMS} {_IS_LIVE}) AND NOT EXISTS ({_CLAIMS} {_WAITS})",
    ArticleState.WITHOUT: f"EXISTS ({_EXTRACTIONS}) AND NOT EXISTS ({_CLAIMS} {_IS_LIVE})",
    ArticleState.LOST: f"{_NEWEST} {' + '.join(f'e.{counted}' for counted in LOST_PIECES)} > 0)",
    ArticleState.MISSES: f"{_NEWEST} e.n_suspected_misses > 0)",
    ArticleState.FAILED: "a.sha256 IN (SELECT article_sha256 FROM failure)",
}
"""Each as a condition on the article ``a``."""


class ArticlePage(Value):
    """One page of a list of articles."""

    articles: tuple[ListedArticle, ...]
    has_more: bool


def articles_page(session: Session, *, where: ArticleFilter, limit: int = 50, offset: int = 0) -> ArticlePage:
    """Return a page of the articles that a filter lets through, the last to come in first.

    Args:
        session: Where from.
        where: Which ones.
        limit: At most so many, at least 1.
        offset: So many are left out before; what it costs grows with it.
    """
    found = text(
        f"SELECT a.sha256 {_matching(session, where)} ORDER BY {_order(session, where)} LIMIT :limit OFFSET :offset"
    )
    values = {**_values(session, where), "limit": limit + 1, "offset": offset}
    sha256s = list(session.execute(found, values).scalars())
    return ArticlePage(articles=tuple(listed_articles(session, sha256s=sha256s[:limit])), has_more=len(sha256s) > limit)


def count_listed_articles(session: Session, *, where: ArticleFilter) -> Count:
    """Count the articles that a filter lets through, up to `COUNT_LIMIT`; all of them are counted exactly."""
    if where == ArticleFilter():
        return Count(n=session.execute(select_columns(func.count()).select_from(ArticleRow)).scalar_one())
    found = text(f"SELECT count(*) FROM (SELECT 1 {_matching(session, where)} LIMIT :limit) AS found")
    n = session.execute(found, {**_values(session, where), "limit": COUNT_LIMIT + 1}).scalar_one()
    return Count(n=min(n, COUNT_LIMIT), is_exact=n <= COUNT_LIMIT)


def stored_articles(session: Session, *, sha256s: Sequence[str]) -> dict[str, StoredArticle]:
    """Return some articles by their hashes; those that are not there are left out."""
    listed = listed_articles(session, sha256s=sha256s)
    return {a.sha256: StoredArticle(**{name: getattr(a, name) for name in StoredArticle.model_fields}) for a in listed}


def listed_articles(session: Session, *, sha256s: Sequence[str]) -> list[ListedArticle]:
    """Return some articles as a list shows them, in the order given; those that are not there are left out."""
    about = select_columns(col(ArticleRow.sha256), col(ArticleRow.about), col(ArticleRow.added_at))
    found = session.execute(about.where(col(ArticleRow.sha256).in_(sha256s)))
    known = {sha256: {"metadata": metadata, "added_at": added_at} for sha256, metadata, added_at in found}
    claims = _claims(session, sha256s)
    read, failures = (by_article(session, sha256s) for by_article in (_read, _failures))
    links = copy_links(session, sha256s=sha256s)
    return [
        ListedArticle(
            sha256=sha256,
            **known[sha256],
            n_claims=sum(claims.get(sha256, {}).values()),
            by_status=claims.get(sha256, {}),
            link=links.get(sha256),
            **read.get(sha256, {"n_lost_pieces": 0, "n_suspected_misses": 0}),
            **failures.get(sha256, {"n_failures": 0, "is_set_aside": False}),
        )
        for sha256 in sha256s
        if sha256 in known
    ]


def _claims(session: Session, sha256s: Sequence[str]) -> Mapping[str, dict[ClaimStatus, int]]:
    query = (
        select_columns(col(ClaimRow.article_sha256), col(ClaimRow.status), func.count())
        .where(col(ClaimRow.article_sha256).in_(sha256s), col(ClaimRow.status) != ClaimStatus.SUPERSEDED)
        .group_by(col(ClaimRow.article_sha256), col(ClaimRow.status))
    )
    counts: dict[str, dict[ClaimStatus, int]] = {}
    for sha256, status, n in session.execute(query):
        counts.setdefault(sha256, {})[status] = n
    return {sha256: {status: of[status] for status in ClaimStatus if status in of} for sha256, of in counts.items()}


def _read(session: Session, sha256s: Sequence[str]) -> Mapping[str, dict[str, Any]]:
    first, *others = (getattr(ExtractionRow, counted) for counted in LOST_PIECES)
    lost = sum(others, start=first)
    query = select_columns(
        col(ExtractionRow.article_sha256),
        col(ExtractionRow.started_at),
        col(ExtractionRow.model),
        lost,
        col(ExtractionRow.n_suspected_misses),
    )
    newest = select_columns(func.max(col(ExtractionRow.id))).where(col(ExtractionRow.article_sha256).in_(sha256s))
    newest = newest.group_by(col(ExtractionRow.article_sha256))
    return {
        sha256: {"extracted_at": at, "model": model, "n_lost_pieces": n_lost, "n_suspected_misses": n_misses}
        for sha256, at, model, n_lost, n_misses in session.execute(query.where(col(ExtractionRow.id).in_(newest)))
    }


def _failures(session: Session, sha256s: Sequence[str]) -> Mapping[str, dict[str, Any]]:
    set_aside = case((col(FailureRow.is_set_aside), 1), else_=0)
    query = (
        select_columns(col(FailureRow.article_sha256), func.count(), func.max(set_aside))
        .where(col(FailureRow.article_sha256).in_(sha256s))
        .group_by(col(FailureRow.article_sha256))
    )
    return {sha256: {"n_failures": n, "is_set_aside": bool(aside)} for sha256, n, aside in session.execute(query)}


def _matching(session: Session, where: ArticleFilter) -> str:
    states = " OR ".join(f"({STATES[state]})" for state in where.states) or "true"
    if not _asks_index(where):
        return f"FROM article a WHERE ({states})"
    if is_postgresql(session):
        found = "SELECT arrival FROM article_fts WHERE document @@ CAST(:query AS tsquery)"
        return f"FROM article a WHERE a.arrival = ANY(ARRAY({found})) AND ({states})"
    joined = "article_fts CROSS JOIN article a ON a.arrival = article_fts.rowid"
    return f"FROM {joined} WHERE article_fts MATCH :query AND ({states})"


def _order(session: Session, where: ArticleFilter) -> str:
    # SQLite's index of texts comes in order, if it is asked by its own name for it.
    return "article_fts.rowid DESC" if _asks_index(where) and not is_postgresql(session) else "a.arrival DESC"


def _values(session: Session, where: ArticleFilter) -> dict[str, Any]:
    if not _asks_index(where):
        return {}
    return {"query": (as_tsquery if is_postgresql(session) else as_fts5)(article_expression_of(where))}


def _asks_index(where: ArticleFilter) -> bool:
    """Tell whether there is more to find than states: the words typed may be none."""
    return article_expression_of(where) != article_expression_of(ArticleFilter())
