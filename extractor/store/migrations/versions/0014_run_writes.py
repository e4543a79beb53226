"""Runs know how often they have written, so that nothing counts twice whose answer got lost."""

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    """Add the column."""
    op.add_column("run", sa.Column("n_writes", sa.Integer, nullable=False, server_default="0"))
