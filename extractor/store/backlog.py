"""The backlog of an extractor: which articles are next, who has them in hand, and which are set aside.

Articles that were in flight when a run died come after all others, so that one that kills its process does
not stand in the way. Those to which it happened often come last and one at a time, so that none suffers for
another one beside it; see `extractor.store.attempts`.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any, assert_never

from sqlalchemy import ColumnElement, and_, case, false, func, update
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from extractor.schema import Article, Identity, RunState, Value
from extractor.store.attempts import claim, close_attempts
from extractor.store.provider_batches import waits_in_batch
from extractor.store.tables import (
    ArticleRow,
    AttemptRow,
    ExtractionRow,
    FailureRow,
    NearCopyRow,
    RunRow,
    identity_sha256,
)


class Backlog(Value):
    """What is to be done, and by whom."""

    identity: Identity
    run_id: int = 0
    """Who claims; 0 for somebody who only looks."""
    only: tuple[str, ...] | None = None
    """Hashes of the only articles meant; all when None."""
    with_copies: bool = False
    """Near copies that say nothing new are meant too; with `only` they are in any case."""
    max_tries: int = 3
    """So often may runs die over an article among others, and again over it alone."""


class Turn(StrEnum):
    """When an article is done, and beside which others."""

    FIRST = "first"
    AGAIN = "again"
    """It was in flight when a run died: after those to which that has not happened."""
    ALONE = "alone"
    """It was so as often as may be: last, and nothing beside it."""


class BacklogCounts(Value):
    """How many of the articles meant are where."""

    n_meant: int
    n_done: int
    n_set_aside: int
    n_elsewhere: int
    """In the hands of another run that is alive."""
    n_in_batch: int
    """With questions in a batch at the provider."""
    n_copies: int
    """Left out: near copies that say nothing new."""
    n_waiting: int


class Standing(StrEnum):
    """Where an article stands with an extractor."""

    DONE = "done"
    SET_ASIDE = "set_aside"
    ELSEWHERE = "elsewhere"
    """In the hands of another run that is alive."""
    IN_BATCH = "in_batch"
    """With questions in a batch at the provider."""
    COPY = "copy"
    """It repeats an article that can be read, and copies are not wanted."""
    SUSPECTED = "suspected"
    """Runs have died over it, or beside it: it is to be done alone."""
    WAITING = "waiting"


class Claimed(Value):
    """Which of some articles are in our hands now, and where the others stand."""

    articles: tuple[Article, ...]
    others: dict[str, Standing]
    """By hash; waiting are those that somebody else claimed at the same moment."""


class BacklogPage(Value):
    """The next articles of a backlog."""

    articles: tuple[Article, ...]
    """In the order in which they came in."""
    last: int | None
    """Where the next page goes on; None when there is no more."""


def count_backlog(session: Session, *, backlog: Backlog) -> BacklogCounts:
    """Count the articles of a backlog."""
    of = _Joined(backlog)
    standing = of.standing.label("standing")
    query = of.join(select_columns(standing, func.count())).group_by(standing)
    counts: Counter[str] = Counter(dict(session.execute(query).all()))
    return BacklogCounts(
        n_meant=sum(counts.values()),
        n_done=counts[Standing.DONE],
        n_set_aside=counts[Standing.SET_ASIDE],
        n_elsewhere=counts[Standing.ELSEWHERE],
        n_in_batch=counts[Standing.IN_BATCH],
        n_copies=counts[Standing.COPY],
        n_waiting=counts[Standing.WAITING] + counts[Standing.SUSPECTED],
    )


def read_backlog(session: Session, *, backlog: Backlog, after: int, limit: int) -> BacklogPage:
    """Return the next waiting articles without claiming them; `after` is -1 for the first page."""
    of = _Joined(backlog)
    return _page(session, of, of.waiting, after, limit)


def waiting_articles(session: Session, *, backlog: Backlog, after: int, limit: int) -> tuple[list[str], int | None]:
    """Return the hashes of the next waiting articles, and where the next page goes on; see `read_backlog`."""
    of = _Joined(backlog)
    query = of.join(select_columns(col(ArticleRow.sha256), col(ArticleRow.arrival)))
    query = query.where(of.waiting, col(ArticleRow.arrival) > after).order_by(col(ArticleRow.arrival)).limit(limit)
    rows = session.execute(query).all()
    return [sha256 for sha256, _ in rows], rows[-1][1] if len(rows) == limit else None


def claim_articles(session: Session, *, backlog: Backlog, sha256s: Sequence[str], alone: bool = False) -> Claimed:
    """Claim these articles for the run; `alone` those that are to be done alone, and else the others."""
    of = _Joined(backlog.model_copy(update={"only": tuple(sha256s)}))
    wanted = of.waiting & (of.suspected if alone else ~of.suspected)
    page = _claimed(session, backlog, _page(session, of, wanted, -1, len(sha256s)))
    left = set(sha256s) - {article.sha256 for article in page.articles}
    if not left:
        return Claimed(articles=page.articles, others={})
    of = _Joined(backlog.model_copy(update={"only": tuple(left)}))
    standings = session.execute(of.join(select_columns(col(ArticleRow.sha256), of.standing)))
    return Claimed(articles=page.articles, others={sha256: Standing(standing) for sha256, standing in standings})


def claim_backlog(
    session: Session, *, backlog: Backlog, after: int, limit: int, turn: Turn = Turn.FIRST
) -> BacklogPage:
    """Claim the next waiting articles for the run; the claim is in force when the session ends.

    Args:
        session: Where to.
        backlog: What is to be done.
        after: -1 for the first page, then the `last` of the page before.
        limit: At most so many.
        turn: Those whose turn this is.

    Returns:
        Those that nobody else has claimed in the meantime; they may be none although there are more. What the
        run has in hand itself is claimed once more: an answer of the database that got lost does no harm.
    """
    of = _Joined(backlog)
    return _claimed(session, backlog, _page(session, of, of.waiting & of.has(turn), after, limit))


def claim_alone(session: Session, *, backlog: Backlog, tried: Collection[str]) -> Article | None:
    """Claim an article that is to be done alone: of those not `tried` the one over which the fewest runs died.

    So the others come before one that runs die over, and what becomes of them speaks for it or against it.

    Returns:
        None when there is none left.
    """
    of = _Joined(backlog)
    skipped = set(tried)
    while True:
        wanted = of.waiting & of.suspected & col(ArticleRow.sha256).not_in(skipped)
        query = of.join(select_columns(ArticleRow)).where(wanted)
        order = (col(of.attempt.n_deaths), col(ArticleRow.arrival))
        row = session.execute(query.order_by(*order).limit(1)).scalar()
        if row is None:
            return None
        for article in _claimed(session, backlog, BacklogPage(articles=(row.as_value(),), last=None)).articles:
            return article
        skipped.add(row.sha256)


def take_up_again(session: Session, *, backlog: Backlog) -> int:
    """Put the articles that were set aside back into the backlog with all tries before them; return how many."""
    aside = and_(col(FailureRow.is_set_aside), col(FailureRow.identity_sha256) == identity_sha256(backlog.identity))
    if backlog.only is not None:
        aside = and_(aside, col(FailureRow.article_sha256).in_(backlog.only))
    done = session.execute(update(FailureRow).where(aside).values(is_set_aside=False, n_blamed=0))
    return int(getattr(done, "rowcount", 0))


class _Joined:
    """The articles meant, each beside what is known of it."""

    def __init__(self, backlog: Backlog) -> None:
        self._only = backlog.only
        key = identity_sha256(backlog.identity)
        self.attempt = aliased(AttemptRow)
        self._failure = aliased(FailureRow)
        self._run = aliased(RunRow)
        self._attempt_is_its = and_(
            col(self.attempt.article_sha256) == ArticleRow.sha256, col(self.attempt.identity_sha256) == key
        )
        self._failure_is_its = and_(
            col(self._failure.article_sha256) == ArticleRow.sha256, col(self._failure.identity_sha256) == key
        )
        self._run_has_it = and_(
            col(self._run.id) == self.attempt.run_id,
            col(self._run.state) == RunState.RUNNING,
            col(self._run.id) != backlog.run_id,
        )
        self.done: ColumnElement[bool] = exists().where(
            col(ExtractionRow.article_sha256) == ArticleRow.sha256, col(ExtractionRow.identity_sha256) == key
        )
        self.set_aside: ColumnElement[bool] = func.coalesce(col(self._failure.is_set_aside), False)
        self.elsewhere: ColumnElement[bool] = col(self._run.id).is_not(None)
        self.in_batch: ColumnElement[bool] = waits_in_batch(backlog.identity.model)
        self.left_out: ColumnElement[bool] = false()
        if backlog.only is None and not backlog.with_copies:
            self.left_out = _repeats_what_can_be_read(key)
        self._n_deaths: ColumnElement[int] = func.coalesce(self.attempt.n_deaths, 0)
        self.suspected: ColumnElement[bool] = self._n_deaths >= backlog.max_tries
        self.waiting = ~self.done & ~self.set_aside & ~self.elsewhere & ~self.in_batch & ~self.left_out

    def has(self, turn: Turn) -> ColumnElement[bool]:
        """Tell whose turn it is."""
        match turn:
            case Turn.FIRST:
                return self._n_deaths == 0
            case Turn.AGAIN:
                return (self._n_deaths > 0) & ~self.suspected
            case Turn.ALONE:
                return self.suspected
            case _:
                assert_never(turn)

    @property
    def standing(self) -> ColumnElement[str]:
        """One of `Standing`."""
        return case(
            (self.done, Standing.DONE.value),
            (self.set_aside, Standing.SET_ASIDE.value),
            (self.elsewhere, Standing.ELSEWHERE.value),
            (self.in_batch, Standing.IN_BATCH.value),
            (self.left_out, Standing.COPY.value),
            (self.suspected, Standing.SUSPECTED.value),
            else_=Standing.WAITING.value,
        )

    def join(self, query: Any) -> Any:
        """Put the tables into a query."""
        joined = (
            query.select_from(ArticleRow)
            .outerjoin(self.attempt, self._attempt_is_its)
            .outerjoin(self._failure, self._failure_is_its)
            .outerjoin(self._run, self._run_has_it)
        )
        return joined if self._only is None else joined.where(col(ArticleRow.sha256).in_(self._only))


def _repeats_what_can_be_read(key: str) -> ColumnElement[bool]:
    """Tell a near copy that says nothing new, unless what it repeats was set aside: then it takes its place."""
    original_failed = exists().where(
        col(FailureRow.article_sha256) == NearCopyRow.of_sha256,
        col(FailureRow.identity_sha256) == key,
        col(FailureRow.is_set_aside),
    )
    return exists().where(
        col(NearCopyRow.article_sha256) == ArticleRow.sha256, col(NearCopyRow.n_new_sentences) == 0, ~original_failed
    )


def _page(session: Session, of: _Joined, wanted: ColumnElement[bool], after: int, limit: int) -> BacklogPage:
    query = of.join(select_columns(ArticleRow)).where(wanted, col(ArticleRow.arrival) > after)
    rows = session.execute(query.order_by(col(ArticleRow.arrival)).limit(limit)).scalars().all()
    page = BacklogPage(
        articles=tuple(row.as_value() for row in rows), last=rows[-1].arrival if len(rows) == limit else None
    )
    # A long backlog would otherwise pile its articles up in a long session.
    session.expunge_all()
    return page


def _claimed(session: Session, backlog: Backlog, page: BacklogPage) -> BacklogPage:
    """Claim the articles of a page, and return the page with those that are ours."""
    if not page.articles:
        return page
    sha256s = [article.sha256 for article in page.articles]
    ours = claim(session, run_id=backlog.run_id, identity=backlog.identity, sha256s=sha256s)
    # Another run may have ended one of them between our look and our claim.
    done = select(ExtractionRow.article_sha256).where(
        col(ExtractionRow.article_sha256).in_(ours),
        ExtractionRow.identity_sha256 == identity_sha256(backlog.identity),
    )
    if too_late := set(session.exec(done)):
        close_attempts(session, identity=backlog.identity, sha256s=list(too_late))
    articles = tuple(a for a in page.articles if a.sha256 in ours - too_late)
    return page.model_copy(update={"articles": articles})
