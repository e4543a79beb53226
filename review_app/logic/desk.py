"""What one reviewer reads at the database, and what they hold there; each step one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from extractor.errors import StoreError
from extractor.people import Act, Person
from extractor.schema import (
    Appearance,
    Article,
    Claim,
    ClaimFilter,
    ClaimStatus,
    Count,
    Decision,
    Extraction,
    Failure,
    Span,
    StoredClaim,
    Value,
)
from extractor.store import (
    Draft,
    Elsewhere,
    Lease,
    OtherReading,
    Timeline,
    also_in,
    claims_page,
    count_by_status,
    count_claims,
    drafts,
    drop_draft,
    get_article,
    get_claim,
    hold,
    last_decision,
    latest_extraction,
    list_articles,
    list_claims,
    list_failures,
    next_claim,
    open_session,
    other_readings,
    release,
    same_words,
    save_draft,
    skip,
    timeline,
)
from review_app.logic.colleagues import MOST, colleagues
from review_app.logic.correction import Place
from review_app.logic.ledger import LeftOut, Reading, left_out, reading_of
from review_app.logic.segments import window_of
from review_app.logic.sheet import Sheet, Task, subject_of
from review_app.logic.shelf import Shelf

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

DECIDED = (ClaimStatus.VERIFIED, ClaimStatus.CORRECTED, ClaimStatus.REJECTED)

COUNT_LIMIT = 1_000
"""So far is a part of the queue counted at each of its claims."""

MOST_OTHERS = 400
"""Claims of the same article that are shown beside one; an article with more is a list, not a report."""


class Opened(Value):
    """A claim with everything that is shown beside it."""

    stored: StoredClaim
    article: Article
    others: tuple[StoredClaim, ...]
    """The article's other claims around it, in reading order."""
    reading: Reading | None
    """What was read of the article."""
    timeline: Timeline
    disagreeing: tuple[OtherReading, ...]
    """Extractors that tell it otherwise."""
    appearances: tuple[Appearance, ...]
    """Where else the article, or a near copy of it, appeared."""
    same: tuple[Elsewhere, ...]
    """Claims of near copies in the same words."""


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


class Filed(Value):
    """What is known of an article and hardly ever changes."""

    article: Article
    extraction: Extraction | None
    failures: tuple[Failure, ...]
    appearances: tuple[Appearance, ...]


@dataclass(frozen=True)
class Desk:
    """One reviewer's access to the store; what they write is in `review_app.logic.deeds`."""

    engine: "Engine"
    person: Person
    now: Callable[[], datetime]
    """Aware."""
    place: Place
    check: Callable[[Article, Claim], Claim]
    """Gives a corrected claim its flags."""
    suggest: Callable[[Article, tuple[Span, ...]], Claim]
    """Guesses the claim behind a passage."""
    shelf: Shelf[Filed]
    """Articles that were read a moment ago."""

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

    def next_id(self, *, after: str | None = None, where: ClaimFilter | None = None) -> str | None:
        """Lease the next claim of the queue and return its id, or None when nothing is left for this reviewer.

        Args:
            after: The claim that was open last, decided or not.
            where: Only such claims.

        Raises:
            NotAllowed: Readers do not take claims out of the queue.
        """
        self.person.must(Act.DECIDE)
        with open_session(self.engine) as session:
            found = next_claim(session, reviewer=self.reviewer, now=self.now(), after=after, where=where)
        return found.claim.id if found else None

    def skip(self, claim_id: str, *, where: ClaimFilter | None = None) -> str | None:
        """Let a claim come last for this reviewer, and lease the next one of those that are wanted.

        Raises:
            NotAllowed: Readers do not take claims out of the queue.
        """
        self.person.must(Act.DECIDE)
        with open_session(self.engine) as session:
            skip(session, claim_id=claim_id, reviewer=self.reviewer, now=self.now())
            found = next_claim(session, reviewer=self.reviewer, now=self.now(), after=claim_id, where=where)
        return found.claim.id if found else None

    def leave(self, claim_id: str) -> None:
        """Give a claim back to the queue, if this reviewer holds it."""
        if not self.person.may(Act.DECIDE):
            return
        with open_session(self.engine) as session:
            release(session, claim_id=claim_id, reviewer=self.reviewer)

    def look_on(self, after: str | None, *, where: ClaimFilter | None = None) -> tuple[str | None, str | None]:
        """Return the claim that waits longest behind a place in the queue, for somebody who only reads, and its place.

        Args:
            after: The place; None for the beginning, to which the end leads back.
            where: Only such claims.
        """
        waiting = _waiting(where or ClaimFilter())
        with open_session(self.engine, reading=True) as session:
            page = claims_page(session, where=waiting, after=after, limit=1)
            if not page.claims and after is not None:
                page = claims_page(session, where=waiting, limit=1)
        return (page.claims[0].claim.id if page.claims else None), page.after

    def n_waiting(self, where: ClaimFilter) -> Count:
        """Count the claims of a part of the queue."""
        with open_session(self.engine, reading=True) as session:
            return count_claims(session, where=_waiting(where), limit=COUNT_LIMIT)

    def hold(self, claim_id: str, *, leaving: str | None = None) -> Lease | None:
        """Lease a claim that was opened by name, and say who holds it; None where nothing is to be held."""
        if not self.person.may(Act.DECIDE):
            return None
        with open_session(self.engine) as session:
            if leaving is not None and leaving != claim_id:
                release(session, claim_id=leaving, reviewer=self.reviewer)
            return hold(session, claim_id=claim_id, reviewer=self.reviewer, now=self.now())

    def open(self, claim_id: str) -> Opened:
        """Read a claim with its article.

        Raises:
            StoreError: There is no such claim.
        """
        with open_session(self.engine, reading=True) as session:
            stored = get_claim(session, claim_id=claim_id)
            filed = self._filed(session, stored.article_sha256)
            text = filed.article.text
            around = window_of(text, stored.claim.content.spans)
            siblings = list_claims(session, article_sha256=stored.article_sha256, within=around, limit=MOST_OTHERS)
            steps = timeline(session, claim_id=claim_id)
            disagreeing = other_readings(session, claim_id=claim_id)
            same = same_words(session, stored=stored, text=text, appearances=filed.appearances)
        others = tuple(s for s in siblings if s.claim.id != claim_id)
        reading = reading_of(filed.extraction, filed.failures, (stored.claim, *(s.claim for s in others)))
        return Opened(
            stored=stored,
            article=filed.article,
            others=others,
            reading=reading,
            timeline=steps,
            disagreeing=disagreeing,
            appearances=filed.appearances,
            same=same,
        )

    def _filed(self, session: "Session", sha256: str) -> Filed:
        def read() -> Filed:
            return Filed(
                article=get_article(session, ref=sha256),
                extraction=latest_extraction(session, article_sha256=sha256),
                failures=tuple(list_failures(session, article_sha256=sha256)),
                appearances=tuple(also_in(session, sha256=sha256)),
            )

        return self.shelf.take(sha256, read)

    def exists(self, claim_id: str) -> bool:
        """Tell whether an id, as it may stand in an address, is one of a claim."""
        try:
            with open_session(self.engine, reading=True) as session:
                get_claim(session, claim_id=claim_id)
        except StoreError:
            return False
        return True

    def stored(self, claim_id: str) -> StoredClaim:
        """Return a claim as it stands now."""
        with open_session(self.engine, reading=True) as session:
            return get_claim(session, claim_id=claim_id)

    def last_decision(self) -> Decision | None:
        """Return this reviewer's latest decision that is still in force."""
        with open_session(self.engine, reading=True) as session:
            return last_decision(session, reviewer=self.reviewer)

    def colleagues(self) -> tuple[str, ...]:
        """Return the others to whom a claim can be sent: the members, or, where there are none, whoever has decided."""
        with open_session(self.engine, reading=True) as session:
            return tuple(name for name in colleagues(session) if name != self.reviewer)[:MOST]

    def keep(self, sheet: Sheet) -> None:
        """Keep what is being typed, and the lease with it."""
        self.person.must(Act.DECIDE)
        now = self.now()
        draft = Draft(person=self.reviewer, subject=sheet.subject, body=sheet.model_dump_json(), saved_at=now)
        with open_session(self.engine) as session:
            save_draft(session, draft=draft)
            hold(session, claim_id=sheet.claim_id, reviewer=self.reviewer, now=now)

    def kept(self, claim_id: str) -> tuple[Sheet, ...]:
        """Return what this reviewer has typed about a claim and not saved, the newest first."""
        subjects = tuple(subject_of(task, claim_id) for task in Task)
        with open_session(self.engine, reading=True) as session:
            found = drafts(session, person=self.reviewer, subjects=subjects)
        return tuple(sheet for draft in found if (sheet := _sheet(draft.body)))

    def drop(self, sheet: Sheet) -> None:
        """Forget a draft that was saved or given up."""
        self.person.must(Act.DECIDE)
        with open_session(self.engine) as session:
            drop_draft(session, person=self.reviewer, subject=sheet.subject)


def _waiting(where: ClaimFilter) -> ClaimFilter:
    return where.model_copy(update={"statuses": (ClaimStatus.PENDING,)})


def _sheet(body: str) -> Sheet | None:
    """Read a draft; None for one that another version of this program has written."""
    try:
        return Sheet.model_validate_json(body)
    except ValueError:
        return None
