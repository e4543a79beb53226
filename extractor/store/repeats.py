"""Extractions that give up their place, so that their articles are taken up again."""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from extractor.schema import Piece
from extractor.store.backlog import Backlog
from extractor.store.provider_batches import forget_unanswered
from extractor.store.replies import filled
from extractor.store.tables import ExtractionRow, ReplyRow, identity_sha256

AT_ONCE = 100
"""Extractions held in memory, at most."""


def take_up_lost(session: Session, *, backlog: Backlog) -> int:
    """Put the articles of which pieces were lost back into the backlog, and return how many those are.

    What was said about a lost piece is no longer kept for its question, which will be asked again; it goes
    back into the ledger that it belongs to. The other pieces need no call. Claims stay as they are until
    the article is done again.
    """
    n_lost = sum(col(getattr(ExtractionRow, f"n_{state}_pieces")) for state in ("refused", "truncated", "failed"))
    query = (
        select(ExtractionRow)
        .where(ExtractionRow.identity_sha256 == identity_sha256(backlog.identity), n_lost > 0)
        .order_by(col(ExtractionRow.id))
        .limit(AT_ONCE)
    )
    if backlog.only is not None:
        query = query.where(col(ExtractionRow.article_sha256).in_(backlog.only))
    n_taken_up = 0
    while rows := session.exec(query).all():
        for row in rows:
            _forget_lost(session, row)
            row.identity_sha256 = f"{row.identity_sha256}#{row.id}"
            session.add(row)
        session.flush()
        session.expunge_all()
        n_taken_up += len(rows)
    return n_taken_up


def _forget_lost(session: Session, row: ExtractionRow) -> None:
    forget_unanswered(session, article_sha256=row.article_sha256)
    lost = {key for piece in row.pieces if piece.state.is_loss for key in piece.request_sha256s}
    if not lost:
        return
    for other in session.exec(select(ExtractionRow).where(ExtractionRow.article_sha256 == row.article_sha256)):
        if any(lost & set(piece.request_sha256s) for piece in other.pieces):
            full = filled(session, other.pieces)
            pairs = zip(other.pieces, full, strict=True)
            other.pieces = tuple(_holding(referring, whole, lost) for referring, whole in pairs)
            session.add(other)
    session.flush()
    session.execute(delete(ReplyRow).where(col(ReplyRow.request_sha256).in_(lost)))


def _holding(referring: Piece, whole: Piece, keys: set[str]) -> Piece:
    """Return the piece with the replies to some requests in it, and the others still referred to."""
    if not keys & set(referring.request_sha256s):
        return referring
    triples = zip(referring.request_sha256s, referring.raw_replies, whole.raw_replies, strict=True)
    held = [("", words) if key in keys else (key, kept) for key, kept, words in triples]
    return referring.model_copy(
        update={"request_sha256s": tuple(k for k, _ in held), "raw_replies": tuple(w for _, w in held)}
    )
