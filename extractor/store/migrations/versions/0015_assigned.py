"""What is assigned to somebody, in the order of the queue: without it SQLite looked through all that waits."""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"


def upgrade() -> None:
    """Make an index anew, with more columns."""
    op.drop_index("ix_claim_assigned", "claim")
    is_assigned = sa.text("assigned_to IS NOT NULL")
    op.create_index(
        "ix_claim_assigned",
        "claim",
        ["assigned_to", "status", "rank", "arrival"],
        sqlite_where=is_assigned,
        postgresql_where=is_assigned,
    )
