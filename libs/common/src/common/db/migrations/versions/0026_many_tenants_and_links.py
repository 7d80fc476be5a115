"""What looks at all tenants or at many links: in order, many at once, by an index.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("revoked_links_v2"))
    op.execute(script("tenants_now_v1"))
    op.create_index(
        "ix_shares_tenant_id_expires_at",
        "shares",
        ["tenant_id", "expires_at"],
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_shares_tenant_id_expires_at", "shares")
    op.execute("DROP FUNCTION tenants_now(integer[])")
    op.execute("DROP POLICY directory ON ledger_versions")
    op.execute("DROP FUNCTION revoked_links(timestamptz, timestamptz)")
