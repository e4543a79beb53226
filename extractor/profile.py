"""The desk's own settings, from a file that it can edit: its name, its scale of ratings, how it works together."""

import re
import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from extractor.errors import ConfigError
from extractor.factcheck import Rating, web_address
from extractor.schema import Value
from extractor.settings import Settings

SHIPPED = Path(__file__).with_name("desk.toml")

SLUG_CHARS = 60


class Publisher(Value):
    """Who publishes fact-checks, and where."""

    name: str = ""
    url: str = ""
    page_url: str = ""
    """Address of a fact-check's page, with ``{id}`` or ``{slug}`` in it."""
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        return web_address(url) if url.strip() else ""

    @field_validator("page_url")
    @classmethod
    def _names_each_page(cls, url: str) -> str:
        if url.strip():
            web_address(re.sub(r"\{(id|slug)\}", "x", url))
            if not re.search(r"\{(id|slug)\}", url):
                raise ValueError("page_url needs {id} or {slug} in it, or all fact-checks would have one address")
        return url.strip()

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not set and a ClaimReview cannot do without."""
        return tuple(name for name in ("name", "url", "page_url") if not getattr(self, name))

    def page_of(self, claim_id: str, text: str) -> str:
        """Return the address of a fact-check's page; empty where the settings do not say."""
        return self.page_url.replace("{id}", claim_id).replace("{slug}", slug_of(text) or claim_id)


class FactCheckRules(Value):
    """How a fact-check comes to be published."""

    four_eyes: bool = False


class SecondLookRules(Value):
    """How many decisions are made twice."""

    share: float = Field(default=0.1, ge=0, le=1)


class Scale(Value):
    """The ratings that the desk gives."""

    worst: int = Field(default=1, ge=1)
    best: int = 5
    ratings: tuple[Rating, ...] = Field(min_length=2)
    """In the order in which they are offered."""

    @model_validator(mode="before")
    @classmethod
    def _give_each_its_scale(cls, given: Any) -> Any:
        """Let a rating in the file say no more than its own value."""
        if not isinstance(given, dict):
            return given
        ends = {end: given[end] for end in ("worst", "best") if end in given}
        ratings = [ends | r if isinstance(r, dict) else r for r in given.get("ratings", ())]
        return {**given, "ratings": ratings}

    @model_validator(mode="after")
    def _tells_ratings_apart(self) -> Self:
        for name in ("key", "label"):
            values = [getattr(rating, name) for rating in self.ratings]
            if twice := {value for value in values if values.count(value) > 1}:
                raise ValueError(f"two ratings have the {name} {min(twice)!r}")
        return self


class Profile(Value):
    """Everything that a desk can set for itself."""

    desk: Publisher = Publisher()
    fact_checks: FactCheckRules = FactCheckRules()
    second_look: SecondLookRules = SecondLookRules()
    scale: Scale


def load_profile(settings: Settings) -> Profile:
    """Read the settings that are shipped, and over them those of the desk's own file, where there is one.

    Raises:
        ConfigError: The desk's file cannot be read, or is not as it should be.
    """
    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    path = settings.desk_path
    if path is None or not (settings.desk_named or path.exists()):
        return Profile.model_validate(shipped)
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
        merged = {
            name: shipped.get(name, {}) | section if isinstance(section := own.get(name, {}), dict) else section
            for name in shipped | own
        }
        return Profile.model_validate(merged)
    except (OSError, ValueError) as exc:
        reason = _first(exc) if isinstance(exc, ValidationError) else str(exc)
        raise ConfigError(
            f"the desk's settings in {str(path)!r} cannot be used ({reason}): correct the file, "
            f"see {SHIPPED.name} for its form"
        ) from exc


def slug_of(text: str) -> str:
    """Return the first words of a text as they can stand in an address; empty where it has no letter or digit."""
    words = re.findall(r"[^\W_]+", text.casefold())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > SLUG_CHARS:
            break
        slug = longer
    return slug or "".join(words)[:SLUG_CHARS]


def _first(exc: ValidationError) -> str:
    error = exc.errors()[0]
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg']}" if where else error["msg"]
