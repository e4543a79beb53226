"""What one person may do with fact-checks at the database; each step one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from extractor.errors import NotAllowed
from extractor.factcheck import OPEN, CheckState, CheckStep, Deed, FactCheck, Move
from extractor.people import Act, Person
from extractor.profile import Profile
from extractor.schema import ArticleMetadata, StoredClaim
from extractor.store import (
    CheckedClaim,
    Typed,
    check_steps,
    check_version,
    claim_appearances,
    claims_to_rate,
    count_fact_checks,
    count_public,
    count_to_rate,
    drop_typed,
    find_fact_check,
    find_typed,
    keep_typed,
    last_step,
    list_fact_checks,
    list_public,
    make_move,
    open_session,
    undo_move,
)
from review_app.logic.inarticle import ClaimInArticle, claim_in_article, is_claim

if TYPE_CHECKING:
    from sqlalchemy import Engine

ACT = {
    Deed.SAVE: Act.RATE,
    Deed.SUBMIT: Act.RATE,
    Deed.REVISE: Act.RATE,
    Deed.DROP: Act.RATE,
    Deed.DECLINE: Act.RATE,
    Deed.APPROVE: Act.APPROVE,
    Deed.RETURN: Act.APPROVE,
    Deed.PUBLISH: Act.APPROVE,
    Deed.WITHDRAW: Act.APPROVE,
    Deed.UNDO: Act.RATE,
}
"""What each deed takes."""


@dataclass(frozen=True)
class CheckDesk:
    """One person's access to fact-checks."""

    engine: "Engine"
    person: Person
    now: Callable[[], datetime]
    """Aware."""
    profile: Profile

    def counts(self) -> tuple[int, dict[CheckState, int], int]:
        """Return how many claims wait for a rating, how many fact-checks stand where, and how many are public."""
        with open_session(self.engine, reading=True) as session:
            return count_to_rate(session), count_fact_checks(session), count_public(session)

    def to_rate(self, *, limit: int) -> list[StoredClaim]:
        """Return verified claims without a fact-check."""
        with open_session(self.engine, reading=True) as session:
            return claims_to_rate(session, limit=limit)

    def listed(self, states: Sequence[CheckState], *, limit: int) -> list[CheckedClaim]:
        """Return fact-checks in some states."""
        with open_session(self.engine, reading=True) as session:
            return list_fact_checks(session, states=states, limit=limit)

    def public(self, *, limit: int) -> list[CheckedClaim]:
        """Return what has been published."""
        with open_session(self.engine, reading=True) as session:
            return list_public(session, limit=limit)

    def exists(self, claim_id: str) -> bool:
        """Tell whether an id, as it may stand in an address, is one of a claim."""
        with open_session(self.engine, reading=True) as session:
            return is_claim(session, claim_id)

    def open(self, claim_id: str) -> ClaimInArticle:
        """Read a claim with its article.

        Raises:
            StoreError: There is no such claim.
        """
        with open_session(self.engine, reading=True) as session:
            return claim_in_article(session, claim_id)

    def find(self, claim_id: str) -> tuple[FactCheck | None, int]:
        """Return a claim's fact-check, and the version that the next step has to name."""
        with open_session(self.engine, reading=True) as session:
            return find_fact_check(session, claim_id=claim_id), check_version(session, claim_id=claim_id)

    def steps(self, claim_id: str) -> list[CheckStep]:
        """Return every step of a claim's fact-check, the oldest first."""
        with open_session(self.engine, reading=True) as session:
            return check_steps(session, claim_id=claim_id)

    def undoable(self, claim_id: str) -> CheckStep | None:
        """Return the step that this person may take back: their own, or, for an editor, anybody's."""
        with open_session(self.engine, reading=True) as session:
            step = last_step(session, claim_id=claim_id)
        own = step is not None and step.person == self.person.name
        return step if self.person.may(Act.RATE) and (own or self.person.may(Act.EDIT)) else None

    def typed(self, claim_id: str) -> Typed | None:
        """Return what this person has typed and not saved."""
        with open_session(self.engine, reading=True) as session:
            return find_typed(session, claim_id=claim_id, person=self.person.name)

    def keep(self, claim_id: str, typed: Typed) -> None:
        """Keep what was typed so far.

        Raises:
            NotAllowed: The role is not enough.
        """
        self.person.must(Act.RATE)
        with open_session(self.engine) as session:
            keep_typed(session, claim_id=claim_id, person=self.person.name, typed_now=typed)

    def forget(self, claim_id: str) -> None:
        """Forget what was typed and not saved.

        Raises:
            NotAllowed: The role is not enough.
        """
        self.person.must(Act.RATE)
        with open_session(self.engine) as session:
            drop_typed(session, claim_id=claim_id, person=self.person.name)

    def appearances(self, stored: StoredClaim) -> tuple[ArticleMetadata, ...]:
        """Return the articles that have a claim's words, the earliest first."""
        with open_session(self.engine, reading=True) as session:
            return claim_appearances(session, stored=stored)

    def move(self, move: Move) -> FactCheck:
        """Take a fact-check a step on.

        Raises:
            NotAllowed: The role is not enough, or it takes a second person.
            NotReady: It cannot be done from here.
            Conflict: Somebody was faster.
        """
        self.person.must(ACT[move.deed])
        with open_session(self.engine) as session:
            return make_move(session, move=move, four_eyes=self.profile.fact_checks.four_eyes, now=self.now())

    def undo(self, claim_id: str, version: int) -> FactCheck:
        """Take the last step back.

        Raises:
            NotAllowed: The role is not enough, or it is a colleague's step.
            NotReady: There is none, or readers may have seen it.
            Conflict: Somebody was faster.
        """
        self.person.must(Act.RATE)
        if self.undoable(claim_id) is None:
            raise NotAllowed("the last step is not yours to take back: ask who made it, or an editor")
        with open_session(self.engine) as session:
            return undo_move(session, claim_id=claim_id, version=version, person=self.person.name, now=self.now())

    def offered(self, fact_check: FactCheck | None) -> tuple[Deed, ...]:
        """Return what this person can do next with a fact-check, the most likely first."""
        state = fact_check.state if fact_check else CheckState.NONE
        four_eyes = self.profile.fact_checks.four_eyes
        wrote = fact_check is not None and self.person.name in fact_check.writers
        alone = not four_eyes and self.person.may(Act.APPROVE)
        on = Deed.PUBLISH if alone else Deed.SUBMIT
        match state:
            case CheckState.NONE:
                offered = [on, Deed.SAVE, Deed.DECLINE]
            case CheckState.DECLINED:
                offered = [on, Deed.SAVE]
            case CheckState.DRAFT | CheckState.RETURNED:
                has_public = fact_check is not None and fact_check.publication is not None
                offered = [on, Deed.SAVE, *([Deed.DROP] if has_public else [])]
            case CheckState.SUBMITTED:
                approve = [] if four_eyes and wrote else [Deed.APPROVE]
                offered = [*([Deed.PUBLISH] if alone else approve), Deed.RETURN]
            case CheckState.APPROVED:
                offered = [Deed.PUBLISH, Deed.RETURN]
            case CheckState.PUBLISHED:
                offered = [Deed.REVISE]
            case CheckState.WITHDRAWN:
                offered = [Deed.REVISE]
        if fact_check is not None and fact_check.is_public:
            offered.append(Deed.WITHDRAW)
        return tuple(deed for deed in offered if self.person.may(ACT[deed]))

    def may_write(self, fact_check: FactCheck | None) -> bool:
        """Tell whether this person can type into a fact-check as it stands."""
        state = fact_check.state if fact_check else CheckState.NONE
        return self.person.may(Act.RATE) and state in {CheckState.NONE, CheckState.DECLINED, *OPEN}
