"""Sums straight from the ledger's events: always right, and slower the more orders there are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from common.reports.model import Scope
from common.reports.sales import calendar, out_of_stock, stock
from common.reports.sales.dimensions import DAY, Dimension, K
from common.reports.sales.protocol import EmptyDays, Product, Stock
from common.reports.totals.totals import Totals, WindowTotals

_OF_LINES: Final = """
    0 AS orders, bigint_sum(e.units_sold), bigint_sum(e.units_returned), bigint_sum(e.gross),
    bigint_sum(e.discounts), bigint_sum(e.returns), 0 AS shipping, 0 AS tax
"""
_OF_ORDERS: Final = """
    bigint_sum(e.orders), bigint_sum(e.units_sold), bigint_sum(e.units_returned),
    bigint_sum(e.gross), bigint_sum(e.discounts), bigint_sum(e.returns), bigint_sum(e.shipping),
    bigint_sum(e.tax)
"""
# PostgreSQL leaves out a join that the expression has no use for.
_TOTALS: Final = """
    SELECT {key} AS key, e.occurred_at >= :middle AS current, {sums}
    FROM ledger e
    LEFT JOIN orders o ON o.tenant_id = e.tenant_id AND o.id = e.order_id
    LEFT JOIN products p ON p.tenant_id = e.tenant_id AND p.id = e.product_id
    WHERE e.tenant_id = :tenant_id AND e.occurred_at >= :start AND e.occurred_at < :end
      AND (e.occurred_at < :previous_end OR e.occurred_at >= :middle) {only}
    GROUP BY 1, 2
"""
_PRODUCTS: Final = text(
    "SELECT id, external_id, title, sku, category FROM products WHERE tenant_id = :tenant_id"
)


class LedgerSales:
    """The sums of ``scope``, read from the events that ``session`` sees."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    @property
    def scope(self) -> Scope:
        """Whose sales, over which windows."""
        return self._scope

    def totals(self, by: Dimension[K]) -> Mapping[K | None, WindowTotals]:
        """The sums of both windows by the dimension's key; see ``Sales``."""
        return joined(self._session.execute(*self.statement(by)))

    def statement(self, by: Dimension[Any]) -> tuple[TextClause, dict[str, Any]]:
        """The statement behind ``totals``, and its parameters."""
        scope = self._scope
        return _statement(by), {
            **calendar.parameters(scope),
            "tenant_id": scope.tenant_id,
            "start": scope.previous.start,
            "previous_end": scope.previous.end,
            "middle": scope.window.start,
            "end": scope.window.end,
        }

    def between(self) -> Mapping[date, Totals]:
        """The sums of the days after the previous window and before the window, by day."""
        statement, facts = self.statement(DAY)
        first, past = self._scope.previous.end, self._scope.window.start
        if first >= past:
            return {}
        facts |= {"start": first, "previous_end": past, "end": past}
        found = joined(self._session.execute(statement, facts))
        return {day: totals.previous for day, totals in found.items()}

    def products(self) -> Mapping[int, Product]:
        """Every product of the shop, sold or not, by the keys of the dimension ``PRODUCT``."""
        rows = self._session.execute(_PRODUCTS, {"tenant_id": self._scope.tenant_id})
        return {key: Product(*facts) for key, *facts in rows}

    def on_hand(self) -> Mapping[str, Stock]:
        """What is on hand at the window's end by product id, of the products counted."""
        return stock.on_hand(self._session, self._scope)

    def empty_days(self) -> Mapping[str, EmptyDays]:
        """Whole days without stock by product id, of products that had some."""
        return out_of_stock.empty_days(self._session, self._scope, rolled_up=False)


@cache
def _statement(by: Dimension[Any]) -> TextClause:
    sums, only = (_OF_LINES, "AND e.product_id IS NOT NULL") if by.of_lines else (_OF_ORDERS, "")
    return text(_TOTALS.format(key=by.expression, sums=sums, only=only))


def joined(rows: Iterable[Sequence[Any]]) -> dict[Any, WindowTotals]:
    """The window's sums and the previous one's of each key, of rows that hold one of the two."""
    nothing = Totals()
    found: dict[Any, WindowTotals] = {}
    for key, current, *sums in rows:
        now, previous = found.get(key, (nothing, nothing))
        totals = Totals(*sums)
        found[key] = WindowTotals(totals, previous) if current else WindowTotals(now, totals)
    return found
