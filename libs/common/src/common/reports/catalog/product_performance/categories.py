"""Sums by category: what the products of each bring together, and those without one as well."""

from collections.abc import Iterator
from typing import Final

from common.reports.catalog.product_performance.ranking import share_of
from common.reports.catalog.product_performance.standing import Categories
from common.reports.document.metrics import Figure, Unit
from common.reports.document.tables import Footer, Table
from common.reports.model import Row
from common.reports.presenting import measures
from common.reports.presenting.elements import column
from common.reports.presenting.measures import cells, columns
from common.reports.totals import products
from common.reports.totals.totals import WindowTotals, together

SHOWN: Final = 10
"""How many categories the page lists."""
SHARE = Figure(
    "category_share_percent",
    "Share of all categories",
    Unit.PERCENT,
    "Net sales of a category in percent of those of all categories with positive net sales,"
    " products without one as one more; empty when its own are not positive.",
)
MEASURES: Final = (
    measures.NET,
    measures.UNITS_SOLD,
    measures.UNITS_RETURNED,
    measures.GROSS,
    measures.DISCOUNTS,
    measures.RETURNS,
    measures.REFUND_RATE,
)
COLUMNS: Final = (products.CATEGORY, *columns(MEASURES), SHARE)


def by_category(sums: Categories) -> Iterator[Table]:
    """The table of a shop that has categories; none of one whose products have none."""
    named = {name: of for name, of in sums.items() if name}
    if not named:
        return
    order = sorted(named, key=lambda name: (-named[name].now.net, name))
    bare = [of for name, of in sums.items() if not name]
    whole = sum(max(of.now.net, 0) for of in (*named.values(), *_merged(bare)))
    rows = tuple((name, *_figures(named[name], whole)) for name in order[:SHOWN])
    yield Table(
        key="categories",
        title="Categories",
        description="By net sales, each product in the category that it has now.",
        columns=tuple(column(figure, beside=figure is SHARE) for figure in COLUMNS),
        rows=rows,
        of=len(rows),
        footer=tuple(_footer([named[name] for name in order[SHOWN:]], bare, sums, whole)),
    )


def _footer(
    others: list[WindowTotals], bare: list[WindowTotals], sums: Categories, whole: int
) -> Iterator[Footer]:
    if others:
        summed = (None, *_figures(together(others), whole))
        yield Footer(label="Other categories", cells=summed, count=len(others))
    for of in _merged(bare):
        yield Footer(label="Without category", cells=(None, *_figures(of, whole)))
    yield Footer(label="All products", cells=(None, *_figures(together(sums.values()), whole)))


def _merged(bare: list[WindowTotals]) -> tuple[WindowTotals, ...]:
    """Products without a category as one; none where there are none of them."""
    return (together(bare),) if bare else ()


def _figures(of: WindowTotals, whole: int) -> Row:
    return (*cells(MEASURES, of.now, of.previous), share_of(of.now.net, whole))
