"""Batches of questions at a provider that answers within a day, at a lower price: what is known of them."""

from datetime import datetime
from enum import StrEnum

from extractor.schema import Value


class BatchState(StrEnum):
    """How far a batch is, as far as we know."""

    PREPARING = "preparing"
    """Questions are being put together; nothing has left this machine."""
    SUBMITTING = "submitting"
    """On its way: the provider may have it or not."""
    OPEN = "open"
    """The provider has it."""
    COLLECTED = "collected"
    """Its answers and failures are in the database, also where it expired or was cancelled."""
    DECLINED = "declined"
    """The provider did not take it: nothing was asked."""


IN_HAND = (BatchState.PREPARING, BatchState.SUBMITTING, BatchState.OPEN)
"""While a batch is in one of these states, its questions are asked nowhere else."""


class AnswerState(StrEnum):
    """What became of one question of a batch."""

    WAITING = "waiting"
    ANSWERED = "answered"
    REJECTED = "rejected"
    """The model does not take this question: a state of the piece, as when it is asked directly."""
    FAILED = "failed"
    """The provider failed over it; it may be asked again."""
    EXPIRED = "expired"
    """The batch's time ran out before it was answered; it may be asked again."""
    CANCELLED = "cancelled"
    """The batch was cancelled before it was answered; it may be asked again."""
    MISSING = "missing"
    """The provider's files say nothing of it; it may be asked again."""


class Deferred(Value):
    """A question that waits for a batch."""

    article_sha256: str
    request_sha256: str


class Unanswered(Value):
    """Why a question of a batch has no answer."""

    request_sha256: str
    state: AnswerState
    status_code: int | None = None
    """Of the provider's call; None where none was made."""
    code: str = ""
    """What the provider calls the error, as the two that follow."""
    message: str = ""
    param: str | None = None


class ProviderBatch(Value):
    """A batch."""

    id: int
    token: str
    """A name of ours that goes along with it, by which it is found where its id got lost."""
    run_id: int
    """The run that has it in hand."""
    model: str
    base_url: str
    state: BatchState
    provider_id: str | None
    status: str
    """The provider's last word on it."""
    reason: str
    """Why it was declined, or ended before its time."""
    n_questions: int
    n_answered: int
    n_failed: int
    prompt_tokens: int
    """Estimated before it was submitted, as `output_tokens`."""
    output_tokens: int
    begun_at: datetime
    """Aware, UTC, as `ended_at`."""
    ended_at: datetime | None
