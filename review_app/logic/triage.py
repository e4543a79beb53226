"""One reviewer's session: which claim is open, in which mode, and what each key does."""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from extractor.errors import Conflict, StoreError
from extractor.schema import Claim, ClaimStatus, DecisionKind, RejectionReason, Value
from extractor.store import NewDecision
from review_app.logic import words
from review_app.logic.correction import Form, Problem, Problems, form_of, read_form
from review_app.logic.desk import Desk, Opened, Progress
from review_app.logic.history import Step, step
from review_app.logic.ledger import LeftOut
from review_app.logic.presses import SETTLE_S, Presses, Target

P = ParamSpec("P")
R = TypeVar("R")


class Mode(StrEnum):
    """What the reviewer is doing with the claim on the screen."""

    READ = "read"
    REJECT = "reject"
    CORRECT = "correct"


class Stale(Value):
    """The claim was changed while it was on the screen; nothing was saved."""

    last: Step | None
    """What somebody did; None when a newer extraction changed it."""


class EmptyScreen(Value):
    """There are no claims at all."""

    left_out: tuple[LeftOut, ...]
    """All articles."""


class FinishedScreen(Value):
    """Nothing waits for this reviewer."""

    progress: Progress
    done: dict[DecisionKind, int]
    """What was decided in this session, undone decisions taken off."""
    can_undo: bool
    notice: str | None
    left_out: tuple[LeftOut, ...]
    """Articles that gave no claim."""


class ClaimScreen(Value):
    """One claim beside its article."""

    progress: Progress
    opened: Opened
    mode: Mode
    can_undo: bool
    notice: str | None
    """One sentence about what the last press did."""
    stale: Stale | None
    form: Form | None
    """Set in mode correct: what the fields hold when they are drawn for the first time."""
    problems: tuple[Problem, ...]
    comment: str
    """Typed for a rejection that could not be saved."""


Screen = EmptyScreen | FinishedScreen | ClaimScreen


def _one_at_a_time(
    method: "Callable[Concatenate[Triage, P], R]",
) -> "Callable[Concatenate[Triage, P], R]":
    """Let a method wait until the others of its session are done.

    Streamlit answers two presses in quick succession by two threads, and the second would otherwise
    draw the claim that the first is just deciding.
    """

    @wraps(method)
    def waiting(self: "Triage", /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return method(self, *args, **kwargs)

    return waiting


class Triage:
    """The state of one browser session; views draw its screen and call its methods from their widgets."""

    def __init__(self, desk: Desk, *, monotonic: Callable[[], float], settle_s: float = SETTLE_S) -> None:
        self.desk = desk
        self._presses = Presses(monotonic, settle_s=settle_s)
        self._claim_id: str | None = None
        self._mode = Mode.READ
        self._target: Target | None = None
        self._notice: str | None = None
        self._stale: Stale | None = None
        self._problems: tuple[Problem, ...] = ()
        self._drafts: dict[str, Form] = {}
        self._comment = ""
        self._done: Counter[DecisionKind] = Counter()
        self.lock = RLock()

    @_one_at_a_time
    def screen(self) -> Screen:
        """Read everything the page shows now, and take the next claim when none is open.

        Raises:
            StoreError: The database refused.
        """
        progress = self.desk.progress()
        if self._claim_id is None and progress.waiting:
            self._claim_id = self.desk.next_id()
        last = self.desk.last_decision() if progress.decided else None
        undo_version = self.desk.version(last.claim_id) if last else None
        undo_id = last.claim_id if last else None
        notice, self._notice = self._notice, None
        if self._claim_id is None:
            self._target = Target(claim_id="", version=0, undo_claim_id=undo_id, undo_version=undo_version)
            if not progress.total:
                return EmptyScreen(left_out=self.desk.left_out())
            return FinishedScreen(
                progress=progress,
                done=dict(self._done),
                can_undo=bool(last),
                notice=notice,
                left_out=self.desk.left_out(),
            )
        opened = self.desk.open(self._claim_id)
        self._target = Target(
            claim_id=self._claim_id,
            version=opened.stored.version,
            undo_claim_id=undo_id,
            undo_version=undo_version,
        )
        return ClaimScreen(
            progress=progress,
            opened=opened,
            mode=self._mode,
            can_undo=last is not None,
            notice=notice,
            stale=self._stale,
            form=self._form(opened) if self._mode is Mode.CORRECT else None,
            problems=self._problems,
            comment=self._comment,
        )

    @_one_at_a_time
    def drawn(self) -> None:
        """Note that the last screen is on the page: its keys work from now on."""
        self._presses.drawn(self._target)

    @property
    def claim_id(self) -> str | None:
        """The claim that is open; the page keeps it in its address, so that a reload comes back to it."""
        return self._claim_id

    @_one_at_a_time
    def open(self, claim_id: str) -> None:
        """Go to a claim, as named by a click in the article or by the page's address; unknown ones are ignored."""
        if claim_id != self._claim_id and self.desk.exists(claim_id):
            self._go(claim_id)

    @_one_at_a_time
    def verify(self) -> None:
        """Verify the claim on the screen."""
        if target := self._presses.take():
            self._decide(target, DecisionKind.VERIFY)

    @_one_at_a_time
    def start_reject(self) -> None:
        """Ask for the reason of a rejection."""
        self._mode = Mode.REJECT

    @_one_at_a_time
    def reject(self, reason: RejectionReason, comment: str = "") -> None:
        """Reject the claim on the screen."""
        if target := self._presses.take():
            self._comment = comment
            self._decide(target, DecisionKind.REJECT, reason=reason, comment=comment.strip())

    @_one_at_a_time
    def start_correct(self) -> None:
        """Open the form, with what was typed before if it was left unsaved."""
        self._mode = Mode.CORRECT

    @_one_at_a_time
    def save(self, form: Form) -> None:
        """Save a correction; what cannot be saved stays in the form with the reason beside it."""
        if not (target := self._presses.take()):
            return
        self._drafts[target.claim_id] = form
        opened = self.desk.open(target.claim_id)
        read = read_form(form, opened.stored.claim, opened.article, self.desk.place)
        if isinstance(read, Problems):
            self._problems = read.items
            return
        self._problems = ()
        checked = self.desk.check(opened.article, read)
        comment = form.comment.strip()
        self._decide(target, DecisionKind.CORRECT, corrected=checked, comment=comment)

    @_one_at_a_time
    def cancel(self, form: Form | None = None) -> None:
        """Go back to reading; what was typed comes back when the form is opened again."""
        if form is not None and self._claim_id is not None:
            self._drafts[self._claim_id] = form
            self._notice = "Nothing saved. What you typed is kept: Correct brings it back."
        self._mode, self._problems, self._stale = Mode.READ, (), None

    @_one_at_a_time
    def skip(self) -> None:
        """Leave the claim undecided and take the next; on the last page, look for new claims."""
        if not (target := self._presses.take()):
            return
        if not target.claim_id:
            self._go(None)
            return
        found = self.desk.next_id(after=target.claim_id)
        self._go(found)
        if found == target.claim_id:
            self._notice = "This is the only claim waiting for you."

    @_one_at_a_time
    def undo(self) -> None:
        """Take back this reviewer's last decision and show its claim again."""
        target = self._presses.take()
        if not target or target.undo_claim_id is None or target.undo_version is None:
            return
        undone = self.desk.last_decision()
        try:
            self.desk.undo(target.undo_claim_id, target.undo_version)
        except Conflict:
            self._go(target.undo_claim_id)
            self._stale = self._what_changed(target.undo_claim_id)
            return
        except StoreError as error:
            self._notice = _sentence(error)
            return
        if undone:
            self._done[undone.kind] = max(0, self._done[undone.kind] - 1)
        self._go(target.undo_claim_id)
        self._notice = "Taken back: the claim waits for a decision again."

    def _decide(
        self,
        target: Target,
        kind: DecisionKind,
        *,
        reason: RejectionReason | None = None,
        comment: str = "",
        corrected: Claim | None = None,
    ) -> None:
        decision = NewDecision(
            claim_id=target.claim_id,
            version=target.version,
            kind=kind,
            reviewer=self.desk.reviewer,
            reason=reason,
            comment=comment,
            corrected=corrected,
        )
        try:
            self.desk.decide(decision)
        except Conflict:
            self._stale = self._what_changed(target.claim_id)
            return
        except StoreError as error:  # somebody else holds the claim, the disk is full, ...
            self._notice = _sentence(error)
            return
        self._done[kind] += 1
        self._drafts.pop(target.claim_id, None)
        self._go(self.desk.next_id(after=target.claim_id))
        self._notice = f"{words.DID[kind].capitalize()}. Undo takes it back."

    def _what_changed(self, claim_id: str) -> Stale:
        steps = self.desk.open(claim_id).history
        return Stale(last=step(steps[-1], self.desk.now()) if steps else None)

    def _form(self, opened: Opened) -> Form:
        draft = self._drafts.get(opened.stored.claim.id)
        return draft or form_of(opened.stored.claim, opened.article)

    def _go(self, claim_id: str | None) -> None:
        self._claim_id = claim_id
        self._mode, self._problems, self._stale, self._comment = Mode.READ, (), None, ""


def _sentence(error: StoreError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + "."


def is_waiting(opened: Opened) -> bool:
    """Tell whether a claim still waits for its decision."""
    return opened.stored.status is ClaimStatus.PENDING
