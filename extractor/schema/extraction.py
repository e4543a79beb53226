"""What an extractor made of an article, piece by piece, and at what cost."""

from datetime import datetime
from enum import StrEnum

from extractor.schema.base import SCHEMA_VERSION, Span, Value
from extractor.schema.claim import Claim


class PieceState(StrEnum):
    """What became of one piece of an article that was given to an extractor."""

    CLAIMS = "claims"
    EMPTY = "empty"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    FAILED = "failed"

    @property
    def is_loss(self) -> bool:
        """Tell whether claims may have gone missing with the piece."""
        return self not in {PieceState.CLAIMS, PieceState.EMPTY}


class Usage(Value):
    """What calls cost; sums over calls add up with `+`."""

    calls: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    """Those of the prompt that the endpoint had read before and may charge less for, where it tells."""
    output_tokens: int = 0
    seconds: float = 0.0
    cost_usd: float | None = None
    """None when the price is not known."""
    reused: int = 0
    """Answers kept from calls that count elsewhere; they cost nothing more."""

    def __add__(self, other: "Usage") -> "Usage":
        costs = [u.cost_usd for u in (self, other) if u.calls]
        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_prompt_tokens=self.cached_prompt_tokens + other.cached_prompt_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            seconds=self.seconds + other.seconds,
            cost_usd=None if None in costs else sum(c for c in costs if c is not None),
            reused=self.reused + other.reused,
        )


class KeptReply(Value):
    """What an endpoint answered to one request, kept so that the same request is never paid for twice."""

    request_sha256: str
    """Of the whole question: messages, model, settings, and the schema that the reply must fit."""
    text: str
    """The words of the answer or of the refusal, as they came."""
    refused: bool = False
    cut_off: bool = False
    """It ran into the limit for its length."""
    usage: Usage = Usage()
    """Of the one call that it came from."""
    is_booked: bool = False
    """Some extraction counts what it cost."""


class Piece(Value):
    """One entry of the ledger: a stretch of the article and what the extractor made of it."""

    index: int
    span: Span
    state: PieceState
    n_drafts: int = 0
    detail: str = ""
    """Why, when the state is refused, truncated or failed; and what was asked about, in a second look."""
    raw_replies: tuple[str, ...] = ()
    """Every reply of the model as it came, in order; empty for rules."""
    request_sha256s: tuple[str, ...] = ()
    """The request that each of the replies answers, where replies are kept; empty for one that no longer is."""
    usage: Usage = Usage()


class PieceCount(Value):
    """How many pieces of an article ended in one state."""

    state: PieceState
    n: int
    details: tuple[str, ...] = ()
    """The different reasons, in the order of the article; for refused, truncated and failed."""


class SuspectedMiss(Value):
    """A sentence that looks like it reports somebody's words, and that no claim covers."""

    span: Span
    reason: str


class Identity(Value):
    """What an extraction depends on beside the article; the same identity is never paid for twice."""

    model: str
    """``rules``, ``local``, or the endpoint's name for the model."""
    prompt_name: str | None = None
    prompt_version: int | None = None
    prompt_sha256: str = ""
    """Of everything versioned that the extractor reads: prompt, examples, language data."""
    schema_version: int = SCHEMA_VERSION
    settings: str = "{}"
    """Canonical JSON of what else changes the reply, such as temperature and limits."""
    stages_sha256: str = ""
    """Of the code that makes claims out of replies: when it changes, articles are done again, from kept replies."""


class Extraction(Value):
    """The outcome of one extractor on one article: claims, ledger, lineage."""

    article_sha256: str
    identity: Identity
    claims: tuple[Claim, ...]
    """In reading order."""
    pieces: tuple[Piece, ...]
    suspected_misses: tuple[SuspectedMiss, ...] = ()
    started_at: datetime
    seconds: float

    @property
    def usage(self) -> Usage:
        """What all calls for this article cost together."""
        return sum((p.usage for p in self.pieces), Usage())

    @property
    def pieces_by_state(self) -> tuple[PieceCount, ...]:
        """Count the pieces, in the order of `PieceState`; states without a piece are left out."""
        by_state = [(state, [p for p in self.pieces if p.state is state]) for state in PieceState]
        return tuple(
            PieceCount(state=state, n=len(held), details=tuple(dict.fromkeys(p.detail for p in held if p.detail)))
            for state, held in by_state
            if held
        )
