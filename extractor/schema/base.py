"""What every value of the domain is made of."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA_VERSION = 1
"""Version of these value types, part of an extraction's identity."""


class Value(BaseModel):
    """Base of every domain value: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Value):
    """A half-open range of `Article.text`."""

    start_char: int = Field(ge=0)
    """Inclusive."""
    end_char: int
    """Exclusive; greater than `start_char`."""

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.end_char <= self.start_char:
            raise ValueError(f"span [{self.start_char}, {self.end_char}) is empty")
        return self

    def overlaps(self, other: "Span") -> bool:
        """Tell whether the two ranges share a character."""
        return self.start_char < other.end_char and other.start_char < self.end_char

    def contains(self, other: "Span") -> bool:
        """Tell whether `other` lies wholly inside this range."""
        return self.start_char <= other.start_char and other.end_char <= self.end_char

    def of(self, text: str) -> str:
        """Return the characters of `text` that this range names."""
        return text[self.start_char : self.end_char]
