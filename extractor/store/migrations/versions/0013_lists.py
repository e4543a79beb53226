"""Search in the text of articles, filters of articles, reasons of rejections, saved views."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision: str = "0013"
down_revision: str | None = "0012"


def upgrade() -> None:
    """Make the index of claims anew with a column more; `extractor.store.index.rebuild` fills it."""
    on_postgresql = op.get_context().dialect.name == "postgresql"
    aware = sa.DateTime(timezone=True)
    op.drop_table("claim_index")
    op.create_table(
        "claim_index",
        sa.Column("arrival", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("article", sa.Integer, nullable=False),
        sa.Column("changed_at", aware, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("document", TSVECTOR if on_postgresql else sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("arrival", name="pk_claim_index"),
        sa.UniqueConstraint("position", name="uq_claim_index_position"),
    )
    op.create_index("ix_claim_index_changed", "claim_index", ["changed_at", "arrival"])
    op.create_index("ix_claim_index_article", "claim_index", ["article", "position"])
    if on_postgresql:
        op.create_index(
            "ix_claim_index_document",
            "claim_index",
            ["document"],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
    op.create_index("ix_article_arrival", "article", ["arrival", "sha256"])
    op.create_table(
        "saved_view",
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("saved_by", sa.String, nullable=False),
        sa.Column("saved_at", aware, nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name="pk_saved_view"),
    )
    op.execute("DELETE FROM derived")
