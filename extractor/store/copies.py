"""Near copies: an article that comes in is held against those that came before, and linked.

Nothing is loaded but the few articles that share a key with the new one, however many there are.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, text
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from extractor.schema import Appearance, Article, CopyLink, Value
from extractor.store.tables import ArticleKeyRow, ArticleRow, NearCopyRow, ReprintRow

COPY_LOCK = 4_731_402_200
"""Key of the advisory lock under which articles come in one after another on PostgreSQL: of two near copies that
come at once, the second must see the first. SQLite has one writer anyway."""

MAX_HOLDERS = 100
"""A key that so many articles have is a phrase or a form, such as that of a weather report; no more are noted, so that
looking one up takes the same time however many articles there are."""

PAGE = 200
"""Articles of an older database that are linked at once."""


class CopyCounts(Value):
    """How many articles repeat others."""

    n_nothing_new: int = 0
    """Near copies with no sentence of their own."""
    n_with_news: int = 0
    """Near copies that say something more."""
    n_updates: int = 0
    """Articles whose URL had another text before, whatever they repeat."""
    n_reprints: int = 0
    """Other URLs at which the very text of an article was read."""


def one_at_a_time(session: Session) -> None:
    """Wait until no other transaction adds articles; the caller is the one that does until its end."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": COPY_LOCK})


def link_copies(session: Session, article: Article, arrival: int) -> None:
    """Find what an article repeats, and take down what it is looked up by itself.

    Args:
        session: Where to; the article's row is there already, and nobody else adds articles just now.
        article: The article.
        arrival: Its row's.
    """
    # They need numpy, which nobody should wait for who only looks.
    from extractor.near_copies import FEWEST_SHARED, keys_of, runs_of

    keys = keys_of(runs_of(article.text))
    held = select_columns(col(ArticleKeyRow.key), col(ArticleKeyRow.arrival)).where(col(ArticleKeyRow.key).in_(keys))
    holders = session.execute(held).all()
    n_holders = Counter(key for key, _ in holders)
    shared = Counter(other for _, other in holders)
    url_key = _url_key(article.metadata.url)
    updated = _last_at_url(session, url_key, article)
    if link := _link(session, article, _candidates(session, shared, least=min(FEWEST_SHARED, len(keys))), updated):
        session.add(link)
    rows = {key for key in keys if n_holders[key] < MAX_HOLDERS} | ({url_key} if url_key is not None else set())
    if rows:
        session.execute(insert(ArticleKeyRow), [{"key": key, "arrival": arrival} for key in sorted(rows)])


def add_reprint(session: Session, article: Article, now: datetime) -> None:
    """Note that the text of a known article was read at another URL; nothing where the URL is known or not given."""
    url = article.metadata.url
    held = select_columns(col(ArticleRow.about)).where(col(ArticleRow.sha256) == article.sha256)
    if url is None or session.execute(held).scalar_one().url == url:
        return
    values = {
        "article_sha256": article.sha256,
        "url_sha256": hashlib.sha256(url.encode()).hexdigest(),
        "seen_at": now,
        "about": article.metadata,
    }
    insertion = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insertion(ReprintRow).values(values).on_conflict_do_nothing())


def copy_link(session: Session, *, sha256: str) -> CopyLink | None:
    """Return what an article repeats; None when it is the first of its story."""
    row = session.get(NearCopyRow, sha256)
    return row.as_value() if row else None


def copy_links(session: Session, *, sha256s: Sequence[str]) -> dict[str, CopyLink]:
    """Return what each of some articles repeats; those that repeat nothing are left out."""
    rows = session.exec(select(NearCopyRow).where(col(NearCopyRow.article_sha256).in_(sha256s)))
    return {row.article_sha256: row.as_value() for row in rows}


def also_in(session: Session, *, sha256: str) -> list[Appearance]:
    """Return where else an article, its near copies and its other versions appeared, in the order they came in.

    The article itself is left out, but not other URLs that had its very text.
    """
    own = select_columns(func.coalesce(NearCopyRow.story, ArticleRow.arrival)).select_from(ArticleRow)
    own = own.outerjoin(NearCopyRow, col(NearCopyRow.article_sha256) == ArticleRow.sha256)
    story = session.execute(own.where(col(ArticleRow.sha256) == sha256)).scalar_one_or_none()
    if story is None:
        return []
    members = (
        select_columns(col(ArticleRow.sha256), col(ArticleRow.about), col(ArticleRow.added_at), NearCopyRow)
        .outerjoin(NearCopyRow, col(NearCopyRow.article_sha256) == ArticleRow.sha256)
        .where((col(NearCopyRow.story) == story) | (col(ArticleRow.arrival) == story))
        .order_by(col(ArticleRow.arrival))
    )
    links = {}
    found = []
    for member, about, added_at, row in session.execute(members):
        links[member] = link = row.as_value() if row else None
        if member != sha256:
            found.append(Appearance(article_sha256=member, metadata=about, seen_at=added_at, link=link))
    reprints = select(ReprintRow).where(col(ReprintRow.article_sha256).in_(links))
    for reprint in session.exec(reprints.order_by(col(ReprintRow.seen_at), col(ReprintRow.url_sha256))):
        held = reprint.article_sha256
        found.append(Appearance(article_sha256=held, metadata=reprint.about, seen_at=reprint.seen_at, link=links[held]))
    return sorted(found, key=lambda appearance: appearance.seen_at)


def count_copies(session: Session) -> CopyCounts:
    """Count the articles that repeat others."""
    of = col(NearCopyRow.of_sha256).is_not(None)
    nothing_new = func.count().filter(of, col(NearCopyRow.n_new_sentences) == 0)
    with_news = func.count().filter(of, col(NearCopyRow.n_new_sentences) > 0)
    updates = func.count(col(NearCopyRow.updates_sha256))
    n_nothing_new, n_with_news, n_updates = session.execute(
        select_columns(nothing_new, with_news, updates).select_from(NearCopyRow)
    ).one()
    n_reprints = session.exec(select(func.count()).select_from(ReprintRow)).one()
    return CopyCounts(n_nothing_new=n_nothing_new, n_with_news=n_with_news, n_updates=n_updates, n_reprints=n_reprints)


def link_older(connection: Connection) -> None:
    """Link the articles that a database held before it knew of near copies, in the order in which they came in."""
    last = 0
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        one_at_a_time(session)
        if session.exec(select(ArticleKeyRow.key).limit(1)).first() is not None:
            # All are linked, or none.
            return
        query = select(ArticleRow).order_by(col(ArticleRow.arrival)).limit(PAGE)
        while rows := session.exec(query.where(col(ArticleRow.arrival) > last)).all():
            for row in rows:
                last = row.arrival or 0
                link_copies(session, row.as_value(), last)
                session.flush()
            session.expunge_all()
        session.commit()


def _link(
    session: Session, article: Article, candidates: Iterable[ArticleRow], updated: ArticleRow | None
) -> NearCopyRow | None:
    """Return the row that says what an article repeats; None when it repeats nothing."""
    from extractor.near_copies import MIN_SIMILARITY, count_new, likeness, runs_of, statements_of

    runs = runs_of(article.text)
    likenesses = [(candidate, likeness(runs, runs_of(candidate.text))) for candidate in candidates]
    close = [(candidate, alike) for candidate, alike in likenesses if alike >= MIN_SIMILARITY]
    statements = statements_of(article) if close else ()
    ranked = sorted(
        (count_new(statements, candidate.text), -alike, candidate.arrival or 0, candidate.sha256)
        for candidate, alike in close
    )
    if not ranked and updated is None:
        return None
    row = NearCopyRow(article_sha256=article.sha256, story=0)
    if updated is not None:
        row.updates_sha256 = updated.sha256
        row.story = _story(session, updated.sha256, updated.arrival or 0)
    if ranked:
        row.n_new_sentences, unlike, first, row.of_sha256 = ranked[0]
        row.similarity = -unlike
        row.story = _story(session, row.of_sha256, first)
    return row


def _story(session: Session, sha256: str, arrival: int) -> int:
    row = session.get(NearCopyRow, sha256)
    return row.story if row else arrival


def _candidates(session: Session, shared: Counter[int], *, least: int) -> list[ArticleRow]:
    """Return the articles that share the most keys; in place of one that says nothing new, the one it repeats."""
    from extractor.near_copies import MAX_CANDIDATES

    most = sorted(shared, key=lambda arrival: (-shared[arrival], arrival))[:MAX_CANDIDATES]
    arrivals = [arrival for arrival in most if shared[arrival] >= least]
    repeated = (
        select_columns(func.coalesce(col(NearCopyRow.of_sha256), col(ArticleRow.sha256)))
        .select_from(ArticleRow)
        .outerjoin(
            NearCopyRow,
            (col(NearCopyRow.article_sha256) == ArticleRow.sha256) & (col(NearCopyRow.n_new_sentences) == 0),
        )
        .where(col(ArticleRow.arrival).in_(arrivals))
    )
    found = select(ArticleRow).where(col(ArticleRow.sha256).in_(repeated)).order_by(col(ArticleRow.arrival))
    return list(session.exec(found)) if arrivals else []


def _last_at_url(session: Session, url_key: int | None, article: Article) -> ArticleRow | None:
    """Return the article that was read last at the same URL."""
    if url_key is None:
        return None
    query = (
        select(ArticleRow)
        .join(ArticleKeyRow, col(ArticleKeyRow.arrival) == ArticleRow.arrival)
        .where(col(ArticleKeyRow.key) == url_key)
        .order_by(col(ArticleRow.arrival).desc())
        .limit(2)
    )
    return next((row for row in session.exec(query) if row.about.url == article.metadata.url), None)


def _url_key(url: str | None) -> int | None:
    if url is None:
        return None
    digest = hashlib.blake2b(f"url {url}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
