"""Near copies: what articles are looked up by, which repeats which, and where the same text appeared."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    """Add tables; they are filled for older articles by `extractor.store.copies.link_older`."""
    op.create_table(
        "article_key",
        sa.Column("key", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("arrival", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("key", "arrival", name="pk_article_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "near_copy",
        sa.Column("article_sha256", sa.String, nullable=False),
        sa.Column("of_sha256", sa.String),
        sa.Column("similarity", sa.Float),
        sa.Column("n_new_sentences", sa.Integer),
        sa.Column("updates_sha256", sa.String),
        sa.Column("story", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("article_sha256", name="pk_near_copy"),
        *(
            sa.ForeignKeyConstraint([column], ["article.sha256"], name=f"fk_near_copy_{column}")
            for column in ("article_sha256", "of_sha256", "updates_sha256")
        ),
    )
    op.create_index("ix_near_copy_of_sha256", "near_copy", ["of_sha256"])
    op.create_index("ix_near_copy_story", "near_copy", ["story"])
    op.create_table(
        "reprint",
        sa.Column("article_sha256", sa.String, nullable=False),
        sa.Column("url_sha256", sa.String, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("article_sha256", "url_sha256", name="pk_reprint"),
        sa.ForeignKeyConstraint(["article_sha256"], ["article.sha256"], name="fk_reprint_article_sha256"),
    )
