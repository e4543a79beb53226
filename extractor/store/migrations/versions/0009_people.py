"""Members with their roles, and what people are typing."""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    """Add two tables; nothing that is there changes."""
    aware = sa.DateTime(timezone=True)
    op.create_table(
        "draft",
        sa.Column("person", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("saved_at", aware, nullable=False),
        sa.PrimaryKeyConstraint("person", "subject", name="pk_draft"),
    )
    op.create_table(
        "member",
        sa.Column("login", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("name_key", sa.String, nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at", aware, nullable=False),
        sa.PrimaryKeyConstraint("login", name="pk_member"),
        sa.UniqueConstraint("name_key", name="uq_member_name_key"),
    )
