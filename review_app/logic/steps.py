"""What a history is made of: who did what, when, and what it changed."""

from extractor.schema import Value


class Change(Value):
    """One field of a claim that differs between two states."""

    field: str
    """As a reviewer calls it."""
    before: str
    after: str


class Step(Value):
    """One entry in the history of a claim."""

    who: str
    """A person, or a model."""
    did: str
    """What they did, as the rest of a sentence that begins with their name."""
    when: str
    at: str
    """The same as a date and a time, in UTC."""
    comment: str = ""
    changes: tuple[Change, ...] = ()
    is_machine: bool = False
