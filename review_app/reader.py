"""What the browser brings in becomes articles, as the command line would make them."""

import io
from collections.abc import Iterable, Iterator
from functools import partial

from extractor.compose import fetch_options
from extractor.ingest import Rejected, fetch_page, read_articles, read_pasted, read_upload
from extractor.schema import Article, ArticleMetadata
from extractor.settings import Settings
from review_app.logic.intake import Refusal


class IngestReader:
    """Reads by `extractor.ingest`; pages are fetched with the same guard as by `claimdesk ingest`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def text(self, text: str, known: ArticleMetadata) -> Iterator[Article | Refusal]:
        """Read a text."""
        return _told(read_pasted(text, known))

    def page(self, url: str) -> Iterator[Article | Refusal]:
        """Fetch a page of the public web and read it."""
        fetch = partial(fetch_page, options=fetch_options(self._settings))
        return _told(read_articles([url], stdin=io.BytesIO(), fetch=fetch))

    def file(self, data: bytes, name: str) -> Iterator[Article | Refusal]:
        """Read a file, which may hold several articles."""
        return _told(read_upload(data, name))


def _told(read: Iterable[Article | Rejected]) -> Iterator[Article | Refusal]:
    for one in read:
        yield Refusal(origin=one.origin, reason=one.reason) if isinstance(one, Rejected) else one
