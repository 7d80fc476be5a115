"""Sums straight from the ledger's events: always right, and slower the more orders there are.

Days are cut at the instants that the window's own calendar gives, so that one time zone database,
Python's, decides what a day is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.model import Scope
from common.reports.sales import stock
from common.reports.sales.protocol import EmptyDays
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals

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
    WITH sums AS (
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
           c.units_sold, c.units_returned, c.gross, c.discounts, c.returns,
           b.units_sold, b.units_returned, b.gross, b.discounts, b.returns
    FROM products p
    LEFT JOIN sums c ON c.product_id = p.id AND c.current
    LEFT JOIN sums b ON b.product_id = p.id AND NOT b.current
    WHERE p.tenant_id = :tenant_id
    """
)


class LedgerSales:
    """The sums of ``scope``, read from the events that ``session`` sees."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    def by_day(self) -> tuple[tuple[Totals, ...], tuple[Totals, ...]]:
        """The totals of each day of the window, and of each day of the previous one, in order."""
        scope = self._scope
        boundaries = (*scope.previous.boundaries(scope.zone), *scope.window.boundaries(scope.zone))
        days = [Totals()] * len(boundaries)
        for day, *sums in self._session.execute(
            _BY_DAY, {**self._range(), "boundaries": list(boundaries)}
        ):
            days[day] = Totals(*sums)
        first = len(days) - len(scope.window.dates(scope.zone))
        return tuple(days[first:]), tuple(days[:first])

    def by_product(self) -> tuple[ProductTotals, ...]:
        """Every product of the shop with its totals in both windows, in no particular order."""
        rows = self._session.execute(
            _BY_PRODUCT, {**self._range(), "middle": self._scope.window.start}
        )
        return tuple(map(product_totals, rows.all()))

    def on_hand(self) -> Mapping[str, int]:
        """Pieces on hand by product id, as last counted before the window's end."""
        scope = self._scope
        return stock.on_hand(self._session, scope.tenant_id, until=scope.window.end)

    def empty_days(self) -> Mapping[str, EmptyDays]:
        """Whole days without stock by product id, of products that had some."""
        return stock.empty_days(self._session, self._scope)

    def _range(self) -> dict[str, int | datetime]:
        return {
            "tenant_id": self._scope.tenant_id,
            "start": self._scope.previous.start,
            "end": self._scope.window.end,
        }


def product_totals(row: Sequence[Any]) -> ProductTotals:
    """A row of id, title, SKU, category and both windows' sums, null where nothing happened."""
    # By place, not by name: this runs for each product of a shop.
    product_id, title, sku, category = row[:4]
    totals, previous = _line_totals(row[4:9]), _line_totals(row[9:14])
    return ProductTotals(product_id, title, sku, category, totals, previous)


_NOTHING = Totals()


def _line_totals(sums: Sequence[int | None]) -> Totals:
    return _NOTHING if sums[0] is None else Totals(0, *sums)  # type: ignore[arg-type]
