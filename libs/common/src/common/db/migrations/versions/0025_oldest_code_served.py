"""Which code the schema serves, so that services stay ready while a later version migrates.

Revision ID: 0025
Revises: 0024
"""

from alembic import op

from common.db.sql import script

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("schema_serves_v1"))


def downgrade() -> None:
    op.execute("DROP FUNCTION schema_serves()")
