"""Articles, extractions, claims, decisions."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None

FORBIDDEN = "decisions are append-only"


def upgrade() -> None:
    """Create everything."""
    _create_articles()
    _create_extractions()
    _create_claims()
    _create_decisions()
    _protect_decisions()


def _aware() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _create_articles() -> None:
    op.create_table(
        "article",
        sa.Column("arrival", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("title", sa.String),
        sa.Column("body_start_char", sa.Integer, nullable=False),
        sa.Column("added_at", _aware(), nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("arrival", name="pk_article"),
        sa.UniqueConstraint("sha256", name="uq_article_sha256"),
    )


def _create_extractions() -> None:
    op.create_table(
        "extraction",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("article_sha256", sa.String, nullable=False),
        sa.Column("identity_sha256", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("identity", sa.JSON, nullable=False),
        sa.Column("started_at", _aware(), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("prompt_tokens", sa.Integer, nullable=False),
        sa.Column("output_tokens", sa.Integer, nullable=False),
        sa.Column("call_seconds", sa.Float, nullable=False),
        sa.Column("cost_usd", sa.Float),
        sa.Column("suspected_misses", sa.JSON, nullable=False),
        sa.Column("pieces", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_extraction"),
        sa.ForeignKeyConstraint(["article_sha256"], ["article.sha256"], name="fk_extraction_article_sha256"),
        sa.UniqueConstraint("article_sha256", "identity_sha256", name="uq_extraction_article_sha256_identity_sha256"),
    )
    op.create_index("ix_extraction_model", "extraction", ["model"])
    op.create_table(
        "failure",
        sa.Column("article_sha256", sa.String, nullable=False),
        sa.Column("identity_sha256", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("n_failures", sa.Integer, nullable=False),
        sa.Column("first_at", _aware(), nullable=False),
        sa.Column("last_at", _aware(), nullable=False),
        sa.PrimaryKeyConstraint("article_sha256", "identity_sha256", name="pk_failure"),
        sa.ForeignKeyConstraint(["article_sha256"], ["article.sha256"], name="fk_failure_article_sha256"),
    )


def _create_claims() -> None:
    op.create_table(
        "claim",
        sa.Column("arrival", sa.Integer, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("article_sha256", sa.String, nullable=False),
        sa.Column("start_char", sa.Integer, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", _aware(), nullable=False),
        sa.Column("decision_id", sa.Integer),
        sa.Column("rank", sa.Float, nullable=False),
        sa.Column("leased_by", sa.String),
        sa.Column("leased_until", _aware()),
        sa.Column("claim", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("arrival", name="pk_claim"),
        sa.ForeignKeyConstraint(["article_sha256"], ["article.sha256"], name="fk_claim_article_sha256"),
        sa.UniqueConstraint("id", name="uq_claim_id"),
    )
    op.create_index("ix_claim_queue", "claim", ["status", "rank", "arrival"])
    op.create_index("ix_claim_article", "claim", ["article_sha256", "start_char", "arrival", "status"])
    leased = sa.text("leased_by IS NOT NULL")
    op.create_index("ix_claim_lease", "claim", ["leased_by"], sqlite_where=leased, postgresql_where=leased)
    op.create_table(
        "find",
        sa.Column("extraction_id", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("extraction_id", "claim_id", name="pk_find"),
        sa.ForeignKeyConstraint(["extraction_id"], ["extraction.id"], name="fk_find_extraction_id"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_find_claim_id"),
    )
    op.create_index("ix_find_claim_id", "find", ["claim_id"])


def _create_decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reviewer", sa.String, nullable=False),
        sa.Column("decided_at", _aware(), nullable=False),
        sa.Column("status_before", sa.String(32), nullable=False),
        sa.Column("status_after", sa.String(32), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("previous_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_decision_claim_id"),
        sa.UniqueConstraint("claim_id", "version", name="uq_decision_claim_id_version"),
    )
    op.create_index("ix_decision_reviewer", "decision", ["reviewer", "id"])


def _protect_decisions() -> None:
    if op.get_context().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER decision_no_{deed.lower()} BEFORE {deed} ON decision "
                f"BEGIN SELECT RAISE(ABORT, '{FORBIDDEN}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_decision_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{FORBIDDEN}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decision "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_decision_change()"
    )
