"""The status of a claim beside its words: what waits is found in any order without passing all that is decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision: str = "0017"
down_revision: str | None = "0016"

COPIED = "arrival, position, article, changed_at, terms, document"


def upgrade() -> None:
    """Copy the index of claims into a table with a column more, before the long ones; the full-text index stays."""
    on_postgresql = op.get_context().dialect.name == "postgresql"
    op.rename_table("claim_index", "claim_index_before")
    if on_postgresql:
        # Their names are wanted again.
        for kind in ("pk_claim_index", "uq_claim_index_position"):
            op.drop_constraint(kind, "claim_index_before")
    op.create_table(
        "claim_index",
        sa.Column("arrival", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("article", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("document", TSVECTOR if on_postgresql else sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("arrival", name="pk_claim_index"),
        sa.UniqueConstraint("position", name="uq_claim_index_position"),
    )
    held = ", ".join(f"held.{column}" for column in COPIED.split(", "))
    op.execute(
        f"INSERT INTO claim_index ({COPIED}, status) SELECT {held}, claim.status "
        "FROM claim_index_before AS held JOIN claim ON claim.arrival = held.arrival ORDER BY held.arrival"
    )
    op.drop_table("claim_index_before")
    op.create_index("ix_claim_index_changed", "claim_index", ["changed_at", "arrival"])
    op.create_index("ix_claim_index_status", "claim_index", ["status", "changed_at", "arrival"])
    op.create_index("ix_claim_index_article", "claim_index", ["article", "position"])
    if on_postgresql:
        op.execute("CREATE INDEX ix_claim_index_queue ON claim_index (status, position)")
        op.execute("CREATE INDEX ix_claim_index_document ON claim_index USING gin (document) WITH (fastupdate = off)")
        # A table that nobody has looked at yet is taken for an empty one.
        op.execute("ANALYZE claim_index")
    else:
        op.execute("CREATE INDEX ix_claim_index_time ON claim_index (arrival, changed_at)")
