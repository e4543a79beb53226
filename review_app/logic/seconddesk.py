"""What one person may do with second looks at the database; each step one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from extractor.errors import NotAllowed
from extractor.people import Act, Person
from extractor.schema import Article, Claim
from extractor.secondlook import SecondLook
from extractor.store import (
    Blind,
    Differing,
    LookCounts,
    NewDecision,
    NewSettlement,
    count_looks,
    find_look,
    get_article,
    last_look,
    list_differing,
    look_pairs,
    make_look,
    next_second_look,
    open_session,
    settle,
    undo_look,
    undo_settlement,
)
from review_app.logic.agreement import Agreement, agreement_of
from review_app.logic.correction import Place

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(frozen=True)
class SecondDesk:
    """One person's access to second looks."""

    engine: "Engine"
    person: Person
    now: Callable[[], datetime]
    """Aware."""
    share: float
    """Of decided claims that are looked at again."""
    place: Place
    check: Callable[[Article, Claim], Claim]
    """Gives a corrected claim its flags."""

    def counts(self) -> LookCounts:
        """Count what the sample holds and how far it has come."""
        with open_session(self.engine, reading=True) as session:
            return count_looks(session, share=self.share)

    def next(self, *, after: str | None = None) -> Blind | None:
        """Take the next claim for a second look.

        Raises:
            NotAllowed: The role is not enough.
        """
        self.person.must(Act.DECIDE)
        with open_session(self.engine) as session:
            return next_second_look(session, reviewer=self.person.name, share=self.share, now=self.now(), after=after)

    def article(self, sha256: str) -> Article:
        """Read an article."""
        with open_session(self.engine, reading=True) as session:
            return get_article(session, ref=sha256)

    def look(self, decision: NewDecision) -> SecondLook:
        """Record a second look.

        Raises:
            NotAllowed: The role is not enough.
            Conflict: Somebody else has the claim by now.
            NotReady: The first decision was taken back.
        """
        self.person.must(Act.DECIDE)
        with open_session(self.engine) as session:
            return make_look(session, decision=decision, now=self.now())

    def last(self) -> SecondLook | None:
        """Return this person's last look that can be taken back."""
        with open_session(self.engine, reading=True) as session:
            return last_look(session, reviewer=self.person.name)

    def undo(self) -> Blind | None:
        """Take this person's last look back; None when there is none."""
        self.person.must(Act.DECIDE)
        with open_session(self.engine) as session:
            last = last_look(session, reviewer=self.person.name)
            if last is None:
                return None
            return undo_look(
                session, claim_id=last.claim_id, version=last.version, reviewer=self.person.name, now=self.now()
            )

    def differing(self) -> list[Differing]:
        """Return what waits to be settled by this person: nothing that they decided themselves."""
        with open_session(self.engine, reading=True) as session:
            found = list_differing(session)
        me = self.person.name
        return [one for one in found if me not in {one.look.look.first.reviewer, one.look.look.second.reviewer}]

    def settle(self, new: NewSettlement) -> SecondLook:
        """Settle a difference.

        Raises:
            NotAllowed: The role is not enough, or one of the decisions is the person's own.
            Conflict: Somebody was faster.
        """
        self.person.must(Act.EDIT)
        with open_session(self.engine) as session:
            return settle(session, new=new, now=self.now())

    def unsettle(self, claim_id: str) -> None:
        """Take a settlement of this person back.

        Raises:
            NotAllowed: It is a colleague's.
            Conflict: The claim was decided anew since.
        """
        self.person.must(Act.EDIT)
        with open_session(self.engine) as session:
            look = find_look(session, claim_id=claim_id)
            if look is None or look.settlement is None or look.settlement.by != self.person.name:
                raise NotAllowed("this settlement is not yours to take back")
            undo_settlement(session, claim_id=claim_id, version=look.version, person=self.person.name, now=self.now())

    def agreement(self) -> Agreement:
        """Tell how far reviewers agree."""
        with open_session(self.engine, reading=True) as session:
            return agreement_of(look_pairs(session))
