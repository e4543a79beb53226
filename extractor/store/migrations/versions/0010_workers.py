"""Runs whose articles are shared by many workers."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    """Add columns; nothing that is there changes."""
    op.add_column("run", sa.Column("part_of", sa.Integer))
    op.add_column("run", sa.Column("n_articles", sa.Integer))
    op.add_column("run", sa.Column("reserved_usd", sa.Float, nullable=False, server_default="0"))
    op.add_column("run", sa.Column("reserved_tokens", sa.BigInteger, nullable=False, server_default="0"))
    op.create_index("ix_run_part_of", "run", ["part_of"])
