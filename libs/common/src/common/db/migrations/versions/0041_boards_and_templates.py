"""Boards: several reports under one link, each of them frozen by itself; templates of links.

Code that knows nothing of boards is not served any more.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_NAME_REPORTS = """
    UPDATE frozen_reports f SET report = s.report
    FROM shares s WHERE s.tenant_id = f.tenant_id AND s.link_id = f.link_id
"""


def upgrade() -> None:
    op.add_column("shares", sa.Column("reports", sa.ARRAY(sa.Text()), nullable=True))
    op.add_column("frozen_reports", sa.Column("report", sa.Text(), nullable=True))
    for table in ("frozen_reports", "shares"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(_NAME_REPORTS)
    for table in ("frozen_reports", "shares"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.alter_column("frozen_reports", "report", nullable=False)
    op.drop_constraint("pk_frozen_reports", "frozen_reports")
    op.create_primary_key("pk_frozen_reports", "frozen_reports", ["tenant_id", "link_id", "report"])
    _create_templates()
    op.execute(script("schema_serves_v4"))


def _create_templates() -> None:
    op.create_table(
        "link_templates",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 80", name="ck_link_templates_name"),
        sa.CheckConstraint("octet_length(wanted::text) <= 16384", name="ck_link_templates_size"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_link_templates_tenant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_link_templates"),
    )
    op.create_index(
        "ux_link_templates_tenant_id_name",
        "link_templates",
        ["tenant_id", sa.text("lower(name)")],
        unique=True,
    )
    op.execute(script("link_templates_v1"))


def downgrade() -> None:
    op.execute(script("schema_serves_v3"))
    op.drop_table("link_templates")
    op.execute("ALTER TABLE frozen_reports NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE shares NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "DELETE FROM frozen_reports f USING shares s WHERE s.tenant_id = f.tenant_id"
        " AND s.link_id = f.link_id AND s.report <> f.report"
    )
    # A board would open as a link to its first report, and hide of that what all of it hides.
    op.execute(
        "UPDATE shares SET revoked_at = greatest(issued_at, now())"
        " WHERE reports IS NOT NULL AND revoked_at IS NULL"
    )
    op.execute("ALTER TABLE shares FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE frozen_reports FORCE ROW LEVEL SECURITY")
    op.drop_constraint("pk_frozen_reports", "frozen_reports")
    op.create_primary_key("pk_frozen_reports", "frozen_reports", ["tenant_id", "link_id"])
    op.drop_column("frozen_reports", "report")
    op.drop_column("shares", "reports")
