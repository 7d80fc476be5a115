"""Product performance: what each product brings, its share of the whole, and how it moves.

The CSV has one row a product: every product of the shop, by net sales, ties by id. The page shows
the top and sums the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from common.reports import figures, measures, products
from common.reports.catalog.product_performance.ranking import Ranked, rank
from common.reports.document import BarChart, Cell, Kpi, Table, column, kpi, series
from common.reports.figures import Better, Figure, Unit
from common.reports.measures import cells, columns, kpis
from common.reports.model import Body, Definition, Presentation, Row, Scope, select
from common.reports.money import percent
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
    "Share of this product and all ranked above it; empty when net sales are not positive.",
)
ABC = Figure(
    "abc_class",
    "ABC class",
    Unit.TEXT,
    "A: the products that make the first 80 % of net sales; B: up to 95 %; C: the rest. The one"
    " that crosses a line is in the upper class.",
)
PRODUCTS_SOLD = Figure(
    "products_sold", "Products sold", Unit.COUNT, "Products with at least one unit sold.", Better.UP
)

MEASURES = (
    measures.UNITS_SOLD,
    measures.UNITS_RETURNED,
    measures.GROSS,
    measures.DISCOUNTS,
    measures.RETURNS,
    measures.NET,
    measures.REFUND_RATE,
)
COLUMNS = (
    RANK,
    RANK_CHANGE,
    *products.IDENTITY,
    SHARE,
    CUMULATIVE_SHARE,
    ABC,
    *columns(MEASURES),
)
HEADLINES = (
    measures.NET,
    measures.GROSS,
    measures.DISCOUNTS,
    measures.RETURNS,
    measures.UNITS_SOLD,
    measures.UNITS_RETURNED,
    measures.REFUND_RATE,
)
SHOWN_COLUMNS = (
    RANK,
    RANK_CHANGE,
    products.PRODUCT,
    products.SKU,
    products.CATEGORY,
    *(measure.figure for measure in MEASURES),
    figures.NET.change(),
    SHARE,
    CUMULATIVE_SHARE,
    ABC,
)
"""The table's columns on the page."""


@dataclass(frozen=True, slots=True)
class ProductPerformance:
    """Every product of the shop with its totals in both windows, in any order."""

    products: tuple[ProductTotals, ...]


def rows(result: ProductPerformance, _: Scope) -> Iterator[Row]:
    """One row a product, by rank."""
    return map(_row, rank(result.products))


def _row(ranked: Ranked) -> Row:
    return (
        ranked.rank,
        ranked.rank_change,
        *ranked.product.identity,
        ranked.share,
        ranked.cumulative_share,
        ranked.abc_class,
        *cells(MEASURES, ranked.product.totals, ranked.product.previous),
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
        *kpis(HEADLINES, now, before),
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
        columns=tuple(map(column, SHOWN_COLUMNS)),
        rows=select(COLUMNS, SHOWN_COLUMNS, map(_row, shown)),
        footer=tuple(footer),
        note=note,
    )


def _sum_row(label: str, ranked: tuple[Ranked, ...], now: Totals, *, of: int | None = None) -> Row:
    before = total(each.product.previous for each in ranked)
    whole = now.net if of is None else of
    known: dict[Figure, Cell] = dict(
        zip(columns(MEASURES), cells(MEASURES, now, before), strict=True)
    )
    known[products.PRODUCT] = label
    known[SHARE] = percent(now.net, whole) if whole > 0 else None
    return tuple(known.get(figure) for figure in SHOWN_COLUMNS)


DEFINITION: Definition[ProductPerformance] = Definition(
    slug="product-performance",
    title="Product performance",
    description="Net sales, share, ABC class, refund rate and rank of every product.",
    discord="products",
    presentation=Presentation(columns=COLUMNS, body=body, rows=rows),
)
