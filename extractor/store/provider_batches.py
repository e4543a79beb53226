"""Batches at providers: which questions wait in them, and what became of each."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, delete, func, update
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, exists, select

from extractor.provider_batch import IN_HAND, AnswerState, BatchState, Deferred, ProviderBatch, Unanswered
from extractor.schema import KeptReply, RunState, Usage
from extractor.store.replies import kept_requests, save_replies
from extractor.store.tables import ArticleRow, DeferredRow, ProviderBatchRow, RunRow

NO_ANSWER = (
    AnswerState.REJECTED,
    AnswerState.FAILED,
    AnswerState.EXPIRED,
    AnswerState.CANCELLED,
    AnswerState.MISSING,
)


def begin_batch(
    session: Session, *, run_id: int, model: str, base_url: str, token: str, now: datetime
) -> ProviderBatch:
    """Enter a batch that is being prepared; `token` is a new name for it, and the same again changes nothing."""
    known = session.exec(select(ProviderBatchRow).where(ProviderBatchRow.token == token)).one_or_none()
    row = known or ProviderBatchRow(
        token=token, run_id=run_id, model=model, base_url=base_url, state=BatchState.PREPARING, begun_at=now
    )
    session.add(row)
    session.flush()
    return row.as_value()


def add_questions(session: Session, *, batch_id: int, questions: Sequence[Deferred]) -> None:
    """Put questions into a batch; those that are there stay."""
    if not questions:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        DeferredRow(batch_id=batch_id, state=AnswerState.WAITING, **question.model_dump()).model_dump()
        for question in questions
    ]
    session.execute(insert(DeferredRow).on_conflict_do_nothing(), rows)


def change_batch(session: Session, *, batch_id: int, **changes: object) -> None:
    """Set columns of a batch: its state, and what the provider says about it."""
    session.execute(update(ProviderBatchRow).where(col(ProviderBatchRow.id) == batch_id).values(**changes))


def dissolve_batch(session: Session, *, batch_id: int) -> None:
    """Forget a batch that the provider does not have; its articles wait again."""
    session.execute(delete(DeferredRow).where(col(DeferredRow.batch_id) == batch_id))
    session.execute(delete(ProviderBatchRow).where(col(ProviderBatchRow.id) == batch_id))


def dissolve_unsent(session: Session) -> None:
    """Forget the batches that were being prepared by runs that have ended or died."""
    running = select(RunRow.id).where(RunRow.state == RunState.RUNNING)
    unsent = select(ProviderBatchRow.id).where(
        ProviderBatchRow.state == BatchState.PREPARING, col(ProviderBatchRow.run_id).not_in(running)
    )
    for batch_id in session.exec(unsent).all():
        dissolve_batch(session, batch_id=batch_id or 0)


def decline_batch(session: Session, *, batch_id: int, reason: str, now: datetime) -> None:
    """Take note that the provider did not take a batch; its articles wait again."""
    session.execute(delete(DeferredRow).where(col(DeferredRow.batch_id) == batch_id))
    change_batch(session, batch_id=batch_id, state=BatchState.DECLINED, reason=reason, ended_at=now)


def take_over_batches(session: Session, *, run_id: int, model: str) -> list[ProviderBatch]:
    """Take the batches in hand whose run has ended or died, and return all that the run has, the oldest first."""
    running = select(RunRow.id).where(RunRow.state == RunState.RUNNING)
    mine = and_(col(ProviderBatchRow.model) == model, col(ProviderBatchRow.state).in_(IN_HAND))
    session.execute(
        update(ProviderBatchRow).where(mine, col(ProviderBatchRow.run_id).not_in(running)).values(run_id=run_id)
    )
    query = select(ProviderBatchRow).where(mine, ProviderBatchRow.run_id == run_id)
    return [row.as_value() for row in session.exec(query.order_by(col(ProviderBatchRow.id)))]


def list_batches(session: Session, *, limit: int = 10) -> list[ProviderBatch]:
    """Return the latest batches, the last one first."""
    query = select(ProviderBatchRow).order_by(col(ProviderBatchRow.id).desc()).limit(limit)
    return [row.as_value() for row in session.exec(query)]


def collect(
    session: Session,
    *,
    batch_id: int,
    replies: Sequence[KeptReply],
    failures: Sequence[Unanswered],
    now: datetime,
) -> Usage:
    """Keep some answers and failures of a batch; what was collected before changes nothing.

    Returns:
        What the new answers cost.
    """
    named = [reply.request_sha256 for reply in replies] + [failure.request_sha256 for failure in failures]
    of_batch = and_(col(DeferredRow.batch_id) == batch_id, col(DeferredRow.state) == AnswerState.WAITING)
    query = select_columns(col(DeferredRow.request_sha256)).where(of_batch, col(DeferredRow.request_sha256).in_(named))
    waiting = set(session.execute(query).scalars())
    new = [reply for reply in replies if reply.request_sha256 in waiting]
    paid_before = kept_requests(session, request_sha256s=[reply.request_sha256 for reply in new])
    save_replies(session, replies=new, now=now)
    answered = [reply.request_sha256 for reply in new]
    change = update(DeferredRow).where(of_batch, col(DeferredRow.request_sha256).in_(answered))
    session.execute(change.values(state=AnswerState.ANSWERED))
    for failure in failures:
        if failure.request_sha256 in waiting:
            change = update(DeferredRow).where(of_batch, col(DeferredRow.request_sha256) == failure.request_sha256)
            session.execute(change.values(**failure.model_dump(exclude={"request_sha256"})))
    return sum((reply.usage for reply in new if reply.request_sha256 not in paid_before), Usage())


def close_batch(session: Session, *, batch_id: int, unnamed: AnswerState, reason: str, now: datetime) -> ProviderBatch:
    """End a batch whose files have been read.

    Args:
        session: Where to.
        batch_id: Which one.
        unnamed: What became of the questions of which the provider's files say nothing.
        reason: Why it ended before its time; empty when it did not.
        now: Aware.
    """
    left = and_(col(DeferredRow.batch_id) == batch_id, col(DeferredRow.state) == AnswerState.WAITING)
    session.execute(update(DeferredRow).where(left).values(state=unnamed))
    answered = func.coalesce(func.sum(case((col(DeferredRow.state) == AnswerState.ANSWERED, 1), else_=0)), 0)
    counts = (
        select_columns(func.count(), answered).select_from(DeferredRow).where(col(DeferredRow.batch_id) == batch_id)
    )
    n, n_answered = session.execute(counts).one()
    change_batch(
        session,
        batch_id=batch_id,
        state=BatchState.COLLECTED,
        reason=reason,
        ended_at=now,
        n_answered=n_answered,
        n_failed=n - n_answered,
    )
    row = session.get(ProviderBatchRow, batch_id, populate_existing=True)
    if row is None:
        raise AssertionError("a batch that was changed is there")
    return row.as_value()


def unanswered(session: Session, *, run_id: int, model: str, sha256s: Iterable[str]) -> dict[str, list[Unanswered]]:
    """Return why questions have no answer: those that never will have one, and those that this run waited for in vain.

    Args:
        session: Where from.
        run_id: The run.
        model: Who was asked.
        sha256s: Articles.

    Returns:
        By article; articles without any are left out. Of a question in several batches the last one counts.
    """
    query = (
        select(DeferredRow)
        .join(ProviderBatchRow, col(ProviderBatchRow.id) == DeferredRow.batch_id)
        .where(
            col(DeferredRow.article_sha256).in_(list(sha256s)),
            col(DeferredRow.state).in_(NO_ANSWER),
            ProviderBatchRow.model == model,
            (col(DeferredRow.state) == AnswerState.REJECTED) | (col(ProviderBatchRow.run_id) == run_id),
        )
        .order_by(col(DeferredRow.batch_id))
    )
    found: dict[str, dict[str, Unanswered]] = {}
    for row in session.exec(query):
        known = {name: getattr(row, name) for name in Unanswered.model_fields}
        found.setdefault(row.article_sha256, {})[row.request_sha256] = Unanswered.model_validate(known)
    return {sha256: list(by_request.values()) for sha256, by_request in found.items()}


def forget_unanswered(session: Session, *, article_sha256: str) -> None:
    """Let the questions about an article that were turned down be asked again."""
    gone = and_(col(DeferredRow.article_sha256) == article_sha256, col(DeferredRow.state).in_(NO_ANSWER))
    session.execute(delete(DeferredRow).where(gone))


def waits_in_batch(model: str) -> ColumnElement[bool]:
    """Return the condition that an article has questions to a model in a batch."""
    return exists().where(
        col(DeferredRow.article_sha256) == ArticleRow.sha256,
        col(DeferredRow.state) == AnswerState.WAITING,
        col(ProviderBatchRow.id) == DeferredRow.batch_id,
        col(ProviderBatchRow.model) == model,
        col(ProviderBatchRow.state).in_(IN_HAND),
    )
