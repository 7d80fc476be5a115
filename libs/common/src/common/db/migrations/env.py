"""Alembic's environment: migrate on the connection that ``common.db.migrate`` hands over."""

from alembic import context

import common.db.tables  # noqa: F401  the tables register themselves on the metadata
from common.db.metadata import Model

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Model.metadata,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
