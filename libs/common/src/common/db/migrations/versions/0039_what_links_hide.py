"""What links hide of their reports, and code that knows nothing of it is not served any more.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shares", sa.Column("hide", sa.ARRAY(sa.Text()), nullable=True))
    op.execute(script("schema_serves_v3"))


def downgrade() -> None:
    op.execute(script("schema_serves_v2"))
    op.drop_column("shares", "hide")
