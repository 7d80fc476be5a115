"""Sums of the ledger by day and by product: the only SQL that reads sales events.

Days are cut at the instants that the window's own calendar gives, so that one time zone database,
Python's, decides what a day is.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.model import Scope
from common.reports.products import ProductTotals
from common.reports.totals import Totals

_BY_DAY = text(
    """
    SELECT width_bucket(occurred_at, CAST(:boundaries AS timestamptz[])) - 1 AS day,
           sum(orders)::bigint AS orders,
           sum(units_sold)::bigint AS units_sold, sum(units_returned)::bigint AS units_returned,
           sum(gross)::bigint AS gross, sum(discounts)::bigint AS discounts,
           sum(returns)::bigint AS returns,
           sum(shipping)::bigint AS shipping, sum(tax)::bigint AS tax
    FROM ledger
    WHERE tenant_id = :tenant_id AND occurred_at >= :start AND occurred_at < :end
    GROUP BY 1
    """
)

_BY_PRODUCT = text(
    """
    WITH events AS (
        SELECT product_id, occurred_at >= :middle AS current,
               sum(units_sold)::bigint AS units_sold,
               sum(units_returned)::bigint AS units_returned,
               sum(gross)::bigint AS gross, sum(discounts)::bigint AS discounts,
               sum(returns)::bigint AS returns
        FROM ledger
        WHERE tenant_id = :tenant_id AND occurred_at >= :start AND occurred_at < :end
          AND product_id IS NOT NULL
        GROUP BY 1, 2
    )
    SELECT p.external_id, p.title, p.sku, p.category,
           coalesce(c.units_sold, 0), coalesce(c.units_returned, 0), coalesce(c.gross, 0),
           coalesce(c.discounts, 0), coalesce(c.returns, 0),
           coalesce(b.units_sold, 0), coalesce(b.units_returned, 0), coalesce(b.gross, 0),
           coalesce(b.discounts, 0), coalesce(b.returns, 0)
    FROM products p
    LEFT JOIN events c ON c.product_id = p.id AND c.current
    LEFT JOIN events b ON b.product_id = p.id AND NOT b.current
    WHERE p.tenant_id = :tenant_id
    """
)


def by_day(session: Session, scope: Scope) -> tuple[tuple[Totals, ...], tuple[Totals, ...]]:
    """The totals of each day of the window, and of each day of the previous one, in order."""
    boundaries = (*scope.previous.boundaries(scope.zone), *scope.window.boundaries(scope.zone))
    days = [Totals()] * len(boundaries)
    for day, *sums in session.execute(_BY_DAY, {**_between(scope), "boundaries": list(boundaries)}):
        days[day] = Totals(*sums)
    first = len(days) - len(scope.window.dates(scope.zone))
    return tuple(days[first:]), tuple(days[:first])


def by_product(session: Session, scope: Scope) -> tuple[ProductTotals, ...]:
    """Every product of the shop with its totals in both windows, in no particular order."""
    rows = session.execute(_BY_PRODUCT, {**_between(scope), "middle": scope.window.start})
    return tuple(
        ProductTotals(
            product_id=row[0],
            title=row[1],
            sku=row[2],
            category=row[3],
            totals=_line_totals(row[4:9]),
            previous=_line_totals(row[9:14]),
        )
        for row in rows
    )


def _line_totals(sums: Sequence[int]) -> Totals:
    sold, returned, gross, discounts, returns = sums
    return Totals(
        units_sold=sold,
        units_returned=returned,
        gross=gross,
        discounts=discounts,
        returns=returns,
    )


def _between(scope: Scope) -> dict[str, int | datetime]:
    return {
        "tenant_id": scope.tenant_id,
        "start": scope.previous.start,
        "end": scope.window.end,
    }
