"""Links that ask for a password, and changes of links that viewers have to be told of.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shares", sa.Column("password_hash", sa.Text()))
    op.add_column("shares", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("shares", sa.Column("changed_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_shares_tenant_id_changed_at",
        "shares",
        ["tenant_id", "changed_at"],
        postgresql_where=sa.text("changed_at IS NOT NULL"),
    )
    op.execute(script("changed_links_v1"))


def downgrade() -> None:
    op.execute("DROP FUNCTION changed_links")
    op.execute("DROP POLICY changed ON shares")
    op.drop_index("ix_shares_tenant_id_changed_at", "shares")
    for column in ("changed_at", "revision", "password_hash"):
        op.drop_column("shares", column)
