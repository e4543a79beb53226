"""Reading: files, folders, pages and streams become immutable articles.

Importing this package is cheap; what only some forms of input need is loaded when they occur.
"""

from extractor.ingest.article import Rejected, make_article, normalise
from extractor.ingest.fetch import FetchOptions, Page, fetch_page
from extractor.ingest.read import Fetch, read_articles

__all__ = [
    "Fetch",
    "FetchOptions",
    "Page",
    "Rejected",
    "fetch_page",
    "make_article",
    "normalise",
    "read_articles",
]
