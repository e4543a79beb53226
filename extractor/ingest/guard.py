"""The guard of a fetch: an HTTP client that connects only to addresses it has checked.

What an address may be is decided by ssrfguard, which knows the registries of special-purpose
addresses and what IPv6 can hide; that the checked address is the one connected to is a property
of this module: the pool below httpx2 asks it for connections, and it hands literal addresses on.
TLS still verifies the name, since the pool starts TLS itself on what it is given.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

import httpcore2
import httpx2
from ssrfguard import Policy, Resolver, Target, resolve

from extractor.ingest.fetch import Allow, FetchOptions


@contextmanager
def guarded_client(options: FetchOptions, resolver: Resolver, allow: Allow) -> Iterator[httpx2.Client]:
    """Open a client for one fetch; its time begins to run now.

    Args:
        options: Limits, and what may be reached beside the public internet.
        resolver: Looks names up, as `socket.getaddrinfo` does.
        allow: Asked for the URL of every request, redirects included; what it raises comes through.

    Yields:
        The client. It raises what httpx2 raises, `ssrfguard.SSRFGuardError` for an address that
        is refused, and `socket.gaierror` for a name that is not known.
    """
    policy = Policy(
        allowed_networks=tuple(ip_network(network) for network in options.allowed_networks),
        allowed_ports=options.allowed_ports,
    )
    deadline = time.monotonic() + options.timeout_s
    transport = _GuardedTransport(policy, _GuardedBackend(policy, resolver, deadline), allow)
    with httpx2.Client(
        transport=transport,
        trust_env=False,
        follow_redirects=True,
        max_redirects=options.max_redirects,
        timeout=options.timeout_s,
    ) as client:
        yield client


class _GuardedTransport(httpx2.BaseTransport):
    """Checks the URL of every request, redirects included, and sends it by a guarded pool."""

    def __init__(self, policy: Policy, backend: "_GuardedBackend", allow: Allow) -> None:
        self._policy = policy
        self._allow = allow
        self._pool = httpcore2.ConnectionPool(ssl_context=httpx2.create_ssl_context(), network_backend=backend)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._policy.check_url(str(request.url))
        self._allow(str(request.url))
        with _translated():
            answer = self._pool.handle_request(
                httpcore2.Request(
                    method=request.method,
                    url=httpcore2.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    extensions=request.extensions,
                )
            )
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections for the pool: one look-up, every answer checked, the checked one used."""

    def __init__(self, policy: Policy, resolver: Resolver, deadline: float) -> None:
        self._policy = policy
        self._resolver = resolver
        self._deadline = deadline
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        target = Target(scheme="tcp", host=host, port=port, host_as_written=host, address=None)
        addresses = resolve(target, policy=self._policy, resolver=self._resolver)
        failure: httpcore2.ConnectError | None = None
        for address in addresses[: self._policy.max_connection_attempts]:
            left_s = _left_s(self._deadline, httpcore2.ConnectTimeout)
            try:
                stream = self._sockets.connect_tcp(str(address.ip), port, left_s, local_address, socket_options)
            except httpcore2.ConnectError as exc:
                failure = exc
            else:
                return _TimedStream(stream, self._deadline)
        raise failure or httpcore2.ConnectError("no address to connect to")


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every step ends at one deadline, however slowly a server drips."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left_s(self._deadline, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left_s(self._deadline, httpcore2.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left_s = _left_s(self._deadline, httpcore2.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left_s), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left_s(deadline: float, expired: type[httpcore2.TimeoutException]) -> float:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise expired("the time for this page is over")
    return left_s


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the pool's errors into the client's."""
    try:
        yield
    except httpcore2.TimeoutException as exc:
        raise httpx2.ReadTimeout(str(exc)) from exc
    except httpcore2.NetworkError as exc:
        raise httpx2.NetworkError(str(exc)) from exc
    except httpcore2.ProtocolError as exc:
        raise httpx2.ProtocolError(str(exc)) from exc
