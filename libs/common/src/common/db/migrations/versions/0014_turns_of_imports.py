"""Imports go by turns: of each tenant the oldest, first whose last one ended longest ago.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

from common.db.sql import script

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("unfinished_imports_v2"))


def downgrade() -> None:
    op.execute("DROP FUNCTION unfinished_imports()")
    op.execute("DROP POLICY ended ON imports")
    op.execute("DROP POLICY unfinished ON imports")
    op.execute(script("unfinished_imports_v1"))
