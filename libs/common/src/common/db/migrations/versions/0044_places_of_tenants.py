"""Which of several servers holds a tenant.

Code of before knows one server, and no tenant of it is arriving.

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_FUNCTIONS = (
    "enter_tenant",
    "holds_tenant",
    "count_tenants",
    "tenant_of_link_base_url",
)


def upgrade() -> None:
    op.add_column(
        "tenants",
        sa.Column("arriving", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute(script("tenant_places_v1"))


def downgrade() -> None:
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("REVOKE INSERT, UPDATE ON tenants FROM analytics_app")
    op.execute("GRANT INSERT, UPDATE ON tenants TO analytics_app")
    op.drop_column("tenants", "arriving")
