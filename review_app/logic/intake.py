"""Articles that somebody brings in from the browser: texts, addresses and files, with what became of each."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from extractor.errors import StoreError, StoreUnavailable
from extractor.people import Act, Person
from extractor.schema import Article, ArticleMetadata, Value
from extractor.store import add_article, article_titles, copy_link, open_session
from review_app.logic.article_list import copies_told
from review_app.logic.visible import visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

MOST_PAGES = 20
"""Addresses that are fetched at once: each may take as long as a fetch may, 20 s."""

MOST_MB = 50
"""Of one file."""

MOST_TOLD = 200
"""Results that are kept by name; a large file of JSON lines has more, and the sums count them all."""

PASTED = "pasted text"

_ADDRESS = re.compile(r"(?i:https?://)\S+")


class Arrival(StrEnum):
    """What became of something that was brought in."""

    NEW = "new"
    COPY = "copy"
    """It is new, and a near copy or another version of an article that is here."""
    KNOWN = "known"
    REFUSED = "refused"


class Refusal(Value):
    """Why something is no article."""

    origin: str
    reason: str


class Result(Value):
    """What became of one article; every text is safe to show."""

    arrival: Arrival
    name: str
    told: str
    sha256: str = ""
    """Of the article, new or known."""


class Results(Value):
    """What became of all that was brought in together."""

    n: dict[Arrival, int]
    first: tuple[Result, ...]
    """At most `MOST_TOLD`."""
    added: tuple[str, ...]
    """Hashes of the new articles that are worth an extraction, at most `MOST_TOLD`."""


class About(Value):
    """What somebody says of a text beside the text."""

    publisher: str = ""
    published: date | None = None
    url: str = ""


class Upload(Value):
    """A file."""

    name: str
    data: bytes


class Reader(Protocol):
    """What makes articles of what is brought in."""

    def text(self, text: str, known: ArticleMetadata) -> Iterable[Article | Refusal]:
        """Read a text."""
        ...

    def page(self, url: str) -> Iterable[Article | Refusal]:
        """Fetch a page of the public web and read it."""
        ...

    def file(self, data: bytes, name: str) -> Iterable[Article | Refusal]:
        """Read a file, which may hold several articles."""
        ...


class Intake:
    """One person who brings articles in."""

    def __init__(self, engine: "Engine", person: Person, now: Callable[[], datetime], reader: Reader) -> None:
        self._engine = engine
        self.person = person
        self._now = now
        self._reader = reader

    def bring(self, pasted: str, about: About, files: Iterable[Upload]) -> Results:
        """Store what was pasted, a text or addresses one a line, and files; a bad one does not stop the others.

        Raises:
            NotAllowed: The role is not enough.
            StoreUnavailable: The database went away; what came before is stored.
        """
        self.person.must(Act.INGEST)
        n = dict.fromkeys(Arrival, 0)
        first: list[Result] = []
        added: list[str] = []
        for result, is_due in self._brought(pasted, about, files):
            n[result.arrival] += 1
            if len(first) < MOST_TOLD:
                first.append(result)
            if is_due and len(added) < MOST_TOLD:
                added.append(result.sha256)
        return Results(n=n, first=tuple(first), added=tuple(added))

    def _brought(self, pasted: str, about: About, files: Iterable[Upload]) -> "Iterator[tuple[Result, bool]]":
        for read in self._read(pasted, about, files):
            if isinstance(read, Refusal):
                yield _refused(read), False
                continue
            try:
                yield self._stored(read)
            except StoreUnavailable:
                raise
            except StoreError as error:
                yield _refused(Refusal(origin=read.metadata.origin, reason=f"{error}.")), False

    def _read(self, pasted: str, about: About, files: Iterable[Upload]) -> Iterator[Article | Refusal]:
        addresses = addresses_in(pasted)
        if len(addresses) > MOST_PAGES:
            reason = f"{len(addresses)} addresses are too many at once: paste at most {MOST_PAGES}."
            yield Refusal(origin="addresses", reason=reason)
        elif addresses:
            for address in addresses:
                yield from self._reader.page(address)
        elif pasted.strip():
            # Lines before and after it come with the pasting, and would make another article of it.
            yield from self._pasted(pasted.strip(), about)
        for file in files:
            yield from self._reader.file(file.data, file.name)

    def _pasted(self, text: str, about: About) -> Iterator[Article | Refusal]:
        url = about.url.strip()
        if url and not _ADDRESS.fullmatch(url):
            yield Refusal(origin=PASTED, reason=f"{url!r} is no web address: begin it with https://, or leave it out.")
            return
        known = ArticleMetadata(
            origin=PASTED, publisher=about.publisher.strip() or None, published=about.published, url=url or None
        )
        yield from self._reader.text(text, known)

    def _stored(self, article: Article) -> tuple[Result, bool]:
        self.person.must(Act.INGEST)
        with open_session(self._engine) as session:
            is_new = add_article(session, article=article, now=self._now())
            link = copy_link(session, sha256=article.sha256) if is_new else None
            linked = [sha for sha in (link.copy_of.sha256 if link.copy_of else "", link.updates) if sha] if link else []
            titles = article_titles(session, sha256s=[article.sha256, *linked])
        name = visible(titles.get(article.sha256) or article.metadata.origin)
        if not is_new:
            return Result(arrival=Arrival.KNOWN, name=name, told="The same text is here.", sha256=article.sha256), False
        if link is None:
            return Result(arrival=Arrival.NEW, name=name, told="", sha256=article.sha256), True
        left_out = ("Its claims stand there; it is not read again.",) if link.says_nothing_new else ()
        told = " ".join((*copies_told(link, titles), *left_out))
        result = Result(arrival=Arrival.COPY, name=name, told=told, sha256=article.sha256)
        return result, not link.says_nothing_new


def addresses_in(pasted: str) -> list[str]:
    """Return the web addresses of a text that has nothing else, one a line; none where it is a text."""
    lines = [line.strip() for line in pasted.splitlines() if line.strip()]
    if lines and all(_ADDRESS.fullmatch(line) for line in lines):
        return list(dict.fromkeys(lines))
    return []


def _refused(refusal: Refusal) -> Result:
    return Result(arrival=Arrival.REFUSED, name=visible(refusal.origin), told=visible(refusal.reason))
