"""One article through the stages: segment, propose, ground, check, merge, and the ledger of what became of it."""

import hashlib
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol, runtime_checkable

from extractor import rules
from extractor.check import check
from extractor.ground import ground_all
from extractor.merge import merge
from extractor.schema import Article, Claim, ClaimDraft, Extraction, Identity, Piece, Sentence, SuspectedMiss, Value
from extractor.segment import segment

Clock = Callable[[], datetime]
"""Gives the time now: aware, UTC."""


STAGES = ("check", "endpoint", "ground", "hybrid", "merge", "numbers", "passage", "pipeline", "placing", "wording")
"""Modules and packages that decide, beside the rules, which claims come out of a model's reply."""


@cache
def stages_sha256() -> str:
    """Return the SHA-256 over the code that makes claims out of replies, 64 hex digits."""
    digest = hashlib.sha256(rules.data_sha256().encode())
    root = Path(str(files("extractor")))
    for name in STAGES:
        for file in (root / f"{name}.py", *sorted((root / name).glob("*.py"))):
            if file.exists():
                digest.update(f"{file.relative_to(root)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


class Proposal(Value):
    """What an extractor makes of one article."""

    drafts: tuple[ClaimDraft, ...]
    """In reading order."""
    pieces: tuple[Piece, ...]
    """Every stretch of the body is in at least one of them."""

    def __add__(self, more: "Proposal") -> "Proposal":
        pieces = (*self.pieces, *more.pieces)
        return Proposal(
            drafts=self.drafts + more.drafts,
            pieces=tuple(piece.model_copy(update={"index": index}) for index, piece in enumerate(pieces)),
        )


class Question(Value):
    """What will be asked about an article, as far as that is known beforehand, and how long it is, roughly."""

    request_sha256: str | None = None
    """By which a reply that is kept is known; None where the question hangs on other answers."""
    prompt_tokens: int = 0
    output_tokens: int = 0


class Estimate(Value):
    """What articles will cost, guessed before anything is asked."""

    n_pieces: int = 0
    n_kept: int = 0
    """Of them, those whose reply is kept."""
    prompt_tokens: int = 0
    """Without those that need not be asked, as `output_tokens`."""
    output_tokens: int = 0

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(
            n_pieces=self.n_pieces + other.n_pieces,
            n_kept=self.n_kept + other.n_kept,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


def estimate(questions: Iterable[Question], kept: Collection[str] = ()) -> Estimate:
    """Add up questions.

    Args:
        questions: One for each piece.
        kept: Requests whose reply is kept, so that they cost nothing.
    """
    total = Estimate()
    for question in questions:
        if question.request_sha256 in kept:
            total += Estimate(n_pieces=1, n_kept=1)
        else:
            total += Estimate(n_pieces=1, prompt_tokens=question.prompt_tokens, output_tokens=question.output_tokens)
    return total


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

    def questions(self, article: Article, sentences: tuple[Sentence, ...]) -> tuple[Question, ...]:
        """Say what will be asked about each piece, without asking anybody."""
        ...


@runtime_checkable
class SecondLook(Protocol):
    """An extractor that may look again at what the recall alarm suspects."""

    async def look_again(
        self, article: Article, sentences: tuple[Sentence, ...], first: Proposal, misses: tuple[SuspectedMiss, ...]
    ) -> Proposal:
        """Ask once more about single sentences.

        Args:
            article: The article.
            sentences: All of them.
            first: What was proposed before.
            misses: The suspected sentences, in reading order.

        Returns:
            What came to light, and a piece for each question; empty where nothing is asked twice.

        Raises:
            ModelUnavailable: The endpoint cannot be used at all.
        """
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
    claims = _claims(article, sentences, proposal)
    misses = rules.suspect(article, sentences, claims)
    if misses and isinstance(extractor, SecondLook):
        again = await extractor.look_again(article, sentences, proposal, misses)
        if again.drafts:
            claims = _claims(article, sentences, proposal + again)
            misses = rules.suspect(article, sentences, claims)
        proposal += again
    return Extraction(
        article_sha256=article.sha256,
        identity=extractor.identity,
        claims=claims,
        pieces=proposal.pieces,
        suspected_misses=misses,
        started_at=started_at,
        seconds=(clock() - started_at).total_seconds(),
    )


def _claims(article: Article, sentences: tuple[Sentence, ...], proposal: Proposal) -> tuple[Claim, ...]:
    return merge(check(article, claim) for claim in ground_all(article, sentences, proposal.drafts))
