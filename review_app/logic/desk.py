"""What one reviewer does at the database: look, decide, take back; each step one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from extractor.errors import StoreError
from extractor.people import Act, Person
from extractor.schema import Article, Claim, ClaimStatus, Decision, StoredClaim, Value
from extractor.store import (
    NewDecision,
    count_by_status,
    decide,
    get_article,
    get_claim,
    history,
    last_decision,
    latest_extraction,
    list_articles,
    list_claims,
    list_failures,
    next_claim,
    open_session,
    undo,
)
from review_app.logic.correction import Place
from review_app.logic.ledger import LeftOut, Reading, left_out, reading_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

DECIDED = (ClaimStatus.VERIFIED, ClaimStatus.CORRECTED, ClaimStatus.REJECTED)


class Opened(Value):
    """A claim with everything that is shown beside it."""

    stored: StoredClaim
    article: Article
    others: tuple[Claim, ...]
    """The article's other claims, in reading order."""
    reading: Reading | None
    """What was read of the article."""
    history: tuple[Decision, ...]
    """Oldest first."""


class Progress(Value):
    """How far the whole desk has come."""

    waiting: int
    verified: int
    corrected: int
    rejected: int

    @property
    def decided(self) -> int:
        """Claims with a decision in force."""
        return self.verified + self.corrected + self.rejected

    @property
    def total(self) -> int:
        """Every claim but the superseded ones."""
        return self.waiting + self.decided


@dataclass(frozen=True)
class Desk:
    """One reviewer's access to the store."""

    engine: "Engine"
    person: Person
    now: Callable[[], datetime]
    """Aware."""
    place: Place
    check: Callable[[Article, Claim], Claim]
    """Gives a corrected claim its flags."""

    @property
    def reviewer(self) -> str:
        """The name that decisions carry."""
        return self.person.name

    def progress(self) -> Progress:
        """Count the claims."""
        with open_session(self.engine, reading=True) as session:
            by_status = count_by_status(session)
        waiting, *decided = (by_status.get(status, 0) for status in (ClaimStatus.PENDING, *DECIDED))
        verified, corrected, rejected = decided
        return Progress(waiting=waiting, verified=verified, corrected=corrected, rejected=rejected)

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return the articles without a claim; slow with many, so only asked where the queue is empty."""
        with open_session(self.engine, reading=True) as session:
            return left_out(list_articles(session), list_failures(session))

    def next_id(self, *, after: str | None = None) -> str | None:
        """Lease the next claim of the queue and return its id, or None when nothing is left for this reviewer.

        Raises:
            NotAllowed: Readers do not take claims out of the queue.
        """
        self.person.must(Act.DECIDE)
        with open_session(self.engine) as session:
            found = next_claim(session, reviewer=self.reviewer, now=self.now(), after=after)
        return found.claim.id if found else None

    def open(self, claim_id: str) -> Opened:
        """Read a claim with its article.

        Raises:
            StoreError: There is no such claim.
        """
        with open_session(self.engine, reading=True) as session:
            stored = get_claim(session, claim_id=claim_id)
            article = get_article(session, ref=stored.article_sha256)
            siblings = list_claims(session, article_sha256=stored.article_sha256)
            steps = history(session, claim_id=claim_id)
            extraction = latest_extraction(session, article_sha256=article.sha256)
            failures = list_failures(session, article_sha256=article.sha256)
        others = tuple(s.claim for s in siblings if s.claim.id != claim_id)
        reading = reading_of(extraction, failures, (stored.claim, *others))
        return Opened(stored=stored, article=article, others=others, reading=reading, history=tuple(steps))

    def exists(self, claim_id: str) -> bool:
        """Tell whether an id, as it may stand in an address, is one of a claim."""
        try:
            with open_session(self.engine, reading=True) as session:
                get_claim(session, claim_id=claim_id)
        except StoreError:
            return False
        return True

    def decide(self, decision: NewDecision) -> None:
        """Record a decision.

        Raises:
            Conflict: The claim was changed since it was read.
            LeaseLost: Somebody else holds it.
            NotAllowed: The role is not enough.
        """
        self.person.must(Act.DECIDE)
        with open_session(self.engine) as session:
            decide(session, decision=decision, now=self.now())

    def last_decision(self) -> Decision | None:
        """Return this reviewer's latest decision that is still in force."""
        with open_session(self.engine, reading=True) as session:
            return last_decision(session, reviewer=self.reviewer)

    def undo(self, claim_id: str, version: int) -> None:
        """Take the decision in force on a claim back.

        Raises:
            Conflict: The claim was changed since it was read.
            NotAllowed: The role is not enough.
        """
        self.person.must(Act.DECIDE)
        with open_session(self.engine) as session:
            undo(session, claim_id=claim_id, version=version, reviewer=self.reviewer, now=self.now())

    def version(self, claim_id: str) -> int:
        """Return the version of a claim as it stands now."""
        with open_session(self.engine, reading=True) as session:
            return get_claim(session, claim_id=claim_id).version
