"""Second looks: open or compared, every step, and an index of the claims that a sample is drawn from."""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"

FORBIDDEN = "steps of second looks are append-only"


def upgrade() -> None:
    """Add tables and an index; nothing that is there changes."""
    decided = sa.text("decision_id IS NOT NULL")
    op.create_index("ix_claim_decided", "claim", ["id"], sqlite_where=decided, postgresql_where=decided)
    _create_look()
    _create_step()
    _protect_steps()


def _aware() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _create_look() -> None:
    op.create_table(
        "second_look",
        sa.Column("claim_id", sa.String, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("reviewer", sa.String, nullable=False),
        sa.Column("changed_at", _aware(), nullable=False),
        sa.Column("open_until", _aware()),
        sa.Column("first_reviewer", sa.String),
        sa.Column("first_status", sa.String(32)),
        sa.Column("second_status", sa.String(32)),
        sa.Column("decision_id", sa.Integer),
        sa.Column("first_decision_id", sa.Integer),
        sa.Column("look", sa.JSON),
        sa.Column("settlement", sa.JSON),
        sa.PrimaryKeyConstraint("claim_id", name="pk_second_look"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_second_look_claim_id"),
    )
    op.create_index("ix_second_look_state", "second_look", ["state", "changed_at", "claim_id"])
    pair = ["first_reviewer", "reviewer", "first_status", "second_status", "state"]
    op.create_index("ix_second_look_pair", "second_look", pair)


def _create_step() -> None:
    op.create_table(
        "second_look_step",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deed", sa.String(32), nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("at", _aware(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("look", sa.JSON),
        sa.Column("settlement", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_second_look_step"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_second_look_step_claim_id"),
        sa.UniqueConstraint("claim_id", "version", name="uq_second_look_step_claim_id_version"),
    )


def _protect_steps() -> None:
    if op.get_context().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER second_look_step_no_{deed.lower()} BEFORE {deed} ON second_look_step "
                f"BEGIN SELECT RAISE(ABORT, '{FORBIDDEN}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_second_look_step_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{FORBIDDEN}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER second_look_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON second_look_step "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_second_look_step_change()"
    )
