"""Fetching from a real server on loopback, which has to be allowed to be reached at all."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from extractor.errors import IngestError
from extractor.ingest import FetchOptions, fetch_page

PAGE = "<html><body>The café is closed.</body></html>"


class Site(BaseHTTPRequestHandler):
    """One path for each thing that can happen."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.paths.append(self.path)  # type: ignore[attr-defined]
        name, _, argument = self.path.lstrip("/").partition("?")
        getattr(self, f"answer_{name}")(argument)

    def answer_page(self, _: str) -> None:
        self._send(PAGE.encode("cp1252"), "text/html; charset=windows-1252")

    def answer_untyped(self, _: str) -> None:
        self._send(b"words", None)

    def answer_missing(self, _: str) -> None:
        self._send(b"no", "text/html", status=404)

    def answer_picture(self, _: str) -> None:
        self._send(b"\x89PNG", "image/png")

    def answer_to(self, location: str) -> None:
        self._send(b"", "text/html", status=302, location=location)

    def answer_round(self, n: str) -> None:
        self.answer_to(f"/round?{int(n or 0) + 1}")

    def answer_large(self, _: str) -> None:
        self._send(b"x" * 2000, "text/html")

    def answer_chunks(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _i in range(100):
            self.wfile.write(b"64\r\n" + b"x" * 100 + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def answer_bomb(self, _: str) -> None:
        import gzip

        self._send(gzip.compress(b"x" * 5_000_000), "text/html", encoding="gzip")

    def answer_packed(self, _: str) -> None:
        import gzip

        self._send(gzip.compress(PAGE.encode()), "text/html; charset=utf-8", encoding="gzip")

    def answer_garbled(self, _: str) -> None:
        self._send(b"this is not gzip", "text/html", encoding="gzip")

    def answer_drip(self, _: str) -> None:
        """Send a header byte by byte: no single wait is long."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _i in range(100):
            time.sleep(0.05)
            self.wfile.write(b"x")
            self.wfile.flush()

    def answer_silence(self, _: str) -> None:
        time.sleep(5)

    def answer_cut(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True

    def _send(
        self,
        body: bytes,
        media_type: str | None,
        *,
        status: int = 200,
        location: str | None = None,
        encoding: str | None = None,
    ) -> None:
        self.send_response(status)
        headers = {"Content-Type": media_type, "Location": location, "Content-Encoding": encoding}
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that leave early are the point."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Site)
    server.paths = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def allowed(server: Server) -> FetchOptions:
    return FetchOptions(allowed_networks=("127.0.0.1/32",), allowed_ports=frozenset({80, 443, server.server_port}))


def refusal(url: str, options: FetchOptions | None) -> str:
    with pytest.raises(IngestError) as refused:
        fetch_page(url, options=options)
    sentence = str(refused.value)
    assert repr(url) in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_page(site: str, allowed: FetchOptions) -> None:
    page = fetch_page(f"{site}/page", options=allowed)
    assert page.url == f"{site}/page"
    assert page.media_type == "text/html"
    assert page.charset == "windows-1252"
    assert page.content.decode(page.charset) == PAGE


def test_a_packed_page(site: str, allowed: FetchOptions) -> None:
    assert fetch_page(f"{site}/packed", options=allowed).content.decode() == PAGE


def test_a_page_without_a_type(site: str, allowed: FetchOptions) -> None:
    page = fetch_page(f"{site}/untyped", options=allowed)
    assert (page.media_type, page.charset, page.content) == ("", None, b"words")


def test_a_redirect_is_followed(site: str, allowed: FetchOptions) -> None:
    assert fetch_page(f"{site}/to?/page", options=allowed).url == f"{site}/page"


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/missing", "was answered with 404"),
        ("/picture", "is image/png, not a page of text"),
        ("/round", "redirects more than 5 times"),
        ("/large", "is larger than 0.001 MB"),
        ("/chunks", "is larger than 0.001 MB"),
        ("/bomb", "is larger than 0.001 MB"),
        ("/garbled", "cannot be fetched"),
        ("/cut", "cannot be fetched"),
        ("/to?http://10.0.0.1/", "is refused"),
        ("/to?http://169.254.169.254/latest/meta-data", "is refused"),
        ("/to?http://127.0.0.2/", "is refused"),
        ("/to?http://localhost:22/", "is refused"),
        ("/to?file:///etc/passwd", "is refused"),
        ("/to?ftp://example.org/", "is refused"),
    ],
)
def test_bad_pages(site: str, allowed: FetchOptions, path: str, complaint: str) -> None:
    options = allowed.model_copy(update={"max_bytes": 1000})
    assert complaint in refusal(site + path, options)


@pytest.mark.parametrize("path", ["/silence", "/drip"])
def test_the_time_limit_is_for_everything_together(site: str, allowed: FetchOptions, path: str) -> None:
    started = time.monotonic()
    sentence = refusal(site + path, allowed.model_copy(update={"timeout_s": 0.3}))
    assert "did not answer completely within 0.3 s" in sentence
    assert time.monotonic() - started < 4


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "0.0.0.0",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00::1]",
        "[fe80::1]",
        "224.0.0.1",
    ],
)
def test_nothing_private_is_reached(host: str) -> None:
    sentence = refusal(f"http://{host}/", None)
    assert "is refused" in sentence or "Invalid IPv4 address" in sentence


def test_nothing_is_sent_to_a_private_server(site: str, server: Server) -> None:
    options = FetchOptions(allowed_ports=frozenset({server.server_port}))
    server.paths.clear()  # type: ignore[attr-defined]
    assert "is refused" in refusal(f"{site}/page", options)
    assert server.paths == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("url", ["http://", "http://a b/", "http://user:word@example.org/", "http://example.org:22/"])
def test_urls_that_are_not_fetched(url: str) -> None:
    with pytest.raises(IngestError):
        fetch_page(url)


class Names:
    """A resolver that plays answers in order, as a hostile name server would."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.n_asked = 0

    def __call__(self, host: str, port: int, *args: Any) -> list[Any]:
        self.n_asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in self.answers.pop(0)]


def test_the_address_that_was_checked_is_the_one_connected_to(server: Server, allowed: FetchOptions) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    page = fetch_page(f"http://news.example:{server.server_port}/page", options=allowed, resolver=names)
    assert page.content.decode("cp1252") == PAGE
    assert names.n_asked == 1


@pytest.fixture
def tls_site(tmp_path: Path) -> Iterator[Server]:
    """The same site behind TLS, with a certificate for ``news.example`` that only its own file vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("the program openssl is absent: no certificate can be made")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=news.example"
    more = ["-addext", "subjectAltName=DNS:news.example", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *more], check=True, capture_output=True)
    server = Server(("127.0.0.1", 0), Site)
    server.paths = []  # type: ignore[attr-defined]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("host", "trusted", "complaint"),
    [
        pytest.param("news.example", True, None, id="trusted"),
        pytest.param("news.example", False, "cannot be fetched", id="not trusted"),
        pytest.param("other.example", True, "cannot be fetched", id="certificate of another name"),
    ],
)
def test_tls_verifies_the_name_though_an_address_is_connected_to(
    tls_site: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    trusted: bool,
    complaint: str | None,
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    port = tls_site.server_port
    options = FetchOptions(allowed_networks=("127.0.0.1/32",), allowed_ports=frozenset({port}))
    url = f"https://{host}:{port}/page"
    if complaint is None:
        assert fetch_page(url, options=options, resolver=Names(["127.0.0.1"])).content.decode("cp1252") == PAGE
    else:
        with pytest.raises(IngestError, match=complaint):
            fetch_page(url, options=options, resolver=Names(["127.0.0.1"]))
        assert tls_site.paths == []  # type: ignore[attr-defined]


def test_a_name_with_one_private_address_is_refused(allowed: FetchOptions) -> None:
    with pytest.raises(IngestError, match="is refused"):
        fetch_page("http://news.example/page", options=allowed, resolver=Names(["127.0.0.1", "10.0.0.1"]))


def test_a_name_nobody_knows() -> None:
    def resolver(*args: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(IngestError, match="names a host that is not known"):
        fetch_page("http://news.example/", resolver=resolver)


def test_nobody_listens(allowed: FetchOptions) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    options = allowed.model_copy(update={"allowed_ports": frozenset({port})})
    assert "cannot be fetched" in refusal(f"http://127.0.0.1:{port}/", options)


def test_proxies_of_the_environment_are_not_used(
    site: str, allowed: FetchOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert fetch_page(f"{site}/page", options=allowed).url == f"{site}/page"
