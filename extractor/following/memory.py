"""The database as following sees it: each step a transaction of its own, and patient where the database is away."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from extractor.following.values import Came, Item
from extractor.ingest.fetch import Validators
from extractor.pipeline import Clock
from extractor.schema import Article
from extractor.store import (
    FollowedListing,
    Visit,
    add_article,
    copy_link,
    failed_visits,
    note_listing,
    note_visit,
    open_session,
    patiently,
    recall_listing,
    recall_visits,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

T = TypeVar("T")

Tell = Callable[[str], None]


class Memory:
    """What is known of sources and of what they named."""

    def __init__(self, engine: "Engine", *, clock: Clock, tell: Tell) -> None:
        self._engine = engine
        self._tell = tell
        self.now = clock
        """Returns the time, aware, in UTC."""

    def listing(self, address: str) -> FollowedListing | None:
        """Return what is known of a feed, sitemap or folder."""
        return self._do(lambda session: recall_listing(session, address=address), reading=True)

    def note_listing(self, listing: FollowedListing) -> None:
        """Note how it was read."""
        self._do(lambda session: note_listing(session, listing=listing))

    def visits(self, source: str, addresses: Collection[str]) -> dict[str, Visit]:
        """Return what became of pages or files that a source names, by address."""
        return self._do(lambda session: recall_visits(session, source=source, addresses=addresses), reading=True)

    def failed(self, source: str, due: datetime | None) -> list[Visit]:
        """Return the pages of a source that are to be tried again; all when `due` is None."""
        return self._do(lambda session: failed_visits(session, source=source, due=due), reading=True)

    def note_visit(self, visit: Visit) -> None:
        """Note what became of a page or file."""
        self._do(lambda session: note_visit(session, visit=visit))

    def add(self, article: Article, visit: Visit | None = None) -> Came:
        """Store an article, and with it what became of the page it was on."""

        def add(session: "Session") -> Came:
            is_new = add_article(session, article=article, now=self.now())
            if visit is not None:
                note_visit(session, visit=visit)
            return Came(
                article_sha256=article.sha256,
                title=article.metadata.title or article.metadata.origin,
                origin=article.metadata.origin,
                is_new=is_new,
                link=copy_link(session, sha256=article.sha256) if is_new else None,
            )

        return self._do(add)

    def new_items(self, source: str, items: Collection[Item]) -> list[Item]:
        """Return the items that were never visited, or have another version since; with what helps to read them."""
        visits = self.visits(source, [item.address for item in items])
        found = []
        for item in items:
            visit = visits.get(item.address)
            if visit is None:
                found.append(item)
            elif item.version and visit.version != item.version:
                found.append(item.model_copy(update={"validators": validators_of(visit)}))
        return found

    def _do(self, work: "Callable[[Session], T]", *, reading: bool = False) -> T:
        def once() -> T:
            with open_session(self._engine, reading=reading) as session:
                return work(session)

        return patiently(once, tell=self._tell)


def validators_of(known: Visit | FollowedListing) -> Validators:
    """Return what a server is asked with whether it has something newer."""
    return Validators(etag=known.etag, last_modified=known.last_modified)
