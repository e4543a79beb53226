"""A real OpenAI-compatible HTTP server on loopback that answers from a script.

with LoopbackEndpoint([reply({"claims": []}), Status(500), refusal("no")]) as endpoint:
    ... ask endpoint.base_url ...
    endpoint.requests[0].messages
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    method: str = "POST"

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def messages(self) -> list[dict[str, str]]:
        return self.json["messages"]

    @property
    def last(self) -> str:
        """The content of the last message."""
        return self.messages[-1]["content"]


def _at_once() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass(frozen=True)
class Answer:
    """One HTTP response."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    delay_s: float = 0.0
    """Waits this long before it answers."""
    until: threading.Event = field(default_factory=_at_once)
    """Waits for this too, a minute at most."""
    cut: bool = False
    """Closes the connection instead of answering."""
    cut_after: int | None = None
    """Closes it after so many bytes of the body, though it announced all of them."""
    drip_s: float = 0.0
    """Waits so long after each byte of the body."""


Script = Sequence[Answer] | Callable[[Request], Answer]


def completion(*, cached_tokens: int | None = None, **choice: Any) -> Answer:
    """Answer with one choice of a chat completion."""
    usage: dict[str, Any] = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    if cached_tokens is not None:
        usage["prompt_tokens_details"] = {"cached_tokens": cached_tokens}
    body = {
        "id": "loopback",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "finish_reason": "stop", **choice}],
        "usage": usage,
    }
    return Answer(json.dumps(body).encode())


def reply(content: Any, *, finish_reason: str = "stop", cached_tokens: int | None = None) -> Answer:
    """Answer with `content`: a text as it is, anything else as JSON."""
    text = content if isinstance(content, str) else json.dumps(content)
    message = {"role": "assistant", "content": text}
    return completion(message=message, finish_reason=finish_reason, cached_tokens=cached_tokens)


def refusal(words: str) -> Answer:
    return completion(message={"role": "assistant", "content": None, "refusal": words})


def truncated(content: str) -> Answer:
    return reply(content, finish_reason="length")


def no_choices() -> Answer:
    body = {"id": "loopback", "object": "chat.completion", "created": 0, "model": "scripted", "choices": []}
    return Answer(json.dumps(body).encode())


def html(status: int = 200) -> Answer:
    return Answer(b"<html><body>Welcome</body></html>", status, {"Content-Type": "text/html"})


def failure(
    status: int,
    *,
    code: str = "failed",
    param: str | None = None,
    retry_after: float | str | None = None,
    message: str = "no",
) -> Answer:
    """Answer with an error as OpenAI words it."""
    headers = {"Content-Type": "application/json"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Answer(
        json.dumps({"error": {"message": message, "code": code, "type": code, "param": param}}).encode(),
        status,
        headers,
    )


class LoopbackEndpoint:
    """Serves ``<base_url>/chat/completions`` on 127.0.0.1; a list is played in order, its last answer for ever."""

    def __init__(self, script: Script, *, before: Callable[[], object] = bool) -> None:
        """Take a script, and what each request's own thread does before it is answered."""
        self.requests: list[Request] = []
        self._script = script
        self._lock = threading.Lock()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                before()
                answer = endpoint._next(Request(self.path, headers, body, self.command))
                # Waits in the background of a test that gave up: the server's end ends it.
                endpoint._stopping.wait(answer.delay_s)
                answer.until.wait(60)
                if answer.cut or endpoint._stopping.is_set():
                    self.close_connection = True
                    return
                self.send_response_only(answer.status)
                for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                if answer.drip_s:
                    self._drip(answer)
                    return
                self.wfile.write(answer.body[: answer.cut_after])
                self.close_connection = answer.cut_after is not None

            def _drip(self, answer: Answer) -> None:
                for byte in answer.body:
                    self.wfile.write(bytes([byte]))
                    if endpoint._stopping.wait(answer.drip_s):
                        return

            do_GET = do_POST

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 1024

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Say nothing: clients that time out and leave are part of the tests."""

        self._stopping = threading.Event()
        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _next(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            if callable(self._script):
                return self._script(request)
            return self._script[min(len(self.requests), len(self._script)) - 1]


def free_port_url() -> str:
    """Return a base URL on loopback at which nobody listens."""
    with LoopbackEndpoint([]) as endpoint:
        return endpoint.base_url


if __name__ == "__main__":
    with LoopbackEndpoint([reply({})]) as served:
        print(served.base_url)  # noqa: T201
        time.sleep(3600)
