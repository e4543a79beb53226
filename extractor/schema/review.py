"""What people decide about claims."""

from datetime import datetime
from enum import StrEnum

from extractor.schema.base import Value
from extractor.schema.claim import Claim


class ClaimStatus(StrEnum):
    """Where a claim stands in review."""

    PENDING = "pending"
    VERIFIED = "verified"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    """Not in force: undecided when a newer extraction of its article no longer found it, or its addition undone."""


class DecisionKind(StrEnum):
    """What a reviewer did."""

    VERIFY = "verify"
    CORRECT = "correct"
    REJECT = "reject"
    ADD = "add"
    """A reviewer wrote the claim: one that was missed, a part of a split one, the sum of merged ones."""
    UNDO = "undo"


class RejectionReason(StrEnum):
    """Why a claim was rejected; it feeds the error statistics."""

    WRONG_SPEAKER = "wrong_speaker"
    WRONG_SPAN = "wrong_span"
    PARAPHRASE_DRIFT = "paraphrase_drift"
    NOT_A_CLAIM = "not_a_claim"
    NOT_CHECKABLE = "not_checkable"
    OPINION = "opinion"
    DUPLICATE = "duplicate"
    SPLIT = "split"
    """Several claims in one; new claims stand in its place."""
    MERGE = "merge"
    """A part of one claim; a new claim stands in the place of all parts."""


class Decision(Value):
    """One append-only step in the review of a claim."""

    claim_id: str
    kind: DecisionKind
    reviewer: str
    decided_at: datetime
    """Aware, UTC."""
    status_before: ClaimStatus
    status_after: ClaimStatus
    before: Claim
    after: Claim
    """Differs from `before` after a correction, or when one is undone."""
    reason: RejectionReason | None = None
    """Set exactly for a rejection."""
    comment: str = ""
    batch_id: str | None = None
    """Shared by all decisions that were made by one act: in bulk, or as a split or a merge."""


BY_HAND = "reviewer"
"""`StoredClaim.model` of a claim that a reviewer added."""


class StoredClaim(Value):
    """A claim as the store holds it."""

    claim: Claim
    """As it stands now, corrections applied."""
    article_sha256: str
    model: str
    """The extractor that found it last."""
    status: ClaimStatus
    version: int
    """Rises with every decision; a decision names the version it was made on."""
    assigned_to: str | None = None
    """The reviewer it was sent to: nobody else is served it."""
    added_by: str | None = None
    """The reviewer who wrote it; None when an extractor found it."""
