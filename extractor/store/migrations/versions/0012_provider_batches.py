"""Batches of questions at providers."""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    """Add tables."""
    aware = sa.DateTime(timezone=True)
    op.create_table(
        "provider_batch",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("token", sa.String, nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("base_url", sa.String, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("provider_id", sa.String),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("n_questions", "n_answered", "n_failed")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("prompt_tokens", "output_tokens")),
        sa.Column("begun_at", aware, nullable=False),
        sa.Column("ended_at", aware),
        sa.PrimaryKeyConstraint("id", name="pk_provider_batch"),
        sa.UniqueConstraint("token", name="uq_provider_batch_token"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_provider_batch_run_id"),
    )
    op.create_index("ix_provider_batch_state", "provider_batch", ["state"])
    op.create_table(
        "deferred",
        sa.Column("batch_id", sa.Integer, nullable=False),
        sa.Column("request_sha256", sa.String, nullable=False),
        sa.Column("article_sha256", sa.String, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("status_code", sa.Integer),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("param", sa.String),
        sa.PrimaryKeyConstraint("batch_id", "request_sha256", "article_sha256", name="pk_deferred"),
        sa.ForeignKeyConstraint(["batch_id"], ["provider_batch.id"], name="fk_deferred_batch_id"),
        sa.ForeignKeyConstraint(["article_sha256"], ["article.sha256"], name="fk_deferred_article_sha256"),
    )
    op.create_index("ix_deferred_article_sha256", "deferred", ["article_sha256"])
