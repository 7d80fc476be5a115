"""Sales reversals by day and kind, and what came back of a window's sales, read from the refunds.

There are few of them beside the sales, and an index finds those of some days. What the rollups
keep of them is read there (``common.reports.sales.from_rollups``).
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.model import Scope
from common.reports.sales import calendar
from common.reports.sales.dimensions import DAY
from common.reports.totals.reversals import Reversals

_LOCAL_DAY: Final = DAY.expression
_BY_DAY: Final = text(
    f"""
    SELECT {_LOCAL_DAY} AS day,
           coalesce(bigint_sum(e.amount) FILTER (WHERE e.kind = 'return'), 0),
           coalesce(bigint_sum(e.amount) FILTER (WHERE e.kind = 'cancel'), 0),
           coalesce(bigint_sum(e.amount) FILTER (WHERE e.kind = 'edit'), 0)
    FROM (
        SELECT processed_at AS occurred_at, kind, amount FROM refunds
        WHERE tenant_id = :tenant_id AND processed_at >= :start AND processed_at < :previous_end
        UNION ALL
        SELECT processed_at, kind, amount FROM refunds
        WHERE tenant_id = :tenant_id AND processed_at >= :middle AND processed_at < :end
    ) e
    GROUP BY 1
    """  # noqa: S608 - the dimension's own expression
)


# Nothing comes back before it is paid, so the window's start bounds the refunds of orders too.
COME_BACK: Final = """
    SELECT product_id, sum(quantity)::bigint AS units
    FROM (
        SELECT product_id, quantity FROM refunds
        WHERE tenant_id = :tenant_id AND sold_at >= :window_start AND sold_at < :window_end
        UNION ALL
        SELECT r.product_id, r.quantity
        FROM refunds r JOIN orders o ON o.tenant_id = r.tenant_id AND o.id = r.order_id
        WHERE r.tenant_id = :tenant_id AND r.sold_at IS NULL AND r.processed_at >= :window_start
          AND o.paid_at >= :window_start AND o.paid_at < :window_end
    ) r
    WHERE product_id IS NOT NULL
    GROUP BY 1
"""
"""Units by product of what was sold in the window and has been reversed until now."""
_BY_PRODUCT: Final = text(
    f"""
    SELECT p.external_id, b.units
    FROM ({COME_BACK}) b JOIN products p ON p.tenant_id = :tenant_id AND p.id = b.product_id
    """  # noqa: S608 - the statement above
)


def come_back(session: Session, scope: Scope) -> Mapping[str, int]:
    """Units by product id of what was sold in the window and has been reversed until now."""
    bounds = {
        "tenant_id": scope.tenant_id,
        "window_start": scope.window.start,
        "window_end": scope.window.end,
    }
    return {row.external_id: row.units for row in session.execute(_BY_PRODUCT, bounds)}


def by_day(session: Session, scope: Scope) -> Mapping[date, Reversals]:
    """The reversals of each day of both windows; a day without any may be left out."""
    bounds = {
        **calendar.parameters(scope),
        "tenant_id": scope.tenant_id,
        "start": scope.previous.start,
        "previous_end": scope.previous.end,
        "middle": scope.window.start,
        "end": scope.window.end,
    }
    return {day: Reversals(*sums) for day, *sums in session.execute(_BY_DAY, bounds)}
