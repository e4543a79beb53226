"""The fact-check of a claim: rating, evidence, conclusion, and its way to the public.

The terms are those of schema.org's ClaimReview. How a fact-check moves from state to state stands in
`extractor.moves`, what a desk may set in `extractor.profile`, what is stored in `extractor.store.factchecks`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import Field, HttpUrl, TypeAdapter, ValidationError, model_validator

from extractor.schema import Claim, Value

CONCLUSION_CHARS = 300
"""A conclusion is one sentence that a search engine or a card can show; longer reasons stand in the explanation."""

_ADDRESS = TypeAdapter(HttpUrl)


class Rating(Value):
    """One step of a scale. A fact-check keeps it whole, so that a scale edited later changes no fact-check."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """What files and filters call it."""
    label: str = Field(min_length=1)
    """What readers see; schema.org's alternateName."""
    meaning: str = ""
    """When it is given, in a sentence."""
    value: int | None = None
    """From `worst`, nothing of it is true, to `best`; None for one that is no place between the two, as unproven."""
    worst: int = Field(default=1, ge=1)
    best: int = 5

    @model_validator(mode="after")
    def _lies_on_its_scale(self) -> Self:
        if self.worst >= self.best:
            raise ValueError(f"the worst value, {self.worst}, must be below the best, {self.best}")
        if self.value is not None and not self.worst <= self.value <= self.best:
            raise ValueError(f"rating {self.key!r} has the value {self.value}, outside {self.worst} to {self.best}")
        return self


class Stance(StrEnum):
    """What a piece of evidence does to the claim."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    CONTEXT = "context"


class Evidence(Value):
    """One thing that the conclusion rests on; in a draft it may be half written."""

    url: str = ""
    """As typed; see `web_address`."""
    title: str = ""
    publisher: str = ""
    excerpt: str = ""
    """What it says, in its own words."""
    stance: Stance = Stance.CONTEXT
    accessed: date | None = None


class Assessment(Value):
    """What a fact-check says; in a draft any of it may be missing."""

    rating: Rating | None = None
    conclusion: str = ""
    """The verdict in a sentence."""
    explanation: str = ""
    """The reasons: plain text, an empty line between paragraphs."""
    evidence: tuple[Evidence, ...] = ()
    """In the order in which readers see it."""
    page_url: str = ""
    """Where the fact-check stands when that is not where the desk's settings say."""


class Shortfall(Value):
    """Why an assessment cannot go on as it is."""

    field: str
    """Of `Assessment`."""
    message: str
    position: int | None = None
    """Of a piece of evidence, 0-based."""


class CheckState(StrEnum):
    """Where a fact-check stands."""

    NONE = "none"
    """Begun and taken back: as if there had never been one."""
    DRAFT = "draft"
    SUBMITTED = "submitted"
    """It waits for a second person."""
    RETURNED = "returned"
    """The second person wants something changed."""
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    """It was public; readers are told why it is no longer."""
    DECLINED = "declined"
    """The desk will not rate this claim."""


class Deed(StrEnum):
    """What somebody did to a fact-check."""

    SAVE = "save"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    PUBLISH = "publish"
    REVISE = "revise"
    """Began a correction of what is public, which stays as it is until the correction is published."""
    DROP = "drop"
    """Gave a correction up."""
    WITHDRAW = "withdraw"
    DECLINE = "decline"
    UNDO = "undo"


FINAL = frozenset({Deed.PUBLISH, Deed.WITHDRAW})
"""Deeds that readers may have seen: nobody takes them back in silence, a correction or a withdrawal says so."""

OPEN = frozenset({CheckState.DRAFT, CheckState.RETURNED})
"""States in which an assessment is written."""


class Notice(Value):
    """What readers are told about a change of what was public."""

    at: datetime
    """Aware, UTC."""
    by: str
    """Known to the desk; readers are not told."""
    text: str


class Publication(Value):
    """What is public; it stays as it is when claim, scale or draft change."""

    claim: Claim
    """As it stood."""
    assessment: Assessment
    published_at: datetime
    """The first time; aware, UTC, as the other."""
    modified_at: datetime
    corrections: tuple[Notice, ...] = ()
    """The oldest first."""
    withdrawn: Notice | None = None


class FactCheck(Value):
    """A fact-check as it stands."""

    claim_id: str
    version: int
    """Rises with every step; a step names the version it was made on."""
    state: CheckState
    claim: Claim
    """As it stood when the assessment was last written."""
    assessment: Assessment
    """What is being worked on; equal to the publication's where nothing is."""
    note: str = ""
    """What readers will be told about the correction that is being worked on."""
    author: str
    """Who began it."""
    writers: tuple[str, ...] = ()
    """Who has written what is being worked on; none of them is a second person."""
    approved_by: str | None = None
    publication: Publication | None = None
    changed_at: datetime
    """Aware, UTC."""
    changed_by: str

    @property
    def is_correction(self) -> bool:
        """Whether what is being worked on will replace something that has been public."""
        return self.publication is not None and self.state not in {CheckState.PUBLISHED, CheckState.WITHDRAWN}

    @property
    def is_public(self) -> bool:
        """Whether readers have it, be a correction in the making or not."""
        return self.publication is not None and self.publication.withdrawn is None


class CheckStep(Value):
    """One append-only step of a fact-check."""

    deed: Deed
    person: str
    at: datetime
    """Aware, UTC."""
    comment: str = ""
    before: FactCheck | None
    """None for the first."""
    after: FactCheck


class Move(Value):
    """What somebody wants to do to a fact-check that was on the screen."""

    claim_id: str
    version: int
    """Of the fact-check as it was seen; 0 where there was none."""
    deed: Deed
    """Not ``undo``, which needs no more than a version."""
    person: str = Field(min_length=1)
    assessment: Assessment | None = None
    """As typed; None leaves it as it is. Only where it is being written."""
    note: str | None = None
    """For readers: what a correction changes."""
    comment: str = ""
    """For the desk, when it is returned or declined; for readers, when it is withdrawn."""


def web_address(typed: str) -> str:
    """Return an address of the web as it can be linked to.

    Raises:
        ValueError: It is none, is not http or https, or has a password in it.
    """
    try:
        address = _ADDRESS.validate_python(typed.strip())
    except ValidationError as exc:
        raise ValueError(f"“{typed.strip()}” is no web address: it begins with https:// or http://") from exc
    if address.username or address.password:
        raise ValueError(f"“{typed.strip()}” has a user name or a password in it: leave that out")
    if not address.host or "." not in address.host.strip("."):
        raise ValueError(f"“{typed.strip()}” names no site of the web")
    return str(address)


def shortfalls(assessment: Assessment) -> tuple[Shortfall, ...]:
    """Return everything that keeps an assessment from being read by others, in the order of the form."""
    return tuple(_shortfalls(assessment))


def _shortfalls(assessment: Assessment) -> Iterator[Shortfall]:
    if assessment.rating is None:
        yield Shortfall(field="rating", message="Choose a rating.")
    if not assessment.conclusion.strip():
        yield Shortfall(field="conclusion", message="Write the conclusion as one sentence.")
    elif len(assessment.conclusion) > CONCLUSION_CHARS:
        over = len(assessment.conclusion) - CONCLUSION_CHARS
        yield Shortfall(field="conclusion", message=f"The conclusion is {over} characters too long for one sentence.")
    if not assessment.evidence:
        yield Shortfall(field="evidence", message="Name at least one piece of evidence, with its address.")
    for position, item in enumerate(assessment.evidence):
        for message in _evidence_shortfalls(item):
            yield Shortfall(field="evidence", position=position, message=message)
    if assessment.page_url.strip():
        try:
            web_address(assessment.page_url)
        except ValueError as exc:
            yield Shortfall(field="page_url", message=f"The address of the page: {exc}.")


def _evidence_shortfalls(item: Evidence) -> Iterator[str]:
    if not item.url.strip():
        yield "The address is missing."
    else:
        try:
            web_address(item.url)
        except ValueError as exc:
            yield f"{exc}."
    if not (item.title.strip() or item.publisher.strip()):
        yield "Readers need to know what it is: give a title or a publisher."
