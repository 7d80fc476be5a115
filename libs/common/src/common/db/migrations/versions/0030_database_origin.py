"""A database that is restored from a dump is known as a copy.

Revision ID: 0030
Revises: 0029
"""

from alembic import op

from common.db.sql import script

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("database_origin_v1"))


def downgrade() -> None:
    op.execute("DROP FUNCTION database_origin, adopt_database, database_identity")
