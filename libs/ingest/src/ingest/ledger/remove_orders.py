"""Take orders out of the ledger that are no sales any more, and refunds that they have not.

For sources that tell of an order again and again. Runs in the transaction of a load, under the
ledger's lock. A version has to be counted where nothing is loaded besides.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, text

from common.reports.document.gaps import GapKind
from ingest.ledger.instead_of_triggers import taking_out
from ingest.rows import REFUNDED, TOLD

_FIND: Final = text(
    "SELECT id, placed_at, coalesce(platform_id = :platform_id, false) AS by_id FROM orders"
    " WHERE tenant_id = :tenant_id AND (platform_id = :platform_id"
    " OR (external_id = ANY(:names)"
    " AND (platform_id IS NULL OR cast(:platform_id AS text) IS NULL))) FOR UPDATE"
)
_FIND_TOLD: Final = text(
    "SELECT f.external_id, min(f.processed_at) AS at,"
    " sum(f.amount + f.shipping + f.tax)::bigint AS back,"
    " bool_or(EXISTS (SELECT FROM data_gaps g WHERE g.tenant_id = :tenant_id"
    " AND g.order_id = o.external_id AND g.kind = :assumed)) AS assumed"
    " FROM orders o JOIN refunds f ON f.tenant_id = :tenant_id AND f.order_id = o.id"
    " WHERE o.tenant_id = :tenant_id AND o.id = ANY(:orders)"
    " AND (f.external_id = :sum OR starts_with(f.external_id, :told)) GROUP BY 1"
)
_LIFT: Final = text(
    "DELETE FROM refunds WHERE tenant_id = :tenant_id AND order_id = ANY(:orders)"
    " AND external_id = ANY(:refunds)"
)
_FORGET: Final = (
    text(
        "INSERT INTO closed_day_changes (tenant_id, order_id, counted_at, changed_at)"
        " SELECT o.tenant_id, o.external_id, o.paid_at, cast(:now AS timestamptz)"
        " FROM orders o JOIN tenants t ON t.id = o.tenant_id"
        " WHERE o.tenant_id = :tenant_id AND o.id = ANY(:orders) AND o.paid_at"
        " < date_trunc('day', cast(:now AS timestamptz) AT TIME ZONE t.timezone)"
        " AT TIME ZONE t.timezone"
        " ON CONFLICT (tenant_id, order_id, counted_at)"
        " DO UPDATE SET changed_at = excluded.changed_at"
    ),
    text(
        "DELETE FROM data_gaps WHERE tenant_id = :tenant_id AND order_id IN (SELECT external_id"
        " FROM orders WHERE tenant_id = :tenant_id AND id = ANY(:orders))"
    ),
    text("DELETE FROM refunds WHERE tenant_id = :tenant_id AND order_id = ANY(:orders)"),
    text("DELETE FROM order_lines WHERE tenant_id = :tenant_id AND order_id = ANY(:orders)"),
    text("DELETE FROM orders WHERE tenant_id = :tenant_id AND id = ANY(:orders)"),
)


class Found(NamedTuple):
    """An order of the ledger: its key, when it was placed, and whether the platform's id is known
    to be the one that was looked for.
    """

    key: int
    placed_at: datetime
    by_id: bool


def find_orders(
    connection: Connection, tenant_id: int, names: Sequence[str], platform_id: str | None
) -> list[Found]:
    """The ledger's orders of the platform's id, whatever it calls them, and those that it calls by
    one of ``names``, but for orders of another ``platform_id``, where there is one.
    """
    given = {"tenant_id": tenant_id, "names": list(names), "platform_id": platform_id}
    return [Found(*row) for row in connection.execute(_FIND, given)]


class KnownRefund(NamedTuple):
    """A refund of the ledger: when, and how much of sales it gives back, in minor units.

    ``assumed`` says that nothing told its day.
    """

    id: str
    at: datetime
    back: int
    assumed: bool


def refunds_by_platform(
    connection: Connection, tenant_id: int, orders: Sequence[int]
) -> list[KnownRefund]:
    """The refunds of ``orders`` that a platform told, one by one or as a sum."""
    given: dict[str, Any] = {"tenant_id": tenant_id, "orders": list(orders)}
    given |= {"told": TOLD, "sum": REFUNDED}
    given["assumed"] = GapKind.ASSUMED_REFUND_DATES.value
    return [KnownRefund(*row) for row in connection.execute(_FIND_TOLD, given)]


def lift_refunds_of(
    connection: Connection, tenant_id: int, orders: Sequence[int], ids: Collection[str]
) -> int:
    """Take refunds of ``orders`` off, by their ids; how many rows."""
    if not orders or not ids:
        return 0
    given = {"tenant_id": tenant_id, "orders": list(orders), "refunds": sorted(ids)}
    with taking_out(connection, tenant_id, orders, ids):
        return connection.execute(_LIFT, given).rowcount


def forget_orders(
    connection: Connection, tenant_id: int, orders: Sequence[int], now: datetime
) -> int:
    """Take ``orders`` out with their lines and refunds, and note closed days; how many orders."""
    if not orders:
        return 0
    rows, given = 0, {"tenant_id": tenant_id, "orders": list(orders), "now": now}
    with taking_out(connection, tenant_id, orders):
        for statement in _FORGET:
            rows = connection.execute(statement, given).rowcount
    return rows
