"""Feeds and sitemaps that are followed: what is read, what is remembered, what is tried again."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from extractor.following import Came, Event, Failed, Told
from extractor.following.rounds import FIRST_RETRY_S, MAX_FAILURES
from extractor.schema import VisitState
from extractor.store import list_articles, list_sources, open_session
from tests.loopback import Answer, Request
from tests.site import NOON, Site, page, story

Look = Callable[..., list[Event]]


def feed(site: Site, *paths: str, changed: str = "", **headers: str) -> Answer:
    """Make a feed, the newest entry first."""
    items = "".join(
        f"<entry><title>Feed's title of {path}</title><link href='{site.url(path)}'/><author><name>Ruta Osei</name>"
        f"</author><published>2026-11-{10 + i:02}T10:00:00Z</published>"
        f"<updated>{changed or f'2026-11-{10 + i:02}T10:00:00Z'}</updated></entry>"
        for i, path in reversed(list(enumerate(paths)))
    )
    body = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>All</title>{items}</feed>"
    return page(body, media_type="application/atom+xml", **headers)


def sitemap(site: Site, *pages: tuple[str, str], **headers: str) -> Answer:
    entries = "".join(f"<url><loc>{site.url(path)}</loc><lastmod>{day}</lastmod></url>" for path, day in pages)
    return page(f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</urlset>", **headers)


def index(site: Site, *parts: tuple[str, str]) -> Answer:
    entries = "".join(f"<sitemap><loc>{site.url(path)}</loc><lastmod>{day}</lastmod></sitemap>" for path, day in parts)
    return page(f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</sitemapindex>")


def came(events: list[Event]) -> list[str]:
    return [event.origin.partition(".example")[2].partition("/")[2] for event in events if isinstance(event, Came)]


def failed(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Failed)]


def told(events: list[Event]) -> list[str]:
    return [event.note for event in events if isinstance(event, Told)]


def states(engine: Engine) -> dict[VisitState, int]:
    with open_session(engine, reading=True) as session:
        (source,) = list_sources(session)
    return {state: n for state, n in source.n_by_state.items() if n}


def test_what_is_new_in_a_feed_is_read_once_the_oldest_first(engine: Engine, site: Site, look: Look) -> None:
    site.pages |= {"/a": story(1), "/b": story(2), "/feed": feed(site, "/a", "/b")}
    assert came(look(site.url("/feed"))) == ["a", "b"]
    assert look(site.url("/feed")) == []
    site.pages |= {"/c": story(3), "/feed": feed(site, "/a", "/b", "/c")}
    assert came(look(site.url("/feed"))) == ["c"]
    assert site.paths == ["/feed", "/a", "/b", "/feed", "/feed", "/c"]
    assert states(engine) == {VisitState.READ: 3}


def test_a_feed_fills_what_the_page_does_not_say(engine: Engine, site: Site, look: Look) -> None:
    head = "<title>The page's title</title><meta name='author' content='Ines Moreau'>"
    site.pages |= {"/a": story(1), "/b": story(2, head=head), "/feed": feed(site, "/a", "/b")}
    look(site.url("/feed"))
    with open_session(engine, reading=True) as session:
        first, second = (article.metadata for article in list_articles(session))
    assert (first.title, first.byline, first.published) == ("Feed's title of /a", "Ruta Osei", date(2026, 11, 10))
    assert (second.title, second.byline, second.published) == (
        "The page's title",
        "Ines Moreau",
        date(2026, 11, 11),
    )
    assert first.url == first.origin == site.url("/a")


def test_a_feed_that_has_not_changed_is_not_sent_again(site: Site, look: Look) -> None:
    def answer(request: Request) -> Answer:
        known = request.headers.get("if-none-match")
        return page("", status=304) if known == '"1"' else feed(site, "/a", "/b", ETag='"1"')

    site.pages |= {"/a": story(1), "/b": story(2), "/feed": answer}
    # Not everything was read: the next answer must be whole again.
    assert came(look(site.url("/feed"), limit=1)) == ["b"]
    assert came(look(site.url("/feed"), limit=1)) == ["a"]
    assert look(site.url("/feed")) == []
    asked = [request.headers.get("if-none-match") for request in site.requests if request.path == "/feed"]
    assert asked == [None, None, '"1"']


def test_a_limit_is_told_and_the_newest_come_first(site: Site, look: Look) -> None:
    site.pages |= {f"/{n}": story(n) for n in range(5)}
    site.pages["/feed"] = feed(site, *(f"/{n}" for n in range(5)))
    events = look(site.url("/feed"), limit=2)
    assert came(events) == ["3", "4"]
    assert told(events) == ["has more than 2 new pages: the rest comes next time"]
    assert came(look(site.url("/feed"))) == ["0", "1", "2"]


def test_a_page_that_fails_is_named_and_tried_again_later(engine: Engine, site: Site, look: Look) -> None:
    site.pages |= {"/a": page("oops", status=500), "/b": story(2), "/feed": feed(site, "/a", "/b")}
    events = look(site.url("/feed"))
    (failure,) = (event for event in events if isinstance(event, Failed))
    assert failure.address == site.url("/a")
    assert "was answered with 500" in failure.reason
    assert came(events) == ["b"]
    site.pages["/a"] = story(1)
    assert came(look(site.url("/feed"))) == []
    assert came(look(site.url("/feed"), only_due=False)) == ["a"]
    assert states(engine) == {VisitState.READ: 2}
    with open_session(engine, reading=True) as session:
        assert list_articles(session)[1].title == "Feed's title of /a"


def test_a_page_that_fails_again_and_again_is_given_up(engine: Engine, site: Site, look: Look) -> None:
    site.pages["/feed"] = feed(site, "/a")
    for n in range(MAX_FAILURES):
        (failure,) = look(site.url("/feed"))
        assert isinstance(failure, Failed)
        assert failure.is_given_up == (failure.again_at is None) == (n == MAX_FAILURES - 1)
        assert look(site.url("/feed")) == []
        site.time.sleep(FIRST_RETRY_S * 3**n)
    site.time.sleep(1e6)
    assert look(site.url("/feed")) == []
    assert states(engine) == {VisitState.GIVEN_UP: 1}
    site.pages |= {"/a": story(1), "/feed": feed(site, "/a", changed="2026-11-21T10:00:00Z")}
    assert came(look(site.url("/feed"))) == ["a"]


def test_a_page_that_is_gone_is_not_asked_again(engine: Engine, site: Site, look: Look) -> None:
    site.pages |= {"/a": page("", status=410), "/feed": feed(site, "/a")}
    assert failed(look(site.url("/feed")))[0].startswith(f"{site.url('/a')!r} was answered with 410 Gone")
    assert look(site.url("/feed"), only_due=False) == []
    assert states(engine) == {VisitState.GONE: 1}


def test_a_page_that_its_feed_calls_updated_is_read_again(engine: Engine, site: Site, look: Look) -> None:
    def answer(request: Request) -> Answer:
        return page("", status=304) if "if-none-match" in request.headers else story(1)

    site.pages |= {"/a": answer, "/feed": feed(site, "/a")}
    look(site.url("/feed"))
    site.pages |= {"/a": story(1, guests=53), "/feed": feed(site, "/a", changed="2026-11-20T11:00:00Z")}
    (again,) = look(site.url("/feed"))
    assert isinstance(again, Came)
    assert again.is_new
    assert again.link is not None
    with open_session(engine, reading=True) as session:
        assert again.link.updates == list_articles(session)[0].sha256


def test_a_page_that_is_only_said_to_be_updated_is_not_sent_again(site: Site, look: Look) -> None:
    def answer(request: Request) -> Answer:
        known = request.headers.get("if-none-match")
        story_1 = story(1)
        return page("", status=304) if known else Answer(story_1.body, headers={**story_1.headers, "ETag": "1"})

    site.pages |= {"/a": answer, "/feed": feed(site, "/a")}
    look(site.url("/feed"))
    for day in (21, 22):
        site.pages["/feed"] = feed(site, "/a", changed=f"2026-11-{day}T10:00:00Z")
        assert look(site.url("/feed")) == []
    assert [r.headers.get("if-none-match") for r in site.requests if r.path == "/a"] == [None, "1", "1"]


def test_a_feed_that_asks_to_be_left_alone_is(engine: Engine, site: Site, look: Look) -> None:
    site.pages["/feed"] = page("", status=503, Retry_After="3600")
    (failure,) = look(site.url("/feed"))
    assert isinstance(failure, Failed)
    assert failure.again_at is not None
    assert (failure.again_at - NOON).total_seconds() == pytest.approx(3600, abs=5)
    site.pages |= {"/a": story(1), "/feed": feed(site, "/a")}
    (note,) = told(look(site.url("/feed")))
    assert note.startswith("is left alone until 2026-11-20 13:00 UTC (")
    assert site.paths == ["/feed"]
    with open_session(engine, reading=True) as session:
        (source,) = list_sources(session)
    assert "was answered with 503" in source.listing.trouble
    site.time.sleep(3600)
    assert came(look(site.url("/feed"))) == ["a"]


def test_a_host_that_asks_for_a_long_pause_does_not_hold_up_the_others(site: Site, look: Look) -> None:
    slow = page("", status=429, Retry_After="3600")
    site.pages |= {
        "/1": slow,
        "/2": story(2),
        "/3": story(3),
        "/slow": feed(site, "/1", "/2"),
        "/fast": feed(site, "/3"),
    }
    other = site.url("/fast", host="fast.example")
    events = look(site.url("/slow"), other)
    # The entries of the fast feed lead to the slow host too, which is left alone.
    assert came(events) == []
    assert len(failed(events)) == 1
    assert sum("wants to be left alone for" in note for note in told(events)) == 2
    assert max(site.time.waits) < 5
    site.time.sleep(3600)
    site.pages["/1"] = story(1)
    assert sorted(came(look(site.url("/slow"), other))) == ["1", "2", "3"]


def test_several_feeds_take_turns(site: Site, look: Look) -> None:
    pages = {f"/{host}{n}": story(ord(host) * 10 + n) for host in "ab" for n in range(3)}
    site.pages |= pages
    for host in "ab":
        urls = [site.url(f"/{host}{n}", host=f"{host}.example") for n in range(3)]
        entries = "".join(f"<item><link>{url}</link></item>" for url in urls)
        site.pages[f"/{host}.xml"] = page(f"<rss version='2.0'><channel>{entries}</channel></rss>")
    events = look(*(site.url(f"/{host}.xml", host=f"{host}.example") for host in "ab"))
    assert sorted(came(events)) == ["a0", "a1", "a2", "b0", "b1", "b2"]
    # Eight pauses one after the other; while one host has its pause, the other is asked.
    assert sum(site.time.waits) <= 5


def test_a_sitemap_index_is_read_the_newest_part_first(site: Site, look: Look) -> None:
    site.pages |= {f"/{n}": story(n) for n in range(4)}
    site.pages |= {
        "/index": index(site, ("/old.xml", "2026-01-01"), ("/new.xml", "2026-11-19"), ("/index", "2026-11-20")),
        "/old.xml": sitemap(site, ("/0", "2025-12-01"), ("/1", "2025-12-02")),
        "/new.xml": sitemap(site, ("/2", "2026-11-18"), ("/3", "2026-11-19")),
    }
    assert came(look(site.url("/index"), limit=3)) == ["2", "3", "1"]
    assert came(look(site.url("/index"), limit=3)) == ["0"]
    # A part that its index does not call changed is not asked for again.
    assert look(site.url("/index")) == []
    assert site.paths == ["/index", "/new.xml", "/2", "/3", "/old.xml", "/1", "/index", "/old.xml", "/0", "/index"]


def test_a_part_that_its_index_calls_changed_and_is_not_is_asked_once(site: Site, look: Look) -> None:
    def answer(request: Request) -> Answer:
        known = request.headers.get("if-none-match")
        return page("", status=304) if known else sitemap(site, ("/1", "2026-01-01"), ETag="1")

    site.pages |= {"/1": story(1), "/part.xml": answer}
    for day in ("2026-11-01", "2026-11-02", "2026-11-02"):
        site.pages["/index"] = index(site, ("/part.xml", day))
        look(site.url("/index"))
    assert site.paths == ["/index", "/part.xml", "/1", "/index", "/part.xml", "/index"]


def test_since_leaves_out_what_is_older_until_more_is_wanted(site: Site, look: Look) -> None:
    site.pages |= {f"/{n}": story(n) for n in range(3)}
    site.pages |= {
        "/index": index(site, ("/old.xml", "2026-01-01"), ("/new.xml", "2026-11-19")),
        "/old.xml": sitemap(site, ("/0", "2025-12-01")),
        "/new.xml": sitemap(site, ("/1", "2026-03-01"), ("/2", "2026-11-19")),
    }
    november = datetime(2026, 11, 1, tzinfo=UTC)
    assert came(look(site.url("/index"), since=november)) == ["2"]
    assert site.paths == ["/index", "/new.xml", "/2"]
    assert look(site.url("/index"), since=november) == []
    assert site.paths[3:] == ["/index"]
    assert came(look(site.url("/index"))) == ["1", "0"]


def test_what_is_no_feed_is_named_and_not_remembered(engine: Engine, site: Site, look: Look) -> None:
    site.pages["/page"] = story(1)
    assert "is no feed and no sitemap" in failed(look(site.url("/page")))[0]
    with open_session(engine, reading=True) as session:
        assert list_sources(session) == []


def test_a_page_without_an_article_and_one_at_a_private_address_fail_alone(site: Site, look: Look) -> None:
    entries = "".join(
        f"<item><link>{url}</link></item>" for url in ("http://10.0.0.1/", site.url("/b"), site.url("/c"))
    )
    site.pages |= {
        "/feed": page(f"<rss version='2.0'><channel>{entries}</channel></rss>"),
        "/b": page("<html><body><nav>Menu</nav></body></html>"),
        "/c": story(3),
    }
    # Other names are looked up as the site's own address; this one is an address already.
    events = look(site.url("/feed"))
    assert came(events) == ["c"]
    reasons = failed(events)
    assert len(reasons) == 2
    assert any("has no article that could be found" in reason for reason in reasons)
