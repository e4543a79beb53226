"""Extractions: what an extractor made of an article, kept whole, and what that means for its claims."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import case, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from extractor.schema import (
    ClaimStatus,
    Extraction,
    Failure,
    Identity,
    LedgerTotals,
    PieceState,
    Usage,
    Value,
)
from extractor.store.articles import lock_article
from extractor.store.claims import change_claim_row, new_claim_row
from extractor.store.disagreement import settle_disagreement
from extractor.store.index import reindex
from extractor.store.tables import ClaimRow, ExtractionRow, FailureRow, FindRow, identity_sha256


class ModelUsage(Value):
    """What one model has done and cost."""

    model: str
    n_articles: int
    usage: Usage


def save_extraction(session: Session, *, extraction: Extraction) -> bool:
    """Store an extraction with its claims; the transaction holds all of it or nothing.

    A claim that is there already and undecided takes the new data; a decided one stays as decided. An
    undecided claim of this article that this extraction does not have becomes superseded. A failure on
    record for this article and identity is forgotten.

    Returns:
        False when this identity has done this article before; then nothing changes.

    Raises:
        StoreError: The article is not in the database.
    """
    lock_article(session, sha256=extraction.article_sha256)
    identity_key = identity_sha256(extraction.identity)
    same = select(ExtractionRow.id).where(
        ExtractionRow.article_sha256 == extraction.article_sha256, ExtractionRow.identity_sha256 == identity_key
    )
    if session.exec(same).first() is not None:
        return False
    row = _extraction_row(extraction, identity_key)
    session.add(row)
    touched = _merge_claims(session, extraction)
    session.flush()
    if row.id is None:
        raise AssertionError("a flushed row has an id")
    session.add_all(
        FindRow(extraction_id=row.id, claim_id=claim.id, position=position, found=claim)
        for position, claim in enumerate(extraction.claims)
    )
    if failure := session.get(FailureRow, (extraction.article_sha256, identity_key)):
        session.delete(failure)
    settle_disagreement(session, article_sha256=extraction.article_sha256)
    reindex(session, touched)
    return True


def latest_extraction(session: Session, *, article_sha256: str) -> Extraction | None:
    """Return the extraction of an article that was saved last, as the extractor gave it; None before the first."""
    query = (
        select(ExtractionRow)
        .where(ExtractionRow.article_sha256 == article_sha256)
        .order_by(col(ExtractionRow.id).desc())
        .limit(1)
    )
    row = session.exec(query).one_or_none()
    if row is None:
        return None
    found = select(col(FindRow.found)).where(FindRow.extraction_id == row.id).order_by(col(FindRow.position))
    return Extraction(
        article_sha256=row.article_sha256,
        identity=row.identity,
        claims=tuple(session.exec(found)),
        pieces=row.pieces,
        suspected_misses=row.suspected_misses,
        started_at=row.started_at,
        seconds=row.seconds,
    )


def list_identities(session: Session, *, article_sha256: str) -> list[Identity]:
    """Return what every extraction of an article depended on, in the order in which they were saved."""
    query = select(col(ExtractionRow.identity)).where(ExtractionRow.article_sha256 == article_sha256)
    return list(session.exec(query.order_by(col(ExtractionRow.id))))


def record_failure(session: Session, *, article_sha256: str, identity: Identity, error: str, now: datetime) -> None:
    """Note that an extraction did not come about; a second failure counts up and gives the newer reason.

    Args:
        session: Where to.
        article_sha256: The article, which stays pending.
        identity: The extractor's.
        error: The reason, one sentence.
        now: Aware.

    Raises:
        StoreError: The article is not in the database.
    """
    lock_article(session, sha256=article_sha256)
    row = session.get(FailureRow, (article_sha256, identity_sha256(identity)), populate_existing=True) or FailureRow(
        article_sha256=article_sha256,
        identity_sha256=identity_sha256(identity),
        model=identity.model,
        reason=error,
        n_failures=0,
        first_at=now,
        last_at=now,
    )
    # A reason may quote what a model said, and PostgreSQL holds no NUL.
    row.reason = error.replace("\0", "\N{REPLACEMENT CHARACTER}")
    row.n_failures += 1
    row.last_at = now
    session.add(row)
    session.flush()


def list_failures(session: Session, *, article_sha256: str | None = None) -> list[Failure]:
    """Return what could not be done yet, the latest first; of one article, or of all."""
    query = select(FailureRow).order_by(col(FailureRow.last_at).desc(), col(FailureRow.article_sha256))
    if article_sha256 is not None:
        query = query.where(FailureRow.article_sha256 == article_sha256)
    return [
        Failure.model_validate({name: getattr(row, name) for name in Failure.model_fields})
        for row in session.exec(query)
    ]


def ledger_totals(session: Session) -> LedgerTotals:
    """Count the pieces by state and the suspected misses, over the extraction of each article that was saved last."""
    newest = select(func.max(col(ExtractionRow.id))).group_by(col(ExtractionRow.article_sha256))
    query = select(ExtractionRow.pieces, ExtractionRow.suspected_misses).where(col(ExtractionRow.id).in_(newest))
    states: Counter[PieceState] = Counter()
    n_suspected_misses = 0
    # A page at a time: the pieces hold every raw reply.
    for pieces, misses in session.exec(query.execution_options(yield_per=100)):
        states.update(piece.state for piece in pieces)
        n_suspected_misses += len(misses)
    return LedgerTotals(pieces={state: states[state] for state in PieceState}, n_suspected_misses=n_suspected_misses)


def usage_by_model(session: Session) -> list[ModelUsage]:
    """Return what every model has cost over all stored extractions, by the model's name."""
    unpriced = func.count(case(((col(ExtractionRow.calls) > 0) & col(ExtractionRow.cost_usd).is_(None), 1)))
    query = (
        select_columns(
            col(ExtractionRow.model),
            func.count(),
            func.sum(col(ExtractionRow.calls)),
            func.sum(col(ExtractionRow.prompt_tokens)),
            func.sum(col(ExtractionRow.output_tokens)),
            func.sum(col(ExtractionRow.call_seconds)),
            func.coalesce(func.sum(col(ExtractionRow.cost_usd)), 0.0),
            unpriced,
        )
        .group_by(col(ExtractionRow.model))
        .order_by(col(ExtractionRow.model))
    )
    return [
        ModelUsage(
            model=model,
            n_articles=n,
            usage=Usage(
                calls=calls,
                prompt_tokens=prompt_tokens,
                output_tokens=output_tokens,
                seconds=seconds,
                cost_usd=None if n_unpriced else cost,
            ),
        )
        for model, n, calls, prompt_tokens, output_tokens, seconds, cost, n_unpriced in session.execute(query)
    ]


def _extraction_row(extraction: Extraction, identity_key: str) -> ExtractionRow:
    usage = extraction.usage
    return ExtractionRow(
        article_sha256=extraction.article_sha256,
        identity_sha256=identity_key,
        model=extraction.identity.model,
        identity=extraction.identity,
        started_at=extraction.started_at,
        seconds=extraction.seconds,
        calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        output_tokens=usage.output_tokens,
        call_seconds=usage.seconds,
        cost_usd=usage.cost_usd,
        suspected_misses=extraction.suspected_misses,
        pieces=extraction.pieces,
    )


def _merge_claims(session: Session, extraction: Extraction) -> list[ClaimRow]:
    model = extraction.identity.model
    at = extraction.started_at + timedelta(seconds=extraction.seconds)
    query = (
        select(ClaimRow)
        .where(ClaimRow.article_sha256 == extraction.article_sha256)
        # As in acts on several claims, so that the two wait for each other instead of blocking both.
        .order_by(col(ClaimRow.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    known = {row.id: row for row in session.exec(query)}
    touched = []
    for claim in extraction.claims:
        row = known.pop(claim.id, None)
        if row is None:
            row = new_claim_row(claim, article_sha256=extraction.article_sha256, model=model, at=at)
            session.add(row)
        elif row.status in {ClaimStatus.PENDING, ClaimStatus.SUPERSEDED} and (
            (row.status, row.claim) != (ClaimStatus.PENDING, claim)
        ):
            change_claim_row(row, status=ClaimStatus.PENDING, claim=claim, at=at)
        if row.status is ClaimStatus.PENDING:
            row.added_by = None
        if row.added_by is None:
            row.model = model
        touched.append(row)
    for row in known.values():
        if row.status is ClaimStatus.PENDING and row.added_by is None:
            change_claim_row(row, status=ClaimStatus.SUPERSEDED, claim=row.claim, at=at)
            touched.append(row)
    return touched
