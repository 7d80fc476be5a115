"""What is old is forgotten by a task: all tenants in turn, and the audit log's old entries.

Revision ID: 0031
Revises: 0030
"""

from alembic import op

from common.db.sql import script

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("retention_v1"))


def downgrade() -> None:
    op.execute("DROP FUNCTION tenants_after, forget_audit_entries")
