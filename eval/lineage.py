"""How a reviewed article became a gold case: who decided what, when, and on whose extraction."""

from datetime import datetime

from extractor.schema import ClaimStatus, DecisionKind, Identity, RejectionReason, Span, Value
from extractor.secondlook import Choice


class ReviewStep(Value):
    """One decision, as the store has it."""

    kind: DecisionKind
    reviewer: str
    decided_at: datetime
    """Aware, UTC."""
    status_after: ClaimStatus
    reason: RejectionReason | None = None
    comment: str = ""


class SecondReview(Value):
    """What a second reviewer decided without seeing the first decision, and who settled the difference, if any."""

    reviewer: str
    looked_at: datetime
    """Aware, UTC."""
    status: ClaimStatus
    reason: RejectionReason | None = None
    comment: str = ""
    settled_by: str | None = None
    choice: Choice | None = None


class ReviewedClaim(Value):
    """A claim of the store and what review made of it."""

    claim_id: str
    """In the store."""
    gold_id: str | None
    """In the case; None for a rejected claim."""
    model: str
    """Who found it last: an extractor, or ``reviewer`` for a claim that a person added."""
    status: ClaimStatus
    text: str
    """As it stood at the end, as `content` and `source`; of a rejected claim all that is left of it here: what
    looked like a claim and is none."""
    content: tuple[Span, ...]
    source: str
    steps: tuple[ReviewStep, ...]
    """The oldest first."""
    second: SecondReview | None = None


class CaseLineage(Value):
    """Where the labels of a case come from."""

    extractions: tuple[Identity, ...]
    """Whose finds the reviewers saw, in the order in which they were made."""
    reviewers: tuple[str, ...]
    """Sorted."""
    claims: tuple[ReviewedClaim, ...]
    """In reading order, rejected ones too."""
    promoted_at: datetime
    """Aware, UTC."""
