"""Filters, search, counts, assignment, skips, comments, additions, batches."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision: str = "0002"
down_revision: str | None = "0001"

APPEND_ONLY = ("claim_link", "comment", "assignment")


def upgrade() -> None:
    """Add columns and side tables; what is derived from claims is filled by `extractor.store.index.rebuild`."""
    _add_columns()
    _create_steps()
    _create_index()
    for table in APPEND_ONLY:
        _protect(table)


def _aware() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _add_columns() -> None:
    op.add_column("claim", sa.Column("assigned_to", sa.String))
    op.add_column("claim", sa.Column("added_by", sa.String))
    op.add_column("claim", sa.Column("disagreement", sa.Float, nullable=False, server_default="0"))
    op.add_column("decision", sa.Column("batch_id", sa.String))
    for name, table, column in (
        ("ix_claim_assigned", "claim", "assigned_to"),
        ("ix_decision_batch", "decision", "batch_id"),
    ):
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, table, [column], sqlite_where=given, postgresql_where=given)


def _create_steps() -> None:
    op.create_table(
        "claim_link",
        sa.Column("child_id", sa.String, nullable=False),
        sa.Column("parent_id", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("child_id", "parent_id", name="pk_claim_link"),
        sa.ForeignKeyConstraint(["child_id"], ["claim.id"], name="fk_claim_link_child_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["claim.id"], name="fk_claim_link_parent_id"),
    )
    op.create_index("ix_claim_link_parent_id", "claim_link", ["parent_id"])
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("written_at", _aware(), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_comment_claim_id"),
    )
    op.create_index("ix_comment_claim_id", "comment", ["claim_id"])
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.String, nullable=False),
        sa.Column("assigned_by", sa.String, nullable=False),
        sa.Column("assigned_to", sa.String),
        sa.Column("assigned_at", _aware(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_assignment_claim_id"),
    )
    op.create_index("ix_assignment_claim_id", "assignment", ["claim_id"])
    op.create_table(
        "skip",
        sa.Column("reviewer", sa.String, nullable=False),
        sa.Column("claim_id", sa.String, nullable=False),
        sa.Column("until", _aware(), nullable=False),
        sa.PrimaryKeyConstraint("reviewer", "claim_id", name="pk_skip"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_skip_claim_id"),
    )


def _create_index() -> None:
    on_postgresql = op.get_context().dialect.name == "postgresql"
    op.create_table(
        "claim_index",
        sa.Column("arrival", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("changed_at", _aware(), nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("document", TSVECTOR if on_postgresql else sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("arrival", name="pk_claim_index"),
        sa.UniqueConstraint("position", name="uq_claim_index_position"),
    )
    op.create_index("ix_claim_index_changed", "claim_index", ["changed_at", "arrival"])
    op.create_table(
        "tally",
        sa.Column("facet", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("slot", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("facet", "value", "status", "slot", name="pk_tally"),
    )
    op.create_table(
        "derived",
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("version", name="pk_derived"),
    )
    if on_postgresql:
        # Without a list of pending entries: every search would have to read it, and some writer to sort it in.
        op.create_index(
            "ix_claim_index_document",
            "claim_index",
            ["document"],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
        op.execute("CREATE TABLE article_fts (arrival integer PRIMARY KEY, document tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_article_fts_document ON article_fts USING gin (document)")
        return
    # No term of ours and no folded word holds anything but letters, digits and the underscore.
    for table in ("claim_fts", "article_fts"):
        op.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5(document, content='', columnsize=0, "
            "tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")"
        )


def _protect(table: str) -> None:
    forbidden = f"{table}s are append-only"
    if op.get_context().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{forbidden}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION refuse_{table}_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{forbidden}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}_change()"
    )
