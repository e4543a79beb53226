"""Runs migrations on the connection that `extractor.store.engine.upgrade` hands over."""

import sqlmodel  # noqa: F401 - generated migrations name its types
from alembic import context

from extractor.store.engine import VERSION_TABLE
from extractor.store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    # SQLite can roll DDL back once BEGIN is ours to send: a migration that fails leaves nothing behind.
    transactional_ddl=True,
)
context.run_migrations()
