"""Feeds and sitemaps as sites really serve them: whole, broken, packed, and things that are neither."""

import gzip
import json
from datetime import UTC, date, datetime

import pytest

from extractor.errors import IngestError
from extractor.ingest import Page
from extractor.ingest.listings import MAX_LISTING_BYTES, Entry, Listing, Part, moment, read_listing

BASE = "https://news.example/feeds/all.xml"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Café News</title>
<item><title>One &amp; two &lt;b&gt;bold&lt;/b&gt;</title><link>https://news.example/one?a=1&amp;b=2#top</link>
  <pubDate>Tue, 05 Mar 2024 00:30:00 +0100</pubDate><dc:creator>Ines Moreau</dc:creator></item>
<item><title>Zwölf</title><guid isPermaLink="true">https://news.example/two</guid><pubDate>soon</pubDate></item>
<item><title>Relative</title><link>/three</link></item>
<item><title>Again</title><link>/three</link></item>
<item><title>Nowhere</title></item>
<item><title>Elsewhere</title><link>ftp://news.example/four</link></item>
</channel></rss>"""

ONE = Entry(
    url="https://news.example/one?a=1&b=2",
    version="Tue, 05 Mar 2024 00:30:00 +0100",
    at=moment("2024-03-05T00:30:00+01:00"),
    title="One & two bold",
    byline="Ines Moreau",
    published=date(2024, 3, 5),
)
RSS_ENTRIES = (
    ONE,
    Entry(url="https://news.example/two", version="soon", title="Zwölf"),
    Entry(url="https://news.example/three", title="Relative"),
)

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/blog/"><title>Blog</title>
<entry><title>A post</title><id>urn:1</id><link rel="self" href="https://other.example/self"/>
<link rel="alternate" href="post"/><published>2024-03-04T23:00:00-05:00</published>
<updated>2024-03-06T10:00:00Z</updated><author><name>Ruta Osei</name></author></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="x"><title>Old</title></channel>
<item rdf:about="https://news.example/1"><title>First</title><link>https://news.example/1</link></item></rdf:RDF>"""

SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc> https://news.example/a?x=1&amp;y=2
 </loc><lastmod>2024-03-05</lastmod>
<image:image><image:loc>https://news.example/a.jpg</image:loc></image:image>
<news:news><news:publication><news:name>The Courier</news:name></news:publication>
<news:publication_date>2024-03-04T23:30:00+02:00</news:publication_date><news:title>Floods &amp; fears</news:title>
</news:news></url><url><loc>https://news.example/b</loc></url></urlset>"""

SITEMAP_ENTRIES = (
    Entry(
        url="https://news.example/a?x=1&y=2",
        version="2024-03-05",
        at=datetime(2024, 3, 5, tzinfo=UTC),
        title="Floods & fears",
        published=date(2024, 3, 4),
        publisher="The Courier",
    ),
    Entry(url="https://news.example/b"),
)

INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://news.example/1.xml.gz</loc><lastmod>2024-03-05T10:00:00Z</lastmod></sitemap>
<sitemap><loc>https://news.example/2.xml</loc></sitemap></sitemapindex>"""


def read(content: str | bytes, *, media_type: str = "", charset: str | None = None) -> Listing:
    data = content.encode() if isinstance(content, str) else content
    return read_listing(Page(url=BASE, media_type=media_type, charset=charset, content=data))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(RSS.encode(), id="utf-8"),
        pytest.param(RSS.replace("utf-8", "iso-8859-1").encode("iso-8859-1"), id="latin-1"),
        pytest.param(RSS.partition("?>\n")[2].encode(), id="without a declaration"),
        pytest.param(gzip.compress(RSS.encode()), id="packed"),
    ],
)
def test_rss(content: bytes) -> None:
    assert read(content) == Listing(entries=RSS_ENTRIES)


def test_a_feed_that_is_served_as_a_page_is_a_feed() -> None:
    assert read(RSS, media_type="text/html") == Listing(entries=RSS_ENTRIES)


def test_the_encoding_of_http_counts() -> None:
    feed = RSS.replace(' encoding="utf-8"', "").encode("cp1252")
    assert read(feed, media_type="application/rss+xml", charset="windows-1252").entries == RSS_ENTRIES


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(RSS.replace("One &amp; two", "One & two"), id="a bare ampersand"),
        pytest.param(RSS.replace("a=1&amp;b", "a=1&b"), id="a bare ampersand in a link"),
        pytest.param(f"\n\n{RSS}", id="blank lines first"),
    ],
)
def test_a_broken_feed_is_read_and_told(content: str) -> None:
    listing = read(content)
    assert listing.entries == RSS_ENTRIES
    assert listing.broken is not None
    assert listing.broken.startswith("is a broken feed (")
    assert listing.broken.endswith("): what could be made out is read")


def test_a_feed_that_breaks_off_gives_what_it_has() -> None:
    listing = read(RSS[: RSS.index("Zwölf")])
    assert listing.entries == (ONE,)
    assert listing.broken


def test_atom() -> None:
    (entry,) = read(ATOM).entries
    assert entry == Entry(
        url="https://other.example/blog/post",
        version="2024-03-06T10:00:00Z",
        at=datetime(2024, 3, 6, 10, tzinfo=UTC),
        title="A post",
        byline="Ruta Osei",
        published=date(2024, 3, 4),
    )


def test_rdf_and_an_empty_feed() -> None:
    assert read(RDF).entries == (Entry(url="https://news.example/1", title="First"),)
    assert read('<rss version="2.0"><channel><title>Quiet</title></channel></rss>') == Listing()


def test_sitemaps() -> None:
    assert read(SITEMAP) == read(gzip.compress(SITEMAP.encode())) == Listing(entries=SITEMAP_ENTRIES)
    assert read(SITEMAP.replace(' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', "")).entries == SITEMAP_ENTRIES
    assert read(INDEX).parts == (
        Part(
            url="https://news.example/1.xml.gz",
            version="2024-03-05T10:00:00Z",
            at=datetime(2024, 3, 5, 10, tzinfo=UTC),
        ),
        Part(url="https://news.example/2.xml"),
    )


def test_a_sitemap_that_breaks_off_gives_what_it_has() -> None:
    listing = read(SITEMAP[: SITEMAP.index("news.example/b")])
    assert listing.entries == SITEMAP_ENTRIES[:1]
    assert listing.broken is not None
    assert "is broken XML (" in listing.broken


def test_entities_do_not_grow_or_reach_files() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>' + RSS.partition("?>\n")[2].replace("Zwölf", "&l9;")
    assert all(len(entry.title or "") < 100 for entry in read(bomb).entries)
    reach = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + RSS.partition("?>\n")[2].replace("Zwölf", "&f;")
    assert all("root" not in (entry.title or "") for entry in read(reach).entries)
    sitemap = SITEMAP.partition("?>")[2].replace("Floods &amp; fears", "&l9;")
    assert read(f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>{sitemap}').broken


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(
            '<!doctype html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><p>News',
            "but a page that names the feed 'https://news.example/rss': give that.",
            id="a page with a feed",
        ),
        pytest.param("<html><body>News</body></html>", "give the URL of an RSS or Atom feed", id="a page without"),
        pytest.param(
            json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": []}), "a JSON feed", id="a JSON feed"
        ),
        pytest.param("", "is no feed and no sitemap", id="nothing"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "is no feed and no sitemap", id="a picture"),
        pytest.param(b"\x1f\x8bnot gzip", "is broken gzip", id="broken gzip"),
        pytest.param(gzip.compress(b" " * (MAX_LISTING_BYTES + 1)), "is larger than 50 MB", id="a bomb of gzip"),
    ],
)
def test_what_is_no_listing(content: str | bytes, complaint: str) -> None:
    with pytest.raises(IngestError) as refused:
        read(content)
    sentence = str(refused.value)
    assert sentence.startswith(repr(BASE))
    assert complaint in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2024-03-05", "2024-03-05"),
        ("Tue, 05 Mar 2024 23:30:00 -0800", "2024-03-05"),
        ("Tue, 05 Mar 2024 23:30:00 GMT", "2024-03-05"),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments(said: str, day: str | None) -> None:
    found = moment(said)
    assert (found and found.date().isoformat()) == day
    assert found is None or found.tzinfo is not None
