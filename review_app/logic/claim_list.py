"""The list of claims: what a view shows, and what can be done to many of them at once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import uuid4

from extractor.errors import StoreError
from extractor.export import ClaimRecord, claims_to_csv, claims_to_jsonl
from extractor.people import Act, Person
from extractor.schema import (
    ClaimFilter,
    Count,
    DecisionKind,
    RejectionReason,
    SavedView,
    Value,
)
from extractor.store import (
    BatchStep,
    NewDecision,
    Refused,
    Seen,
    assign_many,
    claims_page,
    count_claims,
    decide_many,
    delete_view,
    fact_checks_of,
    last_batch,
    list_views,
    listed_claims,
    open_session,
    save_view,
    stored_articles,
    undo_batch,
)
from review_app.logic import words
from review_app.logic.claims_screen import Line, Menu, Tab, added, line_of, read_menu, read_tabs
from review_app.logic.claims_view import ClaimsView, Read, address_of, for_person
from review_app.logic.colleagues import MOST, colleagues
from review_app.logic.visible import visible

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

PER_PAGE = 50

MOST_LISTED = 10_000
"""So far can pages be turned: a place behind that is found by narrowing the list, not by turning pages."""

MOST_EXPORTED = 20_000
"""So many claims one download holds, at most; `claimdesk export` writes any number."""

EXPORT_PAGE = 1_000

UNDO_S = 3600.0
"""So long a step on many claims is offered to be taken back; each claim's own history offers it for ever."""

SENT = "sent"
"""Stands for the last sending of claims where a batch is to be taken back."""


class LastStep(Value):
    """The reviewer's last step on many claims, which can be taken back as one."""

    told: str
    undo_id: str


class ClaimsScreen(Value):
    """Everything the list shows."""

    view: ClaimsView
    problems: tuple[str, ...]
    tabs: tuple[Tab, ...]
    total: Count
    n_pages: int
    n_before: int
    """Claims on the pages before this one."""
    lines: tuple[Line, ...]
    last: LastStep | None


class Done(Value):
    """What an act on many claims came to; `told` is empty where the offer to take it back says it."""

    told: str
    refused: tuple[str, ...] = ()
    """One sentence for each claim that was left alone."""


class ClaimList:
    """One person at the list of claims."""

    def __init__(self, engine: "Engine", person: Person, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self.person = person
        self._now = now
        self._sent: dict[str, str | None] = {}
        self._sent_to: str | None = None

    def screen(self, read: Read) -> ClaimsScreen:
        """Read everything the list shows now.

        Raises:
            StoreError: The database refused.
        """
        view, where = read.view, for_person(read.view.where, self.person.name)
        with open_session(self._engine, reading=True) as session:
            tabs = read_tabs(session, where)
            total = _total(session, where, tabs)
            n_pages = max(1, -(-min(total.n, MOST_LISTED) // PER_PAGE))
            view = view.model_copy(update={"page": min(view.page, n_pages)})
            offset = (view.page - 1) * PER_PAGE
            page = claims_page(session, where=where, order=view.order, limit=PER_PAGE, offset=offset)
            listed = listed_claims(session, claim_ids=[s.claim.id for s in page.claims])
            last = last_batch(session, reviewer=self.person.name)
        return ClaimsScreen(
            view=view,
            problems=read.problems,
            tabs=tabs,
            total=total,
            n_pages=n_pages,
            n_before=offset,
            lines=tuple(line_of(claim, self._now()) for claim in listed),
            last=self._last_step(last),
        )

    def menu(self, view: ClaimsView, params: Sequence[str]) -> Menu:
        """Return what can be chosen for some filters, and how many claims have each value."""
        with open_session(self._engine, reading=True) as session:
            return read_menu(session, for_person(view.where, self.person.name), params, self.person.name)

    def colleagues(self) -> tuple[str, ...]:
        """Return to whom claims can be sent, this person among them."""
        with open_session(self._engine, reading=True) as session:
            return tuple(sorted({*colleagues(session), self.person.name}))[:MOST]

    def verify(self, seen: Sequence[Seen]) -> Done:
        """Verify many claims as they were seen.

        Raises:
            NotAllowed: The role is not enough.
        """
        return self._decide(seen, DecisionKind.VERIFY)

    def reject(self, seen: Sequence[Seen], reason: RejectionReason, comment: str = "") -> Done:
        """Reject many claims as they were seen, all for one reason.

        Raises:
            NotAllowed: The role is not enough.
        """
        return self._decide(seen, DecisionKind.REJECT, reason=reason, comment=comment.strip())

    def send(self, claim_ids: Sequence[str], to: str | None) -> Done:
        """Send many claims to a colleague, or back to all.

        Raises:
            NotAllowed: The role is not enough.
        """
        self.person.must(Act.ASSIGN)
        with open_session(self._engine) as session:
            wanted = dict.fromkeys(claim_ids, to)
            self._sent = assign_many(session, to=wanted, by=self.person.name, now=self._now())
        self._sent_to = to
        return Done(told=f"{words.count(len(self._sent), 'claim')} sent to {visible(to) if to else 'everybody'}.")

    def undo(self, undo_id: str) -> Done:
        """Take the reviewer's last step on many claims back.

        Raises:
            NotAllowed: The role is not enough.
            StoreError: The step is not the last one any longer.
        """
        if undo_id == SENT:
            return self._fetch_back()
        self.person.must(Act.DECIDE)
        with open_session(self._engine) as session:
            last = last_batch(session, reviewer=self.person.name)
            if last is None or last.batch_id != undo_id:
                raise StoreError("that step is not your last one any longer: take claims back one by one")
            batch = undo_batch(session, batch_id=undo_id, reviewer=self.person.name, now=self._now())
        told = f"Taken back: {words.count(len(batch.done), 'claim')} as before."
        return Done(told=told, refused=tuple(visible(refused.message) for refused in batch.refused))

    def export(self, view: ClaimsView, *, as_csv: bool) -> Iterator[str]:
        """Give the claims of a view as `claimdesk export` writes them, in its order, `MOST_EXPORTED` at most."""
        records = self._records(view)
        yield from claims_to_csv(records) if as_csv else claims_to_jsonl(records)

    def views(self) -> tuple[SavedView, ...]:
        """Return the desk's saved views and this person's."""
        with open_session(self._engine, reading=True) as session:
            return tuple(list_views(session, person=self.person.name))

    def save_view(self, name: str, view: ClaimsView, *, for_desk: bool) -> SavedView:
        """Give a view a name, for this person or for everybody.

        Raises:
            NotAllowed: The role is not enough.
            StoreError: The name cannot be used.
        """
        self.person.must(Act.EDIT if for_desk else Act.READ)
        owner = None if for_desk else self.person.name
        address = urlencode(address_of(view.first()), doseq=True)
        saved = SavedView(name=name, address=address, owner=owner, saved_by=self.person.name)
        with open_session(self._engine) as session:
            return save_view(session, view=saved, now=self._now())

    def delete_view(self, view: SavedView) -> None:
        """Forget a saved view.

        Raises:
            NotAllowed: It is somebody else's, or the desk's and the role is not enough.
        """
        self.person.must(Act.EDIT if view.owner != self.person.name else Act.READ)
        with open_session(self._engine) as session:
            delete_view(session, owner=view.owner, name=view.name)

    def _records(self, view: ClaimsView) -> Iterator[ClaimRecord]:
        where, after, n_left = for_person(view.where, self.person.name), None, MOST_EXPORTED
        with open_session(self._engine, reading=True) as session:
            while n_left:
                limit = min(EXPORT_PAGE, n_left)
                page = claims_page(session, where=where, order=view.order, after=after, limit=limit)
                articles = stored_articles(session, sha256s=list({s.article_sha256 for s in page.claims}))
                checks = fact_checks_of(session, claim_ids=[s.claim.id for s in page.claims])
                for stored in page.claims:
                    article = articles[stored.article_sha256]
                    yield ClaimRecord(stored=stored, article=article, fact_check=checks.get(stored.claim.id))
                n_left, after = n_left - len(page.claims), page.after
                if after is None:
                    return

    def _decide(
        self, seen: Sequence[Seen], kind: DecisionKind, *, reason: RejectionReason | None = None, comment: str = ""
    ) -> Done:
        self.person.must(Act.EDIT)
        self._sent = {}
        decisions = [
            NewDecision(
                claim_id=claim.claim_id,
                version=claim.version,
                kind=kind,
                reviewer=self.person.name,
                reason=reason,
                comment=comment,
            )
            for claim in seen
        ]
        with open_session(self._engine) as session:
            batch = decide_many(session, decisions=decisions, batch_id=uuid4().hex, now=self._now())
        return Done(told="" if batch.done else "Nothing was changed.", refused=_refusals(batch.refused))

    def _fetch_back(self) -> Done:
        self.person.must(Act.ASSIGN)
        with open_session(self._engine) as session:
            back = assign_many(session, to=self._sent, by=self.person.name, now=self._now(), only_from=self._sent_to)
        self._sent = {}
        return Done(told=f"Fetched back: {words.count(len(back), 'claim')}.")

    def _last_step(self, batch: BatchStep | None) -> LastStep | None:
        if self._sent:
            to = visible(self._sent_to) if self._sent_to else "everybody"
            return LastStep(told=f"You sent {words.count(len(self._sent), 'claim')} to {to}.", undo_id=SENT)
        if batch is None or self._now() - batch.decided_at > timedelta(seconds=UNDO_S):
            return None
        when = words.ago(batch.decided_at, self._now())
        told = f"You {words.DID[batch.kind]} {words.count(batch.n, 'claim')} at once {when}."
        return LastStep(told=told, undo_id=batch.batch_id)


def _total(session: "Session", where: ClaimFilter, tabs: Sequence[Tab]) -> Count:
    counts = {tab.statuses: tab.count for tab in tabs}
    parts = [counts.get((status,)) for status in where.statuses] or [counts[()]]
    known = [part for part in parts if part is not None]
    return added(known) if len(known) == len(parts) else count_claims(session, where=where)


def _refusals(refused: Sequence[Refused]) -> tuple[str, ...]:
    return tuple(visible(each.message[:1].upper() + each.message[1:] + ".") for each in refused)
