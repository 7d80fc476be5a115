"""Which code the schema serves, so that services stay ready while a later version migrates.

Revision ID: 0022
Revises: 0021
"""

from alembic import op

from common.db.sql import script

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("schema_serves_v1"))


def downgrade() -> None:
    op.execute("DROP FUNCTION schema_serves()")
