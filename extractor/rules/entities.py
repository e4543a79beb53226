"""What an article tells about one name."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from extractor.rules.chunks import EntityKind
from extractor.schema import Span

SURE = 2
"""Weight of a sign of gender that alone rules the other pronoun out."""


class Gender(StrEnum):
    """What pronouns a person goes by, as far as the article tells."""

    HE = "he"
    SHE = "she"


@dataclass(slots=True, eq=False)
class Entity:
    """One name with everything learned about it; filled while the article is read, then left alone."""

    words: tuple[str, ...]
    kind: EntityKind
    order: int
    """Rank by first appearance."""
    roles: list[str] = field(default_factory=list)
    mentions: list[Span] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    genders: Counter[Gender] = field(default_factory=Counter)
    """Weights of the signs for each; `SURE` and more settle it."""
    aliases: set[str] = field(default_factory=set)
    descriptors: set[str] = field(default_factory=set)
    """Lower-case nouns set before or after the name that are no roles: "the yard Brandt & Sons"."""
    determined: int = 0
    """How many mentions have "the" before them, as people's names have not."""

    name: str = ""
    """The fullest form as printed."""

    @property
    def role(self) -> str | None:
        """The longest role given, None without any."""
        return max(self.roles, key=len, default=None)

    @property
    def gender(self) -> Gender | None:
        """What the signs settle; None when there are none or too few."""
        return self._leaning(SURE)

    @property
    def leaning(self) -> Gender | None:
        """What the signs say, however weak."""
        return self._leaning(1)

    def _leaning(self, margin: int) -> Gender | None:
        he, she = self.genders[Gender.HE], self.genders[Gender.SHE]
        if abs(he - she) < margin:
            return None
        return Gender.HE if he > she else Gender.SHE

    def role_words(self) -> set[str]:
        """Lower-case words of all roles."""
        return {word for role in self.roles for word in role.lower().split()}
