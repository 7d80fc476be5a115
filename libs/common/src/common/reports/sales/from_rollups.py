"""Sums from the rollups: the cost of a report does not grow with the orders.

Right only where ``worker.reports.rollups`` says so: in a snapshot in which no day of the scope is
marked, and whose windows are whole days of the shop's zone.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.model import Scope
from common.reports.sales import stock
from common.reports.sales.blocks import cover
from common.reports.sales.from_ledger import product_totals
from common.reports.sales.protocol import EmptyDays
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals

_BY_DAY = text(
    """
    SELECT day, orders, units_sold, units_returned, gross, discounts, returns, shipping, tax
    FROM daily_sales WHERE tenant_id = :tenant_id AND day = ANY(:days)
    """
)

_BY_PRODUCT = text(
    """
    SELECT p.external_id, p.title, p.sku, p.category,
           s.sold, s.returned, s.gross, s.discounts, s.returns,
           s.sold_before, s.returned_before, s.gross_before, s.discounts_before, s.returns_before
    FROM products p
    LEFT JOIN (
        SELECT s.product_id,
               bigint_sum(units_sold) FILTER (WHERE current) AS sold,
               bigint_sum(units_returned) FILTER (WHERE current) AS returned,
               bigint_sum(gross) FILTER (WHERE current) AS gross,
               bigint_sum(discounts) FILTER (WHERE current) AS discounts,
               bigint_sum(returns) FILTER (WHERE current) AS returns,
               bigint_sum(units_sold) FILTER (WHERE NOT current) AS sold_before,
               bigint_sum(units_returned) FILTER (WHERE NOT current) AS returned_before,
               bigint_sum(gross) FILTER (WHERE NOT current) AS gross_before,
               bigint_sum(discounts) FILTER (WHERE NOT current) AS discounts_before,
               bigint_sum(returns) FILTER (WHERE NOT current) AS returns_before
        FROM unnest(CAST(:spans AS smallint[]), CAST(:days AS date[]), CAST(:currents AS boolean[]))
             AS b (span, day, current)
        JOIN product_sales s ON s.span = b.span AND s.day = b.day
        WHERE s.tenant_id = :tenant_id
        GROUP BY s.product_id
    ) s ON s.product_id = p.id
    WHERE p.tenant_id = :tenant_id
    """
)


class RolledUpSales:
    """The sums of ``scope``, read from the rollups that ``session`` sees."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    def by_day(self) -> tuple[tuple[Totals, ...], tuple[Totals, ...]]:
        """The totals of each day of the window, and of each day of the previous one, in order."""
        days, previous = self._days()
        rows = self._session.execute(
            _BY_DAY, {"tenant_id": self._scope.tenant_id, "days": [*previous, *days]}
        )
        sums = {day: Totals(*amounts) for day, *amounts in rows}
        return (
            tuple(sums.get(day, Totals()) for day in days),
            tuple(sums.get(day, Totals()) for day in previous),
        )

    def by_product(self) -> tuple[ProductTotals, ...]:
        """Every product of the shop with its totals in both windows, in no particular order."""
        days, previous = self._days()
        end = self._scope.window.end.astimezone(self._scope.zone).date()
        blocks = [(block, False) for block in cover(previous[0], days[0])]
        blocks += [(block, True) for block in cover(days[0], end)]
        rows = self._session.execute(
            _BY_PRODUCT,
            {
                "tenant_id": self._scope.tenant_id,
                "spans": [block.span for block, _ in blocks],
                "days": [block.day for block, _ in blocks],
                "currents": [current for _, current in blocks],
            },
        )
        return tuple(map(product_totals, rows.all()))

    def on_hand(self) -> Mapping[str, int]:
        """Pieces on hand by product id, as last counted before the window's end."""
        scope = self._scope
        return stock.on_hand(self._session, scope.tenant_id, until=scope.window.end)

    def empty_days(self) -> Mapping[str, EmptyDays]:
        """Whole days without stock by product id, of products that had some."""
        return stock.empty_days(self._session, self._scope)

    def _days(self) -> tuple[tuple[date, ...], tuple[date, ...]]:
        zone = self._scope.zone
        return self._scope.window.dates(zone), self._scope.previous.dates(zone)
