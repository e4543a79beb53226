"""One text becomes one article: normalised once, named by its hash."""

import hashlib
import re
import unicodedata

from extractor.errors import IngestError
from extractor.ingest.language import language_of_text
from extractor.ingest.wire import read_header
from extractor.schema import Article, ArticleMetadata, Value

_DROPPED = re.compile(r"[\x00-\x08\x0b-\x1f]+")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Rejected(Value):
    """An input that did not become an article."""

    origin: str
    """The input as given; or the file, or file and line, where the input holds several articles."""
    reason: str
    """One sentence: what, which one, and what to do."""


def normalise(text: str) -> str:
    r"""Bring a text into the one form that every offset refers to.

    Line ends become ``\n``; a byte order mark and C0 controls other than ``\n`` and ``\t`` are
    dropped; half of a surrogate pair (JSON can smuggle one in) becomes U+FFFD; then NFC, and
    white space at the very end goes. Everything else stays, bidi controls included.

    Args:
        text: Any text.

    Returns:
        The normal form. A text in normal form comes back unchanged.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _storable(text).lstrip("\ufeff")
    return unicodedata.normalize("NFC", text).rstrip()


def make_article(text: str, metadata: ArticleMetadata) -> Article:
    """Make an article of a text and what is known about it.

    A header of wire copy (section line, headline, deck, byline, dateline) stays in the text,
    lies before `Article.body_start_char`, and fills those fields of the metadata that are None. The
    language is told from the body where the input does not say.

    Args:
        text: The text as it was read.
        metadata: What the input says beside the text.

    Returns:
        The article, normalised.

    Raises:
        IngestError: The text has nothing but white space.
    """
    text = normalise(text)
    if not text.strip():
        raise IngestError(f"{metadata.origin or 'the text'!r} is empty: give an article with some text in it.")
    # What a feed or a row says, and the name of a file, may hold the same rubbish as a text.
    said = {name: _storable(value) for name, value in metadata if isinstance(value, str)}
    header = read_header(text, metadata.model_copy(update=said))
    language = language_of_text(text[header.body_start_char :], stated=metadata.language)
    return Article(
        text=text,
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        body_start_char=header.body_start_char,
        metadata=header.metadata.model_copy(update={"language": language}),
    )


def _storable(text: str) -> str:
    """Take out what no database holds or no program prints: control characters, halves of surrogate pairs."""
    return _LONE_SURROGATE.sub("\ufffd", _DROPPED.sub("", text))
