"""Days with sales: on which of a tenant's days something was sold, so that holes are seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text

from common.db.tenancy import TenantDb

_SOLD: Final = text(
    """
    SELECT EXISTS (
        SELECT FROM orders
        WHERE tenant_id = :tenant_id AND paid_at >= day.starts AND paid_at < day.ends
    )
    FROM unnest(CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
        WITH ORDINALITY AS day(starts, ends, number)
    ORDER BY day.number
    """
)
_SPAN: Final = text("SELECT min(paid_at), max(paid_at) FROM orders WHERE tenant_id = :tenant_id")


def sold_on(db: TenantDb, edges: Sequence[datetime]) -> tuple[bool, ...]:
    """Whether something was sold between each instant of ``edges`` and the next.

    A day costs a look into the index, however many orders it has.
    """
    given = {"tenant_id": db.tenant_id, "starts": list(edges[:-1]), "ends": list(edges[1:])}
    with db.transaction() as session:
        return tuple(session.execute(_SOLD, given).scalars())


def sales_span(db: TenantDb) -> tuple[datetime, datetime] | None:
    """When the ledger's first order was paid, and its last; None without any."""
    with db.transaction() as session:
        first, last = session.execute(_SPAN, {"tenant_id": db.tenant_id}).one()
    return None if first is None else (first, last)
