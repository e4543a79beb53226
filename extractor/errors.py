"""Every error that ClaimDesk raises on purpose.

ClaimDeskError
├── ConfigError             settings, arguments, a model that nobody knows
├── IngestError             a file, page or row that cannot become an article
│   └── FetchError          a URL that does not give what was asked for, now or ever
├── PromptError             a prompt file or example that does not hold together
├── ModelError
│   ├── ModelUnavailable    endpoint unreachable, wrong key, overloaded
│   ├── ModelRefused        the model declined to answer
│   ├── ModelOutputInvalid  the reply does not fit the schema
│   └── ModelTruncated      the reply ran into the token limit
├── StoreError
│   ├── StoreUnavailable    unreachable or busy just now: waiting may help
│   ├── LeaseLost           somebody else holds the claim now
│   ├── Conflict            the claim changed since it was read
│   └── MigrationError      the database is older or newer than the program
├── NotAllowed              somebody's role is not enough
├── NotReady                a fact-check cannot go on yet
└── EvalError               gold cases or a saved run that contradict themselves

Each message is one sentence for a person: what, which one, and what to do next.
"""

from datetime import datetime
from enum import StrEnum

from extractor.schema import StoredClaim, Usage


class ClaimDeskError(Exception):
    """Base of all; the command line prints its message and nothing more."""


class ConfigError(ClaimDeskError):
    """A setting, an argument or a model name is unusable."""


class IngestError(ClaimDeskError):
    """One input cannot become an article; the others go on."""


class FetchError(IngestError):
    """A URL did not give what was asked for; another time it may."""

    def __init__(self, message: str, *, status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        """HTTP status; None where nobody answered, or nobody was asked."""
        self.retry_after_s = retry_after_s
        """How long to wait before the next try, where that is known."""


class PromptError(ClaimDeskError):
    """A prompt file, an example or a reply schema contradicts itself."""


class FaultScope(StrEnum):
    """How far a fault reaches, and with it what to do next."""

    MOMENT = "moment"
    """The endpoint is in trouble just now: the same question may well be answered later."""
    ARTICLE = "article"
    """This model does not answer this question, now or later; others are not touched."""
    RUN = "run"
    """Nothing can be asked until a person has changed something."""


class Fault(StrEnum):
    """What went wrong with a call."""

    RATE_LIMITED = "rate_limited"
    """HTTP 429."""
    OVERLOADED = "overloaded"
    """HTTP 503 or 529."""
    SERVER_FAILED = "server_failed"
    """Any other HTTP 5xx."""
    TIMED_OUT = "timed_out"
    """No whole reply before the deadline, silent or dripping."""
    CONNECTION_LOST = "connection_lost"
    """Before the reply or in the middle of it."""
    GARBLED = "garbled"
    """HTML, nothing or other JSON from an endpoint that has answered properly before."""
    NO_CHOICES = "no_choices"
    UNREACHABLE = "unreachable"
    """Nobody listens there, or the name is not known."""
    REFUSED = "refused"
    TRUNCATED = "truncated"
    """The reply ran into its limit, or the question is longer than the model can read."""
    MISFIT = "misfit"
    """No JSON, or JSON of another shape."""
    REJECTED = "rejected"
    """Any other HTTP 4xx."""
    KEY_REFUSED = "key_refused"
    FORBIDDEN = "forbidden"
    NO_CREDIT = "no_credit"
    UNKNOWN_MODEL = "unknown_model"
    NOT_AN_ENDPOINT = "not_an_endpoint"
    """HTML, nothing or other JSON from an address that never answered properly."""
    BATCH_EXPIRED = "batch_expired"
    """A batch's time ran out before the question was answered."""
    BATCH_CANCELLED = "batch_cancelled"
    BATCH_INCOMPLETE = "batch_incomplete"
    """A batch has ended, and its files say nothing of the question."""
    BATCH_UNKNOWN = "batch_unknown"
    """The endpoint does not know a batch that it took, or no longer has its answers."""
    NO_BATCHES = "no_batches"
    """The endpoint has no Batch API."""

    @property
    def scope(self) -> FaultScope:
        """Say how far it reaches."""
        if self in _OF_THE_MOMENT:
            return FaultScope.MOMENT
        return FaultScope.ARTICLE if self in _OF_THE_ARTICLE else FaultScope.RUN


_OF_THE_MOMENT = frozenset(
    {
        Fault.RATE_LIMITED,
        Fault.OVERLOADED,
        Fault.SERVER_FAILED,
        Fault.TIMED_OUT,
        Fault.CONNECTION_LOST,
        Fault.GARBLED,
        Fault.UNREACHABLE,
        Fault.BATCH_EXPIRED,
        Fault.BATCH_CANCELLED,
        Fault.BATCH_INCOMPLETE,
    }
)
_OF_THE_ARTICLE = frozenset({Fault.REFUSED, Fault.TRUNCATED, Fault.MISFIT, Fault.REJECTED, Fault.NO_CHOICES})


class ModelError(ClaimDeskError):
    """A call to a model did not give a usable reply; what it said and cost all the same is kept."""

    usual_fault = Fault.REJECTED

    def __init__(
        self,
        message: str,
        *,
        fault: Fault | None = None,
        raw_replies: tuple[str, ...] = (),
        usage: Usage | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.fault = fault or self.usual_fault
        """What went wrong; its scope says whether trying again has any sense."""
        self.retry_after_s = retry_after_s
        """How long the endpoint asks to be left alone."""
        self.raw_replies = raw_replies
        """Every reply as it came, in order."""
        self.request_sha256s: tuple[str, ...] = ()
        """The request that each of them answers, where replies are kept."""
        self.usage = usage or Usage()


class ModelUnavailable(ModelError):
    """The endpoint cannot be reached, refuses the key, or is overloaded."""

    usual_fault = Fault.UNREACHABLE


class ModelRefused(ModelError):
    """The model declined to answer."""

    usual_fault = Fault.REFUSED


class ModelOutputInvalid(ModelError):
    """The reply does not fit the schema after every permitted try."""

    usual_fault = Fault.MISFIT


class ModelTruncated(ModelError):
    """The reply ran into the token limit."""

    usual_fault = Fault.TRUNCATED


class StoreError(ClaimDeskError):
    """The database refused, or is not what the program expects."""


class StoreUnavailable(StoreError):
    """The database cannot be reached or is busy just now."""


class LeaseLost(StoreError):
    """The claim is in somebody else's hands now."""


class Conflict(StoreError):
    """The claim was changed by somebody else since it was read."""

    def __init__(
        self,
        message: str,
        *,
        current: StoredClaim | None = None,
        changed_by: str | None = None,
        changed_at: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.current = current
        """The claim as it stands now, to be compared with what was on the screen."""
        self.changed_by = changed_by
        """The reviewer, or the model of the newer extraction."""
        self.changed_at = changed_at
        """Aware, UTC."""


class MigrationError(StoreError):
    """The database's schema is older or newer than this program."""


class NotAllowed(ClaimDeskError):
    """Somebody asked for what their role does not allow."""


class NotReady(ClaimDeskError):
    """A fact-check is not where a step begins, or lacks what the step needs."""


class EvalError(ClaimDeskError):
    """Gold cases or a saved run cannot be read or contradict themselves."""
