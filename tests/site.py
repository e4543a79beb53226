"""A news site on loopback for tests: pages that a test sets, reached under any name, and a clock that does not wait."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from extractor.ingest import FetchOptions
from extractor.ingest.polite import PoliteFetcher
from tests.loopback import Answer, LoopbackEndpoint, Request

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def page(body: str | bytes, *, status: int = 200, media_type: str = "text/html", **headers: str) -> Answer:
    """Make an answer; ``Retry_After="5"`` becomes a header."""
    content = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(content, status=status, headers={"Content-Type": media_type, **named})


def story(n: int, *, guests: int | None = None, head: str = "") -> Answer:
    """Make the page of an article."""
    paragraphs = "".join(
        f"<p>In week {week} of story {n} the ferry left with {guests or week * n} guests, said harbour master {n}.</p>"
        for week in range(2, 8)
    )
    return page(f"<html lang='en'><head>{head}</head><body><article>{paragraphs}</article></body></html>")


@dataclass
class Time:
    """A clock that only waits move."""

    waits: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return 1000 + sum(self.waits)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=sum(self.waits))


class Site:
    """The pages of one or several hosts, by path."""

    def __init__(self, pages: Mapping[str, Answer | Callable[[Request], Answer]]) -> None:
        self.pages = dict(pages)
        self.time = Time()
        self._endpoint = LoopbackEndpoint(self._answer)

    def __enter__(self) -> Self:
        self._endpoint.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._endpoint.__exit__(kind, exc, trace)

    @property
    def port(self) -> int:
        return int(self._endpoint.base_url.split(":")[2].removesuffix("/v1"))

    @property
    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [request.path for request in self._endpoint.requests if request.path != "/robots.txt"]

    @property
    def requests(self) -> list[Request]:
        return self._endpoint.requests

    def url(self, path: str, host: str = "news.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def fetcher(self) -> PoliteFetcher:
        """Return a fetcher that reaches the site under every name, and waits by its clock."""
        options = FetchOptions(
            allowed_networks=("127.0.0.1/32",), allowed_ports=frozenset({self.port}), user_agent="claimdesk/9"
        )
        return PoliteFetcher(options, resolver=resolve, monotonic=self.time.monotonic, sleep=self.time.sleep)

    def _answer(self, request: Request) -> Answer:
        answer = self.pages.get(request.path, page("no", status=404))
        return answer(request) if callable(answer) else answer


def resolve(host: str, port: int, *args: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
