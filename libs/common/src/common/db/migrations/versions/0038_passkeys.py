"""Passkeys of admins.

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("admin_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "octet_length(credential_id) BETWEEN 1 AND 1023", name="ck_passkeys_credential_id"
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="ck_passkeys_name"),
        sa.CheckConstraint("sign_count >= 0", name="ck_passkeys_sign_count"),
        sa.ForeignKeyConstraint(
            ["admin_id"], ["admins.id"], name="fk_passkeys_admin_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("admin_id", "id", name="pk_passkeys"),
    )
    op.create_index("ux_passkeys_credential_id", "passkeys", ["credential_id"], unique=True)
    op.execute(script("passkeys_v1"))


def downgrade() -> None:
    op.drop_table("passkeys")
