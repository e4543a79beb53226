"""What robots.txt says is kept to, hosts get their pauses, and nothing private is reached by any way."""

from collections.abc import Iterator

import pytest

from extractor.errors import FetchError, IngestError
from extractor.ingest import FetchOptions
from extractor.ingest.fetch import Ask, Page, Unchanged, Validators
from extractor.ingest.polite import PAUSE_S, ROBOTS_AGAIN_S, ROBOTS_KEPT_S, PoliteFetcher
from tests.loopback import Answer, Request
from tests.site import Site, page, resolve

ROBOTS = page("User-agent: *\nDisallow: /\n\nUser-agent: claimdesk\nDisallow: /closed\n", media_type="text/plain")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/a": page("A"), "/b": page("B"), "/closed/a": page("no")}) as site:
        yield site


def content(answer: Page | Unchanged) -> bytes:
    assert isinstance(answer, Page)
    return answer.content


def refused(fetcher: PoliteFetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url, Ask())
    assert repr(url) in str(caught.value)
    assert str(caught.value).endswith(".")
    return caught.value


def test_a_host_is_asked_with_a_pause_and_its_rules_once_a_day(site: Site) -> None:
    fetcher = site.fetcher()
    assert content(fetcher.fetch(site.url("/a"), Ask())) == b"A"
    assert content(fetcher.fetch(site.url("/b"), Ask())) == b"B"
    assert [request.path for request in site.requests] == ["/robots.txt", "/a", "/b"]
    assert site.time.waits == [PAUSE_S, PAUSE_S]
    assert {request.headers["user-agent"] for request in site.requests} == {"claimdesk/9"}
    site.time.sleep(ROBOTS_KEPT_S)
    fetcher.fetch(site.url("/a"), Ask())
    assert [request.path for request in site.requests[3:]] == ["/robots.txt", "/a"]


def test_another_host_need_not_wait(site: Site) -> None:
    fetcher = site.fetcher()
    fetcher.fetch(site.url("/a"), Ask())
    n_waits = len(site.time.waits)
    assert fetcher.busy_s(site.url("/b")) == PAUSE_S
    assert fetcher.busy_s(site.url("/a", host="other.example")) == 0
    fetcher.fetch(site.url("/a", host="other.example"), Ask())
    assert len(site.time.waits) == n_waits + 1  # between its robots.txt and its page


def test_what_is_closed_to_us_is_left_alone(site: Site) -> None:
    site.pages["/robots.txt"] = ROBOTS
    fetcher = site.fetcher()
    assert content(fetcher.fetch(site.url("/a"), Ask())) == b"A"
    error = refused(fetcher, site.url("/closed/a"))
    assert "is closed to programs by the site's robots.txt" in str(error)
    assert error.retry_after_s == ROBOTS_KEPT_S
    assert site.paths == ["/a"]


def test_a_redirect_does_not_lead_where_robots_forbid_it(site: Site) -> None:
    site.pages |= {"/robots.txt": ROBOTS, "/out": page("", status=302, Location="/closed/a")}
    fetcher = site.fetcher()
    with pytest.raises(FetchError, match="is closed to programs"):
        fetcher.fetch(site.url("/out"), Ask())
    assert site.paths == ["/out"]
    assert fetcher.busy_s(site.url("/a")) == PAUSE_S  # the site itself asked for no longer one


@pytest.mark.parametrize(
    ("robots", "pause_s"),
    [
        pytest.param("User-agent: claimdesk\nCrawl-delay: 7", 7, id="crawl-delay"),
        pytest.param("User-agent: *\nRequest-rate: 2/1m", 30, id="request-rate"),
        pytest.param("User-agent: *\nCrawl-delay: 0.1", PAUSE_S, id="shorter than ours"),
    ],
)
def test_the_pause_that_a_site_asks_for(site: Site, robots: str, pause_s: float) -> None:
    site.pages["/robots.txt"] = page(robots)
    fetcher = site.fetcher()
    fetcher.fetch(site.url("/a"), Ask())
    assert fetcher.busy_s(site.url("/b")) == pause_s


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept_to(site: Site, status: int) -> None:
    site.pages["/a"] = page("later", status=status, Retry_After="90")
    fetcher = site.fetcher()
    assert refused(fetcher, site.url("/a")).retry_after_s == 90
    assert fetcher.busy_s(site.url("/b")) == 90
    fetcher.fetch(site.url("/b"), Ask())
    assert site.time.waits[-1] == 90


@pytest.mark.parametrize("status", [404, 403, 410])
def test_without_rules_everything_is_allowed(site: Site, status: int) -> None:
    site.pages["/robots.txt"] = page("none", status=status)
    assert content(site.fetcher().fetch(site.url("/a"), Ask())) == b"A"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_site_whose_rules_cannot_be_read_is_left_alone_for_a_while(site: Site, status: int) -> None:
    site.pages["/robots.txt"] = page("oops", status=status)
    fetcher = site.fetcher()
    error = refused(fetcher, site.url("/a"))
    assert f"robots.txt' was answered with {status}" in str(error)
    assert error.retry_after_s == ROBOTS_AGAIN_S
    refused(fetcher, site.url("/b"))
    assert len(site.requests) == 1
    site.pages["/robots.txt"] = page("")
    site.time.sleep(ROBOTS_AGAIN_S)
    assert content(fetcher.fetch(site.url("/a"), Ask())) == b"A"


def test_nothing_private_is_reached_by_any_way(site: Site) -> None:
    site.pages |= {"/out": page("", status=302, Location="http://10.0.0.1/")}
    with pytest.raises(IngestError, match="is refused"):
        site.fetcher().fetch(site.url("/out"), Ask())
    strict = PoliteFetcher(FetchOptions(allowed_ports=frozenset({site.port})), resolver=resolve)
    n_requests = len(site.requests)
    with pytest.raises(IngestError) as caught:
        strict.fetch(site.url("/a"), Ask())
    assert str(caught.value).startswith(f"{site.url('/a')!r} is refused")
    assert len(site.requests) == n_requests


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    def answer(request: Request) -> Answer:
        if request.headers.get("if-none-match") == '"7"' and "if-modified-since" in request.headers:
            return page("", status=304)
        return page("A", ETag='"7"', Last_Modified="Fri, 20 Nov 2026 10:00:00 GMT")

    site.pages["/a"] = answer
    fetcher = site.fetcher()
    first = fetcher.fetch(site.url("/a"), Ask())
    assert isinstance(first, Page)
    assert first.validators == Validators(etag='"7"', last_modified="Fri, 20 Nov 2026 10:00:00 GMT")
    assert isinstance(fetcher.fetch(site.url("/a"), Ask(validators=first.validators)), Unchanged)


def test_not_changed_without_having_been_asked_is_an_error(site: Site) -> None:
    site.pages["/a"] = page("", status=304)
    assert "was answered with 304" in str(refused(site.fetcher(), site.url("/a")))


def test_an_address_that_is_none_is_named(site: Site) -> None:
    with pytest.raises(IngestError, match="is no URL"):
        site.fetcher().fetch("http://[news/", Ask())
