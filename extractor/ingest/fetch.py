"""Fetching one public page, and nothing that is not public."""

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from extractor.errors import FetchError, IngestError
from extractor.ingest.decoding import MAX_ARTICLE_BYTES, too_large
from extractor.schema import Value
from extractor.waits import retry_after_s

if TYPE_CHECKING:
    import httpx2
    from ssrfguard import Resolver

PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown")
"""Media types that can be an article."""

Allow = Callable[[str], None]
"""Asked for every URL before it is requested, redirects included; raises IngestError for one that may not be."""


class FetchOptions(Value):
    """Limits of a fetch, and what it may reach."""

    timeout_s: float = 20.0
    """For everything together: connections, redirects and the page itself."""
    max_bytes: int = MAX_ARTICLE_BYTES
    """Of the page, unpacked."""
    max_redirects: int = 5
    allowed_ports: frozenset[int] = frozenset({80, 443})
    allowed_networks: tuple[str, ...] = ()
    """Private networks that may be reached all the same, such as the newsroom's own, ``10.1.0.0/16``."""
    user_agent: str = "claimdesk"
    """Who asks; robots.txt may name it."""


class Validators(Value):
    """What a server gave with a page, to be asked later whether the page has changed since (RFC 9110, 13)."""

    etag: str | None = None
    last_modified: str | None = None


class Ask(Value):
    """What is asked for beside a URL."""

    validators: Validators = Validators()
    """Of what is known already."""
    media_types: tuple[str, ...] = PAGE_TYPES
    """What the answer may be, if it says; anything when empty."""


class Unchanged(Value):
    """The answer that nothing has changed since the validators were given."""


class Page(Value):
    """What a server answered."""

    url: str
    """After redirects."""
    media_type: str
    """Such as ``text/html``; empty when the server does not say."""
    charset: str | None
    content: bytes
    validators: Validators = Validators()


def fetch_page(url: str, *, options: FetchOptions | None = None, resolver: "Resolver" = socket.getaddrinfo) -> Page:
    """Fetch one page of the public web; see `fetch`."""
    answer = fetch(url, Ask(), options=options, resolver=resolver)
    if isinstance(answer, Unchanged):
        raise AssertionError("nothing was known to be unchanged")
    return answer


def fetch(
    url: str,
    ask: Ask,
    *,
    options: FetchOptions | None = None,
    resolver: "Resolver" = socket.getaddrinfo,
    allow: Allow = lambda url: None,
) -> Page | Unchanged:
    """Fetch what is at one URL of the public web.

    Every address is checked at every redirect and connected to as checked, so that neither a
    redirect nor a name that changes its address leads into a private network. Proxies from the
    environment are not used: behind one nobody could say where a name leads. The look-up of a
    name itself takes as long as the system's resolver allows.

    Args:
        url: ``http`` or ``https``.
        ask: What is wanted, and what is known already.
        options: Limits; None means the defaults.
        resolver: Looks names up, as `socket.getaddrinfo` does.
        allow: May object to a URL, also to one that a redirect leads to.

    Returns:
        The page, or that it is unchanged where `ask` has validators.

    Raises:
        FetchError: There is nothing of the kind within the limits.
        IngestError: The address is not public, or what is there is too large or of another kind.
    """
    import httpx2
    import ssrfguard

    from extractor.ingest.guard import guarded_client

    options = options or FetchOptions()
    try:
        with (
            guarded_client(options, resolver, allow) as client,
            client.stream("GET", url, headers=_headers(ask, options)) as response,
        ):
            return _read(response, url, ask, options)
    except ssrfguard.SSRFGuardError as exc:
        raise IngestError(f"{url!r} is refused ({exc}): only public pages are fetched, give a file instead.") from exc
    except httpx2.TooManyRedirects as exc:
        raise FetchError(f"{url!r} redirects more than {options.max_redirects} times: give the final URL.") from exc
    except httpx2.TimeoutException as exc:
        limit = f"{options.timeout_s:g} s"
        raise FetchError(f"{url!r} did not answer completely within {limit}: try again, or save the page.") from exc
    except socket.gaierror as exc:
        raise FetchError(f"{url!r} names a host that is not known: check the URL and the network.") from exc
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as exc:
        raise FetchError(f"{url!r} cannot be fetched ({exc}): check the URL and the network.") from exc


def _headers(ask: Ask, options: FetchOptions) -> dict[str, str]:
    headers = {"User-Agent": options.user_agent, "Accept": ", ".join(ask.media_types) or "*/*"}
    if ask.validators.etag:
        headers["If-None-Match"] = ask.validators.etag
    if ask.validators.last_modified:
        headers["If-Modified-Since"] = ask.validators.last_modified
    return headers


def _read(response: "httpx2.Response", url: str, ask: Ask, options: FetchOptions) -> Page | Unchanged:
    if response.status_code == 304 and ask.validators != Validators():
        return Unchanged()
    if not response.is_success:
        status = f"{response.status_code} {response.reason_phrase}".strip()
        raise FetchError(
            f"{url!r} was answered with {status}: check the URL, or save the page as a file.",
            status=response.status_code,
            retry_after_s=retry_after_s(response.headers),
        )
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type and ask.media_types and media_type not in ask.media_types:
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
        validators=Validators(etag=response.headers.get("etag"), last_modified=response.headers.get("last-modified")),
    )
