"""claimdesk ingest --feed and claimdesk watch as programs: started, stopped, started again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import Session

from extractor.store import list_articles, list_claims, open_session, open_store
from tests.site import Site, page, story

T = TypeVar("T")

# A shell's background job hands an ignored SIGINT down to its children: the program must heed it here.
HEED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
CLAIMDESK = (sys.executable, "-c", f"{HEED}; from extractor.cli import main; main()")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/a": story(1), "/b": story(2), "/gone": page("", status=410)}) as site:
        yield site


class Desk:
    """The command on a database, allowed to reach the site."""

    def __init__(self, url: str, site: Site) -> None:
        self.url = url
        self._env = {
            **os.environ,
            "CLAIMDESK_DATABASE_URL": url,
            "CLAIMDESK_ALLOW_NETWORKS": "127.0.0.1/32",
            "CLAIMDESK_ALLOW_PORTS": str(site.port),
            "CLAIMDESK_CONTACT": "desk@courier.example",
        }

    def start(self, *args: str | Path) -> subprocess.Popen[str]:
        command = [*CLAIMDESK, *map(str, args)]
        return subprocess.Popen(command, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *args: str | Path) -> subprocess.CompletedProcess[str]:
        process = self.start(*args)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def titles(self) -> list[str]:
        return self._read(lambda session: [a.title or a.metadata.origin for a in list_articles(session)])

    def n_claims(self) -> int:
        return self._read(lambda session: len(list_claims(session)))

    def _read(self, look: Callable[[Session], T]) -> T:
        engine = open_store(self.url)
        try:
            with open_session(engine, reading=True) as session:
                return look(session)
        finally:
            engine.dispose()


@pytest.fixture
def desk(sqlite_url: str, site: Site) -> Desk:
    return Desk(sqlite_url, site)


def feed(site: Site, *paths: str) -> str:
    """Serve a feed of some pages under the site's address, and return its URL."""
    items = "".join(
        f"<item><title>Story {path}</title><link>{site.url(path, host='127.0.0.1')}</link></item>" for path in paths
    )
    site.pages["/feed"] = page(f"<rss version='2.0'><channel>{items}</channel></rss>")
    return site.url("/feed", host="127.0.0.1")


def until(happened: object, *, timeout_s: float = 60) -> None:
    """Wait for something to become true."""
    assert callable(happened)
    deadline = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_feed_is_ingested_and_its_trouble_is_named(desk: Desk, site: Site) -> None:
    done = desk.run("ingest", "--feed", feed(site, "/b", "/gone", "/a"), "--json")
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("title") or line["failed"].rpartition("/")[2] for line in lines] == [
        "Story /a",
        "gone",
        "Story /b",
    ]
    assert done.stderr.count("claimdesk: ") == 1
    assert "was answered with 410 Gone" in done.stderr
    assert site.requests[0].headers["user-agent"].startswith("claimdesk/")
    assert "(+desk@courier.example)" in site.requests[0].headers["user-agent"]
    again = desk.run("ingest", "--feed", feed(site, "/b", "/gone", "/a"))
    assert (again.returncode, again.stdout) == (0, "0 added, 0 already there, 0 rejected\n")
    sources = json.loads(desk.run("status", "--json").stdout)["sources"]
    assert sources[0]["n_by_state"] == {"read": 2, "failed": 0, "given_up": 0, "gone": 1}


def test_private_addresses_are_refused_by_default(desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    url = feed(site, "/a")
    monkeypatch.delitem(desk._env, "CLAIMDESK_ALLOW_NETWORKS")
    done = desk.run("ingest", "--sitemap", url)
    assert done.returncode == 1
    assert done.stderr.startswith(f"claimdesk: {url!r} is refused (")
    assert site.requests == []


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["ingest"], "nothing to read"),
        (["ingest", "--feed", "feed.xml"], "'feed.xml' is no http or https URL"),
        (["watch", "no-folder"], "'no-folder' is no folder and no http or https URL"),
    ],
)
def test_what_cannot_be_followed_is_named(desk: Desk, args: list[str], complaint: str) -> None:
    done = desk.run(*args)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_watching_goes_on_where_it_was_stopped(desk: Desk, site: Site, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "first.txt").write_text("The ferry Solveig will stay in harbour until May, engineer Ruta Osei said.")
    url = feed(site, "/a")
    watching = desk.start("watch", drop, url, "--extract", "--model", "rules")
    until(lambda: len(desk.titles()) == 2 and desk.n_claims() > 0)
    (drop / "second.txt").write_text("The bridge is safe, engineer Ines Moreau told the council on Monday.")
    until(lambda: len(desk.titles()) == 3)
    watching.send_signal(signal.SIGINT)
    out, err = watching.communicate(timeout=30)
    assert watching.returncode == 130
    assert err.splitlines()[0] == "claimdesk: watching 2 sources; Ctrl-C stops"
    assert err.splitlines()[-1].startswith("claimdesk: interrupted")
    assert "Story /a" in out
    site.pages["/feed"] = page(site.pages["/feed"].body.replace(b"<channel>", b"<channel><item><link>/b</link></item>"))  # type: ignore[union-attr]
    (drop / "third.txt").write_text("The tunnel is closed, the council said.")
    n_requests = len(site.paths)
    once = desk.run("watch", drop, url, "--once")
    assert (once.returncode, once.stdout.splitlines()[-1]) == (0, "2 added, 0 already there, 0 rejected")
    assert site.paths[n_requests:] == ["/feed", "/b"]
