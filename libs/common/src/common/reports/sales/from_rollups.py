"""Sums from the rollups: the cost of a report does not grow with the orders.

Right only where ``worker.reports.rollup_refresh`` says so: in a snapshot in which no day of the
scope, nor of a year before, is marked, and whose windows are whole days of the shop's zone. A
dimension that is not kept is summed from the events of the same snapshot.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from common.reports.model import Scope
from common.reports.sales import last_year, margins, out_of_stock
from common.reports.sales.blocks import Block, cover
from common.reports.sales.catalogue import HELD, Catalogue
from common.reports.sales.dimensions import CATEGORY, DAY, PRODUCT, Dimension, K
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.protocol import MARGINS_SHOWN, EmptyDays, Stock, Uncovered
from common.reports.sales.rows import line_totals, product_totals
from common.reports.sales.sorted_catalogue import SortedCatalogue, is_larger
from common.reports.totals.margins import Margins
from common.reports.totals.products import ProductTotals
from common.reports.totals.reversals import Reversals
from common.reports.totals.totals import Totals, WindowTotals

_BY_DAY: Final = text(
    """
    SELECT day, orders, units_sold, units_returned, gross, discounts, returns, shipping, tax
    FROM daily_sales WHERE tenant_id = :tenant_id AND day = ANY(:days)
    """
)
_KINDS_BY_DAY: Final = text(
    """
    SELECT day, returns - cancelled - edited, cancelled, edited
    FROM daily_sales WHERE tenant_id = :tenant_id AND day = ANY(:days) AND returns <> 0
    """
)

_BLOCKS: Final = """
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
"""
_BY_PRODUCT: Final = text(_BLOCKS)
_CATEGORY: Final = CATEGORY.expression
_BY_CATEGORY: Final = text(
    f"""
    SELECT {_CATEGORY} AS category,
           bigint_sum(s.sold), bigint_sum(s.returned), bigint_sum(s.gross),
           bigint_sum(s.discounts), bigint_sum(s.returns),
           bigint_sum(s.sold_before), bigint_sum(s.returned_before), bigint_sum(s.gross_before),
           bigint_sum(s.discounts_before), bigint_sum(s.returns_before)
    FROM ({_BLOCKS}) s JOIN products p ON p.id = s.product_id
    WHERE p.tenant_id = :tenant_id
    GROUP BY 1
    """  # noqa: S608 - the statement above
)
_PRODUCTS: Final = text(
    f"""
    SELECT p.external_id, p.title, p.sku, p.category,
           s.sold, s.returned, s.gross, s.discounts, s.returns,
           s.sold_before, s.returned_before, s.gross_before, s.discounts_before, s.returns_before
    FROM products p
    LEFT JOIN ({_BLOCKS}) s ON s.product_id = p.id
    WHERE p.tenant_id = :tenant_id
    """  # noqa: S608 - the statement above
)


class RolledUpSales:
    """The sums of ``scope``, read from the rollups that ``session`` sees where they are kept."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = scope
        self._events = LedgerSales(session, scope)
        self._kept: Mapping[Dimension[Any], Callable[[], dict[Any, WindowTotals]]] = {
            DAY: self._by_day,
            PRODUCT: self._by_product,
            CATEGORY: self._by_category,
        }

    @property
    def scope(self) -> Scope:
        """Whose sales, over which windows."""
        return self._scope

    def totals(self, by: Dimension[K]) -> Mapping[K | None, WindowTotals]:
        """The sums of both windows by the dimension's key; see ``Sales``."""
        kept = self._kept.get(by)
        return kept() if kept else self._events.totals(by)

    def lead(self, days: int) -> Mapping[date, Totals]:
        """The sums of so many days right before the window, by day."""
        zone = self._scope.zone
        return self._kept_days(self._scope.window.lead(days, zone).dates(zone))

    def last_year(self) -> Totals | None:
        """The whole shop over the same weekdays a year ago; None where sales begin after that."""
        return last_year.totals(self._session, self._scope, kept=True)

    def reversals(self) -> Mapping[date, Reversals]:
        """The sales reversals of each day of both windows by kind; a day may be left out.

        From the events where code of before the kinds summed one of the days.
        """
        days, previous = self._days()
        wanted = {"tenant_id": self._scope.tenant_id, "days": [*previous, *days]}
        rows = self._session.execute(_KINDS_BY_DAY, wanted).all()
        if any(cancelled is None for _, _, cancelled, _ in rows):
            return self._events.reversals()
        return {day: Reversals(*sums) for day, *sums in rows}

    def come_back(self) -> Mapping[str, int]:
        """Units by product id of what was sold in the window and has been reversed until now."""
        return self._events.come_back()

    def products(self) -> tuple[ProductTotals, ...]:
        """Every product of the shop with its totals in both windows, in no particular order."""
        rows = self._session.execute(_PRODUCTS, self._blocks())
        return tuple(map(product_totals, rows.all()))

    def catalogue(self, *, larger_than: int = HELD) -> Catalogue | None:
        """The products of a shop that has more, by net sales and read in pieces."""
        if not is_larger(self._session, self._scope.tenant_id, larger_than):
            return None
        return SortedCatalogue(self._session, _BLOCKS, self._blocks())

    def margins(self, front: int = MARGINS_SHOWN) -> Margins:
        """What products earn whose cost is known, ``front`` of them by name."""
        return margins.margins(self._session, _BLOCKS, self._blocks(), front)

    def on_hand(self) -> Mapping[str, Stock]:
        """What is on hand at the window's end by product id, of the products counted."""
        return self._events.on_hand()

    def empty_days(self) -> Mapping[str, EmptyDays]:
        """Whole days without stock by product id, of products that had some."""
        return out_of_stock.empty_days(self._session, self._scope, rolled_up=True)

    def uncovered(self) -> Mapping[str, Uncovered]:
        """Units by product id of the day on which sales last came in, before it was over."""
        return self._events.uncovered()

    def _by_day(self) -> dict[date, WindowTotals]:
        days, previous = self._days()
        return {
            day: WindowTotals(now=totals) if day >= days[0] else WindowTotals(previous=totals)
            for day, totals in self._kept_days((*previous, *days)).items()
        }

    def _kept_days(self, days: Sequence[date]) -> dict[date, Totals]:
        wanted = {"tenant_id": self._scope.tenant_id, "days": list(days)}
        return {day: Totals(*sums) for day, *sums in self._session.execute(_BY_DAY, wanted)}

    def _by_product(self) -> dict[int, WindowTotals]:
        return self._by_key(_BY_PRODUCT)

    def _by_category(self) -> dict[str | None, WindowTotals]:
        return self._by_key(_BY_CATEGORY)

    def _by_key(self, statement: TextClause) -> dict[Any, WindowTotals]:
        rows = self._session.execute(statement, self._blocks())
        return {row[0]: WindowTotals(line_totals(row[1:6]), line_totals(row[6:])) for row in rows}

    def _blocks(self) -> dict[str, Any]:
        days, previous = self._days()
        blocks = [(block, False) for block in _cover(previous)]
        blocks += [(block, True) for block in _cover(days)]
        return {
            "tenant_id": self._scope.tenant_id,
            "spans": [block.span for block, _ in blocks],
            "days": [block.day for block, _ in blocks],
            "currents": [current for _, current in blocks],
            "window_start": self._scope.window.start,
            "window_end": self._scope.window.end,
        }

    def _days(self) -> tuple[tuple[date, ...], tuple[date, ...]]:
        zone = self._scope.zone
        return self._scope.window.dates(zone), self._scope.previous.dates(zone)


def _cover(days: Sequence[date]) -> tuple[Block, ...]:
    return cover(days[0], days[-1] + timedelta(days=1))
