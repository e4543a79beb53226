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

STORY = re.compile(rb"story number (\d+)", re.IGNORECASE)
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PROMPT_TOKENS, OUTPUT_TOKENS = 1000, 60


class _Served:
    """What the endpoint does and has done."""

    def __init__(self, body: bytes, delay_s: float) -> None:
        self.answer = _response(body)
        self.delay_s = delay_s
        self.asked: Counter[int] = Counter()
        self.answered: Counter[int] = Counter()

    @property
    def counts(self) -> bytes:
        return json.dumps({"asked": self.asked, "answered": self.answered}).encode()


class _Connection(asyncio.Protocol):
    """One client: requests come one after the other and are answered each after the delay."""

    def __init__(self, served: _Served) -> None:
        self._served = served
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self._received, 0, end)
            end += 4 + (int(length[1]) if length else 0)
            if len(self._received) < end:
                return
            request, self._received = self._received[:end], self._received[end:]
            self._take(request)

    def _take(self, request: bytes) -> None:
        if request.startswith(b"GET"):
            self._write(_response(self._served.counts))
            return
        # Examples of a prompt come before the article.
        stories = STORY.findall(request)
        number = int(stories[-1]) if stories else -1
        self._served.asked[number] += 1
        asyncio.get_running_loop().call_later(self._served.delay_s, self._reply, number)

    def _reply(self, number: int) -> None:
        if self._write(self._served.answer):
            self._served.answered[number] += 1

    def _write(self, answer: bytes) -> bool:
        if self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(answer)
        return True


def _response(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def completion(content: str) -> bytes:
    """Return the body of a chat completion with one choice."""
    usage = {
        "prompt_tokens": PROMPT_TOKENS,
        "completion_tokens": OUTPUT_TOKENS,
        "total_tokens": PROMPT_TOKENS + OUTPUT_TOKENS,
    }
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    body = {"id": "delayed", "object": "chat.completion", "created": 0, "model": "delayed", "choices": [choice]}
    return json.dumps({**body, "usage": usage}).encode()


async def serve(content: str, delay_s: float) -> None:
    """Print the port on stdout and answer until the process ends."""
    served = _Served(completion(content), delay_s)
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(served), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def counts(base_url: str) -> tuple[Counter[int], Counter[int]]:
    """Return how often each story was asked about, and how often somebody was there to take the answer."""
    with urllib.request.urlopen(base_url.removesuffix("/v1") + "/asked") as response:
        told = json.load(response)
    asked, answered = ({int(number): n for number, n in told[name].items()} for name in ("asked", "answered"))
    return Counter(asked), Counter(answered)


@contextmanager
def delayed_endpoint(content: str, *, delay_s: float) -> Iterator[str]:
    """Run the endpoint in a process of its own.

    Args:
        content: What the model says, whatever it is asked.
        delay_s: From the whole request to the answer.

    Yields:
        Its base URL.
    """
    command = [sys.executable, "-m", __name__, "--delay", str(delay_s), "--content", content]
    with Popen(command, stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, required=True)
    parser.add_argument("--content", required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.content, arguments.delay))
