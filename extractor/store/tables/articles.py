"""The tables of articles, of their near copies, and of the lists that are followed.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    Text,
)
from sqlmodel import Field

from extractor.schema import (
    Article,
    ArticleMetadata,
    CopyLink,
    NearCopyOf,
    VisitState,
)
from extractor.store.tables.base import Row, UtcDateTime, ValueType, words_column


class ArticleRow(Row, table=True):
    """An article; `text` comes last so that SQLite can read the rest without walking through it."""

    __tablename__ = "article"
    # SQLite lists articles from it without walking through their texts.
    __table_args__ = (Index("ix_article_arrival", "arrival", "sha256"),)

    arrival: int | None = Field(default=None, primary_key=True)
    """Order in which articles came in."""
    sha256: str = Field(unique=True)
    title: str | None
    """Without an index: PostgreSQL refuses to index a headline of more than 2,700 bytes."""
    body_start_char: int
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    about: ArticleMetadata = Field(sa_column=Column("metadata", ValueType(ArticleMetadata), nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))

    def as_value(self) -> Article:
        """Return the article."""
        return Article(text=self.text, sha256=self.sha256, body_start_char=self.body_start_char, metadata=self.about)


class ArticleKeyRow(Row, table=True):
    """One of the hashes that an article is looked up by when another comes in: of its wording, and of its URL."""

    __tablename__ = "article_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    arrival: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """The article's."""


class NearCopyRow(Row, table=True):
    """That an article repeats an earlier one, or updates it; written once, when it comes in."""

    __tablename__ = "near_copy"

    article_sha256: str = Field(primary_key=True, foreign_key="article.sha256")
    of_sha256: str | None = Field(default=None, foreign_key="article.sha256", index=True)
    """Never an article that says nothing new itself."""
    similarity: float | None = None
    n_new_sentences: int | None = None
    updates_sha256: str | None = Field(default=None, foreign_key="article.sha256")
    story: int = Field(index=True)
    """`ArticleRow.arrival` of the first article that all near copies of one story lead back to."""

    def as_value(self) -> CopyLink:
        """Return the link."""
        copy_of = None
        if self.of_sha256 is not None:
            copy_of = NearCopyOf(
                sha256=self.of_sha256, similarity=self.similarity or 0.0, n_new_sentences=self.n_new_sentences or 0
            )
        return CopyLink(copy_of=copy_of, updates=self.updates_sha256)


class ReprintRow(Row, table=True):
    """That the very text of an article was also read at another URL."""

    __tablename__ = "reprint"

    article_sha256: str = Field(primary_key=True, foreign_key="article.sha256")
    url_sha256: str = Field(primary_key=True)
    """Of `about.url`, which may be too long for an index."""
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    about: ArticleMetadata = Field(sa_column=Column("metadata", ValueType(ArticleMetadata), nullable=False))


class ListingRow(Row, table=True):
    """A feed, a sitemap or a folder that is followed, or a part of a sitemap, as it was read last."""

    __tablename__ = "listing"

    address_sha256: str = Field(primary_key=True)
    """Of `address`, which may be too long for an index."""
    address: str = Field(sa_column=Column(Text, nullable=False))
    """A URL, or the whole path of a folder."""
    index_sha256: str | None = None
    """Of the address of the sitemap index that it is a part of."""
    version: str = ""
    """What the index says of it, when all that it lists had been dealt with."""
    etag: str | None = None
    """As `last_modified`: of the last answer whose every page was dealt with."""
    last_modified: str | None = None
    since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Pages from before were left out then."""
    checked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    not_before: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When its server wants to be asked again."""
    trouble: str = Field(default="", sa_column=Column(Text, nullable=False))
    """Why it could not be read, or not whole, the last time."""


class VisitRow(Row, table=True):
    """A page or file that a source named, and what became of it; it is not read again until its source says so."""

    __tablename__ = "visit"

    address_sha256: str = Field(primary_key=True)
    address: str = Field(sa_column=Column(Text, nullable=False))
    source_sha256: str = Field(index=True)
    """Of the address of the feed, sitemap index or folder."""
    version: str = Field(sa_column=Column(Text, nullable=False))
    """What the source said of it; another one means that it has changed."""
    state: VisitState = Field(sa_column=Column(words_column(VisitState), nullable=False))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    n_failures: int = 0
    """In a row."""
    again_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When a failed one is due."""
    etag: str | None = None
    last_modified: str | None = None
    known: ArticleMetadata | None = Field(default=None, sa_column=Column(ValueType(ArticleMetadata | None)))
    """What the source said about a page that failed."""
    visited_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
