"""One reviewer's session: which claim is open, in which mode, and what each key does."""

from collections import Counter
from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from extractor.errors import Conflict, LeaseLost, NotAllowed, StoreError
from extractor.people import Act
from extractor.schema import Claim, ClaimFilter, Decision, DecisionKind, RejectionReason, StoredClaim
from extractor.store import Decided, Found, Lease, NewDecision
from review_app.logic import deeds, words
from review_app.logic.claims_view import address_of
from review_app.logic.desk import Desk, Opened
from review_app.logic.history import in_force, step
from review_app.logic.presses import SETTLE_S, Presses, Target
from review_app.logic.screens import ClaimScreen, EmptyScreen, FinishedScreen, Mode, Screen, Stale
from review_app.logic.sheet import Task
from review_app.logic.stale import differences
from review_app.logic.within import Part, Within
from review_app.logic.writer import Writer, near_misses

P = ParamSpec("P")
R = TypeVar("R")

RENEW_S = 300.0
"""How often the lease on the claim on the screen is renewed; a third of `store.queue.LEASE_S`."""
STAY_S = 3600.0
"""How long, with no key and no click; a page that somebody left open overnight keeps nothing from the others."""

RESUMED = {
    Task.CORRECT: "You were correcting this claim.",
    Task.ADD: "You were adding a claim beside this one.",
    Task.SPLIT: "You were splitting this claim.",
    Task.MERGE: "You were merging this claim with others.",
    Task.COMMENT: "You were writing a comment.",
}


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
        self.writer = Writer(self)
        self.mode = Mode.READ
        self.notice: str | None = None
        self.stale: Stale | None = None
        self.opened: Opened | None = None
        """What was drawn last."""
        self.run = 0
        """Rises whenever the page is drawn."""
        self._presses = Presses(monotonic, settle_s=settle_s)
        self._within: Within | None = None
        self._monotonic = monotonic
        self._seen_at = self._renewed_at = monotonic()
        self._claim_id: str | None = None
        self._held: Lease | None = None
        self._place: str | None = None
        self._passed: list[str] = []
        self._target: Target | None = None
        self._last: Decision | None = None
        self._comment = ""
        self._done: Counter[DecisionKind] = Counter()
        self.lock = RLock()

    @_one_at_a_time
    def screen(self) -> Screen:
        """Read everything the page shows now, and take the next claim when none is open.

        Raises:
            StoreError: The database refused.
        """
        self.run += 1
        self._seen_at = self._monotonic()
        progress = self.desk.progress()
        if self._claim_id is None and progress.waiting:
            self._arrive(self._next())
        self._last = self.desk.last_decision() if progress.decided else None
        undo_id = self._last.claim_id if self._last else None
        notice, self.notice = self.notice, None
        if self._claim_id is None:
            self.opened = None
            self._target = Target(claim_id="", version=0, undo_claim_id=undo_id)
            if not progress.total:
                return EmptyScreen(left_out=self.desk.left_out(), person=self.desk.person)
            return FinishedScreen(
                progress=progress,
                done=dict(self._done),
                undo=_undo_words(self._last),
                notice=notice,
                left_out=() if self._within else self.desk.left_out(),
                part=self._part(),
                person=self.desk.person,
            )
        if self._held is not None:
            self._held = self._foreign(self.desk.hold(self._claim_id))
        self.opened = opened = self.desk.open(self._claim_id)
        self.writer.wants_redraw = False
        self._target = Target(claim_id=self._claim_id, version=opened.stored.version, undo_claim_id=undo_id)
        if (
            (sheet := self.writer.sheet)
            and self.mode is Mode.WRITE
            and self.stale is None
            and sheet.is_behind(opened.stored)
        ):
            self.stale = self._what_changed(opened, sheet.base)
            self.writer.catch_up(opened.stored.version)
        standing = in_force(opened.timeline)
        return ClaimScreen(
            progress=progress,
            part=self._part(),
            opened=opened,
            person=self.desk.person,
            mode=self.mode,
            undo=_undo_words(self._last),
            take_back=_take_back_words(self.desk, standing),
            notice=notice,
            stale=self.stale,
            held=self._held,
            sheet=self.writer.sheet if self.mode is Mode.WRITE else None,
            sheet_number=self.writer.number,
            fill=self.writer.fill,
            problems=self.writer.problems,
            comment=self._comment,
            misses=near_misses(opened) if self.mode is Mode.MISSED else (),
            choices=self.writer.choices(opened) if self.mode is Mode.TOGETHER else (),
            colleagues=self.desk.colleagues() if self.mode is Mode.SEND else (),
        )

    def writing(self, screen: ClaimScreen) -> ClaimScreen | None:
        """Return a screen with the sheet as it stands now, or None when the whole page has to be drawn anew.

        Args:
            screen: As the page was drawn last.
        """
        writer = self.writer
        if writer.wants_redraw or writer.sheet is None or writer.number != screen.sheet_number:
            return None
        return screen.model_copy(update={"sheet": writer.sheet, "fill": writer.fill, "problems": writer.problems})

    @_one_at_a_time
    def drawn(self) -> None:
        """Note that the last screen is on the page: its keys work from now on."""
        self._presses.drawn(self._target)

    @_one_at_a_time
    def stay(self) -> bool:
        """Keep the claim on the screen from others for longer; the page asks for it now and then.

        Returns:
            Whether somebody else has it meanwhile, which the page has to tell.
        """
        now = self._monotonic()
        if self._claim_id is None or now - self._renewed_at < RENEW_S or now - self._seen_at > STAY_S:
            return False
        self._renewed_at = now
        was_ours = self._held is None
        self._held = self._foreign(self.desk.hold(self._claim_id))
        return was_ours and self._held is not None

    @property
    def claim_id(self) -> str | None:
        """The claim that is open; the page keeps it in its address, so that a reload comes back to it."""
        return self._claim_id

    @property
    def within(self) -> str:
        """The address of the part of the queue that is worked through, as `claim_id`; empty for all of it."""
        return self._within.address if self._within else ""

    @_one_at_a_time
    def work_through(self, part: Within | None) -> None:
        """Serve the claims of a part of the queue from now on, or with None all of them again."""
        self._within, self._place = part, None
        self._passed.clear()
        if self._claim_id is not None:
            self.desk.leave(self._claim_id)
            self.go(None)

    @_one_at_a_time
    def open(self, claim_id: str) -> None:
        """Go to a claim, as named by another page, by a click or by the page's address; unknown ones are ignored."""
        if claim_id != self._claim_id and self.desk.exists(claim_id):
            self.go(claim_id)

    @_one_at_a_time
    def clicked(self, claim_id: str) -> None:
        """Answer a click on another claim of the article."""
        if self.mode is Mode.TOGETHER:
            self.writer.choose(claim_id)
        else:
            self.open(claim_id)

    @_one_at_a_time
    def verify(self) -> None:
        """Verify the claim on the screen."""
        if target := self._presses.take():
            self._decide(target, DecisionKind.VERIFY)

    @_one_at_a_time
    def turn_to(self, mode: Mode) -> None:
        """Begin something that needs another key or a mouse: a rejection's reason, a colleague, a passage."""
        self.mode = mode

    @_one_at_a_time
    def reject(self, reason: RejectionReason, comment: str = "") -> None:
        """Reject the claim on the screen; splits and merges lead to their own forms."""
        if reason is RejectionReason.SPLIT:
            self.writer.start(Task.SPLIT)
        elif reason is RejectionReason.MERGE:
            self.turn_to(Mode.TOGETHER)
        elif target := self._presses.take():
            self._comment = comment
            self._decide(target, DecisionKind.REJECT, reason=reason, comment=comment.strip())

    @_one_at_a_time
    def send(self, to: str | None, comment: str = "") -> None:
        """Send the claim on the screen to a colleague, or give it back to all, and go on."""
        if not (target := self._presses.take()):
            return
        try:
            deeds.send(self.desk, target.claim_id, to, comment)
        except (StoreError, NotAllowed) as error:
            self.notice = sentence(error)
            return
        self.go_on(target.claim_id)
        self.notice = f"Sent to {to}: it comes first for them." if to else "Given back to all."

    @_one_at_a_time
    def cancel(self, comment: str = "") -> None:
        """Go back to reading."""
        self._comment = comment
        self.mode, self.stale = Mode.READ, None
        self.writer.problems = ()

    @_one_at_a_time
    def skip(self) -> None:
        """Leave the claim undecided and take the next; on the last page, look for new claims."""
        if not (target := self._presses.take()):
            return
        if not target.claim_id:
            self.go(None)
            return
        if not self.desk.person.may(Act.DECIDE):
            self._passed.append(target.claim_id)
            self.go(self._next())
            return
        try:
            found = self.desk.skip(target.claim_id, where=self._where)
        except NotAllowed as error:
            self.notice = sentence(error)
            return
        self._arrive(found)
        if found == target.claim_id:
            self.notice = f"This is the only claim waiting for you{' in this view' if self._within else ''}."

    @_one_at_a_time
    def back(self) -> None:
        """Go to the claim that was looked at before, for somebody who only reads."""
        if self._passed and self._presses.take():
            self.go(self._passed.pop())

    @_one_at_a_time
    def undo(self) -> None:
        """Take back this reviewer's last decision, with all that was decided in the same step, and show its claim."""
        target = self._presses.take()
        last = self.desk.last_decision()
        if not target or target.undo_claim_id is None:
            return
        if last is None or last.claim_id != target.undo_claim_id:
            self.notice = "Nothing taken back: somebody has changed that claim since."
            return
        self._take_back(last)

    @_one_at_a_time
    def take_back(self) -> None:
        """Take back the decision by which the claim on the screen stands, as its history offers it."""
        if (target := self._presses.take()) and self.opened and self.opened.stored.claim.id == target.claim_id:
            standing = in_force(self.opened.timeline)
            if standing is not None:
                self._take_back(standing, version=target.version)

    def _take_back(self, decision: Decision, version: int | None = None) -> None:
        try:
            seen = self.desk.stored(decision.claim_id).version if version is None else version
            stand = deeds.take_back(self.desk, decision, seen)
        except Conflict as error:
            self.go(decision.claim_id)
            self.meet(error, None)
            return
        except (StoreError, NotAllowed) as error:
            self.notice = sentence(error)
            return
        if decision.reviewer == self.desk.reviewer:
            self._done[decision.kind] = max(0, self._done[decision.kind] - 1)
        if decision.kind is not DecisionKind.ADD or decision.batch_id:
            self.go(next((s.claim.id for s in stand if _waits(s)), decision.claim_id))
        n = len(stand)
        told = f"{n:,} claims stand as before" if n > 1 else "the claim stands as before"
        self.notice = f"Taken back: {told}."

    def _decide(
        self,
        target: Target,
        kind: DecisionKind,
        *,
        reason: RejectionReason | None = None,
        comment: str = "",
    ) -> None:
        decision = NewDecision(
            claim_id=target.claim_id,
            version=target.version,
            kind=kind,
            reviewer=self.desk.reviewer,
            reason=reason,
            comment=comment,
        )
        try:
            deeds.record(self.desk, decision)
        except Conflict as error:
            self.meet(error, self.opened.stored.claim if self.opened else None)
        except (StoreError, NotAllowed) as error:
            self.refused(error)
        else:
            self.did(kind)
            self.go_on(target.claim_id)

    def take_press(self) -> Target | None:
        """Return what a press is for, or None when it does not count."""
        return self._presses.take()

    def did(self, kind: DecisionKind) -> None:
        """Count a decision of this session and say so."""
        self._done[kind] += 1
        self.notice = f"{words.DID[kind].capitalize()}. Undo takes it back."

    def meet(self, error: Conflict, seen: Claim | None) -> None:
        """Show what somebody changed on a claim while it was on the screen."""
        claim_id = error.current.claim.id if error.current else self._claim_id or ""
        opened = self.desk.open(claim_id)
        self.stale = self._what_changed(opened, seen)

    def _what_changed(self, opened: Opened, seen: Claim | None) -> Stale:
        decided = [s.decision for s in opened.timeline.steps if isinstance(s, Decided)]
        # What rose the version last: a decision, unless a newer extraction came after it.
        found = [s.at for s in opened.timeline.steps if isinstance(s, Found)]
        newest = decided[-1] if decided and (not found or decided[-1].decided_at >= found[-1]) else None
        sheet = self.writer.sheet
        mine = sheet.forms[0] if sheet and sheet.task is Task.CORRECT else None
        changed = differences(seen, opened.stored.claim, opened.article, mine) if seen else ()
        return Stale(last=step(newest, self.desk.now()) if newest else None, differences=changed)

    def refused(self, error: Exception) -> None:
        """Say why something was not saved; where somebody else holds the claim, who and how long."""
        if isinstance(error, LeaseLost) and self._claim_id:
            self._held = self._foreign(self.desk.hold(self._claim_id))
        if self._held is None:
            self.notice = sentence(error)

    def go_on(self, after: str) -> None:
        """Take the next claim of the queue."""
        notice = self.notice
        self._arrive(self.desk.next_id(after=after, where=self._where))
        self.notice = notice

    def go(self, claim_id: str | None) -> None:
        """Turn to another claim, or to none; what was typed about it before comes back."""
        left, held = self._claim_id, None
        if claim_id is not None and claim_id != left:
            held = self._foreign(self.desk.hold(claim_id, leaving=left))
        self._arrive(claim_id, held)

    def _arrive(self, claim_id: str | None, held: Lease | None = None) -> None:
        """Turn to a claim that this reviewer holds, or that is `held` by somebody else."""
        self._claim_id, self._held = claim_id, held
        self._renewed_at = self._monotonic()
        self.mode, self.stale, self._comment = Mode.READ, None, ""
        if task := self.writer.resume(claim_id):
            self.mode = Mode.WRITE
            self.notice = f"{RESUMED[task]} What you typed is still here."

    def _next(self) -> str | None:
        if self.desk.person.may(Act.DECIDE):
            return self.desk.next_id(where=self._where)
        found, self._place = self.desk.look_on(self._place, where=self._where)
        return found

    @property
    def _where(self) -> ClaimFilter | None:
        return self._within.where if self._within else None

    def _part(self) -> Part | None:
        if self._within is None:
            return None
        n_waiting = self.desk.n_waiting(self._within.where)
        return Part(told=self._within.told, n_waiting=n_waiting, address=address_of(self._within.view))

    def _foreign(self, lease: Lease | None) -> Lease | None:
        return lease if lease and lease.holder != self.desk.reviewer else None


def sentence(error: Exception) -> str:
    """Return an error's message as a sentence."""
    text = str(error)
    return text[:1].upper() + text[1:] + "."


def _undo_words(last: Decision | None) -> str | None:
    if last is None:
        return None
    return "Undo my last step" if last.batch_id else "Undo my last"


def _take_back_words(desk: Desk, standing: Decision | None) -> str | None:
    if standing is None or not deeds.may_take_back(desk, standing):
        return None
    return "Take my decision back" if standing.reviewer == desk.reviewer else "Take this decision back"


def _waits(stored: StoredClaim) -> bool:
    return stored.status is stored.status.PENDING
