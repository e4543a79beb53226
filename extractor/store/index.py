"""The index: what claims are found, filtered, ordered and counted by, kept in the transaction that changes them.

Whoever changes a claim calls `reindex`. Everything here is derived: `rebuild` makes it anew.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, text
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, delete, select

from extractor.schema import Article
from extractor.store import tally
from extractor.store.disagreement import read_by_several, settle_disagreement
from extractor.store.fulltext import as_tsvector, document_of
from extractor.store.ranking import position, rank
from extractor.store.tables import ArticleRow, ClaimRow, DecisionRow, DerivedRow, IndexRow, TallyRow
from extractor.store.terms import INDEX_VERSION, Entry, article_terms, terms_of, words_of

PAGE = 1_000
"""Claims that are read and written at once."""

GIN = "CREATE INDEX ix_claim_index_document ON claim_index USING gin (document) WITH (fastupdate = off)"


def reindex(session: Session, rows: Iterable[ClaimRow]) -> None:
    """Bring ranks, index and counts up to date with claims that were added or changed."""
    session.flush()
    arrivals = sorted({row.arrival for row in rows if row.arrival is not None})
    for first in range(0, len(arrivals), PAGE):
        page = arrivals[first : first + PAGE]
        held = select_columns(col(IndexRow.position), col(IndexRow.terms), col(IndexRow.document))
        old = session.execute(held.where(col(IndexRow.arrival).in_(page))).all()
        if not is_postgresql(session) and old:
            session.execute(
                text("INSERT INTO claim_fts (claim_fts, rowid, document) VALUES ('delete', :position, :document)"),
                [{"position": row.position, "document": row.document} for row in old],
            )
        session.execute(delete(IndexRow).where(col(IndexRow.arrival).in_(page)))
        new = [index_row(entry) for entry in _entries(session, page)]
        add_rows(session, new)
        tally.change(session, gone=[row.terms for row in old], come=[row["terms"] for row in new])


def index_row(entry: Entry) -> dict[str, Any]:
    """Return the row of the index for a claim, by column."""
    terms = terms_of(entry)
    return {
        "arrival": entry.arrival,
        "position": position(entry.rank, entry.arrival),
        "article": entry.article_arrival,
        "changed_at": entry.changed_at,
        "status": entry.status,
        "terms": f" {' '.join(terms)} ",
        "document": document_of(terms, words_of(entry)),
    }


def add_rows(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows to the index that are not there yet; counts are left alone."""
    session.execute(insert(IndexRow), rows)
    if not is_postgresql(session):
        session.execute(text("INSERT INTO claim_fts (rowid, document) VALUES (:position, :document)"), rows)


def index_article(session: Session, article: Article, arrival: int, added_at: datetime) -> None:
    """Make an article's title and text searchable, and the article found by what is known of it."""
    terms = article_terms(article.metadata, added_at)
    document = document_of(terms, f"{article.metadata.title or ''}\n{article.text}")
    if is_postgresql(session):
        statement = text("INSERT INTO article_fts (arrival, document) VALUES (:arrival, CAST(:document AS tsvector))")
        document = as_tsvector(document)
    else:
        statement = text("INSERT INTO article_fts (rowid, document) VALUES (:arrival, :document)")
    session.execute(statement, {"arrival": arrival, "document": document})


def rebuild_where_outdated(connection: Connection) -> None:
    """Derive everything anew if the database holds another version of it than this program makes."""
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        if session.exec(select(DerivedRow.version)).all() != [INDEX_VERSION]:
            rebuild(session)
        session.commit()


def rebuild(session: Session) -> None:
    """Derive everything anew."""
    for table in (IndexRow, TallyRow, DerivedRow):
        session.execute(delete(table))
    if is_postgresql(session):
        # To add a million entries to such an index takes several times as long as to make it.
        session.execute(text("DROP INDEX ix_claim_index_document"))
        session.execute(text("DELETE FROM article_fts"))
    else:
        for name in ("claim_fts", "article_fts"):
            session.execute(text(f"INSERT INTO {name} ({name}) VALUES ('delete-all')"))
    last = 0
    query = select(ArticleRow).order_by(col(ArticleRow.arrival)).limit(100)
    while articles := session.exec(query.where(col(ArticleRow.arrival) > last)).all():
        for row in articles:
            last = row.arrival or 0
            index_article(session, row.as_value(), last, row.added_at)
        session.expunge_all()
    for sha256 in session.exec(read_by_several()).all():
        settle_disagreement(session, article_sha256=sha256)
    session.flush()
    session.expunge_all()
    last = 0
    arrivals = select(ClaimRow.arrival).order_by(col(ClaimRow.arrival)).limit(PAGE)
    while page := session.exec(arrivals.where(col(ClaimRow.arrival) > last)).all():
        last = page[-1] or 0
        rows = [index_row(entry) for entry in _entries(session, [arrival for arrival in page if arrival])]
        add_rows(session, rows)
        tally.change(session, gone=[], come=[row["terms"] for row in rows])
        session.flush()
        session.expunge_all()
    if is_postgresql(session):
        session.execute(text(GIN))
    session.add(DerivedRow(version=INDEX_VERSION))
    session.flush()


def is_postgresql(session: Session) -> bool:
    """Tell which of the two databases this is."""
    return session.get_bind().dialect.name == "postgresql"


def _entries(session: Session, arrivals: Sequence[int]) -> list[Entry]:
    """Read what the index needs to know about claims, and rank them."""
    query = (
        select_columns(
            ClaimRow,
            col(ArticleRow.arrival),
            col(ArticleRow.title),
            col(ArticleRow.about),
            col(ArticleRow.added_at),
            col(DecisionRow.reviewer),
            col(DecisionRow.reason),
        )
        .join(ArticleRow, col(ArticleRow.sha256) == col(ClaimRow.article_sha256))
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ClaimRow.decision_id))
        .where(col(ClaimRow.arrival).in_(arrivals))
        .order_by(col(ClaimRow.arrival))
    )
    entries = []
    for row, article, title, about, added_at, reviewer, reason in session.execute(query):
        row.rank = rank(row.claim, disagreement=row.disagreement, day=about.published or added_at.date())
        entries.append(
            Entry(
                arrival=row.arrival,
                rank=row.rank,
                changed_at=row.changed_at,
                status=row.status,
                claim=row.claim,
                model=row.model,
                assigned_to=row.assigned_to,
                reviewer=reviewer,
                reason=reason,
                article_arrival=article,
                article_sha256=row.article_sha256,
                title=title,
                publisher=about.publisher,
                language=about.language,
                published=about.published,
                added_at=added_at,
            )
        )
    return entries
