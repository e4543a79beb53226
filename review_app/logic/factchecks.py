"""One person's session at the fact-checks: which list, which one is open, and what each press does."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from itertools import count
from typing import Any

from extractor.errors import ClaimDeskError, Conflict, NotAllowed, NotReady, StoreError
from extractor.factcheck import (
    OPEN,
    Assessment,
    CheckState,
    Deed,
    Evidence,
    FactCheck,
    Move,
    Notice,
    Publication,
    Shortfall,
    shortfalls,
)
from extractor.schema import Claim, ClaimStatus, StoredClaim, Value
from extractor.store import CheckedClaim, Typed
from review_app.logic import checkwords, words
from review_app.logic.checkdesk import CheckDesk
from review_app.logic.inarticle import ClaimInArticle
from review_app.logic.presses import SETTLE_S, Presses, Target
from review_app.logic.steps import Change, Step

VERIFIED = (ClaimStatus.VERIFIED, ClaimStatus.CORRECTED)

WRITING = frozenset({Deed.SAVE, Deed.SUBMIT, Deed.PUBLISH})
"""Deeds that take along what is typed."""

PAGE = 20
"""Entries of a list that are shown at first, and more at each wish."""


class Tab(StrEnum):
    """The lists, in their order on the page; stands in the address."""

    TO_RATE = "to-rate"
    IN_WORK = "in-work"
    TO_APPROVE = "to-approve"
    APPROVED = "approved"
    PUBLISHED = "published"
    SET_ASIDE = "set-aside"


STATES = {
    Tab.IN_WORK: (CheckState.RETURNED, CheckState.DRAFT),
    Tab.TO_APPROVE: (CheckState.SUBMITTED,),
    Tab.APPROVED: (CheckState.APPROVED,),
    Tab.SET_ASIDE: (CheckState.DECLINED,),
}
"""Of the fact-checks in each list that goes by state."""


class Entry(Value):
    """One line of a list."""

    claim_id: str
    text: str
    source: str
    rating: str | None = None
    about: str
    """Who, when, how much."""
    state: str | None = None
    """Where it stands, where that is not said by the list."""
    is_mine: bool = False
    """It waits for the person who looks."""


class ListScreen(Value):
    """The lists."""

    tab: Tab
    counts: dict[Tab, int]
    entries: tuple[Entry, ...]
    has_more: bool
    notice: str | None


class StaleCheck(Value):
    """Somebody changed the fact-check while it was being written; nothing that was typed is lost."""

    who: str
    when: str
    differences: tuple[Change, ...]
    """From what stands now to what was typed here."""


class Item(Value):
    """A piece of evidence in the form."""

    uid: int
    """Stays with it when it is moved."""
    evidence: Evidence
    shortfalls: tuple[str, ...] = ()


class CheckScreen(Value):
    """One fact-check beside its claim and article."""

    opened: ClaimInArticle
    claim: Claim
    """The wording that is rated: while it is written as it stands now, later as it was."""
    fact_check: FactCheck | None
    assessment: Assessment
    """As typed, or as it stands."""
    items: tuple[Item, ...]
    note: str
    form: int
    """Changes when the fields are filled anew; part of the fields' keys."""
    editing: int | None
    """The piece of evidence whose fields are open."""
    removed: bool
    """A piece was just removed and can be put back."""
    can_write: bool
    offered: tuple[Deed, ...]
    asking: Deed | None
    """The deed for which a comment is being written."""
    undoable: str | None
    """What an undo would take back, in words."""
    kept: str | None
    """When what was typed and not saved was kept, in words."""
    shortfalls: tuple[Shortfall, ...]
    """What keeps it from going on, once somebody has tried; those of evidence stand with the items too."""
    stale: StaleCheck | None
    claim_changed: bool
    """The claim is worded otherwise now than when it was rated."""
    claim_verified: bool
    preview: Publication | None
    """What readers have, or would have if this were published now; None while something is missing."""
    steps: tuple[Step, ...]
    notice: str | None


class CheckSession:
    """The state of one browser session; views draw its screen and call its methods from their widgets."""

    def __init__(self, checks: CheckDesk, *, monotonic: Callable[[], float], settle_s: float = SETTLE_S) -> None:
        self.checks = checks
        self.tab = Tab.TO_RATE
        self._presses = Presses(monotonic, settle_s=settle_s)
        self._shown = PAGE
        self._claim_id: str | None = None
        self._notice: str | None = None
        self._uids = count(1)
        self._forms = count(1)
        self._forget()

    def _forget(self) -> None:
        self._assessment = Assessment()
        self._order: list[int] = []
        self._note = ""
        self._base = 0
        self._kept_at: datetime | None = None
        self._form = next(self._forms)
        self._editing: int | None = None
        self._removed: tuple[int, Evidence] | None = None
        self._asking: Deed | None = None
        self._comments: dict[Deed, str] = {}
        self._tried = False
        self._stale: StaleCheck | None = None

    @property
    def claim_id(self) -> str | None:
        """The claim whose fact-check is open; it stands in the address."""
        return self._claim_id

    def show(self, tab: Tab) -> None:
        """Go to a list."""
        self.tab, self._shown, self._claim_id = tab, PAGE, None
        self._forget()

    def more(self) -> None:
        """Show more of the list."""
        self._shown += PAGE

    def open(self, claim_id: str) -> None:
        """Open the fact-check of a claim, or begin one; unknown ids, as they may stand in an address, are ignored."""
        if not self.checks.exists(claim_id):
            return
        self._claim_id = claim_id
        self._order = []
        self._load()

    def close(self) -> None:
        """Go back to the list; what was typed is kept."""
        if self._claim_id is not None and self._kept_at is not None:
            self._notice = "What you typed is kept: it is there when you open the claim again."
        self._claim_id = None
        self._forget()

    def screen(self) -> ListScreen | CheckScreen:
        """Read everything that the page shows now.

        Raises:
            StoreError: The database refused.
        """
        notice, self._notice = self._notice, None
        return self._list(notice) if self._claim_id is None else self._check(self._claim_id, notice)

    def drawn(self) -> None:
        """Note that the last screen is on the page: its keys work from now on."""
        if self._claim_id is not None:
            self._presses.drawn(Target(claim_id=self._claim_id, version=self._base))

    # What is typed.

    def type(self, **fields: Any) -> None:
        """Take what was typed into fields of `Assessment`, or ``note``, and keep it."""
        if "note" in fields:
            self._note = fields.pop("note")
        self._assessment = self._assessment.model_copy(update=fields)
        self._keep()

    def rate(self, key: str | None) -> None:
        """Choose a rating of the scale; None takes it away."""
        scale = {rating.key: rating for rating in self.checks.profile.scale.ratings}
        given = self._assessment.rating
        if given is not None and given.key == key:
            return
        self.type(rating=scale.get(key or ""))

    def add_evidence(self, url: str) -> None:
        """Add a piece of evidence and open its fields."""
        if not url.strip():
            return
        uid = next(self._uids)
        self._order.append(uid)
        self._editing, self._removed = uid, None
        item = Evidence(url=url.strip(), accessed=self.checks.now().date())
        self.type(evidence=(*self._assessment.evidence, item))

    def type_evidence(self, uid: int, field: str, value: str | date | None) -> None:
        """Take what was typed into a field of a piece of evidence."""
        if uid in self._order:
            position = self._order.index(uid)
            changed = self._assessment.evidence[position].model_copy(update={field: value})
            self._replace(position, [changed])

    def edit_evidence(self, uid: int | None) -> None:
        """Open the fields of a piece, or close them."""
        self._editing = uid

    def move_evidence(self, uid: int, by: int) -> None:
        """Move a piece up (-1) or down (1)."""
        position = self._order.index(uid) if uid in self._order else -1
        other = position + by
        if position >= 0 and 0 <= other < len(self._order):
            items = list(self._assessment.evidence)
            items[position], items[other] = items[other], items[position]
            self._order[position], self._order[other] = self._order[other], self._order[position]
            self.type(evidence=tuple(items))

    def remove_evidence(self, uid: int) -> None:
        """Take a piece out; it can be put back."""
        if uid not in self._order:
            return
        position = self._order.index(uid)
        self._removed = (position, self._assessment.evidence[position])
        self._order.pop(position)
        self._editing = None
        self._replace(position, [])

    def put_back(self) -> None:
        """Put the piece back that was removed last."""
        if self._removed is None:
            return
        position, item = self._removed
        self._removed = None
        items = list(self._assessment.evidence)
        items.insert(position, item)
        self._order.insert(position, next(self._uids))
        self.type(evidence=tuple(items))

    def discard(self) -> None:
        """Forget what was typed and take what stands."""
        if self._claim_id is not None:
            self.checks.forget(self._claim_id)
            self._load()
            self._notice = "You see it as it stands; what you had typed is gone."

    # Deeds.

    def ask(self, deed: Deed | None) -> None:
        """Ask for the comment that a deed needs, or stop asking."""
        self._asking = deed

    def comment(self, deed: Deed, text: str) -> None:
        """Keep what was typed for a deed."""
        self._comments[deed] = text

    def press(self, deed: Deed) -> None:
        """Do something with the fact-check on the screen; one press for each time that it was drawn."""
        if not (target := self._presses.take()):
            return
        if deed in {Deed.SUBMIT, Deed.PUBLISH} and self._writes() and shortfalls(self._assessment):
            self._tried = True
            self._notice = "Not yet: something is missing."
            return
        writing = deed in WRITING and self._writes()
        move = Move(
            claim_id=target.claim_id,
            version=target.version,
            deed=deed,
            person=self.checks.person.name,
            assessment=self._assessment if writing else None,
            note=self._note if writing else None,
            comment=self._comments.get(deed, "").strip(),
        )
        self._try(lambda: self.checks.move(move), deed)

    def undo(self) -> None:
        """Take the last step back."""
        if target := self._presses.take():
            self._try(lambda: self.checks.undo(target.claim_id, target.version), Deed.UNDO)

    def _try(self, step: Callable[[], FactCheck], deed: Deed) -> None:
        claim_id = self._claim_id or ""
        try:
            step()
        except Conflict:
            self._catch_up(*self.checks.find(claim_id))
            if self._stale is None:
                self._notice = "Somebody was faster: you see it as it stands now."
            return
        except (NotReady, NotAllowed, StoreError) as error:
            self._notice = _sentence(error)
            return
        if deed is Deed.WITHDRAW and self._kept_at is not None:
            # What is public went; the correction that is being typed goes on.
            self._asking, self._base = None, self.checks.find(claim_id)[1]
            self._keep()
        else:
            self._load()
        self._notice = checkwords.DONE[deed]

    def _writes(self) -> bool:
        found, _ = self.checks.find(self._claim_id or "")
        return self.checks.may_write(found)

    def _load(self) -> None:
        """Fill the form from what stands, or from what was typed over it."""
        claim_id, order = self._claim_id or "", self._order
        self._forget()
        found, self._base = self.checks.find(claim_id)
        assessment, note = (found.assessment, found.note) if found else (Assessment(), "")
        typed = self.checks.typed(claim_id) if self.checks.may_write(found) else None
        if typed is not None:
            assessment, note, self._kept_at = typed.assessment, typed.note, typed.kept_at
        self._assessment, self._note = assessment, note
        # What was typed in a field just before a press may come just after it: it still finds its place.
        same = len(order) == len(assessment.evidence)
        self._order = order if same else [next(self._uids) for _ in assessment.evidence]
        if typed is not None and typed.base_version != self._base:
            self._stale = self._difference(found)

    def _catch_up(self, found: FactCheck | None, version: int) -> None:
        """Show what somebody else did meanwhile; what was typed here stays."""
        if self._kept_at is None or not self.checks.may_write(found):
            self._load()
        else:
            self._base, self._stale = version, self._difference(found)

    def _difference(self, found: FactCheck | None) -> StaleCheck | None:
        if found is None:
            return None
        return StaleCheck(
            who=found.changed_by,
            when=words.ago(found.changed_at, self.checks.now()),
            differences=checkwords.differences(found.assessment, self._assessment),
        )

    def _replace(self, position: int, by: list[Evidence]) -> None:
        items = list(self._assessment.evidence)
        items[position : position + 1] = by
        self.type(evidence=tuple(items))

    def _keep(self) -> None:
        if self._claim_id is None:
            return
        self._kept_at = self.checks.now()
        typed = Typed(base_version=self._base, kept_at=self._kept_at, assessment=self._assessment, note=self._note)
        try:
            self.checks.keep(self._claim_id, typed)
        except ClaimDeskError as error:
            self._kept_at = None
            self._notice = f"What you typed stands here but could not be kept: {_sentence(error)}"

    # Screens.

    def _list(self, notice: str | None) -> ListScreen:
        to_rate, by_state, n_public = self.checks.counts()
        counts = {tab: sum(by_state[state] for state in states) for tab, states in STATES.items()}
        counts |= {Tab.TO_RATE: to_rate, Tab.PUBLISHED: n_public}
        wanted = self._shown + 1
        if self.tab is Tab.TO_RATE:
            entries = [self._claim_entry(stored) for stored in self.checks.to_rate(limit=wanted)]
        else:
            found = (
                self.checks.public(limit=wanted)
                if self.tab is Tab.PUBLISHED
                else self.checks.listed(STATES[self.tab], limit=wanted)
            )
            entries = [self._entry(checked) for checked in found]
            entries.sort(key=lambda entry: not entry.is_mine)
        return ListScreen(
            tab=self.tab,
            counts={tab: counts[tab] for tab in Tab},
            entries=tuple(entries[: self._shown]),
            has_more=len(entries) > self._shown,
            notice=notice,
        )

    def _claim_entry(self, stored: StoredClaim) -> Entry:
        claim = stored.claim
        return Entry(
            claim_id=claim.id,
            text=claim.text,
            source=claim.source.name,
            about=f"{words.worth(claim.check_worthiness)} check-worthiness · {words.STATUS[stored.status]}",
        )

    def _entry(self, checked: CheckedClaim) -> Entry:
        it = checked.fact_check
        me = self.checks.person.name
        shown = it.publication if it.publication and self.tab is Tab.PUBLISHED else None
        rating = (shown.assessment if shown else it.assessment).rating
        waits = (it.state in OPEN and me in {it.author, *it.writers}) or (
            it.state is CheckState.SUBMITTED and Deed.APPROVE in self.checks.offered(it)
        )
        n_evidence = words.count(len(it.assessment.evidence), "source")
        return Entry(
            claim_id=it.claim_id,
            text=(shown.claim if shown else it.claim).text,
            source=(shown.claim if shown else it.claim).source.name,
            rating=rating.label if rating else None,
            about=f"{it.changed_by}, {words.ago(it.changed_at, self.checks.now())} · {n_evidence}",
            state=checkwords.told_state(it) if self.tab in {Tab.IN_WORK, Tab.PUBLISHED} else None,
            is_mine=waits,
        )

    def _check(self, claim_id: str, notice: str | None) -> CheckScreen:
        found, version = self.checks.find(claim_id)
        if version != self._base:
            self._catch_up(found, version)
        opened = self.checks.open(claim_id)
        can_write = self.checks.may_write(found)
        claim = opened.stored.claim if can_write or found is None else found.claim
        missing = shortfalls(self._assessment) if self._tried else ()
        undoable = self.checks.undoable(claim_id)
        now = self.checks.now()
        return CheckScreen(
            opened=opened,
            claim=claim,
            fact_check=found,
            assessment=self._assessment,
            items=tuple(
                Item(
                    uid=uid,
                    evidence=item,
                    shortfalls=tuple(one.message for one in missing if one.position == position),
                )
                for position, (uid, item) in enumerate(zip(self._order, self._assessment.evidence, strict=True))
            ),
            note=self._note,
            form=self._form,
            editing=self._editing,
            removed=self._removed is not None,
            can_write=can_write,
            offered=self.checks.offered(found),
            asking=self._asking,
            undoable=checkwords.BUTTON[undoable.deed].lower() if undoable else None,
            kept=words.ago(self._kept_at, now) if self._kept_at and can_write else None,
            shortfalls=missing,
            stale=self._stale,
            claim_changed=found is not None and found.claim != opened.stored.claim,
            claim_verified=opened.stored.status in VERIFIED,
            preview=self._preview(found, claim, now),
            steps=checkwords.check_steps_told(self.checks.steps(claim_id), now),
            notice=notice,
        )

    def _preview(self, found: FactCheck | None, claim: Claim, now: datetime) -> Publication | None:
        public = found.publication if found else None
        if found is not None and found.state in {CheckState.PUBLISHED, CheckState.WITHDRAWN}:
            return public
        if shortfalls(self._assessment):
            return None
        corrections = public.corrections if public else ()
        if public is not None and self._note.strip():
            corrections = (*corrections, Notice(at=now, by=self.checks.person.name, text=self._note.strip()))
        return Publication(
            claim=claim,
            assessment=self._assessment,
            published_at=public.published_at if public else now,
            modified_at=now,
            corrections=corrections,
        )


def _sentence(error: ClaimDeskError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
