"""What is remembered of feeds, sitemaps and folders that are followed, and of the pages and files they named."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from extractor.schema import ArticleMetadata, Value, VisitState
from extractor.store.tables import ListingRow, VisitRow

CHUNK = 500
"""Addresses that are asked for at once; SQLite takes 32,766 parameters at most."""


class FollowedListing(Value):
    """A feed, a sitemap or a folder, as it was read last."""

    address: str
    """A URL, or the whole path of a folder."""
    index: str | None = None
    """The sitemap index that it is a part of."""
    version: str = ""
    """What the index said of it when everything that it lists had been dealt with."""
    etag: str | None = None
    """As `last_modified`: of the last answer whose every page was dealt with."""
    last_modified: str | None = None
    since: datetime | None = None
    """Pages from before were left out then; aware, UTC, as the others."""
    checked_at: datetime
    not_before: datetime | None = None
    """When its server wants to be asked again."""
    trouble: str = ""
    """Why it could not be read, or not whole, the last time."""


class Visit(Value):
    """A page or file that a source named, and what became of it."""

    address: str
    source: str
    """The address of the feed, sitemap or folder."""
    version: str
    """What the source said of it; another one means that it has changed."""
    state: VisitState
    reason: str = ""
    n_failures: int = 0
    """In a row."""
    again_at: datetime | None = None
    """When a failed one is due; aware, UTC."""
    etag: str | None = None
    last_modified: str | None = None
    known: ArticleMetadata | None = None
    """What the source said about a page that failed."""
    visited_at: datetime


class FollowedSource(Value):
    """How a feed, sitemap or folder is doing."""

    listing: FollowedListing
    n_by_state: dict[VisitState, int]
    """Of its pages or files; every state is named."""


def recall_listing(session: Session, *, address: str) -> FollowedListing | None:
    """Return what is known of a feed, sitemap or folder; None before its first reading."""
    row = session.get(ListingRow, _key(address), populate_existing=True)
    return _listing(row) if row else None


def note_listing(session: Session, *, listing: FollowedListing) -> None:
    """Note how a feed, sitemap or folder was read, in place of what was known."""
    fields = listing.model_dump(exclude={"index"})
    index_sha256 = None if listing.index is None else _key(listing.index)
    session.merge(ListingRow(address_sha256=_key(listing.address), index_sha256=index_sha256, **fields))


def recall_visits(session: Session, *, source: str, addresses: Collection[str]) -> dict[str, Visit]:
    """Return what became of pages or files that a source names, by address; those never visited are missing."""
    keys = [_key(address) for address in addresses]
    found: dict[str, Visit] = {}
    for first in range(0, len(keys), CHUNK):
        query = select(VisitRow).where(col(VisitRow.address_sha256).in_(keys[first : first + CHUNK]))
        found |= {row.address: _visit(row, source) for row in session.exec(query)}
    return found


def failed_visits(session: Session, *, source: str, due: datetime | None) -> list[Visit]:
    """Return the pages of a source that failed and are to be tried again, the longest due first.

    Args:
        session: Where from.
        source: Its address.
        due: Only those that are due by then; all when None.
    """
    query = select(VisitRow).where(VisitRow.source_sha256 == _key(source), VisitRow.state == VisitState.FAILED)
    if due is not None:
        query = query.where(col(VisitRow.again_at) <= due)
    return [_visit(row, source) for row in session.exec(query.order_by(col(VisitRow.again_at)))]


def note_visit(session: Session, *, visit: Visit) -> None:
    """Note what became of a page or file, in place of what was known."""
    fields = visit.model_dump(exclude={"source", "known"})
    session.merge(
        VisitRow(address_sha256=_key(visit.address), source_sha256=_key(visit.source), known=visit.known, **fields)
    )


def list_sources(session: Session) -> list[FollowedSource]:
    """Return the feeds, sitemaps and folders that were ever followed, by address."""
    counts = select_columns(col(VisitRow.source_sha256), col(VisitRow.state), func.count()).group_by(
        col(VisitRow.source_sha256), col(VisitRow.state)
    )
    n_by_source: dict[str, dict[VisitState, int]] = {}
    for source, state, n in session.execute(counts):
        n_by_source.setdefault(source, {})[state] = n
    whole = select(ListingRow).where(col(ListingRow.index_sha256).is_(None)).order_by(col(ListingRow.address))
    return [
        FollowedSource(
            listing=_listing(row),
            n_by_state={state: n_by_source.get(row.address_sha256, {}).get(state, 0) for state in VisitState},
        )
        for row in session.exec(whole)
    ]


def _key(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()


def _listing(row: ListingRow) -> FollowedListing:
    return FollowedListing(**row.model_dump(exclude={"address_sha256", "index_sha256"}))


def _visit(row: VisitRow, source: str) -> Visit:
    fields = row.model_dump(exclude={"address_sha256", "source_sha256", "known"})
    return Visit(source=source, known=row.known, **fields)
