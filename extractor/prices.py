"""What calls cost, from a file that a user can edit, and how many tokens a text has, roughly."""

import re
import tomllib
from pathlib import Path

from pydantic import Field, ValidationError

from extractor.errors import ConfigError
from extractor.schema import Value
from extractor.settings import Settings

SHIPPED = Path(__file__).with_name("prices.toml")

_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")
"""Providers add one to a model's name to freeze it."""


class Price(Value):
    """Of one model, in USD per million tokens."""

    input: float = Field(ge=0)
    cached_input: float | None = Field(default=None, ge=0)
    """Of the part of a question that the endpoint had read before; None is the same as `input`."""
    output: float = Field(ge=0)

    def of(self, *, prompt_tokens: int, cached_prompt_tokens: int, output_tokens: int) -> float:
        """Return what a call costs in USD; the cached tokens are some of the prompt's."""
        cached = self.input if self.cached_input is None else self.cached_input
        fresh = prompt_tokens - cached_prompt_tokens
        return (fresh * self.input + cached_prompt_tokens * cached + output_tokens * self.output) / 1e6

    def times(self, share: float) -> "Price":
        """Return the price where only a share of it is charged."""
        cached = None if self.cached_input is None else self.cached_input * share
        return Price(input=self.input * share, cached_input=cached, output=self.output * share)


FREE = Price(input=0, output=0)
"""Of a model on one's own machine."""


class Prices(Value):
    """What is known about prices."""

    as_of: str
    """Month in which they were published; they may have changed since."""
    batch_share: float = Field(default=0.5, ge=0, le=1)
    """What a batch at the provider costs, as a share of the price of calls."""
    models: dict[str, Price]

    def of(self, model: str) -> Price | None:
        """Return the price of a model by its name, with or without a date behind it; None when it is not known."""
        return self.models.get(model) or self.models.get(_DATE.sub("", model))


class _Own(Value):
    """A user's file: whatever it says replaces what is shipped."""

    as_of: str | None = None
    batch_share: float | None = Field(default=None, ge=0, le=1)
    models: dict[str, Price] = Field(default_factory=dict)


def load_prices(settings: Settings) -> Prices:
    """Read the prices that are shipped, and over them those of the user's own file, where there is one.

    Raises:
        ConfigError: The user's file cannot be read, or is not as it should be.
    """
    shipped = Prices.model_validate(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))
    path = settings.prices_path
    if path is None or not (settings.prices_named or path.exists()):
        return shipped
    try:
        own = _Own.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as exc:
        reason = exc.errors()[0]["msg"] if isinstance(exc, ValidationError) else str(exc)
        raise ConfigError(
            f"The prices in {str(path)!r} cannot be used ({reason}); correct the file, see {SHIPPED.name} for its form."
        ) from exc
    return Prices(
        as_of=own.as_of or shipped.as_of,
        batch_share=shipped.batch_share if own.batch_share is None else own.batch_share,
        models=shipped.models | own.models,
    )


def estimate_tokens(text: str) -> int:
    """Estimate how many tokens a text has for a language model, without its vocabulary.

    Tokenizers differ, and fetching one needs a network.
    """
    return -(-len(text.encode()) // 4)
