"""One article through the stages: segment, propose, ground, check, merge, and the ledger of what became of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from extractor import rules
from extractor.check import check
from extractor.ground import ground_all
from extractor.merge import merge
from extractor.schema import Article, ClaimDraft, Extraction, Identity, Piece, Sentence, Value
from extractor.segment import segment

Clock = Callable[[], datetime]
"""Gives the time now: aware, UTC."""


class Proposal(Value):
    """What an extractor makes of one article."""

    drafts: tuple[ClaimDraft, ...]
    """In reading order."""
    pieces: tuple[Piece, ...]
    """Every stretch of the body is in at least one of them."""


class Estimate(Value):
    """What an article will cost, guessed before anything is asked."""

    n_pieces: int = 0
    prompt_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(
            n_pieces=self.n_pieces + other.n_pieces,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


class Extractor(Protocol):
    """Proposes the claims of an article; rules, the local model and endpoints all look like this."""

    @property
    def identity(self) -> Identity:
        """What the proposals depend on beside the article."""
        ...

    async def propose(self, article: Article, sentences: tuple[Sentence, ...]) -> Proposal:
        """Find the claims of one article.

        A model that refuses, fails or is cut off is a state of a piece in the answer.

        Raises:
            ModelUnavailable: The endpoint cannot be used at all; trying the next article is pointless.
        """
        ...

    def estimate(self, article: Article, sentences: tuple[Sentence, ...]) -> Estimate:
        """Guess what the article will cost, without asking anybody."""
        ...


async def extract(article: Article, extractor: Extractor, *, clock: Clock) -> Extraction:
    """Take one article through all stages.

    Args:
        article: The article as ingest made it.
        extractor: Who proposes the claims.
        clock: Gives the time now.

    Returns:
        The claims in reading order, each part grounded or marked as not found, with the ledger.

    Raises:
        ModelUnavailable: The endpoint cannot be used at all.
    """
    started_at = clock()
    sentences = segment(article)
    proposal = await extractor.propose(article, sentences)
    claims = merge(check(article, claim) for claim in ground_all(article, sentences, proposal.drafts))
    return Extraction(
        article_sha256=article.sha256,
        identity=extractor.identity,
        claims=claims,
        pieces=proposal.pieces,
        suspected_misses=rules.suspect(article, sentences, claims),
        started_at=started_at,
        seconds=(clock() - started_at).total_seconds(),
    )
