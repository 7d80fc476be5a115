"""Code that does not know passwords of links is not served any more.

Revision ID: 0035
Revises: 0034
"""

from alembic import op

from common.db.sql import script

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("schema_serves_v2"))


def downgrade() -> None:
    op.execute("DROP FUNCTION schema_serves()")
    op.execute(script("schema_serves_v1"))
