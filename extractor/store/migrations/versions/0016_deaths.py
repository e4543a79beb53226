"""What was in flight when a run died, and which deaths were no article's doing; reservations count once."""

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"


def upgrade() -> None:
    """Add a table and columns; claims counted as tries until now, so what they counted says nothing."""
    op.add_column("run", sa.Column("died", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("run", sa.Column("n_reserves", sa.Integer, nullable=False, server_default="0"))
    op.add_column("attempt", sa.Column("is_begun", sa.Boolean, nullable=False, server_default=sa.false()))
    op.alter_column("attempt", "n_begun", new_column_name="n_deaths")
    op.execute("UPDATE attempt SET n_deaths = 0")
    op.create_table(
        "death",
        sa.Column("article_sha256", sa.String, nullable=False),
        sa.Column("identity_sha256", sa.String, nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("article_sha256", "identity_sha256", "run_id", name="pk_death"),
        sa.ForeignKeyConstraint(["article_sha256"], ["article.sha256"], name="fk_death_article_sha256"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_death_run_id"),
    )
