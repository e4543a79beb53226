"""Replies of endpoints, kept by the request that they answer."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select as select_columns
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from extractor.schema import Extraction, KeptReply, Piece, Usage
from extractor.store.tables import ReplyRow

_BOOK = {
    "sqlite": "UPDATE reply SET extraction_id = ids.value FROM json_each(:ids) AS ids "
    "WHERE reply.request_sha256 = ids.key AND reply.extraction_id IS NULL",
    "postgresql": "UPDATE reply SET extraction_id = ids.value::integer FROM json_each_text(CAST(:ids AS json)) AS ids "
    "WHERE reply.request_sha256 = ids.key AND reply.extraction_id IS NULL",
}

AT_ONCE = 1000
"""Requests looked up by one statement; databases limit the parameters of one."""

_OF_USAGE = ("calls", "prompt_tokens", "cached_prompt_tokens", "output_tokens", "seconds", "cost_usd")


def find_replies(session: Session, *, request_sha256s: Sequence[str]) -> dict[str, KeptReply]:
    """Return the replies that are kept, by their requests; those of which none is kept are left out."""
    columns = [col(getattr(ReplyRow, name)) for name in ("request_sha256", "text", "refused", "cut_off", *_OF_USAGE)]
    found = {}
    for some in _portions(request_sha256s):
        query = select_columns(*columns, col(ReplyRow.extraction_id)).where(col(ReplyRow.request_sha256).in_(some))
        for request_sha256, words, refused, cut_off, *usage, extraction_id in session.execute(query):
            found[request_sha256] = KeptReply(
                request_sha256=request_sha256,
                text=words,
                refused=refused,
                cut_off=cut_off,
                usage=Usage(**dict(zip(_OF_USAGE, usage, strict=True))),
                is_booked=extraction_id is not None,
            )
    return found


def kept_requests(session: Session, *, request_sha256s: Sequence[str]) -> set[str]:
    """Return those requests of which the reply is kept."""
    found: set[str] = set()
    for some in _portions(request_sha256s):
        query = select_columns(col(ReplyRow.request_sha256)).where(col(ReplyRow.request_sha256).in_(some))
        found.update(session.execute(query).scalars())
    return found


def save_replies(session: Session, *, replies: Sequence[KeptReply], now: datetime) -> None:
    """Keep replies; where one is kept for a request, it stays.

    Args:
        session: Where to.
        replies: In any order.
        now: Aware.
    """
    if not replies:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [_values(reply, now) for reply in sorted(replies, key=lambda reply: reply.request_sha256)]
    session.execute(insert(ReplyRow).on_conflict_do_nothing(), rows)


def refer(pieces: Sequence[Piece], kept: set[str]) -> tuple[Piece, ...]:
    """Take out of a ledger what is kept: the requests say which replies it had."""

    def referring(piece: Piece) -> Piece:
        pairs = zip(piece.request_sha256s, piece.raw_replies, strict=True)
        return piece.model_copy(update={"raw_replies": tuple("" if key in kept else words for key, words in pairs)})

    return tuple(referring(piece) if piece.request_sha256s else piece for piece in pieces)


def filled(session: Session, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Put the replies into a ledger that refers to them."""
    requests = [key for piece in pieces for key in piece.request_sha256s if key]
    replies = find_replies(session, request_sha256s=requests) if requests else {}

    def full(piece: Piece) -> Piece:
        pairs = zip(piece.request_sha256s, piece.raw_replies, strict=True)
        return piece.model_copy(
            update={"raw_replies": tuple(replies[key].text if key in replies else words for key, words in pairs)}
        )

    return tuple(full(piece) if piece.request_sha256s else piece for piece in pieces)


def requests_of(extraction: Extraction) -> tuple[str, ...]:
    """Return the requests whose replies an extraction was made of."""
    return tuple(key for piece in extraction.pieces for key in piece.request_sha256s if key)


def book(session: Session, *, extraction_ids: Mapping[str, int]) -> None:
    """Let extractions count what replies cost, each where no other one does.

    Args:
        session: Where to.
        extraction_ids: By request.
    """
    if not extraction_ids:
        return
    session.execute(text(_BOOK[session.get_bind().dialect.name]), {"ids": json.dumps(dict(extraction_ids))})


def _portions(requests: Iterable[str]) -> list[list[str]]:
    unique = list(dict.fromkeys(requests))
    return [unique[first : first + AT_ONCE] for first in range(0, len(unique), AT_ONCE)]


def _values(reply: KeptReply, now: datetime) -> dict[str, Any]:
    usage = {name: getattr(reply.usage, name) for name in _OF_USAGE}
    known = reply.model_dump(include={"request_sha256", "text", "refused", "cut_off"})
    return {**known, **usage, "received_at": now}
