"""Who may do what: four roles, each of which may do all that the one before it may."""

from datetime import datetime
from enum import StrEnum

from extractor.errors import NotAllowed
from extractor.schema import Value


class Role(StrEnum):
    """What somebody is at the desk, from the least to the most."""

    READER = "reader"
    CHECKER = "checker"
    EDITOR = "editor"
    ADMIN = "admin"


class Act(StrEnum):
    """What can be allowed or not."""

    READ = "read"
    DECIDE = "decide"
    """Verify, correct, reject, add, split, merge, skip, comment, take one's own back."""
    RATE = "rate"
    """Write a fact-check: rating, evidence, conclusion."""
    INGEST = "ingest"
    """Bring in an article and have its claims extracted, which may cost money."""
    ASSIGN = "assign"
    """Send a claim to somebody."""
    EDIT = "edit"
    """Decide many claims at once, settle what two reviewers see differently, take a colleague's decision back."""
    APPROVE = "approve"
    """Be the second person behind a fact-check, and publish it."""
    MANAGE = "manage"
    """Say who has which role."""


_LEAST = {
    Act.READ: Role.READER,
    Act.DECIDE: Role.CHECKER,
    Act.RATE: Role.CHECKER,
    Act.INGEST: Role.CHECKER,
    Act.ASSIGN: Role.CHECKER,
    Act.EDIT: Role.EDITOR,
    Act.APPROVE: Role.EDITOR,
    Act.MANAGE: Role.ADMIN,
}
_WORDED = {
    Act.READ: "look at claims",
    Act.DECIDE: "decide on claims",
    Act.RATE: "write a fact-check",
    Act.INGEST: "bring in articles",
    Act.ASSIGN: "send claims to somebody",
    Act.EDIT: "do this to the claims of others",
    Act.APPROVE: "approve a fact-check",
    Act.MANAGE: "say who may do what",
}
_RANK = {role: rank for rank, role in enumerate(Role)}


class Person(Value):
    """Somebody at the desk."""

    name: str
    """What their decisions carry."""
    role: Role

    def may(self, act: Act) -> bool:
        """Tell whether the role allows it."""
        return _RANK[self.role] >= _RANK[_LEAST[act]]

    def must(self, act: Act) -> None:
        """Let nobody go on who may not.

        Raises:
            NotAllowed: The role does not allow it.
        """
        if not self.may(act):
            raise NotAllowed(
                f"{self.name!r} has the role {self.role}, and to {_WORDED[act]} takes {_LEAST[act]}: ask an admin"
            )


class Member(Value):
    """Somebody who may log in."""

    login: str
    """What the login service calls them, in small letters: the address of their mail, else its own name for them."""
    name: str
    """What their decisions carry; it never changes."""
    role: Role
    is_active: bool = True
    """False for those who have left; their decisions keep the name."""
    changed_by: str
    changed_at: datetime
    """Aware, UTC."""

    @property
    def person(self) -> Person:
        """Return who they are at the desk."""
        return Person(name=self.name, role=self.role)
