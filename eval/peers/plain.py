"""The plain instructor loop: one call an article, with the prompt and the reply that a newcomer would write."""

import hashlib
import json
from typing import Literal

from pydantic import BaseModel

from extractor.schema import ClaimDraft, ClaimKind, PartDraft, Quotation, SourceDraft, SourceKind

MAX_OUTPUT_TOKENS = 2048
INSTRUCTION = "Extract every claim and who made it."


class PlainClaim(BaseModel):
    """One claim of the reply."""

    claim: str
    source: str
    quote: str
    quotation_type: Literal["direct", "mixed", "indirect", "none"]


class PlainReply(BaseModel):
    """The whole reply."""

    claims: list[PlainClaim]


def question(text: str) -> str:
    """Return the one message that is sent for an article."""
    return f"{INSTRUCTION}\n\n{text}"


def prompt_sha256() -> str:
    """Return the hash of what is asked: instruction and reply schema."""
    asked = [INSTRUCTION, PlainReply.model_json_schema()]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def drafts(reply: PlainReply) -> tuple[ClaimDraft, ...]:
    """Take the reply as drafts, in its order; a claim without a quote stands for itself."""
    return tuple(
        draft_of(claim.claim, claim.quote or claim.claim, claim.source, claim.quotation_type) for claim in reply.claims
    )


_THE_ARTICLE = frozenset(
    {"", "article", "the article", "author", "the author", "none", "unknown", "n/a", "narrator", "reporter"}
)


def draft_of(text: str, quote: str, source: str, quotation: str) -> ClaimDraft:
    """Make a draft of what rivals give of a claim; what they do not say is left at a neutral value.

    Args:
        text: The claim in words.
        quote: The words of the article behind it.
        source: Who makes it; the article itself where it names nobody.
        quotation: A `Quotation` word; any other one counts as indirect.
    """
    own = source.strip().casefold() in _THE_ARTICLE
    known = quotation.strip().casefold() in set(Quotation)
    return ClaimDraft(
        text=text.strip(),
        content=PartDraft(text=quote.strip()),
        quotation=Quotation(quotation.strip().casefold()) if known else Quotation.INDIRECT,
        # The kind plays no part in the scoring, but for the article's own voice.
        source=SourceDraft(name=source.strip(), kind=SourceKind.ARTICLE if own else SourceKind.PERSON),
        kind=ClaimKind.QUOTATION_OF_RECORD,
        check_worthiness=0.5,
        check_worthiness_reason="a rival gives none",
    )
