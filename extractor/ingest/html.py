"""A page becomes an article: the text without navigation, and what its markup says about it."""

import re
from datetime import date

from extractor.errors import IngestError
from extractor.ingest.article import make_article
from extractor.schema import Article, ArticleMetadata

_LANGUAGE = re.compile(r"<html\b[^<>]{0,500}?\blang\s*=\s*[\"']?([a-zA-Z]{2,3})\b", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta\b[^<>]{0,200}?\bcharset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
_HEAD_CHARS = 5_000
_MIN_PARAGRAPH_CHARS = 40


def looks_like_html(source: str) -> bool:
    """Tell a page from plain text by how it begins."""
    head = source[:1000].lstrip("\ufeff \t\r\n").lower()
    return head.startswith(("<!doctype html", "<html", "<head", "<body")) or (
        head.startswith(("<?xml", "<!--")) and "<html" in head
    )


def charset_in_markup(data: bytes) -> str | None:
    """Return the encoding that a page declares in its head."""
    match = _CHARSET.search(data[:_HEAD_CHARS])
    return match[1].decode("ascii", "replace") if match else None


def read_html(source: str, known: ArticleMetadata) -> Article:
    """Read one page: text, title, byline, day, site and language; comments of readers are left out.

    Args:
        source: The page, decoded.
        known: What is known beside it; a URL helps to tell the site.

    Returns:
        The article, one blank line between paragraphs.

    Raises:
        IngestError: No article can be found in the page.
    """
    import trafilatura

    try:
        page = trafilatura.bare_extraction(
            source,
            url=known.url,
            include_comments=False,
            with_metadata=True,
            # A date found by searching the words of the page is a guess: only markup and URL count.
            date_extraction_params={"original_date": True, "extensive_search": False, "outputformat": "%Y-%m-%d"},
        )
    except Exception as exc:  # a parser of foreign markup may raise anything; one page must not stop a run
        raise IngestError(f"{known.origin!r} cannot be read as HTML ({exc}): save its text as .txt.") from exc
    if page is None or isinstance(page, dict) or not page.text or not _has_prose(page.text):
        raise IngestError(f"{known.origin!r} has no article that could be found in the HTML: save its text as .txt.")
    language = _LANGUAGE.search(source[:_HEAD_CHARS])
    # Where the page names no site its host stands in, which says less than what a feed may say.
    is_named = page.sitename and page.sitename != page.hostname
    found = {
        "title": page.title,
        "byline": page.author,
        "publisher": page.sitename if is_named else known.publisher or page.sitename,
        "published": date.fromisoformat(page.date) if page.date else None,
        "language": language[1].lower() if language else None,
        "url": known.url or page.url,
    }
    metadata = known.model_copy(update={name: value for name, value in found.items() if value})
    return make_article(re.sub(r"\n+", "\n\n", page.text), metadata)


def _has_prose(text: str) -> bool:
    """Tell an article from the labels of a menu, which are extracted where there is nothing else."""
    return any(len(line) >= _MIN_PARAGRAPH_CHARS for line in text.split("\n"))
