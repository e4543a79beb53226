"""Feeds, sitemaps and folders that are followed, and what became of the pages and files they named."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    """Add tables; nothing that is there changes."""
    aware = sa.DateTime(timezone=True)
    op.create_table(
        "listing",
        sa.Column("address_sha256", sa.String, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("index_sha256", sa.String),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("etag", sa.String),
        sa.Column("last_modified", sa.String),
        sa.Column("since", aware),
        sa.Column("checked_at", aware, nullable=False),
        sa.Column("not_before", aware),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("address_sha256", name="pk_listing"),
    )
    op.create_table(
        "visit",
        sa.Column("address_sha256", sa.String, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("source_sha256", sa.String, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("n_failures", sa.Integer, nullable=False),
        sa.Column("again_at", aware),
        sa.Column("etag", sa.String),
        sa.Column("last_modified", sa.String),
        sa.Column("known", sa.JSON),
        sa.Column("visited_at", aware, nullable=False),
        sa.PrimaryKeyConstraint("address_sha256", name="pk_visit"),
    )
    op.create_index("ix_visit_source_sha256", "visit", ["source_sha256"])
