"""One person's session at the second looks: deciding again, settling what differs, how far reviewers agree."""

from collections.abc import Callable
from enum import StrEnum

from extractor.errors import ClaimDeskError, Conflict, NotAllowed, NotReady, StoreError
from extractor.people import Act
from extractor.schema import Article, Claim, DecisionKind, RejectionReason, Value
from extractor.secondlook import Choice, Outcome
from extractor.store import Blind, Differing, LookCounts, NewDecision, NewSettlement
from review_app.logic import words
from review_app.logic.agreement import Agreement
from review_app.logic.correction import Form, Problem, Problems, form_of, read_form
from review_app.logic.history import changes
from review_app.logic.presses import SETTLE_S, Presses, Target
from review_app.logic.seconddesk import SecondDesk
from review_app.logic.steps import Change

REASONS = tuple(reason for reason in RejectionReason if reason not in {RejectionReason.SPLIT, RejectionReason.MERGE})
"""What a second look can be rejected for; splitting and merging are done in the review."""


class Tab(StrEnum):
    """The parts of the page; stands in the address."""

    LOOK = "look"
    SETTLE = "settle"
    AGREEMENT = "agreement"


class Mode(StrEnum):
    """What is being done with the claim on the screen."""

    READ = "read"
    REJECT = "reject"
    CORRECT = "correct"


class Voice(Value):
    """One of two decisions, told."""

    who: str
    did: str
    """Verified, corrected, or rejected with its reason."""
    comment: str
    changes: tuple[Change, ...]
    """From the claim as it was shown."""


class LookScreen(Value):
    """A claim to be decided again, or to be settled."""

    tab: Tab
    counts: LookCounts
    n_to_settle: int
    claim: Claim
    article: Article
    mode: Mode
    form: Form | None
    problems: tuple[Problem, ...]
    voices: tuple[Voice, ...]
    """The first and the second decision; empty in a second look, which is blind."""
    can_undo: bool
    notice: str | None


class RestScreen(Value):
    """Nothing waits."""

    tab: Tab
    counts: LookCounts
    n_to_settle: int
    share: float
    can_undo: bool
    notice: str | None


class AgreementScreen(Value):
    """How far reviewers agree."""

    tab: Tab
    counts: LookCounts
    n_to_settle: int
    agreement: Agreement
    notice: str | None


class Second:
    """The state of one browser session; views draw its screen and call its methods from their widgets."""

    def __init__(self, desk: SecondDesk, *, monotonic: Callable[[], float], settle_s: float = SETTLE_S) -> None:
        self.desk = desk
        self.tab = Tab.LOOK if desk.person.may(Act.DECIDE) else Tab.AGREEMENT
        self._presses = Presses(monotonic, settle_s=settle_s)
        self._blind: Blind | None = None
        self._differing: Differing | None = None
        self._settled: str | None = None
        self._mode = Mode.READ
        self._problems: tuple[Problem, ...] = ()
        self._drafts: dict[str, Form] = {}
        self._notice: str | None = None

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The parts that this person can see."""
        may = self.desk.person.may
        return tuple(tab for tab in Tab if tab is Tab.AGREEMENT or may(Act.EDIT if tab is Tab.SETTLE else Act.DECIDE))

    def show(self, tab: Tab) -> None:
        """Go to a part of the page."""
        if tab in self.tabs:
            self.tab = tab
            self._rest()

    def screen(self) -> LookScreen | RestScreen | AgreementScreen:
        """Read everything that the page shows now, and take a claim when none is open.

        Raises:
            StoreError: The database refused.
        """
        notice, self._notice = self._notice, None
        counts = self.desk.counts()
        waiting = self.desk.differing() if self.desk.person.may(Act.EDIT) else []
        about = {"tab": self.tab, "counts": counts, "n_to_settle": len(waiting), "notice": notice}
        if self.tab is Tab.AGREEMENT:
            return AgreementScreen.model_validate({**about, "agreement": self.desk.agreement()})
        claim, sha256 = self._claim_to_settle(waiting) if self.tab is Tab.SETTLE else self._claim_to_look_at()
        can_undo = bool(self._settled) if self.tab is Tab.SETTLE else self.desk.last() is not None
        if claim is None:
            return RestScreen.model_validate({**about, "share": self.desk.share, "can_undo": can_undo})
        article = self.desk.article(sha256)
        return LookScreen.model_validate(
            {
                **about,
                "claim": claim,
                "article": article,
                "mode": self._mode,
                "form": self._form(claim, article) if self._mode is Mode.CORRECT else None,
                "problems": self._problems,
                "voices": _voices(self._differing) if self.tab is Tab.SETTLE and self._differing else (),
                "can_undo": can_undo,
            }
        )

    def drawn(self) -> None:
        """Note that the last screen is on the page: its keys work from now on."""
        if self.tab is Tab.SETTLE and self._differing:
            seen = self._differing.look
            target = Target(claim_id=seen.claim_id, version=seen.version)
        elif self._blind:
            target = Target(claim_id=self._blind.claim.id, version=self._blind.version)
        else:
            target = Target(claim_id="", version=0)
        self._presses.drawn(target)

    def start(self, mode: Mode) -> None:
        """Open the reasons or the form, or go back to reading."""
        self._mode, self._problems = mode, ()

    def verify(self) -> None:
        """Verify the claim on the screen."""
        self._decide(DecisionKind.VERIFY)

    def reject(self, reason: RejectionReason, comment: str = "") -> None:
        """Reject the claim on the screen."""
        self._decide(DecisionKind.REJECT, reason=reason, comment=comment)

    def save(self, form: Form) -> None:
        """Save a correction; what cannot be saved stays in the form with the reason beside it."""
        claim = self._on_screen()
        if claim is None:
            return
        self._drafts[claim.id] = form
        article = self.desk.article(self._sha256())
        read = read_form(form, claim, article, self.desk.place)
        if isinstance(read, Problems):
            self._problems = read.items
            return
        self._decide(DecisionKind.CORRECT, corrected=self.desk.check(article, read), comment=form.comment)

    def skip(self) -> None:
        """Leave the claim to somebody else and take the next."""
        if self._presses.take() and self._blind:
            skipped = self._blind.claim.id
            self._rest()
            self._try(lambda: self._take_next(after=skipped))

    def choose(self, choice: Choice, comment: str = "") -> None:
        """Settle the difference on the screen by keeping one of the two decisions."""
        if target := self._presses.take():
            self._settle(target, choice, comment=comment)

    def undo(self) -> None:
        """Take back this person's last look, or the last difference that they settled here."""
        if not self._presses.take():
            return
        try:
            if self.tab is Tab.SETTLE and self._settled:
                self.desk.unsettle(self._settled)
                self._settled = None
                self._rest()
            else:
                blind = self.desk.undo()
                self._rest()
                self._blind = blind
        except (NotReady, NotAllowed, StoreError) as error:
            self._notice = _sentence(error)
            return
        self._notice = "Taken back."

    def _rest(self) -> None:
        self._mode, self._problems = Mode.READ, ()
        self._blind = self._differing = None

    def _take_next(self, *, after: str | None = None) -> None:
        self._blind = self.desk.next(after=after)

    def _claim_to_look_at(self) -> tuple[Claim | None, str]:
        if self._blind is None:
            self._take_next()
        return (self._blind.claim, self._blind.article_sha256) if self._blind else (None, "")

    def _claim_to_settle(self, waiting: list[Differing]) -> tuple[Claim | None, str]:
        open_id = self._differing.look.claim_id if self._differing else None
        kept = next((one for one in waiting if one.look.claim_id == open_id), None)
        self._differing = kept or next(iter(waiting), None)
        if self._differing is None:
            return None, ""
        return self._differing.look.look.shown, self._differing.stored.article_sha256

    def _on_screen(self) -> Claim | None:
        if self.tab is Tab.SETTLE:
            return self._differing.look.look.shown if self._differing else None
        return self._blind.claim if self._blind else None

    def _sha256(self) -> str:
        if self.tab is Tab.SETTLE and self._differing:
            return self._differing.stored.article_sha256
        return self._blind.article_sha256 if self._blind else ""

    def _form(self, claim: Claim, article: Article) -> Form:
        return self._drafts.get(claim.id) or form_of(claim, article)

    def _decide(
        self,
        kind: DecisionKind,
        *,
        reason: RejectionReason | None = None,
        comment: str = "",
        corrected: Claim | None = None,
    ) -> None:
        if not (target := self._presses.take()):
            return
        settling = self.tab is Tab.SETTLE and self._differing is not None
        version = self._differing.stored.version if settling and self._differing else target.version
        decision = NewDecision(
            claim_id=target.claim_id,
            version=version,
            kind=kind,
            reviewer=self.desk.person.name,
            reason=reason,
            comment=comment.strip(),
            corrected=corrected,
        )
        if settling:
            self._settle(target, Choice.OTHER, other=decision, comment=comment)
            return
        if self._try(lambda: self.desk.look(decision)):
            self._drafts.pop(target.claim_id, None)
            self._rest()
            self._take_next(after=target.claim_id)
            self._notice = f"{words.DID[kind].capitalize()}. Undo takes it back."

    def _settle(self, target: Target, choice: Choice, *, other: NewDecision | None = None, comment: str = "") -> None:
        new = NewSettlement(
            claim_id=target.claim_id,
            version=target.version,
            by=self.desk.person.name,
            choice=choice,
            other=other,
            comment=comment.strip(),
        )
        if self._try(lambda: self.desk.settle(new)):
            self._settled = target.claim_id
            self._drafts.pop(target.claim_id, None)
            self._rest()
            self._notice = "Settled. Undo takes it back."

    def _try(self, step: Callable[[], object]) -> bool:
        try:
            step()
        except Conflict as error:
            self._rest()
            self._notice = _sentence(error)
            return False
        except (NotReady, NotAllowed, StoreError) as error:
            self._notice = _sentence(error)
            if isinstance(error, NotReady):
                self._rest()
            return False
        return True


def _voices(differing: Differing) -> tuple[Voice, ...]:
    look = differing.look.look
    return tuple(_voice(outcome, look.shown) for outcome in (look.first, look.second))


def _voice(outcome: Outcome, shown: Claim) -> Voice:
    did = words.STATUS[outcome.status]
    if outcome.reason:
        did += f": {words.REASON[outcome.reason].lower()}"
    return Voice(who=outcome.reviewer, did=did, comment=outcome.comment, changes=changes(shown, outcome.claim))


def _sentence(error: ClaimDeskError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
