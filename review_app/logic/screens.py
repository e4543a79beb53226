"""What the review page shows: one value for each state it can be in."""

from enum import StrEnum

from extractor.people import Act, Person
from extractor.schema import ClaimStatus, DecisionKind, StoredClaim, SuspectedMiss, Value
from extractor.store import Lease
from review_app.logic.correction import Problem
from review_app.logic.desk import Opened, Progress
from review_app.logic.ledger import LeftOut
from review_app.logic.sheet import Sheet, Task
from review_app.logic.steps import Step
from review_app.logic.within import Part


class Mode(StrEnum):
    """What the reviewer is doing with the claim on the screen."""

    READ = "read"
    REJECT = "reject"
    WRITE = "write"
    """A sheet is open: a correction, an addition, a split, a merge, a comment."""
    MISSED = "missed"
    """Choosing the passage of a claim that was missed."""
    TOGETHER = "together"
    """Choosing the claims to be merged with this one."""
    SEND = "send"


class Difference(Value):
    """One field that somebody changed while it was on the screen."""

    field: str
    """Name in `Form`."""
    label: str
    seen: str
    """As it was on the screen."""
    theirs: str
    mine: str | None = None
    """As it is typed now; None where nothing is being typed."""


class Stale(Value):
    """The claim was changed while it was on the screen; nothing was saved."""

    last: Step | None
    """What somebody did; None when a newer extraction changed it."""
    differences: tuple[Difference, ...] = ()


class Fill(Value):
    """Fields that the program filled while somebody was typing in others."""

    number: int = 0
    """Rises with each time."""
    fields: tuple[str, ...] = ()
    """Such as ``0.content``: the number of the form and the name of the field."""


class Choice(Value):
    """A claim of the same article that may be merged with the one on the screen."""

    stored: StoredClaim
    is_chosen: bool


class EmptyScreen(Value):
    """There are no claims at all."""

    left_out: tuple[LeftOut, ...]
    """All articles."""
    person: Person


class FinishedScreen(Value):
    """Nothing waits for this reviewer."""

    progress: Progress
    done: dict[DecisionKind, int]
    """What was decided in this session, undone decisions taken off."""
    undo: str | None
    """What the undo key would take back, in words; None for nothing."""
    notice: str | None
    left_out: tuple[LeftOut, ...]
    """Articles that gave no claim."""
    part: Part | None
    """The part of the queue that is worked through; None for all of it."""
    person: Person


class ClaimScreen(Value):
    """One claim beside its article."""

    progress: Progress
    part: Part | None
    """The part of the queue that is worked through; None for all of it."""
    opened: Opened
    person: Person
    mode: Mode
    undo: str | None
    """What the undo key would take back, in words; None for nothing."""
    take_back: str | None
    """Whose decision on this claim can be taken back from its history, in words; None where none can."""
    notice: str | None
    """One sentence about what the last press did."""
    stale: Stale | None
    held: Lease | None
    """Somebody else has the claim in hand, and it cannot be decided."""
    sheet: Sheet | None
    """Set in mode write."""
    sheet_number: int
    """Rises whenever a sheet is opened."""
    fill: Fill
    problems: tuple[Problem, ...]
    comment: str
    """Typed for a rejection that could not be saved."""
    misses: tuple[SuspectedMiss, ...]
    """Sentences around the claim that may hold one that was missed, the nearest first; in mode missed."""
    choices: tuple[Choice, ...]
    """In mode together, the nearest first."""
    colleagues: tuple[str, ...]
    """In mode send."""

    @property
    def is_waiting(self) -> bool:
        """Tell whether the claim still waits for its decision."""
        return self.opened.stored.status is ClaimStatus.PENDING

    @property
    def can_write(self) -> bool:
        """Tell whether this person may decide on this claim now."""
        return self.person.may(Act.DECIDE) and self.held is None

    @property
    def shows_doubts(self) -> bool:
        """Tell whether what is doubtful about the claim should stand over the form."""
        return self.sheet_is(Task.CORRECT)

    def sheet_is(self, task: Task) -> bool:
        """Tell what is being written."""
        return self.sheet is not None and self.sheet.task is task


Screen = EmptyScreen | FinishedScreen | ClaimScreen
