"""A second reviewer decides a claim again without seeing the first decision; then the two are held together."""

from datetime import datetime
from enum import StrEnum

from extractor.schema import Claim, ClaimStatus, RejectionReason, Value

_HEX_DIGITS = 8


class LookState(StrEnum):
    """Where a second look stands."""

    OPEN = "open"
    """Somebody has it before them."""
    AGREED = "agreed"
    DIFFERS = "differs"
    """An editor has to settle it."""
    SETTLED = "settled"


class LookDeed(StrEnum):
    """What somebody did."""

    LOOK = "look"
    SETTLE = "settle"
    UNDO = "undo"
    """Took their look, or a settlement, back."""


class Choice(StrEnum):
    """Which decision an editor keeps."""

    FIRST = "first"
    SECOND = "second"
    OTHER = "other"
    """A third, that the editor wrote."""


class Outcome(Value):
    """What one reviewer made of a claim."""

    reviewer: str
    status: ClaimStatus
    """Verified, corrected or rejected."""
    claim: Claim
    """As it should stand, in their eyes."""
    reason: RejectionReason | None = None
    comment: str = ""


class Look(Value):
    """A second look, and what it is compared with."""

    looked_at: datetime
    """Aware, UTC."""
    shown: Claim
    """What the second reviewer saw: the claim as it was before anybody had decided it."""
    first: Outcome
    second: Outcome


class Settlement(Value):
    """How an editor settled a difference."""

    by: str
    at: datetime
    """Aware, UTC."""
    choice: Choice
    comment: str = ""


class SecondLook(Value):
    """A second look that has been made."""

    claim_id: str
    version: int
    """Rises with every step; a step names the version it was made on."""
    state: LookState
    look: Look
    settlement: Settlement | None = None
    is_current: bool
    """The decision that it was compared with, or the settlement's, is still in force."""


class LookStep(Value):
    """One append-only step of a second look."""

    deed: LookDeed
    person: str
    at: datetime
    """Aware, UTC."""
    state: LookState
    """After it."""
    look: Look | None
    """As it stands after it; None once it was taken back."""
    settlement: Settlement | None


def agree(first: Outcome, second: Outcome) -> bool:
    """Tell whether two reviewers made the same of a claim.

    Reasons and comments may differ. Of two corrections what is said, where, how and by whom must be the same;
    case and spaces do not count, nor does how worth checking somebody finds it.
    """
    if first.status is not second.status:
        return False
    return first.status is not ClaimStatus.CORRECTED or _substance(first.claim) == _substance(second.claim)


def sample_end(share: float) -> str:
    """Return the first claim id that is beyond a sample: a claim is in it when its id sorts before.

    Ids are hashes in hexadecimal, so that a share of them is a share of the claims, and always the same ones;
    a larger share holds a smaller one.

    Args:
        share: In [0, 1].
    """
    if share >= 1:
        return "g"
    return f"{round(share * 16**_HEX_DIGITS):0{_HEX_DIGITS}x}"


def _substance(claim: Claim) -> tuple[object, ...]:
    text = " ".join(claim.text.casefold().split())
    return text, claim.content.spans, claim.quotation, " ".join(claim.source.name.casefold().split())
