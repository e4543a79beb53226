"""What somebody else changed on a claim, told field by field beside what was seen and what is being typed."""

from enum import StrEnum

from extractor.schema import Article, Claim
from review_app.logic import words
from review_app.logic.correction import Form, form_of
from review_app.logic.screens import Difference


def differences(seen: Claim, now: Claim, article: Article, mine: Form | None = None) -> tuple[Difference, ...]:
    """Return the fields that somebody changed.

    Args:
        seen: The claim as it was on the screen.
        now: As it stands.
        article: Of both.
        mine: What is typed, where something is.
    """
    before, theirs = form_of(seen, article), form_of(now, article)
    return tuple(
        Difference(
            field=field,
            label=label,
            seen=told(before, field),
            theirs=told(theirs, field),
            mine=told(mine, field) if mine else None,
        )
        for field, label in words.FIELD.items()
        if getattr(before, field) != getattr(theirs, field)
    )


def told(form: Form, field: str) -> str:
    """Return the value of a field as a person reads it."""
    value = getattr(form, field)
    if field == "check_worthiness":
        return f"{value} of 100"
    if isinstance(value, StrEnum):
        return words.VALUE[value]
    return str(value) or "nothing"
