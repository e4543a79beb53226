"""Articles: what is read, what is known about it, and where else it appeared."""

from datetime import date, datetime
from enum import StrEnum

from extractor.schema.base import Span, Value


class ArticleMetadata(Value):
    """What is known about an article beside its text; None where the input does not say."""

    title: str | None = None
    deck: str | None = None
    """The sentence under the headline."""
    section: str | None = None
    byline: str | None = None
    publisher: str | None = None
    """News agency or site; who reports."""
    dateline: str | None = None
    """Place and agency as printed, such as ``DUSHANBE, September 16. /TASS/.``"""
    published: date | None = None
    language: str = "en"
    """ISO 639-1, or 639-3 where that has none; told from the text where the input says nothing."""
    url: str | None = None
    origin: str = ""
    """Where it was read: a path, a URL, or ``stdin``."""


class Article(Value):
    """One news article; `text` never changes, every offset refers to it."""

    text: str
    sha256: str
    """Of `text` in UTF-8, 64 hex digits; it identifies the article."""
    body_start_char: int = 0
    """Where the body begins: section line, headline, deck and dateline that stand in `text` lie before it."""
    metadata: ArticleMetadata = ArticleMetadata()


class Sentence(Value):
    """One sentence of the body."""

    index: int
    """0-based, in reading order."""
    paragraph: int
    """0-based number of the paragraph it stands in."""
    span: Span


class StoredArticle(Value):
    """An article as a list shows it: everything but its text."""

    sha256: str
    metadata: ArticleMetadata
    added_at: datetime
    """Aware, UTC."""
    n_claims: int
    """Without the superseded ones."""
    extracted_at: datetime | None = None
    """When the extraction that was saved last began; None before the first."""
    model: str | None = None
    """The extractor of that extraction."""

    @property
    def title(self) -> str | None:
        """The headline, where there is one."""
        return self.metadata.title


class NearCopyOf(Value):
    """That an article says nearly the same as one that came before it."""

    sha256: str
    """The earlier article."""
    similarity: float
    """Share of the shorter text's runs of words that the other has too, in [0, 1]."""
    n_new_sentences: int
    """Sentences of the later one's body that the earlier one does not have word for word."""


class CopyLink(Value):
    """What an article repeats."""

    copy_of: NearCopyOf | None
    """The near copy that leaves the fewest sentences new."""
    updates: str | None
    """The article that was read at the same URL before."""

    @property
    def says_nothing_new(self) -> bool:
        """Tell whether every sentence of it stands in the earlier article: then it is not extracted again."""
        return self.copy_of is not None and self.copy_of.n_new_sentences == 0


class Appearance(Value):
    """A place where an article, or a near copy of it, appeared."""

    article_sha256: str
    """Of the article as it is held; several appearances share it where the text was the same."""
    metadata: ArticleMetadata
    """As that place gave it."""
    seen_at: datetime
    """When it was read first; aware, UTC."""
    link: CopyLink | None = None
    """What that article repeats; None for the first of its story."""


class VisitState(StrEnum):
    """What became of a page or file that a feed, sitemap or folder named."""

    READ = "read"
    FAILED = "failed"
    """It will be tried again."""
    GIVEN_UP = "given_up"
    """Failed so often that it is left alone until its source says that it has changed."""
    GONE = "gone"
    """The server says that there is nothing any more."""
