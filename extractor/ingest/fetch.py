"""Fetching one public page, and nothing that is not public."""

import socket
from typing import TYPE_CHECKING

from extractor.errors import IngestError
from extractor.ingest.decoding import MAX_ARTICLE_BYTES, too_large
from extractor.schema import Value

if TYPE_CHECKING:
    import httpx2
    from ssrfguard import Resolver

_TEXT_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", "text/markdown"})


class FetchOptions(Value):
    """Limits of a fetch, and what it may reach."""

    timeout_s: float = 20.0
    """For everything together: connections, redirects and the page itself."""
    max_bytes: int = MAX_ARTICLE_BYTES
    """Of the page, unpacked."""
    max_redirects: int = 5
    allowed_ports: frozenset[int] = frozenset({80, 443})
    allowed_networks: tuple[str, ...] = ()
    """Private networks that may be reached all the same, such as ``127.0.0.1/32`` in a test."""


class Page(Value):
    """What a server answered."""

    url: str
    """After redirects."""
    media_type: str
    """Such as ``text/html``; empty when the server does not say."""
    charset: str | None
    content: bytes


def fetch_page(url: str, *, options: FetchOptions | None = None, resolver: "Resolver" = socket.getaddrinfo) -> Page:
    """Fetch one page of the public web.

    Every address is checked at every redirect and connected to as checked, so that neither a
    redirect nor a name that changes its address leads into a private network. Proxies from the
    environment are not used: behind one nobody could say where a name leads. The look-up of a
    name itself takes as long as the system's resolver allows.

    Args:
        url: ``http`` or ``https``.
        options: Limits; None means the defaults.
        resolver: Looks names up, as `socket.getaddrinfo` does.

    Returns:
        The page; its media type is text or not given.

    Raises:
        IngestError: The address is not public, or there is no page of text within the limits.
    """
    import httpx2
    import ssrfguard

    from extractor.ingest.guard import guarded_client

    options = options or FetchOptions()
    try:
        with guarded_client(options, resolver) as client, client.stream("GET", url) as response:
            return _read(response, url, options)
    except ssrfguard.SSRFGuardError as exc:
        raise IngestError(f"{url!r} is refused ({exc}): only public pages are fetched, give a file instead.") from exc
    except httpx2.TooManyRedirects as exc:
        raise IngestError(f"{url!r} redirects more than {options.max_redirects} times: give the final URL.") from exc
    except httpx2.TimeoutException as exc:
        limit = f"{options.timeout_s:g} s"
        raise IngestError(f"{url!r} did not answer completely within {limit}: try again, or save the page.") from exc
    except socket.gaierror as exc:
        raise IngestError(f"{url!r} names a host that is not known: check the URL and the network.") from exc
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as exc:
        raise IngestError(f"{url!r} cannot be fetched ({exc}): check the URL and the network.") from exc


def _read(response: "httpx2.Response", url: str, options: FetchOptions) -> Page:
    if not response.is_success:
        status = f"{response.status_code} {response.reason_phrase}".strip()
        raise IngestError(f"{url!r} was answered with {status}: check the URL, or save the page as a file.")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type and media_type not in _TEXT_TYPES:
        raise IngestError(f"{url!r} is {media_type}, not a page of text: give the URL of an article.")
    if int(response.headers.get("content-length", "0")) > options.max_bytes:
        raise too_large(url, options.max_bytes)
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > options.max_bytes:
            raise too_large(url, options.max_bytes)
    return Page(
        url=str(response.url),
        media_type=media_type,
        charset=response.charset_encoding,
        content=bytes(content),
    )
