"""Sums straight from the ledger's events: always right, and slower the more orders there are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from common.reports.model import Scope
from common.reports.sales import (
    calendar,
    last_year,
    margins,
    out_of_stock,
    reversals,
    stock,
    uncovered,
)
from common.reports.sales.catalogue import HELD, Catalogue
from common.reports.sales.dimensions import DAY, PRODUCT, Dimension, K
from common.reports.sales.protocol import MARGINS_SHOWN, EmptyDays, Stock, Uncovered
from common.reports.sales.rows import product_totals
from common.reports.sales.sorted_catalogue import SortedCatalogue, is_larger
from common.reports.totals.margins import Margins
from common.reports.totals.products import ProductTotals
from common.reports.totals.reversals import Reversals
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
# PostgreSQL leaves out a join that the expression has no use for. Of a year between the windows it
# reads nothing.
_EVENTS: Final = """
    FROM (
        SELECT * FROM ledger
        WHERE tenant_id = :tenant_id AND occurred_at >= :start AND occurred_at < :previous_end
        UNION ALL
        SELECT * FROM ledger
        WHERE tenant_id = :tenant_id AND occurred_at >= :middle AND occurred_at < :end
    ) e
    LEFT JOIN orders o ON o.tenant_id = e.tenant_id AND o.id = e.order_id
    LEFT JOIN products p ON p.tenant_id = e.tenant_id AND p.id = e.product_id
"""
_LINES_ONLY: Final = "WHERE e.product_id IS NOT NULL"
_BY_PRODUCT: Final = f"""
    SELECT {PRODUCT.expression} AS product_id,
           bigint_sum(e.units_sold) FILTER (WHERE e.occurred_at >= :middle) AS sold,
           bigint_sum(e.units_returned) FILTER (WHERE e.occurred_at >= :middle) AS returned,
           bigint_sum(e.gross) FILTER (WHERE e.occurred_at >= :middle) AS gross,
           bigint_sum(e.discounts) FILTER (WHERE e.occurred_at >= :middle) AS discounts,
           bigint_sum(e.returns) FILTER (WHERE e.occurred_at >= :middle) AS returns,
           bigint_sum(e.units_sold) FILTER (WHERE e.occurred_at < :middle) AS sold_before,
           bigint_sum(e.units_returned) FILTER (WHERE e.occurred_at < :middle) AS returned_before,
           bigint_sum(e.gross) FILTER (WHERE e.occurred_at < :middle) AS gross_before,
           bigint_sum(e.discounts) FILTER (WHERE e.occurred_at < :middle) AS discounts_before,
           bigint_sum(e.returns) FILTER (WHERE e.occurred_at < :middle) AS returns_before
    {_EVENTS} {_LINES_ONLY}
    GROUP BY 1
"""
_PRODUCTS: Final = text(
    f"""
    SELECT p.external_id, p.title, p.sku, p.category,
           s.sold, s.returned, s.gross, s.discounts, s.returns,
           s.sold_before, s.returned_before, s.gross_before, s.discounts_before, s.returns_before
    FROM products p
    LEFT JOIN ({_BY_PRODUCT}) s ON s.product_id = p.id
    WHERE p.tenant_id = :tenant_id
    """  # noqa: S608 - the statement above
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
        return joined(self._session.execute(statement(by), parameters(self._scope)))

    def lead(self, days: int) -> Mapping[date, Totals]:
        """The sums of so many days right before the window, by day."""
        of = self._scope.window.lead(days, self._scope.zone)
        bounds = {"start": of.start, "previous_end": of.end, "middle": of.end, "end": of.end}
        rows = self._session.execute(statement(DAY), {**parameters(self._scope), **bounds})
        return {day: totals.previous for day, totals in joined(rows).items()}

    def last_year(self) -> Totals | None:
        """The whole shop over the same weekdays a year ago; None where sales begin after that."""
        return last_year.totals(self._session, self._scope, kept=False)

    def reversals(self) -> Mapping[date, Reversals]:
        """The sales reversals of each day of both windows by kind; a day may be left out."""
        return reversals.by_day(self._session, self._scope)

    def come_back(self) -> Mapping[str, int]:
        """Units by product id of what was sold in the window and has been reversed until now."""
        return reversals.come_back(self._session, self._scope)

    def products(self) -> tuple[ProductTotals, ...]:
        """Every product of the shop with its totals in both windows, in no particular order."""
        rows = self._session.execute(_PRODUCTS, parameters(self._scope))
        return tuple(map(product_totals, rows.all()))

    def catalogue(self, *, larger_than: int = HELD) -> Catalogue | None:
        """The products of a shop that has more, by net sales and read in pieces."""
        if not is_larger(self._session, self._scope.tenant_id, larger_than):
            return None
        return SortedCatalogue(self._session, _BY_PRODUCT, parameters(self._scope))

    def margins(self, front: int = MARGINS_SHOWN) -> Margins:
        """What products earn whose cost is known, ``front`` of them by name."""
        return margins.margins(self._session, _BY_PRODUCT, parameters(self._scope), front)

    def on_hand(self) -> Mapping[str, Stock]:
        """What is on hand at the window's end by product id, of the products counted."""
        return stock.on_hand(self._session, self._scope)

    def empty_days(self) -> Mapping[str, EmptyDays]:
        """Whole days without stock by product id, of products that had some."""
        return out_of_stock.empty_days(self._session, self._scope, rolled_up=False)

    def uncovered(self) -> Mapping[str, Uncovered]:
        """Units by product id of the day on which sales last came in, before it was over."""
        return uncovered.units(self._session, self._scope)


def parameters(scope: Scope) -> dict[str, Any]:
    """The parameters of ``statement``."""
    return {
        **calendar.parameters(scope),
        "tenant_id": scope.tenant_id,
        "start": scope.previous.start,
        "previous_end": scope.previous.end,
        "middle": scope.window.start,
        "end": scope.window.end,
        "window_start": scope.window.start,
        "window_end": scope.window.end,
    }


@cache
def statement(by: Dimension[Any]) -> TextClause:
    """The sums by a dimension: a row for each key and window, with the key, whether the window is
    the current one, and the sums of ``Totals`` in their order."""
    sums, only = (_OF_LINES, _LINES_ONLY) if by.of_lines else (_OF_ORDERS, "")
    columns = f"SELECT {by.expression} AS key, e.occurred_at >= :middle AS current, {sums}"
    return text(f"{columns} {_EVENTS} {only} GROUP BY 1, 2")


def joined(rows: Iterable[Sequence[Any]]) -> dict[Any, WindowTotals]:
    """The window's sums and the previous one's of each key, of rows that hold one of the two."""
    found: dict[Any, WindowTotals] = {}
    for key, current, *sums in rows:
        now, previous = found.get(key, _NOTHING)
        totals = Totals(*sums)
        found[key] = WindowTotals(totals, previous) if current else WindowTotals(now, totals)
    return found


_NOTHING: Final = WindowTotals()
