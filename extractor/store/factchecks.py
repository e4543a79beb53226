"""Fact-checks in the database: append-only steps, each made on a version; undo is another step."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import and_, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, exists, select

from extractor.errors import Conflict, NotReady, StoreError
from extractor.factcheck import (
    Assessment,
    CheckState,
    CheckStep,
    Deed,
    Evidence,
    FactCheck,
    Move,
)
from extractor.moves import Ground, is_undoable, moved
from extractor.placing import place
from extractor.schema import ArticleMetadata, ClaimStatus, GroundingLevel, StoredClaim, Value
from extractor.store import tally
from extractor.store.claims import claim_row
from extractor.store.copies import also_in
from extractor.store.decisions import typed
from extractor.store.tables import ArticleRow, ClaimRow, FactCheckDraftRow, FactCheckRow, FactCheckStepRow

VERIFIED = (ClaimStatus.VERIFIED, ClaimStatus.CORRECTED)
"""Claims of which a person has found that the article says so."""

CERTAIN = (GroundingLevel.EXACT, GroundingLevel.NORMALISED)

EXPORTED_AT_ONCE = 200


class CheckedClaim(Value):
    """A claim and its fact-check, as a list shows them."""

    stored: StoredClaim
    """As it stands now; the fact-check keeps the wording that was rated."""
    fact_check: FactCheck


class PublishedCheck(Value):
    """Everything that an export needs."""

    checked: CheckedClaim
    appearances: tuple[ArticleMetadata, ...]
    """Of the article that the claim was found in and of its near copies that have the claim's words too: those
    with a date by date, then the others in the order in which they came in."""


class Typed(Value):
    """What somebody typed into a fact-check and has not saved."""

    base_version: int
    """Of the fact-check that it was typed over; another by now means that somebody came between."""
    kept_at: datetime
    """Aware, UTC."""
    assessment: Assessment
    note: str


def make_move(session: Session, *, move: Move, four_eyes: bool, now: datetime) -> FactCheck:
    """Take a fact-check a step on; the first one begins it.

    The same step again, by the same person on the same version, changes nothing. What the person had typed
    and not saved goes when it is saved by this.

    Args:
        session: Where to.
        move: What, on which version, by whom.
        four_eyes: Whether the desk wants a second person behind what it publishes.
        now: Aware.

    Returns:
        The fact-check as it stands now.

    Raises:
        Conflict: It is not what the person saw; the error says who changed it and when.
        NotReady: It cannot be done from where the fact-check stands, or something is missing.
        NotAllowed: It takes a second person.
        StoreError: There is no such claim.
    """
    claim = claim_row(session, claim_id=move.claim_id, lock=True)
    row = session.get(FactCheckRow, move.claim_id, populate_existing=True)
    current = row.fact_check if row else None
    move = _clean(move)
    if (current.version if current else 0) != move.version:
        known = _step_on(session, move.claim_id, move.version + 1)
        if current is not None and known is not None and _is_same(known, move):
            return current
        raise _conflict(current, move.claim_id)
    ground = Ground(
        fact_check=current,
        claim=claim.claim,
        is_verified=claim.status in VERIFIED,
        now=now,
        four_eyes=four_eyes,
    )
    after = moved(move, ground)
    step = FactCheckStepRow(
        claim_id=move.claim_id,
        version=after.version,
        deed=move.deed,
        person=move.person,
        at=now,
        comment=move.comment,
        previous_version=row.step_version if row else None,
        after=after,
    )
    _append(session, row, step, in_force=after.version)
    if move.assessment is not None:
        drop_typed(session, claim_id=move.claim_id, person=move.person)
    return after


def undo_move(session: Session, *, claim_id: str, version: int, person: str, now: datetime) -> FactCheck:
    """Take the last step back; the fact-check stands as before it. What readers have seen is not taken back.

    Raises:
        Conflict: It is not what the person saw.
        NotReady: There is nothing to take back, or readers have seen it: correct or withdraw it.
        StoreError: There is no such claim.
    """
    claim_row(session, claim_id=claim_id, lock=True)
    row = session.get(FactCheckRow, claim_id, populate_existing=True)
    if row is None:
        raise NotReady("there is nothing to take back")
    if row.version != version:
        known = _step_on(session, claim_id, version + 1)
        if known is not None and (known.deed, known.person) == (Deed.UNDO, person):
            return row.fact_check
        raise _conflict(row.fact_check, claim_id)
    undone = _step_on(session, claim_id, row.step_version) if row.step_version is not None else None
    if undone is None:
        raise NotReady("there is nothing to take back")
    if not is_undoable(undone.as_value(None)):
        raise NotReady("readers may have seen it, so it is not taken back in silence: correct or withdraw it")
    before = _step_on(session, claim_id, undone.previous_version) if undone.previous_version is not None else None
    stands = before.after if before else undone.after.model_copy(update=_AS_NEVER_BEGUN)
    after = stands.model_copy(update={"version": version + 1, "changed_at": now, "changed_by": person})
    step = FactCheckStepRow(
        claim_id=claim_id,
        version=after.version,
        deed=Deed.UNDO,
        person=person,
        at=now,
        previous_version=undone.previous_version,
        after=after,
    )
    _append(session, row, step, in_force=undone.previous_version)
    return after


def find_fact_check(session: Session, *, claim_id: str) -> FactCheck | None:
    """Return the fact-check of a claim; None when there is none, or it was begun and taken back."""
    row = session.get(FactCheckRow, claim_id)
    return row.fact_check if row and row.state is not CheckState.NONE else None


def check_version(session: Session, *, claim_id: str) -> int:
    """Return the version that the next step has to name: 0 where there has never been one."""
    row = session.get(FactCheckRow, claim_id)
    return row.version if row else 0


def check_steps(session: Session, *, claim_id: str) -> list[CheckStep]:
    """Return every step of a claim's fact-check, the oldest first."""
    query = select(FactCheckStepRow).where(FactCheckStepRow.claim_id == claim_id)
    steps: list[CheckStep] = []
    for row in session.exec(query.order_by(col(FactCheckStepRow.version))):
        steps.append(row.as_value(steps[-1].after if steps else None))
    return steps


def last_step(session: Session, *, claim_id: str) -> CheckStep | None:
    """Return the step in force that an undo would take back; None when there is none, or readers have seen it."""
    row = session.get(FactCheckRow, claim_id)
    step = _step_on(session, claim_id, row.step_version) if row and row.step_version is not None else None
    return step.as_value(None) if step and is_undoable(step.as_value(None)) else None


def keep_typed(session: Session, *, claim_id: str, person: str, typed_now: Typed) -> None:
    """Keep what somebody has typed so far, in place of what was kept before."""
    session.merge(
        FactCheckDraftRow(
            claim_id=claim_id,
            person=person,
            base_version=typed_now.base_version,
            kept_at=typed_now.kept_at,
            note=typed(typed_now.note),
            assessment=_without_nul(typed_now.assessment),
        )
    )
    session.flush()


def find_typed(session: Session, *, claim_id: str, person: str) -> Typed | None:
    """Return what somebody has typed into a fact-check and not saved."""
    row = session.get(FactCheckDraftRow, (claim_id, person))
    if row is None:
        return None
    return Typed(base_version=row.base_version, kept_at=row.kept_at, assessment=row.assessment, note=row.note)


def drop_typed(session: Session, *, claim_id: str, person: str) -> None:
    """Forget what somebody has typed and not saved."""
    row = session.get(FactCheckDraftRow, (claim_id, person))
    if row is not None:
        session.delete(row)
        session.flush()


def count_fact_checks(session: Session) -> dict[CheckState, int]:
    """Return how many fact-checks stand where; every state is named."""
    query = select_columns(col(FactCheckRow.state), func.count()).group_by(col(FactCheckRow.state))
    counts = {state: int(n) for state, n in session.execute(query)}
    return {state: counts.get(state, 0) for state in CheckState}


def count_public(session: Session) -> int:
    """Count what has ever been published."""
    query = select_columns(func.count()).select_from(FactCheckRow).where(col(FactCheckRow.published_at).is_not(None))
    return int(session.execute(query).scalar_one())


def count_to_rate(session: Session) -> int:
    """Count the claims that `claims_to_rate` lists."""
    by_status = tally.by_status(session)
    # Not a join: SQLite would walk through all verified claims to look for the few that have a fact-check.
    verified = exists().where(col(ClaimRow.id) == col(FactCheckRow.claim_id), col(ClaimRow.status).in_(VERIFIED))
    taken = (
        select_columns(func.count())
        .select_from(FactCheckRow)
        .where(col(FactCheckRow.state) != CheckState.NONE, verified)
    )
    n_taken = int(session.execute(taken).scalar_one())
    return sum(by_status.get(status, 0) for status in VERIFIED) - n_taken


def list_fact_checks(
    session: Session, *, states: Sequence[CheckState], limit: int = 50, offset: int = 0
) -> list[CheckedClaim]:
    """Return fact-checks in any of some states, the last changed first."""
    query = select(FactCheckRow).where(col(FactCheckRow.state).in_(states))
    query = query.order_by(col(FactCheckRow.changed_at).desc(), col(FactCheckRow.claim_id))
    return _with_claims(session, session.exec(query.limit(limit).offset(offset)).all())


def list_public(session: Session, *, limit: int = 50, offset: int = 0) -> list[CheckedClaim]:
    """Return what has been published, the last first; what was withdrawn or is being corrected too."""
    query = select(FactCheckRow).where(col(FactCheckRow.published_at).is_not(None))
    query = query.order_by(col(FactCheckRow.published_at).desc(), col(FactCheckRow.claim_id))
    return _with_claims(session, session.exec(query.limit(limit).offset(offset)).all())


def claims_to_rate(session: Session, *, limit: int = 20, offset: int = 0) -> list[StoredClaim]:
    """Return verified claims that nobody has begun to rate or set aside, in the order of the queue.

    That is by check-worthiness, doubts and age; see `extractor.store.ranking.rank`.
    """
    taken = exists().where(col(FactCheckRow.claim_id) == col(ClaimRow.id), col(FactCheckRow.state) != CheckState.NONE)
    found: list[ClaimRow] = []
    for status in VERIFIED:
        # One status at a time: each is a walk along the index of the queue.
        query = select(ClaimRow).where(ClaimRow.status == status, ~taken)
        query = query.order_by(col(ClaimRow.rank), col(ClaimRow.arrival)).limit(offset + limit)
        found += session.exec(query).all()
    found.sort(key=lambda row: (row.rank, row.arrival or 0))
    return [row.as_value() for row in found[offset : offset + limit]]


def fact_checks_of(session: Session, *, claim_ids: Sequence[str]) -> dict[str, FactCheck]:
    """Return the fact-checks of some claims by their ids; claims without one are left out."""
    found: dict[str, FactCheck] = {}
    for first in range(0, len(claim_ids), EXPORTED_AT_ONCE):
        page = claim_ids[first : first + EXPORTED_AT_ONCE]
        query = select(FactCheckRow).where(col(FactCheckRow.claim_id).in_(page), FactCheckRow.state != CheckState.NONE)
        found |= {row.claim_id: row.fact_check for row in session.exec(query)}
    return found


def published_checks(session: Session, *, article_sha256: str | None = None) -> Iterator[PublishedCheck]:
    """Give everything that has been published, the oldest first, the withdrawn too.

    Args:
        session: Where from.
        article_sha256: Only of claims of this article.
    """
    at, claim_id = col(FactCheckRow.published_at), col(FactCheckRow.claim_id)
    query = select(FactCheckRow).where(at.is_not(None)).order_by(at, claim_id).limit(EXPORTED_AT_ONCE)
    if article_sha256 is not None:
        query = query.join(ClaimRow, col(ClaimRow.id) == claim_id).where(ClaimRow.article_sha256 == article_sha256)
    rows = session.exec(query).all()
    while rows:
        for checked in _with_claims(session, rows):
            yield PublishedCheck(checked=checked, appearances=claim_appearances(session, stored=checked.stored))
        last = rows[-1]
        behind = or_(at > last.published_at, and_(at == last.published_at, claim_id > last.claim_id))
        rows = session.exec(query.where(behind)).all()


def claim_appearances(session: Session, *, stored: StoredClaim) -> tuple[ArticleMetadata, ...]:
    """Return the articles that have a claim's words, as `PublishedCheck.appearances` holds them."""
    own = session.exec(select(ArticleRow).where(ArticleRow.sha256 == stored.article_sha256)).one()
    found = [(own.added_at, own.about)]
    text_of = {own.sha256: own.text}
    for seen in also_in(session, sha256=own.sha256):
        if seen.article_sha256 not in text_of:
            copy = select(ArticleRow.text).where(ArticleRow.sha256 == seen.article_sha256)
            text_of[seen.article_sha256] = session.exec(copy).one()
        if seen.article_sha256 == own.sha256 or _says(text_of[seen.article_sha256], stored, own.text):
            found.append((seen.seen_at, seen.metadata))
    found.sort(key=lambda one: (one[1].published is None, one[1].published or date.max, one[0]))
    return tuple(about for _, about in found)


_AS_NEVER_BEGUN = {
    "state": CheckState.NONE,
    "assessment": Assessment(),
    "note": "",
    "writers": (),
    "approved_by": None,
}


def _append(session: Session, row: FactCheckRow | None, step: FactCheckStepRow, *, in_force: int | None) -> None:
    session.add(step)
    after = step.after
    if row is None:
        row = FactCheckRow(
            claim_id=step.claim_id,
            state=after.state,
            version=after.version,
            author=after.author,
            changed_at=after.changed_at,
            fact_check=after,
        )
    row.state, row.version, row.changed_at = after.state, after.version, after.changed_at
    row.published_at = after.publication.published_at if after.publication else None
    row.step_version, row.fact_check = in_force, after
    session.add(row)
    session.flush()


def _with_claims(session: Session, rows: Sequence[FactCheckRow]) -> list[CheckedClaim]:
    ids = [row.claim_id for row in rows]
    claims = {row.id: row.as_value() for row in session.exec(select(ClaimRow).where(col(ClaimRow.id).in_(ids)))}
    return [CheckedClaim(stored=claims[row.claim_id], fact_check=row.fact_check) for row in rows]


def _says(copy: str, stored: StoredClaim, text: str) -> bool:
    """Tell whether a near copy has the claim's own words; one that was cut may lack them."""
    spans = stored.claim.content.spans
    words = [" ".join(span.of(text).split()) for span in spans]
    return bool(words) and all(place(copy, passage).level in CERTAIN for passage in words)


def _step_on(session: Session, claim_id: str, version: int) -> FactCheckStepRow | None:
    query = select(FactCheckStepRow).where(FactCheckStepRow.claim_id == claim_id, FactCheckStepRow.version == version)
    return session.exec(query).one_or_none()


def _is_same(known: FactCheckStepRow, move: Move) -> bool:
    same_words = move.assessment is None or move.assessment == known.after.assessment
    return (known.deed, known.person, known.comment) == (move.deed, move.person, move.comment) and same_words


def _conflict(current: FactCheck | None, claim_id: str) -> StoreError:
    if current is None:
        return StoreError(f"claim {claim_id!r} has no fact-check any longer: look at it again")
    return Conflict(
        f"the fact-check of claim {claim_id!r} was changed by {current.changed_by!r} at "
        f"{current.changed_at:%Y-%m-%d %H:%M} UTC, after it was opened here: look at it again",
        changed_by=current.changed_by,
        changed_at=current.changed_at,
    )


def _clean(move: Move) -> Move:
    return move.model_copy(
        update={
            "assessment": None if move.assessment is None else _without_nul(move.assessment),
            "note": None if move.note is None else typed(move.note),
            "comment": typed(move.comment),
        }
    )


def _without_nul(assessment: Assessment) -> Assessment:
    """Return what somebody typed as PostgreSQL can hold it."""

    def clean(evidence: Evidence) -> Evidence:
        texts = {name: typed(getattr(evidence, name)) for name in ("url", "title", "publisher", "excerpt")}
        return evidence.model_copy(update=texts)

    texts = {name: typed(getattr(assessment, name)) for name in ("conclusion", "explanation", "page_url")}
    return assessment.model_copy(update={**texts, "evidence": tuple(clean(item) for item in assessment.evidence)})
