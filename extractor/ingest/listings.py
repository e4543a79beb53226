"""Feeds and sitemaps: what they list, and what they say about it.

Feeds (RSS, Atom, RDF) are read by feedparser, which makes sense of the broken ones too: where fastfeedparser and lxml
lost an unescaped ``&`` of a link, and with it the page, it did not. Sitemaps are plain XML of two levels and are read
as a stream; trafilatura and ultimate-sitemap-parser fetch by themselves, past the guard, and do not tell when the parts
of an index changed.
"""

import gzip
import io
import re
import zlib
from calendar import timegm
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from extractor.errors import IngestError
from extractor.ingest.decoding import too_large
from extractor.ingest.fetch import Page
from extractor.schema import ArticleMetadata, Value

MAX_LISTING_BYTES = 50_000_000
"""50 MB unpacked, what the protocol of sitemaps allows; feeds are smaller by far."""

_YEARS = range(1900, 2200)
"""Another year is a slip; with the first and the last that there are one cannot reckon."""
_FEED_LINK = re.compile(r"<link\b[^<>]*?type\s*=\s*[\"']application/(?:rss|atom)\+xml[\"'][^<>]*>", re.IGNORECASE)
_HREF = re.compile(r"href\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>")
_HTML_HEAD = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


class Entry(Value):
    """A page that a feed or sitemap lists, and what is said about it there."""

    url: str
    version: str = ""
    """Changes when the page has changed, where that is said; as printed."""
    at: datetime | None = None
    """When it appeared or changed; aware."""
    title: str | None = None
    byline: str | None = None
    published: date | None = None
    publisher: str | None = None

    @property
    def known(self) -> ArticleMetadata:
        """What fills the gaps that the page itself leaves."""
        return ArticleMetadata(
            title=self.title, byline=self.byline, published=self.published, publisher=self.publisher, origin=self.url
        )


class Part(Value):
    """A sitemap that an index lists."""

    url: str
    version: str = ""
    at: datetime | None = None
    """When it changed; aware."""


class Listing(Value):
    """What a feed or sitemap says."""

    entries: tuple[Entry, ...] = ()
    """Each URL once, in the order of the file."""
    parts: tuple[Part, ...] = ()
    broken: str | None = None
    """Why only the beginning could be read."""


def read_listing(page: Page) -> Listing:
    """Read a feed or a sitemap, packed by gzip or not.

    Args:
        page: As it was fetched; its URL makes links whole.

    Raises:
        IngestError: It is neither, or too large.
    """
    content = _unpacked(page)
    if _HTML_HEAD.match(content[:2_000]):
        raise _no_listing(page, content)
    match _root_tag(content):
        case "urlset" | "sitemapindex":
            listing = _read_sitemap(content, page)
        case _:
            listing = _read_feed(content, page)
    by_url = {entry.url: entry for entry in reversed(listing.entries)}
    return listing.model_copy(update={"entries": tuple(reversed(by_url.values()))})


def _unpacked(page: Page) -> bytes:
    if not page.content.startswith(b"\x1f\x8b"):
        return page.content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(page.content)) as packed:
            content = packed.read(MAX_LISTING_BYTES + 1)
    except (OSError, EOFError, zlib.error) as exc:
        raise IngestError(f"{page.url!r} is broken gzip ({exc}): tell the site, or give another URL.") from exc
    if len(content) > MAX_LISTING_BYTES:
        raise too_large(page.url, MAX_LISTING_BYTES)
    return content


def _root_tag(content: bytes) -> str:
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(content[:10_000]), events=("start",)):
            return _local(element.tag)
    except ElementTree.ParseError:
        pass
    return ""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _read_sitemap(content: bytes, page: Page) -> Listing:
    entries: list[Entry] = []
    parts: list[Part] = []
    broken = None
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(content)):
            match _local(element.tag):
                case "url":
                    entries += _sitemap_entry(element, page.url)
                    element.clear()
                case "sitemap":
                    parts += _sitemap_part(element, page.url)
                    element.clear()
    except ElementTree.ParseError as exc:
        broken = f"is broken XML ({exc}): what stands before that is read"
    return Listing(entries=tuple(entries), parts=tuple(parts), broken=broken)


def _sitemap_entry(element: ElementTree.Element, base: str) -> list[Entry]:
    url = _link(base, _text(element, "{*}loc"))
    changed = _text(element, "{*}lastmod")
    published = _text(element, "{*}news/{*}publication_date")
    if url is None:
        return []
    day = moment(published)
    return [
        Entry(
            url=url,
            version=changed or published,
            at=moment(changed) or day,
            title=_text(element, "{*}news/{*}title") or None,
            published=day.date() if day else None,
            publisher=_text(element, "{*}news/{*}publication/{*}name") or None,
        )
    ]


def _sitemap_part(element: ElementTree.Element, base: str) -> list[Part]:
    url, changed = _link(base, _text(element, "{*}loc")), _text(element, "{*}lastmod")
    return [] if url is None else [Part(url=url, version=changed, at=moment(changed))]


def _text(element: ElementTree.Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def _read_feed(content: bytes, page: Page) -> Listing:
    import feedparser  # type: ignore[import-untyped]  # it ships no types

    headers = {"content-location": page.url, "content-type": page.media_type or "application/xml"}
    if page.charset:
        headers["content-type"] += f"; charset={page.charset}"
    # What the entries say at length is not used, and cleaning it takes five times as long as all the rest.
    feed = feedparser.parse(
        io.BytesIO(content), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not feed.get("version") and not feed.entries:
        raise _no_listing(page, content)
    broken = None
    harmless = (feedparser.exceptions.CharacterEncodingOverride, feedparser.exceptions.NonXMLContentType)
    if feed.bozo and not isinstance(feed.bozo_exception, harmless):
        broken = f"is a broken feed ({_first_line(feed.bozo_exception)}): what could be made out is read"
    entries = [entry for found in feed.entries for entry in _feed_entry(found, page.url)]
    return Listing(entries=tuple(entries), broken=broken)


def _feed_entry(found: Any, base: str) -> list[Entry]:
    """Return the entry, or nothing where it has no page."""
    # A guid that is a permalink counts as link already.
    url = _link(base, found.get("link", ""))
    if url is None:
        return []
    published = found.get("published", "")
    appeared = moment(published, found.get("published_parsed"))
    # Asked by `in`, since `get` gives the one for the other where the feed has only one, with a warning.
    changed, changed_at = "", None
    if "updated" in found:
        changed = found["updated"]
        changed_at = moment(changed, found.get("updated_parsed"))
    return [
        Entry(
            url=url,
            version=changed or published,
            at=changed_at or appeared,
            title=_plain(found.get("title", "")),
            byline=_plain(found.get("author", "")),
            published=appeared.date() if appeared else None,
        )
    ]


def moment(said: str, parsed: Any = None) -> datetime | None:
    """Read a moment as feeds and sitemaps print it (RFC 3339, RFC 822), in its own zone, so that its day is the day.

    Args:
        said: As printed.
        parsed: What a library made of it, in UTC, for forms that nobody expects; a `time.struct_time` or None.

    Returns:
        Aware; UTC where no zone is said. None where it is no moment.
    """
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(said.strip())
        except (ValueError, OverflowError):
            continue
        if found.year in _YEARS:
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None


def _link(base: str, said: str) -> str | None:
    """Make a link whole, without its fragment; None for what no page can be fetched from."""
    try:
        url = urljoin(base, said.strip()).partition("#")[0]
    except ValueError:
        return None
    return url if said.strip() and url.lower().startswith(("http://", "https://")) else None


def _plain(said: str) -> str | None:
    return " ".join(_MARKUP.sub(" ", said).split()) or None


def _first_line(exc: Exception) -> str:
    return (str(exc).splitlines() or [type(exc).__name__])[0]


def _no_listing(page: Page, content: bytes) -> IngestError:
    start = f"{page.url!r} is no feed and no sitemap"
    text = content[:100_000].decode("utf-8", "replace")
    for link in _FEED_LINK.findall(text):
        if (href := _HREF.search(link)) and (url := _link(page.url, href[1])):
            return IngestError(f"{start}, but a page that names the feed {url!r}: give that.")
    if text.lstrip().startswith("{") and "jsonfeed.org" in text[:2_000]:
        return IngestError(f"{start} that is read, but a JSON feed: give the site's RSS or Atom feed.")
    return IngestError(
        f"{start}: give the URL of an RSS or Atom feed or of a sitemap, or of a page without the option."
    )
