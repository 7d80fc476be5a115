"""Product performance: what each product brings, its share of the whole, and how it moves.

The CSV has one row a product: every product of the shop, by net sales, ties by id. The page shows
the top and sums the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from common.reports import figures, products
from common.reports.catalog.product_performance.ranking import Ranked, rank
from common.reports.document import BarChart, Cell, Kpi, Table, column, kpi, series
from common.reports.figures import Better, Figure, Unit
from common.reports.model import Body, Definition, Presentation, Row, Scope
from common.reports.money import change, percent
from common.reports.products import ProductTotals
from common.reports.totals import Totals, total

SHOWN = 25
CHARTED = 10

RANK = Figure("rank", "Rank", Unit.RANK, "Place by net sales, the highest first; ties by id.")
RANK_CHANGE = Figure(
    "rank_change",
    "Rank change",
    Unit.COUNT,
    "Places gained (or lost, negative) against the previous window; empty for a product without"
    " sales or returns then.",
    Better.UP,
)
SHARE = Figure(
    "net_sales_share_percent",
    "Share of net sales",
    Unit.PERCENT,
    "Net sales of the product in percent of all net sales; empty when those are not positive.",
)
CUMULATIVE_SHARE = Figure(
    "cumulative_share_percent",
    "Cumulative share",
    Unit.PERCENT,
    "Share of this product and all ranked above it.",
)
ABC = Figure(
    "abc_class",
    "ABC class",
    Unit.TEXT,
    "A: the products that make the first 80 % of net sales; B: up to 95 %; C: the rest. The one"
    " that crosses a line is in the upper class.",
)
REFUND_RATE = Figure(
    "refund_rate_percent",
    "Refund rate",
    Unit.PERCENT,
    "Units returned or cancelled in percent of the units sold in the window; empty when none was"
    " sold.",
    Better.DOWN,
)
PRODUCTS_SOLD = Figure(
    "products_sold", "Products sold", Unit.COUNT, "Products with at least one unit sold.", Better.UP
)

COLUMNS = (
    RANK,
    *products.IDENTITY,
    figures.UNITS_SOLD,
    figures.UNITS_RETURNED,
    figures.GROSS,
    figures.DISCOUNTS,
    figures.RETURNS,
    figures.NET,
    SHARE,
    CUMULATIVE_SHARE,
    ABC,
    REFUND_RATE,
    figures.UNITS_SOLD.previous(),
    figures.NET.previous(),
    figures.NET.change(),
    RANK_CHANGE,
)


@dataclass(frozen=True, slots=True)
class ProductPerformance:
    """Every product of the shop with its totals in both windows, in any order."""

    products: tuple[ProductTotals, ...]


def refund_rate(totals: Totals) -> int | None:
    """Units returned in hundredths of a percent of units sold; None when none was sold."""
    return percent(totals.units_returned, totals.units_sold)


def rows(result: ProductPerformance, _: Scope) -> Iterator[Row]:
    """One row a product, by rank."""
    return map(_row, rank(result.products))


def _row(ranked: Ranked) -> Row:
    now, before = ranked.product.totals, ranked.product.previous
    return (
        ranked.rank,
        *ranked.product.identity,
        now.units_sold,
        now.units_returned,
        now.gross,
        now.discounts,
        -now.returns,
        now.net,
        ranked.share,
        ranked.cumulative_share,
        ranked.abc_class,
        refund_rate(now),
        before.units_sold,
        before.net,
        change(now.net, before.net),
        ranked.rank_change,
    )


def body(result: ProductPerformance, _: Scope) -> Body:
    """The whole in figures, the top products as bars, and the table of the top with the rest."""
    ranked = rank(result.products)
    now = total(product.totals for product in result.products)
    before = total(product.previous for product in result.products)
    return Body(
        summary="What each product brings, and how much of the whole that is.",
        kpis=_kpis(result, now, before),
        sections=(_top(ranked[:CHARTED]), _table(ranked, now)),
        empty=now == Totals(),
    )


def _kpis(result: ProductPerformance, now: Totals, before: Totals) -> tuple[Kpi, ...]:
    return (
        kpi(figures.NET, now.net, before.net),
        kpi(figures.GROSS, now.gross, before.gross),
        kpi(figures.DISCOUNTS, now.discounts, before.discounts),
        kpi(figures.RETURNS, -now.returns, -before.returns),
        kpi(figures.UNITS_SOLD, now.units_sold, before.units_sold),
        kpi(figures.UNITS_RETURNED, now.units_returned, before.units_returned),
        kpi(REFUND_RATE, refund_rate(now), refund_rate(before)),
        kpi(
            PRODUCTS_SOLD,
            sum(product.totals.units_sold > 0 for product in result.products),
            sum(product.previous.units_sold > 0 for product in result.products),
        ),
    )


def _top(ranked: tuple[Ranked, ...]) -> BarChart:
    return BarChart(
        key="top",
        title="Top products",
        description="Net sales of the products in front, beside the previous window.",
        labels=tuple(each.product.title for each in ranked),
        series=(
            series(
                figures.NET,
                tuple(each.product.totals.net for each in ranked),
                tuple(each.product.previous.net for each in ranked),
            ),
            series(CUMULATIVE_SHARE, tuple(each.cumulative_share for each in ranked)),
        ),
        horizontal=True,
    )


def _table(ranked: tuple[Ranked, ...], now: Totals) -> Table:
    shown, rest = ranked[:SHOWN], ranked[SHOWN:]
    footer = [_sum_row("All products", ranked, now)]
    note = None
    if rest:
        others = total(each.product.totals for each in rest)
        footer.insert(0, _sum_row(f"Other {len(rest)} products", rest, others, of=now.net))
        note = f"The first {len(shown)} of {len(ranked)} products; the CSV has all of them."
    return Table(
        key="products",
        title="Products",
        description="By net sales; the change is against the previous window.",
        columns=tuple(column(figure) for figure in COLUMNS),
        rows=tuple(_row(each) for each in shown),
        footer=tuple(footer),
        note=note,
    )


def _sum_row(label: str, ranked: tuple[Ranked, ...], now: Totals, *, of: int | None = None) -> Row:
    before = total(each.product.previous for each in ranked)
    whole = now.net if of is None else of
    cells: dict[Figure, Cell] = {
        products.PRODUCT: label,
        figures.UNITS_SOLD: now.units_sold,
        figures.UNITS_RETURNED: now.units_returned,
        figures.GROSS: now.gross,
        figures.DISCOUNTS: now.discounts,
        figures.RETURNS: -now.returns,
        figures.NET: now.net,
        SHARE: percent(now.net, whole) if whole > 0 else None,
        REFUND_RATE: refund_rate(now),
        figures.UNITS_SOLD.previous(): before.units_sold,
        figures.NET.previous(): before.net,
        figures.NET.change(): change(now.net, before.net),
    }
    return tuple(cells.get(figure) for figure in COLUMNS)


DEFINITION: Definition[ProductPerformance] = Definition(
    slug="product-performance",
    title="Product performance",
    description="Net sales, share, ABC class, refund rate and rank of every product.",
    discord="products",
    presentation=Presentation(columns=COLUMNS, body=body, rows=rows),
)
