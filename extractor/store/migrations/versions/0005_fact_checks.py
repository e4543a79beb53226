"""Fact-checks: as they stand, every step, and what is typed and not saved."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"

FORBIDDEN = "steps of fact-checks are append-only"


def upgrade() -> None:
    """Add tables; nothing that is there changes."""
    _create_fact_check()
    _create_step()
    _create_draft()
    _protect_steps()


def _aware() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _create_fact_check() -> None:
    op.create_table(
        "fact_check",
        sa.Column("claim_id", sa.String, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("changed_at", _aware(), nullable=False),
        sa.Column("published_at", _aware()),
        sa.Column("step_version", sa.Integer),
        sa.Column("fact_check", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("claim_id", name="pk_fact_check"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_fact_check_claim_id"),
    )
    op.create_index("ix_fact_check_state", "fact_check", ["state", "changed_at", "claim_id"])
    public = sa.text("published_at IS NOT NULL")
    op.create_index(
        "ix_fact_check_published",
        "fact_check",
        ["published_at", "claim_id"],
        sqlite_where=public,
        postgresql_where=public,
    )


def _create_step() -> None:
    op.create_table(
        "fact_check_step",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deed", sa.String(32), nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("at", _aware(), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("previous_version", sa.Integer),
        sa.Column("after", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fact_check_step"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_fact_check_step_claim_id"),
        sa.UniqueConstraint("claim_id", "version", name="uq_fact_check_step_claim_id_version"),
    )
    op.create_index("ix_fact_check_step_person", "fact_check_step", ["person", "id"])


def _create_draft() -> None:
    op.create_table(
        "fact_check_draft",
        sa.Column("claim_id", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("kept_at", _aware(), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("assessment", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("claim_id", "person", name="pk_fact_check_draft"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_fact_check_draft_claim_id"),
    )


def _protect_steps() -> None:
    if op.get_context().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER fact_check_step_no_{deed.lower()} BEFORE {deed} ON fact_check_step "
                f"BEGIN SELECT RAISE(ABORT, '{FORBIDDEN}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_fact_check_step_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{FORBIDDEN}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER fact_check_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fact_check_step "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_fact_check_step_change()"
    )
