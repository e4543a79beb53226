"""Since when a claim was open, who had found it when it was decided, and the work that was done, counted."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"

FORBIDDEN = "decisions are append-only"

PROMPT = {
    "sqlite": "json_extract(e.identity, '$.prompt_name') || ' v' || json_extract(e.identity, '$.prompt_version')",
    "postgresql": "(e.identity ->> 'prompt_name') || ' v' || (e.identity ->> 'prompt_version')",
}
HOUR = {
    "sqlite": "CAST(strftime('%s', d.decided_at) AS integer) / 3600",
    "postgresql": "CAST(floor(extract(epoch FROM d.decided_at) / 3600) AS integer)",
}


def upgrade() -> None:
    """Add columns and two tables, and count what was decided before; how long that took, nobody knows."""
    op.add_column("claim", sa.Column("leased_at", sa.DateTime(timezone=True)))
    op.add_column("decision", sa.Column("opened_at", sa.DateTime(timezone=True)))
    for name in ("model", "prompt"):
        op.add_column("decision", sa.Column(name, sa.String, nullable=False, server_default=""))
    op.create_table(
        "work",
        sa.Column("hour", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("reviewer", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("prompt", sa.String, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("slot", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("hour", "reviewer", "model", "prompt", "kind", "reason", "slot", name="pk_work"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "work_time",
        sa.Column("hour", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("reviewer", sa.String, nullable=False),
        sa.Column("seconds", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("slot", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("hour", "reviewer", "seconds", "slot", name="pk_work_time"),
        sqlite_with_rowid=False,
    )
    dialect = op.get_context().dialect.name
    with _unprotected(dialect):
        _name_makers(dialect)
    op.execute(
        "INSERT INTO work (hour, reviewer, model, prompt, kind, reason, slot, n) "
        f"SELECT {HOUR[dialect]}, d.reviewer, d.model, d.prompt, d.kind, coalesce(d.reason, ''), 0, count(*) "
        "FROM decision d JOIN claim c ON c.id = d.claim_id AND c.decision_id = d.id GROUP BY 1, 2, 3, 4, 5, 6"
    )


def _name_makers(dialect: str) -> None:
    """Say for each decision which extraction had found the claim: the last one before it."""
    last = (
        "FROM find f JOIN extraction e ON e.id = f.extraction_id "
        "WHERE f.claim_id = decision.claim_id AND e.started_at <= decision.decided_at ORDER BY e.id DESC LIMIT 1"
    )
    op.execute(
        f"UPDATE decision SET model = coalesce((SELECT e.model {last}), "
        "(SELECT c.model FROM claim c WHERE c.id = decision.claim_id)), "
        f"prompt = coalesce((SELECT {PROMPT[dialect]} {last}), '')"
    )
    by_hand = "kind = 'add' OR claim_id IN (SELECT id FROM claim WHERE added_by IS NOT NULL)"
    op.execute(f"UPDATE decision SET model = 'reviewer', prompt = '' WHERE {by_hand}")


@contextmanager
def _unprotected(dialect: str) -> Iterator[None]:
    """Fill the new columns of decisions that nobody may change otherwise."""
    if dialect == "postgresql":
        op.execute("ALTER TABLE decision DISABLE TRIGGER decision_append_only")
        yield
        op.execute("ALTER TABLE decision ENABLE TRIGGER decision_append_only")
        return
    op.execute("DROP TRIGGER decision_no_update")
    yield
    op.execute(
        f"CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, '{FORBIDDEN}'); END"
    )
