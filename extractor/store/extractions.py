"""Extractions: what an extractor made of an article, kept whole, and what that means for its claims."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, delete, func, insert, tuple_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

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
from extractor.store.articles import lock_articles
from extractor.store.claims import change_claim_row, new_claim_row
from extractor.store.disagreement import settle_disagreement
from extractor.store.index import reindex
from extractor.store.replies import book, filled, kept_requests, refer, requests_of
from extractor.store.tables import ClaimRow, ExtractionRow, FailureRow, FindRow, identity_sha256

_PIECE_COUNTS = {state: f"n_{state}_pieces" for state in PieceState}
"""The column of `ExtractionRow` that counts the pieces in a state."""


class Blame(Value):
    """How often an article may be the cause of a failure."""

    max_tries: int
    """When it has been so often, it is set aside."""


class FailureCounts(Value):
    """How many articles could not be done yet."""

    n: int
    n_set_aside: int
    """Of them, those that runs leave alone."""


class ModelUsage(Value):
    """What one model has done and cost."""

    model: str
    n_articles: int
    usage: Usage


class ArticleUsage(Value):
    """What one extraction of one article has cost."""

    article_sha256: str
    model: str
    usage: Usage


def save_extraction(session: Session, *, extraction: Extraction) -> bool:
    """Store one extraction with its claims; see `save_extractions`.

    Returns:
        False when this identity has done this article before; then nothing changes.

    Raises:
        StoreError: The article is not in the database.
    """
    return bool(save_extractions(session, extractions=[extraction]))


def save_extractions(session: Session, *, extractions: Sequence[Extraction], run_id: int | None = None) -> set[str]:
    """Store extractions with their claims; the transaction holds all of it or nothing.

    A claim that is there already and undecided takes the new data; a decided one stays as decided. An
    undecided claim of an article that its extraction does not have becomes superseded. A failure on
    record for an article and identity is forgotten.

    Args:
        session: Where to.
        extractions: Of different articles, or of one article by different identities; those of one go in in order.
        run_id: The run they were made in.

    Returns:
        The hashes of the articles that were stored; an identity that has done an article before changes nothing.

    Raises:
        StoreError: An article is not in the database.
    """
    stored: set[str] = set()
    rest = list(extractions)
    while rest:
        # One of each article at a time: what the first one changes, the second must see.
        group = list({e.article_sha256: e for e in reversed(rest)}.values())
        rest = [e for e in rest if not any(e is chosen for chosen in group)]
        stored |= _save_group(session, group, run_id)
    return stored


def _save_group(session: Session, group: Sequence[Extraction], run_id: int | None) -> set[str]:
    lock_articles(session, sha256s=[e.article_sha256 for e in group])
    keys = {(e.article_sha256, identity_sha256(e.identity)): e for e in group}
    same = select_columns(col(ExtractionRow.article_sha256), col(ExtractionRow.identity_sha256)).where(
        col(ExtractionRow.article_sha256).in_([article for article, _ in keys])
    )
    read_before = set()
    for article, identity in session.execute(same):
        read_before.add(article)
        keys.pop((article, identity), None)
    if not keys:
        return set()
    kept = kept_requests(session, request_sha256s=[key for e in keys.values() for key in requests_of(e)])
    ids = _insert_extractions(session, keys, run_id, kept)
    book(session, extraction_ids={key: ids[e.article_sha256] for e in keys.values() for key in requests_of(e)})
    touched = _merge_claims(session, list(keys.values()))
    session.flush()
    finds = [
        {"extraction_id": ids[e.article_sha256], "claim_id": claim.id, "position": position, "found": claim}
        for e in keys.values()
        for position, claim in enumerate(e.claims)
    ]
    if finds:
        session.execute(insert(FindRow), finds)
    gone = tuple_(col(FailureRow.article_sha256), col(FailureRow.identity_sha256)).in_(list(keys))
    session.execute(delete(FailureRow).where(gone))
    for article, _ in keys:
        if article in read_before:
            settle_disagreement(session, article_sha256=article)
    reindex(session, touched)
    return {article for article, _ in keys}


def _insert_extractions(
    session: Session, keys: Mapping[tuple[str, str], Extraction], run_id: int | None, kept: set[str]
) -> dict[str, int]:
    """Return the new ids by the articles' hashes."""
    rows = [
        {**_extraction_values(e, identity, run_id), "pieces": refer(e.pieces, kept)}
        for (_, identity), e in keys.items()
    ]
    added = insert(ExtractionRow).returning(col(ExtractionRow.article_sha256), col(ExtractionRow.id))
    return {article: row_id for article, row_id in session.execute(added, rows) if row_id is not None}


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
        pieces=filled(session, row.pieces),
        suspected_misses=row.suspected_misses,
        started_at=row.started_at,
        seconds=row.seconds,
    )


def list_identities(session: Session, *, article_sha256: str) -> list[Identity]:
    """Return what every extraction of an article depended on, in the order in which they were saved."""
    query = select(col(ExtractionRow.identity)).where(ExtractionRow.article_sha256 == article_sha256)
    return list(session.exec(query.order_by(col(ExtractionRow.id))))


def record_failure(
    session: Session,
    *,
    article_sha256: str,
    identity: Identity,
    error: str,
    now: datetime,
    blame: Blame | None = None,
) -> Failure:
    """Note that an extraction did not come about; a second failure counts up and gives the newer reason.

    Args:
        session: Where to.
        article_sha256: The article, which stays pending.
        identity: The extractor's.
        error: The reason, one sentence.
        now: Aware.
        blame: The article itself is at fault, and is set aside when that happened too often; None never sets aside.

    Returns:
        The failure as it is on record now, which may set the article aside.

    Raises:
        StoreError: The article is not in the database.
    """
    lock_articles(session, sha256s=[article_sha256])
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
    if blame is not None:
        row.n_blamed += 1
        row.is_set_aside = row.n_blamed >= blame.max_tries
    session.add(row)
    session.flush()
    return _as_failure(row)


def list_failures(
    session: Session,
    *,
    article_sha256: str | None = None,
    identity: Identity | None = None,
    set_aside: bool | None = None,
    limit: int | None = None,
) -> list[Failure]:
    """Return what could not be done yet, the latest first.

    Args:
        session: Where from.
        article_sha256: Only of this article.
        identity: Only of this extractor.
        set_aside: Only those set aside, or only the others.
        limit: At most so many.
    """
    query = select(FailureRow).order_by(col(FailureRow.last_at).desc(), col(FailureRow.article_sha256)).limit(limit)
    if article_sha256 is not None:
        query = query.where(FailureRow.article_sha256 == article_sha256)
    if identity is not None:
        query = query.where(FailureRow.identity_sha256 == identity_sha256(identity))
    if set_aside is not None:
        query = query.where(FailureRow.is_set_aside == set_aside)
    return [_as_failure(row) for row in session.exec(query)]


def _as_failure(row: FailureRow) -> Failure:
    return Failure.model_validate({name: getattr(row, name) for name in Failure.model_fields})


def count_failures(session: Session) -> FailureCounts:
    """Count what could not be done yet, and how much of it is set aside."""
    set_aside = func.coalesce(func.sum(case((col(FailureRow.is_set_aside), 1), else_=0)), 0)
    n, n_set_aside = session.execute(select_columns(func.count(), set_aside).select_from(FailureRow)).one()
    return FailureCounts(n=n, n_set_aside=n_set_aside)


def ledger_totals(session: Session) -> LedgerTotals:
    """Count the pieces by state and the suspected misses, over the extraction of each article that was saved last."""
    later = aliased(ExtractionRow)
    newest = ~exists().where(
        col(later.article_sha256) == col(ExtractionRow.article_sha256), col(later.id) > col(ExtractionRow.id)
    )
    counted = [*(_PIECE_COUNTS[state] for state in PieceState), "n_suspected_misses"]
    sums = [func.coalesce(func.sum(getattr(ExtractionRow, name)), 0) for name in counted]
    *pieces, n_misses = session.execute(select_columns(*sums).where(newest)).one()
    return LedgerTotals(pieces=dict(zip(PieceState, pieces, strict=True)), n_suspected_misses=n_misses)


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


def costliest_articles(session: Session, *, limit: int) -> list[ArticleUsage]:
    """Return the extractions that used most, in money where it is known, else in tokens."""
    tokens = col(ExtractionRow.prompt_tokens) + col(ExtractionRow.output_tokens)
    query = select_columns(*_USED).where(col(ExtractionRow.calls) > 0)
    cost = func.coalesce(col(ExtractionRow.cost_usd), 0.0)
    return _usages(session, query.order_by(cost.desc(), tokens.desc()).limit(limit))


def usage_of_article(session: Session, *, article_sha256: str) -> list[ArticleUsage]:
    """Return what each extraction of an article used, in the order in which they were saved."""
    query = select_columns(*_USED).where(col(ExtractionRow.article_sha256) == article_sha256)
    return _usages(session, query.order_by(col(ExtractionRow.id)))


_USED = (
    col(ExtractionRow.article_sha256),
    col(ExtractionRow.model),
    col(ExtractionRow.calls),
    col(ExtractionRow.prompt_tokens),
    col(ExtractionRow.output_tokens),
    col(ExtractionRow.call_seconds),
    col(ExtractionRow.cost_usd),
)


def _usages(session: Session, query: Select[*tuple[Any, ...]]) -> list[ArticleUsage]:
    return [
        ArticleUsage(
            article_sha256=article_sha256,
            model=model,
            usage=Usage(
                calls=calls,
                prompt_tokens=prompt_tokens,
                output_tokens=output_tokens,
                seconds=seconds,
                cost_usd=cost_usd,
            ),
        )
        for article_sha256, model, calls, prompt_tokens, output_tokens, seconds, cost_usd in session.execute(query)
    ]


def _extraction_values(extraction: Extraction, identity_key: str, run_id: int | None) -> dict[str, object]:
    usage = extraction.usage
    states = Counter(piece.state for piece in extraction.pieces)
    return {
        "article_sha256": extraction.article_sha256,
        "identity_sha256": identity_key,
        "model": extraction.identity.model,
        "identity": extraction.identity,
        "started_at": extraction.started_at,
        "seconds": extraction.seconds,
        "calls": usage.calls,
        "prompt_tokens": usage.prompt_tokens,
        "output_tokens": usage.output_tokens,
        "call_seconds": usage.seconds,
        "cost_usd": usage.cost_usd,
        "suspected_misses": extraction.suspected_misses,
        "run_id": run_id,
        **{name: states[state] for state, name in _PIECE_COUNTS.items()},
        "n_suspected_misses": len(extraction.suspected_misses),
    }


def _merge_claims(session: Session, extractions: Sequence[Extraction]) -> list[ClaimRow]:
    """Return the claims that were added or changed."""
    query = (
        select(ClaimRow)
        .where(col(ClaimRow.article_sha256).in_([e.article_sha256 for e in extractions]))
        # As in acts on several claims, so that the two wait for each other instead of blocking both.
        .order_by(col(ClaimRow.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    known: dict[str, dict[str, ClaimRow]] = {}
    for row in session.exec(query):
        known.setdefault(row.article_sha256, {})[row.id] = row
    return [row for e in extractions for row in _merge_into(session, known.get(e.article_sha256, {}), e)]


def _merge_into(session: Session, known: dict[str, ClaimRow], extraction: Extraction) -> list[ClaimRow]:
    model = extraction.identity.model
    at = extraction.started_at + timedelta(seconds=extraction.seconds)
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
