"""Claims without a model: quotations, reporting verbs and "according to", resolved to the name behind them.

Pure and deterministic. What depends on a language lies in TOML files beside the code.
"""

from collections.abc import Sequence

from extractor.rules.find import find_all
from extractor.rules.language import data_sha256
from extractor.rules.names import Name, registry, speaking_names
from extractor.rules.questions import OpenQuestion, open_questions
from extractor.rules.reading import read
from extractor.rules.suspect import suspect
from extractor.schema import Article, ClaimDraft, Sentence

__all__ = ["Name", "OpenQuestion", "data_sha256", "find", "names", "open_questions", "suspect"]


def find(article: Article, sentences: Sequence[Sentence]) -> tuple[ClaimDraft, ...]:
    """Find the claims of an article.

    Args:
        article: The article.
        sentences: Its sentences as `segment` gave them.

    Returns:
        The drafts in reading order, every part with its spans; none for an empty body.
    """
    return tuple(found.draft for found in find_all(article, sentences))


def names(article: Article, sentences: Sequence[Sentence]) -> tuple[Name, ...]:
    """Find the people, organisations and documents that an article names.

    Args:
        article: The article.
        sentences: Its sentences as `segment` gave them.

    Returns:
        The names by first appearance, each with every mention that could be told.
    """
    return speaking_names(registry(read(article, sentences)).entities) if sentences else ()
