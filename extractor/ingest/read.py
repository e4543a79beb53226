"""The front door: paths, folders, globs, URLs and standard input become articles, one by one."""

import glob
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from extractor.errors import IngestError
from extractor.ingest.article import Rejected, make_article
from extractor.ingest.decoding import MAX_ARTICLE_BYTES, decode, read_limited, refuse_binary, too_large
from extractor.ingest.fetch import Page
from extractor.ingest.html import charset_in_markup, looks_like_html, read_html
from extractor.ingest.jsonl import read_jsonl
from extractor.ingest.markdown import read_markdown
from extractor.schema import Article, ArticleMetadata

Fetch = Callable[[str], Page]
"""Fetches the page at a URL; raises IngestError."""

_Reader = Callable[[str, ArticleMetadata], Article]
_READERS: dict[str, _Reader] = {
    ".txt": make_article,
    ".md": read_markdown,
    ".html": read_html,
    ".htm": read_html,
}
ENDINGS = (*_READERS, ".jsonl")
"""Files that are read, by ending in any case."""

PEEKED_BYTES = 4096
"""Enough to tell a binary file, before every line of it is named as broken."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_JSON_OBJECT = re.compile(rb"\s*\{\s*\"")


def read_articles(inputs: Sequence[str], *, stdin: BinaryIO, fetch: Fetch) -> Iterator[Article | Rejected]:
    """Read every input; a bad one does not stop the others.

    Args:
        inputs: Paths of files or folders, glob patterns, URLs, or ``-`` for standard input, which
            may hold text, a page or JSON Lines. Folders are read recursively, known endings only,
            in sorted order, nothing hidden.
        stdin: What ``-`` reads.
        fetch: What fetches a URL.

    Yields:
        An article, or why there is none, in the order of the inputs.
    """
    for given in inputs:
        if given == "-":
            yield from _or_rejected("stdin", _read_stdin(stdin))
        elif _SCHEME.match(given):
            yield from _or_rejected(given, _read_url(given, fetch))
        elif os.path.isdir(given) or (not os.path.exists(given) and glob.has_magic(given)):
            yield from _or_rejected(given, _read_many(given))
        else:
            yield from _or_rejected(given, _read_file(given))


def read_pasted(text: str, known: ArticleMetadata) -> Iterator[Article | Rejected]:
    """Read a text, or the source of a page, that somebody pasted.

    Args:
        text: As it was pasted.
        known: What is known of it otherwise; its origin stands in messages.

    Yields:
        An article, or why there is none.
    """
    yield from _or_rejected(known.origin, _read_pasted(text, known))


def read_upload(data: bytes, name: str) -> Iterator[Article | Rejected]:
    """Read one file that was handed over with its name.

    Args:
        data: What is in it.
        name: Its name; the ending says how it is read, as in `read_articles`.

    Yields:
        Articles, or why there is none, in the order of the file.
    """
    yield from _or_rejected(name, _read_upload(data, name))


def _or_rejected(origin: str, outcomes: Iterator[Article | Rejected]) -> Iterator[Article | Rejected]:
    """Pass outcomes on; an error ends them as one more rejection."""
    try:
        yield from outcomes
    except IngestError as exc:
        yield Rejected(origin=origin, reason=str(exc))


def _read_stdin(stdin: BinaryIO) -> Iterator[Article | Rejected]:
    head = stdin.readline(MAX_ARTICLE_BYTES + 1)
    if _JSON_OBJECT.match(head):
        yield from read_jsonl(stdin, "stdin", head=head)
        return
    source = decode(read_limited(stdin, "stdin", head=head), "stdin")
    yield _sniffed(source)(source, ArticleMetadata(origin="stdin"))


def _read_pasted(text: str, known: ArticleMetadata) -> Iterator[Article]:
    # A character has at least one byte: what is longer need not be encoded to be too large.
    if len(text) > MAX_ARTICLE_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_ARTICLE_BYTES:
        raise too_large(known.origin)
    yield _sniffed(text)(text, known)


def _read_upload(data: bytes, name: str) -> Iterator[Article | Rejected]:
    if _ending(name) not in ENDINGS:
        raise IngestError(f"{name!r} does not end in {', '.join(ENDINGS)}: save it as one of these.")
    yield from _read_stream(io.BufferedReader(io.BytesIO(data)), name)


def _read_url(url: str, fetch: Fetch) -> Iterator[Article]:
    if not is_web(url):
        raise IngestError(f"{url!r} is no http or https URL: give a page of the web, or a file by its path.")
    yield article_of_page(fetch(url), ArticleMetadata(origin=url))


def is_web(address: str) -> bool:
    """Tell a URL of the web from a path."""
    return address.lower().startswith(("http://", "https://"))


def article_of_page(page: Page, known: ArticleMetadata) -> Article:
    """Make an article of a page that was fetched.

    Args:
        page: HTML, plain text or Markdown.
        known: What fills the gaps that the page leaves; its origin stands in messages.

    Raises:
        IngestError: There is no article in it.
    """
    source = decode(page.content, known.origin, declared=page.charset or charset_in_markup(page.content))
    match page.media_type:
        case "text/plain":
            reader: _Reader = make_article
        case "text/markdown":
            reader = read_markdown
        case "":
            reader = _sniffed(source)
        case _:
            reader = read_html
    return reader(source, known.model_copy(update={"url": page.url}))


def _sniffed(source: str) -> _Reader:
    return read_html if looks_like_html(source) else make_article


def _read_many(given: str) -> Iterator[Article | Rejected]:
    """Read the files of a folder, or what a pattern matches."""
    if os.path.isdir(given):
        paths = files_below(given)
        nothing = f"{given!r} is a folder without articles: it takes files that end in {', '.join(ENDINGS)}."
    else:
        matches = sorted(glob.glob(given, recursive=True))
        paths = [path for match in matches for path in (files_below(match) if os.path.isdir(match) else [match])]
        nothing = f"{given!r} matches no file that ends in {', '.join(ENDINGS)}: check the pattern."
    readable = [path for path in paths if _ending(path) in ENDINGS]
    if not readable:
        raise IngestError(nothing)
    for path in readable:
        yield from _or_rejected(path, _read_file(path))


def files_below(folder: str) -> list[str]:
    """Return the files of a folder that can be read, those of folders in it too; nothing hidden; in order.

    Raises:
        IngestError: It cannot be listed.
    """
    found = []
    for parent, folders, files in os.walk(folder, onerror=_refuse_folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [os.path.join(parent, name) for name in files if not name.startswith(".")]
    return sorted(path for path in found if _ending(path) in ENDINGS)


def _refuse_folder(exc: OSError) -> None:
    raise IngestError(f"{exc.filename!r} cannot be listed ({exc.strerror}): check its permissions.") from exc


def _read_file(path: str) -> Iterator[Article | Rejected]:
    if not os.path.exists(path):
        raise IngestError(f"{path!r} does not exist: check the path.")
    if not os.path.isfile(path):
        raise IngestError(f"{path!r} is no regular file: give a file, or pipe it in and give '-'.")
    if _ending(path) not in ENDINGS:
        raise IngestError(f"{path!r} does not end in {', '.join(ENDINGS)}: rename it, or pipe it in and give '-'.")
    try:
        with open(path, "rb") as stream:
            yield from _read_stream(stream, path)
    except OSError as exc:
        raise IngestError(f"{path!r} cannot be read ({exc.strerror}): check its permissions and the disk.") from exc


def _read_stream(stream: io.BufferedReader, name: str) -> Iterator[Article | Rejected]:
    ending = _ending(name)
    if ending == ".jsonl":
        refuse_binary(stream.peek(PEEKED_BYTES), name)
        yield from read_jsonl(stream, name)
        return
    data = read_limited(stream, name)
    reader = _READERS[ending]
    declared = charset_in_markup(data) if reader is read_html else None
    yield reader(decode(data, name, declared=declared), ArticleMetadata(origin=name))


def _ending(path: str) -> str:
    return os.path.splitext(path)[1].lower()
