"""Replies in a table of their own: what an endpoint answered outlives a run that broke off, and later stages."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    """Add a table and a count; extractions that are there keep their replies in their ledger."""
    op.create_table(
        "reply",
        sa.Column("request_sha256", sa.String, nullable=False),
        sa.Column("text", sa.JSON, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("cut_off", sa.Boolean, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("calls", "prompt_tokens", "cached_prompt_tokens", "output_tokens")
        ),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("cost_usd", sa.Float),
        sa.Column("extraction_id", sa.Integer),
        sa.PrimaryKeyConstraint("request_sha256", name="pk_reply"),
        sa.ForeignKeyConstraint(["extraction_id"], ["extraction.id"], name="fk_reply_extraction_id"),
    )
    op.add_column("run", sa.Column("reused", sa.BigInteger, nullable=False, server_default="0"))
