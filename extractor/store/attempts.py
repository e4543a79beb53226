"""Who has which article in hand, and which articles runs die over.

A run that dies leaves behind what was in flight. An article that ends later, well or not, did not kill it. Where
nothing else is left of a death, it was the last article's doing, or that of somebody outside: the machine, a
person, whoever stops processes. Somebody outside kills over other articles too, and of such a death nothing is
left in the end. So an article is set aside when it was all that is left of some deaths, and of more of them than
there were deaths since of which nothing is left.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, delete, update
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, exists, select

from extractor.schema import Identity, RunState
from extractor.store.extractions import Blame, record_failure
from extractor.store.tables import AttemptRow, DeathRow, RunRow, identity_sha256


def claim(session: Session, *, run_id: int, identity: Identity, sha256s: Sequence[str]) -> set[str]:
    """Take articles into a run's hands, and return those that are there now; another run may have been quicker."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = identity_sha256(identity)
    rows = [
        {"article_sha256": sha256, "identity_sha256": key, "run_id": run_id, "is_begun": False, "n_deaths": 0}
        for sha256 in sorted(sha256s)
    ]
    alive = select(RunRow.id).where(RunRow.state == RunState.RUNNING, RunRow.id != run_id)
    added = insert(AttemptRow).values(rows)
    taken = added.on_conflict_do_update(
        index_elements=["article_sha256", "identity_sha256"],
        set_={"run_id": run_id, "is_begun": False},
        where=col(AttemptRow.run_id).is_(None) | col(AttemptRow.run_id).not_in(alive),
    )
    return set(session.execute(taken.returning(col(AttemptRow.article_sha256))).scalars())


def mark_flight(
    session: Session, *, run_id: int, identity: Identity, begun: Collection[str], over: Collection[str]
) -> None:
    """Note which articles of a run are in flight now, and which are not any longer; doing it twice does no harm.

    Args:
        session: Where to.
        run_id: Who has them in hand.
        identity: The extractor's.
        begun: Hashes of articles that are about to begin.
        over: Of those about which all is done but the writing.
    """
    if begun or over:
        mine = and_(_of(identity, [*begun, *over]), col(AttemptRow.run_id) == run_id)
        change = update(AttemptRow).where(mine).values(is_begun=col(AttemptRow.article_sha256).in_(begun))
        session.execute(change.execution_options(synchronize_session=False))


def give_back(session: Session, *, run_id: int, identity: Identity, sha256s: Sequence[str]) -> None:
    """Let go of articles whose work did not begin, or was broken off on purpose."""
    mine = and_(_of(identity, sha256s), col(AttemptRow.run_id) == run_id)
    session.execute(update(AttemptRow).where(mine).values(run_id=None, is_begun=False))
    _forget_clean(session)


def close_attempts(session: Session, *, identity: Identity, sha256s: Sequence[str]) -> None:
    """Forget what there was about articles whose work has ended, well or not: they have not killed anybody."""
    session.execute(delete(AttemptRow).where(_of(identity, sha256s)))
    ended = and_(col(DeathRow.article_sha256).in_(sha256s), col(DeathRow.identity_sha256) == identity_sha256(identity))
    session.execute(delete(DeathRow).where(ended))


def note_deaths(session: Session, *, run_ids: Sequence[int]) -> None:
    """Note what was in flight when runs died, and let go of all that they had in hand."""
    theirs = col(AttemptRow.run_id).in_(run_ids)
    for article, identity, run_id in session.execute(
        select_columns(col(AttemptRow.article_sha256), col(AttemptRow.identity_sha256), col(AttemptRow.run_id)).where(
            theirs, col(AttemptRow.is_begun)
        )
    ).all():
        # A run that was taken for dead may have come back, and died.
        session.merge(DeathRow(article_sha256=article, identity_sha256=identity, run_id=run_id))
    session.flush()
    one_more = col(AttemptRow.n_deaths) + case((col(AttemptRow.is_begun), 1), else_=0)
    let_go = update(AttemptRow).where(theirs).values(n_deaths=one_more, run_id=None, is_begun=False)
    session.execute(let_go.execution_options(synchronize_session=False))
    _forget_clean(session)


def set_deadly_aside(session: Session, *, identity: Identity, max_tries: int, now: datetime) -> int:
    """Set aside the articles over which runs die, and return how many those are.

    Args:
        session: Where to.
        identity: The extractor's.
        max_tries: So often, at least, runs have died over one beside others, or alone; and again over it alone.
        now: Aware.
    """
    in_hand = exists().where(col(RunRow.id) == AttemptRow.run_id, col(RunRow.state) == RunState.RUNNING)
    key = identity_sha256(identity)
    accused = session.exec(
        select(AttemptRow).where(
            col(AttemptRow.identity_sha256) == key, col(AttemptRow.n_deaths) >= 2 * max_tries, ~in_hand
        )
    ).all()
    if not accused:
        return 0
    left: dict[int, set[str]] = defaultdict(set)
    for run_id, sha256 in session.execute(
        select_columns(col(DeathRow.run_id), col(DeathRow.article_sha256)).where(col(DeathRow.identity_sha256) == key)
    ):
        left[run_id].add(sha256)
    died = select_columns(col(RunRow.id)).where(col(RunRow.died), col(RunRow.identity_sha256) == key)
    unexplained = [run_id for run_id in session.execute(died).scalars() if run_id not in left]
    deadly = []
    for attempt in accused:
        own = [run_id for run_id, sha256s in left.items() if attempt.article_sha256 in sha256s]
        n_alone = sum(left[run_id] == {attempt.article_sha256} for run_id in own)
        n_outside = sum(run_id > min(own, default=0) for run_id in unexplained)
        if n_alone >= max_tries + n_outside:
            deadly.append(attempt)
    for attempt in deadly:
        record_failure(
            session,
            article_sha256=attempt.article_sha256,
            identity=identity,
            error=f"the program was killed {attempt.n_deaths} times while it worked on this article",
            now=now,
            blame=Blame(max_tries=1),
        )
        # Its deaths stay: they are explained, and speak for no other article.
        session.delete(attempt)
    session.flush()
    return len(deadly)


def _of(identity: Identity, sha256s: Collection[str]) -> ColumnElement[bool]:
    return and_(
        col(AttemptRow.article_sha256).in_(sha256s), col(AttemptRow.identity_sha256) == identity_sha256(identity)
    )


def _forget_clean(session: Session) -> None:
    """Forget articles that nobody has in hand, and over which nobody died."""
    session.execute(delete(AttemptRow).where(col(AttemptRow.run_id).is_(None), col(AttemptRow.n_deaths) <= 0))
