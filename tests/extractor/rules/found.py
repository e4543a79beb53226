"""Articles of a few sentences, and what the rules find in them."""

import hashlib
from collections.abc import Iterable

from extractor import rules
from extractor.schema import Article, ArticleMetadata, ClaimDraft, SourceKind
from extractor.segment import segment


def article(text: str, *, language: str = "en", title: str | None = None, body_start_char: int = 0) -> Article:
    """Make an article of a text."""
    return Article(
        text=text,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        body_start_char=body_start_char,
        metadata=ArticleMetadata(language=language, title=title),
    )


def found(
    text: str, *, language: str = "en", title: str | None = None, body_start_char: int = 0
) -> tuple[ClaimDraft, ...]:
    """Find the claims of a text."""
    read = article(text, language=language, title=title, body_start_char=body_start_char)
    return rules.find(read, segment(read))


def told(text: str, drafts: Iterable[ClaimDraft]) -> list[tuple[str, str, str]]:
    """Say source, quotation type and content of each draft, its spans joined with a bar."""
    return [
        (draft.source.name, draft.quotation.value, " | ".join(span.of(text) for span in draft.content.spans))
        for draft in drafts
    ]


def attributed(text: str) -> list[tuple[str, str, str]]:
    """The claims that somebody else than the article makes."""
    return told(text, (draft for draft in found(text) if draft.source.kind is not SourceKind.ARTICLE))
