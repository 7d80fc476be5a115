"""Which code the schema serves, so that services stay ready while a later version migrates.

Revision ID: 0024
Revises: 0023
"""

from alembic import op

from common.db.sql import script

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("schema_serves_v1"))


def downgrade() -> None:
    op.execute("DROP FUNCTION schema_serves()")
