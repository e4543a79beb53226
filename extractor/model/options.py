"""Which model, where, at what pace and price; loads nothing heavy."""

from pydantic import Field, SecretStr

from extractor.errors import ConfigError
from extractor.prices import Price, load_prices
from extractor.schema import Value
from extractor.settings import Settings

DEFAULT_BASE_URL = "https://api.openai.com/v1"


class RateLimits(Value):
    """What the user allows; what the endpoint allows beside it is found out."""

    requests_per_minute: int | None = Field(default=None, gt=0)
    tokens_per_minute: int | None = Field(default=None, gt=0)
    """Of questions and answers together; both are estimated before a call and corrected after it."""
    max_in_flight: int = Field(default=512, gt=0)
    """Calls at the same time, at most."""


class ModelOptions(Value):
    """Which model, where, and how to ask it."""

    name: str
    base_url: str = DEFAULT_BASE_URL
    api_key: SecretStr = SecretStr("none")
    """Endpoints without keys ignore it."""
    timeout_s: float = Field(default=120.0, gt=0)
    """Per try, from the first byte sent to the last one read, however they drip."""
    connect_timeout_s: float = Field(default=10.0, gt=0)
    max_retries: int = Field(default=4, ge=0)
    """Further tries after a lost connection, a timeout or a 5xx."""
    patience_s: float = Field(default=900.0, ge=0)
    """How long one question waits in all for an endpoint that limits or is overloaded (429, 503)."""
    max_reasks: int = Field(default=1, ge=0)
    """Further tries after a reply that does not fit the schema; each sends the whole conversation again."""
    temperature: float | None = 0.0
    """None leaves it to the endpoint."""
    seed: int | None = 0
    limits: RateLimits = RateLimits()
    price: Price | None = None
    """None when it is not known."""


def endpoint_options(settings: Settings, name: str) -> ModelOptions:
    """Describe the endpoint that the standard variables name.

    Args:
        settings: Holds ``OPENAI_API_KEY`` and ``OPENAI_BASE_URL``.
        name: The endpoint's name for the model.

    Raises:
        ConfigError: Neither variable is set, so nobody knows where the model is; or the file of prices is malformed.
    """
    if not settings.openai_api_key and not settings.openai_base_url:
        raise ConfigError(
            f"Model {name!r} needs an endpoint: set OPENAI_API_KEY, or OPENAI_BASE_URL for another "
            "OpenAI-compatible server, or use --model local or --model rules."
        )
    return ModelOptions(
        name=name,
        base_url=settings.openai_base_url or DEFAULT_BASE_URL,
        api_key=SecretStr(settings.openai_api_key or "none"),
        limits=RateLimits(
            requests_per_minute=settings.requests_per_minute, tokens_per_minute=settings.tokens_per_minute
        ),
        price=load_prices(settings).of(name),
    )
