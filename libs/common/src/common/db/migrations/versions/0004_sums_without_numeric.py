"""A sum of bigint that stays bigint, and kept sums that are vacuumed early.

Revision ID: 0004
Revises: 0003

PostgreSQL's own sum of bigint adds up in 128 bits and answers a numeric, for each group: half of
what a report by product costs. This one raises where a bigint would overflow. Index-only scans of
the kept sums go to the table for every page changed since the last vacuum.
"""

from alembic import op

from common.db.sql import script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("bigint_sum_v1"))
    op.execute(
        """
        ALTER TABLE product_sales SET (
            autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02
        )
        """
    )


def downgrade() -> None:
    op.execute(
        """
        ALTER TABLE product_sales RESET (
            autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor
        )
        """
    )
    op.execute("DROP AGGREGATE bigint_sum (bigint)")
