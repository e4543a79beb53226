"""Articles in the database: written once, never changed."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, exists, select

from extractor.errors import StoreError
from extractor.schema import Article, ClaimStatus, StoredArticle, Value
from extractor.store.copies import add_reprint, link_copies, one_at_a_time
from extractor.store.index import index_article
from extractor.store.tables import ArticleRow, ClaimRow, ExtractionRow, NearCopyRow

MIN_PREFIX = 6
"""Fewer digits of a hash are taken for a title."""


class ArticleCounts(Value):
    """How many articles there are."""

    n: int
    n_without_extraction: int
    """Near copies that say nothing new are not among them."""


def add_article(session: Session, *, article: Article, now: datetime) -> bool:
    """Store an article.

    Args:
        session: Where to.
        article: Its text is normalised: no NUL characters, which PostgreSQL cannot hold.
        now: Aware.

    Returns:
        False when the same text was there already; then it stays as it is, metadata too, and only another URL
        of it is noted.

    Raises:
        StoreError: The text holds NUL characters.
    """
    if "\0" in article.text:
        raise StoreError(f"article {article.sha256[:12]!r} holds NUL characters: normalise its text first")
    one_at_a_time(session)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "sha256": article.sha256,
        "title": article.metadata.title,
        "body_start_char": article.body_start_char,
        "added_at": now,
        "about": article.metadata,
        "text": article.text,
    }
    added = insert(ArticleRow).values(values).on_conflict_do_nothing(index_elements=["sha256"])
    arrival = session.execute(added.returning(col(ArticleRow.arrival))).scalar_one_or_none()
    if arrival is None:
        add_reprint(session, article, now)
        return False
    index_article(session, article, arrival, now)
    link_copies(session, article, arrival)
    return True


def get_article(session: Session, *, ref: str) -> Article:
    """Return one article.

    Args:
        session: Where from.
        ref: Its sha256 or the beginning of it, 6 hex digits or more; or its title, word for word.

    Raises:
        StoreError: No article answers to it, or several do.
    """
    sha256 = _resolve(session, ref)
    return session.exec(select(ArticleRow).where(ArticleRow.sha256 == sha256)).one().as_value()


def list_articles(session: Session) -> list[StoredArticle]:
    """Return all articles in the order in which they came in."""
    claims = (
        select(ClaimRow.article_sha256, func.count().label("n"))
        .where(ClaimRow.status != ClaimStatus.SUPERSEDED)
        .group_by(ClaimRow.article_sha256)
        .subquery()
    )
    newest = select(func.max(ExtractionRow.id)).group_by(ExtractionRow.article_sha256)
    last = (
        select(ExtractionRow.article_sha256, ExtractionRow.started_at, ExtractionRow.model)
        .where(col(ExtractionRow.id).in_(newest))
        .subquery()
    )
    query = (
        select_columns(
            col(ArticleRow.sha256),
            col(ArticleRow.about),
            col(ArticleRow.added_at),
            claims.c.n,
            last.c.started_at,
            last.c.model,
        )
        .outerjoin(claims, claims.c.article_sha256 == ArticleRow.sha256)
        .outerjoin(last, last.c.article_sha256 == ArticleRow.sha256)
        .order_by(col(ArticleRow.arrival))
    )
    return [
        StoredArticle(
            sha256=sha256, metadata=about, added_at=added_at, n_claims=n or 0, extracted_at=extracted_at, model=model
        )
        for sha256, about, added_at, n, extracted_at, model in session.execute(query)
    ]


def resolve_articles(session: Session, *, refs: Sequence[str]) -> tuple[str, ...]:
    """Return the hashes of the articles that are meant, each once.

    Args:
        session: Where from.
        refs: As for `get_article`.

    Raises:
        StoreError: A ref names no article, or several.
    """
    return tuple(dict.fromkeys(_resolve(session, ref) for ref in refs))


def count_articles(session: Session) -> ArticleCounts:
    """Count the articles, and those that nobody has extracted yet but should be."""
    repeats = exists().where(
        col(NearCopyRow.article_sha256) == ArticleRow.sha256, col(NearCopyRow.n_new_sentences) == 0
    )
    unread = ~exists().where(col(ExtractionRow.article_sha256) == ArticleRow.sha256) & ~repeats
    n = session.exec(select(func.count()).select_from(ArticleRow)).one()
    n_unread = session.exec(select(func.count()).select_from(ArticleRow).where(unread)).one()
    return ArticleCounts(n=n, n_without_extraction=n_unread)


def article_titles(session: Session, *, sha256s: Sequence[str]) -> dict[str, str]:
    """Return what to call each of some articles: its headline, or where it was read."""
    query = select_columns(col(ArticleRow.sha256), col(ArticleRow.title), col(ArticleRow.about)).where(
        col(ArticleRow.sha256).in_(sha256s)
    )
    return {sha256: title or about.origin for sha256, title, about in session.execute(query)}


def lock_article(session: Session, *, sha256: str) -> None:
    """Lock one article as `lock_articles` does.

    Raises:
        StoreError: There is no such article.
    """
    lock_articles(session, sha256s=[sha256])


def lock_articles(session: Session, *, sha256s: Sequence[str]) -> None:
    """Let one transaction at a time write what belongs to some articles; SQLite has one writer anyway.

    Raises:
        StoreError: There is no such article.
    """
    # key_share: rows that only refer to the article may still be written by others. In order, so that two
    # transactions with several articles each never wait for one another.
    wanted = sorted(set(sha256s))
    query = (
        select_columns(col(ArticleRow.sha256))
        .where(col(ArticleRow.sha256).in_(wanted))
        .order_by(col(ArticleRow.sha256))
        .with_for_update(key_share=True)
    )
    if missing := sorted(set(wanted) - set(session.execute(query).scalars())):
        raise StoreError(f"no article {missing[0][:12]!r} in the database: ingest it first")


def _resolve(session: Session, ref: str) -> str:
    found: Sequence[str] = ()
    # Six are enough to tell that there are several, and which.
    hashes = select(ArticleRow.sha256).order_by(col(ArticleRow.arrival)).limit(6)
    if len(ref) >= MIN_PREFIX and re.fullmatch("[0-9a-f]+", ref.lower()):
        prefix = ref.lower()
        found = session.exec(hashes.where(ArticleRow.sha256 >= prefix, ArticleRow.sha256 < prefix + "g")).all()
    if not found:
        found = session.exec(hashes.where(ArticleRow.title == ref)).all()
    if not found:
        raise StoreError(f"no article {ref!r}: give its title, or 6 digits or more of its hash")
    if len(found) > 1:
        which = ", ".join(repr(sha256[:12]) for sha256 in found)
        raise StoreError(f"several articles answer to {ref!r}: give more digits of the one you mean, such as {which}")
    return found[0]
