"""A claim with its article, for pages that do not review it."""

from typing import TYPE_CHECKING

from extractor.errors import StoreError
from extractor.schema import Article, StoredClaim, Value
from extractor.store import get_article, get_claim, list_claims

if TYPE_CHECKING:
    from sqlmodel import Session


class ClaimInArticle(Value):
    """A claim and where it stands."""

    stored: StoredClaim
    article: Article
    others: tuple[StoredClaim, ...]
    """The article's other claims, in reading order."""


def claim_in_article(session: "Session", claim_id: str) -> ClaimInArticle:
    """Read a claim with its article.

    Raises:
        StoreError: There is no such claim.
    """
    stored = get_claim(session, claim_id=claim_id)
    siblings = list_claims(session, article_sha256=stored.article_sha256)
    return ClaimInArticle(
        stored=stored,
        article=get_article(session, ref=stored.article_sha256),
        others=tuple(one for one in siblings if one.claim.id != claim_id),
    )


def is_claim(session: "Session", claim_id: str) -> bool:
    """Tell whether an id, as it may stand in an address, is one of a claim."""
    try:
        get_claim(session, claim_id=claim_id)
    except StoreError:
        return False
    return True
