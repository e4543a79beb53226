"""Runs, what they have in hand, articles set aside, and counts beside each extraction's ledger."""

import json
from collections import Counter

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"

STATES = ("claims", "empty", "refused", "truncated", "failed")

TALLY = [
    "article_sha256",
    "id",
    "model",
    "calls",
    "prompt_tokens",
    "output_tokens",
    "call_seconds",
    "cost_usd",
    *(f"n_{state}_pieces" for state in STATES),
    "n_suspected_misses",
]


def upgrade() -> None:
    """Add tables and columns; nothing that is there changes."""
    _create_runs()
    op.create_table(
        "attempt",
        sa.Column("article_sha256", sa.String, nullable=False),
        sa.Column("identity_sha256", sa.String, nullable=False),
        sa.Column("run_id", sa.Integer),
        sa.Column("n_begun", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("article_sha256", "identity_sha256", name="pk_attempt"),
        sa.ForeignKeyConstraint(["article_sha256"], ["article.sha256"], name="fk_attempt_article_sha256"),
    )
    op.add_column("failure", sa.Column("n_blamed", sa.Integer, nullable=False, server_default="0"))
    op.add_column("failure", sa.Column("is_set_aside", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("extraction", sa.Column("run_id", sa.Integer))
    for name in TALLY[8:]:
        op.add_column("extraction", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    _count_pieces()
    op.create_index("ix_extraction_tally", "extraction", TALLY)


def _create_runs() -> None:
    aware = sa.DateTime(timezone=True)
    counts = ("n_done", "n_failed", "n_set_aside", "n_claims", "n_lost_pieces", "n_suspected_misses")
    tokens = ("calls", "prompt_tokens", "output_tokens")
    op.create_table(
        "run",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("identity_sha256", sa.String, nullable=False),
        sa.Column("identity", sa.JSON, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("started_at", aware, nullable=False),
        sa.Column("seen_at", aware, nullable=False),
        sa.Column("ended_at", aware),
        *(sa.Column(name, sa.Integer, nullable=False) for name in counts),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in tokens),
        sa.Column("call_seconds", sa.Float, nullable=False),
        sa.Column("cost_usd", sa.Float, nullable=False),
        sa.Column("n_unpriced_calls", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )


def _count_pieces() -> None:
    connection = op.get_bind()
    columns = ("id", "pieces", "suspected_misses", *TALLY[8:])
    extraction = sa.table(
        "extraction",
        *(sa.column(name, sa.JSON if name in columns[1:3] else sa.Integer) for name in columns),
    )
    last = 0
    page = sa.select(extraction.c.id, extraction.c.pieces, extraction.c.suspected_misses).order_by(extraction.c.id)
    # A page at a time: the pieces hold every raw reply.
    while rows := connection.execute(page.where(extraction.c.id > last).limit(200)).all():
        for row_id, pieces, misses in rows:
            states = Counter(piece["state"] for piece in _parsed(pieces))
            counts = {f"n_{state}_pieces": states[state] for state in STATES}
            change = sa.update(extraction).where(extraction.c.id == row_id)
            connection.execute(change.values(**counts, n_suspected_misses=len(_parsed(misses))))
            last = row_id


def _parsed(value: object) -> list[dict[str, str]]:
    parsed: list[dict[str, str]] = json.loads(value) if isinstance(value, str) else value  # type: ignore[assignment]
    return parsed
