"""An OpenAI-compatible endpoint that gives the same reply after a set delay, lean enough to wait for others.

Runs in a process of its own, so that its work is not booked on the client it measures. It knows each
article by the last ``story number N`` of the request, and tells at ``GET /asked`` how often each was asked
about and how often the answer went out to somebody who was still there.
"""

import argparse
import asyncio
import json
import re
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen
from typing import Any

STORY = re.compile(rb"story number (\d+)", re.IGNORECASE)
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PROMPT_TOKENS, OUTPUT_TOKENS = 1000, 60


def story_text(n: int) -> str:
    """Return the made-up article of a number: one sentence with one claim."""
    return f"In story number {n} the pump failed at noon, the harbour board said on Monday."


class Served:
    """What the endpoint does and has done."""

    def __init__(self, answer: bytes, delay_s: float) -> None:
        """Take the whole response to every question, and when it goes out."""
        self._answer = answer
        self._delay_s = delay_s
        self._asked: Counter[int] = Counter()
        self._answered: Counter[int] = Counter()

    @property
    def told(self) -> dict[str, Any]:
        """What there is to tell at the end."""
        return {"asked": self._asked, "answered": self._answered}

    def take(self, connection: "Connection", number: int) -> None:
        """Answer a question about a story in time."""
        self._asked[number] += 1
        asyncio.get_running_loop().call_later(self._delay_s, self._reply, connection, number)

    def _reply(self, connection: "Connection", number: int) -> None:
        if connection.write(self._answer):
            self._answered[number] += 1


class Connection(asyncio.Protocol):
    """One client: requests come one after the other and each is answered in time."""

    def __init__(self, served: Served) -> None:
        """Take who answers."""
        self._served = served
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self._received, 0, end)
            end += 4 + (int(length[1]) if length else 0)
            if len(self._received) < end:
                return
            request = bytes(self._received[:end])
            del self._received[:end]
            self._take(request)

    def _take(self, request: bytes) -> None:
        if request.startswith(b"GET"):
            self.write(response(json.dumps(self._served.told).encode()))
            return
        # Examples of a prompt come before the article.
        stories = STORY.findall(request)
        self._served.take(self, int(stories[-1]) if stories else -1)

    def write(self, answer: bytes) -> bool:
        """Send some bytes; False when nobody is there any more."""
        if self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(answer)
        return True

    def drop(self) -> None:
        """Break the connection off."""
        if self._transport is not None:
            self._transport.abort()


def response(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """Return an HTTP response; each of the headers ends its line."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def completion(content: str) -> dict[str, Any]:
    """Return the body of a chat completion with one choice."""
    usage = {
        "prompt_tokens": PROMPT_TOKENS,
        "completion_tokens": OUTPUT_TOKENS,
        "total_tokens": PROMPT_TOKENS + OUTPUT_TOKENS,
    }
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    body = {"id": "delayed", "object": "chat.completion", "created": 0, "model": "delayed", "choices": [choice]}
    return {**body, "usage": usage}


async def serve(served: Served) -> None:
    """Print the port on stdout and answer until the process ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(served), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def ask_told(base_url: str) -> Any:
    """Return what an endpoint has to tell."""
    with urllib.request.urlopen(base_url.removesuffix("/v1") + "/told") as answer:
        return json.load(answer)


def counts(base_url: str) -> tuple[Counter[int], Counter[int]]:
    """Return how often each story was asked about, and how often somebody was there to take the answer."""
    told = ask_told(base_url)
    asked, answered = ({int(number): n for number, n in told[name].items()} for name in ("asked", "answered"))
    return Counter(asked), Counter(answered)


@contextmanager
def started(module: str, *arguments: str) -> Iterator[str]:
    """Run an endpoint in a process of its own, and yield its base URL."""
    with Popen([sys.executable, "-m", module, *arguments], stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


@contextmanager
def delayed_endpoint(content: str, *, delay_s: float) -> Iterator[str]:
    """Run the endpoint in a process of its own.

    Args:
        content: What the model says, whatever it is asked.
        delay_s: From the whole request to the answer.

    Yields:
        Its base URL.
    """
    with started(__name__, "--delay", str(delay_s), "--content", content) as base_url:
        yield base_url


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, required=True)
    parser.add_argument("--content", required=True)
    arguments = parser.parse_args()
    body = json.dumps(completion(arguments.content)).encode()
    asyncio.run(serve(Served(response(body), arguments.delay)))
