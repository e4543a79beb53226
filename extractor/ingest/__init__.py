"""Reading: files, folders, pages and streams become immutable articles.

Importing this package is cheap; what only some forms of input need is loaded when they occur.
"""

from extractor.ingest.article import Rejected, make_article, normalise
from extractor.ingest.fetch import FetchOptions, Page, fetch_page
from extractor.ingest.read import (
    ENDINGS,
    Fetch,
    article_of_page,
    files_below,
    is_web,
    read_articles,
    read_pasted,
    read_upload,
)

__all__ = [
    "ENDINGS",
    "Fetch",
    "FetchOptions",
    "Page",
    "Rejected",
    "article_of_page",
    "fetch_page",
    "files_below",
    "is_web",
    "make_article",
    "normalise",
    "read_articles",
    "read_pasted",
    "read_upload",
]
