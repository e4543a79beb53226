"""Every error that ClaimDesk raises on purpose.

ClaimDeskError
├── ConfigError             settings, arguments, a model that nobody knows
├── IngestError             a file, page or row that cannot become an article
├── PromptError             a prompt file or example that does not hold together
├── ModelError
│   ├── ModelUnavailable    endpoint unreachable, wrong key, overloaded
│   ├── ModelRefused        the model declined to answer
│   ├── ModelOutputInvalid  the reply does not fit the schema
│   ├── ModelTruncated      the reply ran into the token limit
│   └── BudgetExceeded      stopped before money or tokens ran over the limit
├── StoreError
│   ├── LeaseLost           somebody else holds the claim now
│   ├── Conflict            the claim changed since it was read
│   └── MigrationError      the database is older or newer than the program
└── EvalError               gold cases or a saved run that contradict themselves

Each message is one sentence for a person: what, which one, and what to do next.
"""

from extractor.schema import Usage


class ClaimDeskError(Exception):
    """Base of all; the command line prints its message and nothing more."""


class ConfigError(ClaimDeskError):
    """A setting, an argument or a model name is unusable."""


class IngestError(ClaimDeskError):
    """One input cannot become an article; the others go on."""


class PromptError(ClaimDeskError):
    """A prompt file, an example or a reply schema contradicts itself."""


class ModelError(ClaimDeskError):
    """A call to a model did not give a usable reply; what it said and cost all the same is kept."""

    def __init__(self, message: str, *, raw_replies: tuple[str, ...] = (), usage: Usage | None = None) -> None:
        super().__init__(message)
        self.raw_replies = raw_replies
        """Every reply as it came, in order."""
        self.usage = usage or Usage()


class ModelUnavailable(ModelError):
    """The endpoint cannot be reached, refuses the key, or is overloaded."""


class ModelRefused(ModelError):
    """The model declined to answer."""


class ModelOutputInvalid(ModelError):
    """The reply does not fit the schema after every permitted try."""


class ModelTruncated(ModelError):
    """The reply ran into the token limit."""


class BudgetExceeded(ModelError):
    """The run would pass its limit of money or tokens."""


class StoreError(ClaimDeskError):
    """The database refused, or is not what the program expects."""


class LeaseLost(StoreError):
    """The claim is in somebody else's hands now."""


class Conflict(StoreError):
    """The claim was changed by somebody else since it was read."""


class MigrationError(StoreError):
    """The database's schema is older or newer than this program."""


class EvalError(ClaimDeskError):
    """Gold cases or a saved run cannot be read or contradict themselves."""
