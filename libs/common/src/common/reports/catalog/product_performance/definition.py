"""Product performance: what each product brings, and its share of the whole.

The CSV has one row a product: every product of the shop, by net sales, ties by id. The page shows
the top and sums the rest.
"""

from collections.abc import Iterable, Iterator

import msgspec

from common.reports.catalog.product_performance import margins
from common.reports.catalog.product_performance.categories import by_category
from common.reports.catalog.product_performance.movers import movers
from common.reports.catalog.product_performance.ranking import Ranked, positive_net, share_of
from common.reports.catalog.product_performance.standing import (
    ProductPerformance,
    Standing,
    of_held,
)
from common.reports.catalog.product_performance.vocabulary import (
    ABC,
    CUMULATIVE_SHARE,
    PRODUCTS_SOLD,
    RANK,
    RANK_CHANGE,
    SHARE,
)
from common.reports.document import metrics
from common.reports.document.headlines import BestProduct, Headline, Kpi
from common.reports.document.metrics import Figure
from common.reports.document.schema import Pareto
from common.reports.document.tables import Cell, Footer, Table
from common.reports.model import Body, Definition, Presentation, Presented, Row, Scope, select
from common.reports.money import part_told, percent
from common.reports.presenting import measures
from common.reports.presenting.elements import column, kpi, series
from common.reports.presenting.measures import cells, columns, kpis
from common.reports.report_section import ReportSection
from common.reports.totals import products
from common.reports.totals.totals import Totals, WindowTotals

UNTIL_NOW = "Of what was sold in these days, until now"
CHARTED = 20
_NOTHING = Totals()

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
    *columns(MEASURES)[: len(MEASURES)],
    SHARE,
    CUMULATIVE_SHARE,
    ABC,
    *columns(MEASURES)[len(MEASURES) :],
    metrics.COME_BACK,
)
"""Net sales come before what is derived from them."""
_CELLS_OF_IDLE = cells(MEASURES, _NOTHING, _NOTHING)
HEADLINES = (
    measures.NET,
    measures.GROSS,
    measures.DISCOUNTS,
    measures.RETURNS,
    measures.UNITS_SOLD,
    measures.UNITS_RETURNED,
    measures.REFUND_RATE,
)
TILES = (
    metrics.UNITS_SOLD.key,
    PRODUCTS_SOLD.key,
    metrics.RETURNS.key,
    metrics.REFUND_RATE.key,
)
SHOWN_MEASURES = (measures.NET, *(each for each in MEASURES if each is not measures.NET))
SHOWN_COLUMNS = (
    RANK,
    products.PRODUCT,
    *columns(SHOWN_MEASURES),
    SHARE,
    CUMULATIVE_SHARE,
    ABC,
    RANK_CHANGE,
    products.SKU,
    products.CATEGORY,
)
"""The table's columns on the page: what it is about first, what identifies a product last."""
BESIDE = (SHARE, ABC)


def present(result: ProductPerformance | Standing, scope: Scope) -> Presented:
    """The whole in figures, the top products and their shares, the movers, and the table."""
    standing = of_held(result) if isinstance(result, ProductPerformance) else result
    body = Body(
        summary="What each product brings, and how much of the whole that is.",
        headline=Headline(
            kpi=metrics.NET.key,
            best=_best(standing),
            tiles=margins.TILES if margins.are_told(standing.margins) else TILES,
        ),
        kpis=_kpis(standing),
        sections=(
            _top(standing),
            _table(standing),
            *by_category(standing.categories),
            *margins.margin_table(standing.margins),
            movers(standing.moved),
        ),
        empty=standing.whole.now == _NOTHING,
        gaps=margins.margin_gaps(standing.margins, scope),
    )
    return Presented(body, csv_rows(standing.rows))


def csv_rows(placed: Iterable[tuple[Ranked, int | None]]) -> Iterator[Row]:
    """The rows of the CSV, of products in their places with the units that came back."""
    return (_row(each, units) for each, units in placed)


def _row(ranked: Ranked, units: int | None) -> Row:
    totals, previous = ranked.product.totals, ranked.product.previous
    idle = totals == _NOTHING and previous == _NOTHING
    measured = _CELLS_OF_IDLE if idle else cells(MEASURES, totals, previous)
    return (
        ranked.rank,
        ranked.rank_change,
        *ranked.product.identity,
        *measured[: len(MEASURES)],
        ranked.share,
        ranked.cumulative_share,
        ranked.abc_class,
        *measured[len(MEASURES) :],
        _rate(units, totals),
    )


def _rate(units: int | None, of: Totals) -> int | None:
    """Units of those sold, in hundredths of a percent; None where either is not known."""
    return None if units is None else percent(units, of.units_sold)


def _best(standing: Standing) -> BestProduct | None:
    """The product in front; None where another one is as good."""
    nets = [each.product.totals.net for each in standing.front[:2]]
    if not nets or nets[0] <= 0 or nets[0] in nets[1:]:
        return None
    first = standing.front[0]
    return BestProduct(
        key=metrics.NET.key,
        unit=metrics.NET.unit,
        name=first.product.title,
        value=first.product.totals.net,
        share=part_told(nets[0], _positive(standing)),
    )


def _kpis(standing: Standing) -> tuple[Kpi, ...]:
    now, before = standing.whole
    until_now = msgspec.structs.replace(
        kpi(metrics.COME_BACK, _rate(standing.come_back, now), None), note=UNTIL_NOW
    )
    return (
        *kpis(HEADLINES, now, before),
        *(() if standing.come_back is None else (until_now,)),
        kpi(PRODUCTS_SOLD, standing.sold, standing.sold_before),
        *margins.margin_kpis(standing.margins),
    )


def _top(standing: Standing) -> Pareto:
    shown = tuple(each for each in standing.front[:CHARTED] if each.abc_class is not None)
    return Pareto(
        key="top",
        title="ABC classes",
        description="The products that bring the first 80 % of positive net sales, the next 15 %,"
        " the rest.",
        labels=tuple(each.product.title for each in shown),
        series=(
            series(
                metrics.NET,
                tuple(each.product.totals.net for each in shown),
                tuple(each.product.previous.net for each in shown),
            ),
            series(CUMULATIVE_SHARE, tuple(each.cumulative_share for each in shown)),
        ),
        classes=tuple(each.abc_class or "" for each in shown),
        bands=standing.bands,
    )


def _table(standing: Standing) -> Table:
    whole = _positive(standing)
    footer = [Footer(label="All products", cells=_sums(standing.whole, whole))]
    if count := standing.count - len(standing.front):
        others = _sums(standing.others, whole)
        footer.insert(0, Footer(label="Other products", cells=others, count=count))
    return Table(
        key="products",
        title="Products",
        description="By net sales; the change is from the days compared with.",
        columns=tuple(column(figure, beside=figure in BESIDE) for figure in SHOWN_COLUMNS),
        rows=select(COLUMNS, SHOWN_COLUMNS, (_row(each, None) for each in standing.front)),
        of=standing.count,
        footer=tuple(footer),
    )


def _positive(standing: Standing) -> int:
    """The whole that is shared."""
    front = positive_net(each.product.totals for each in standing.front)
    return standing.others_positive + front


def _sums(of: WindowTotals, whole: int) -> Row:
    known: dict[Figure, Cell] = dict(
        zip(columns(MEASURES), cells(MEASURES, of.now, of.previous), strict=True)
    )
    known[SHARE] = share_of(of.now.net, whole)
    return tuple(known.get(figure) for figure in SHOWN_COLUMNS)


DEFINITION: Definition[ProductPerformance | Standing] = Definition(
    slug="product-performance",
    title="Product performance",
    description="Net sales, share, ABC class, reversals and rank of every product.",
    discord="products",
    place=30,
    presentation=Presentation(
        columns=COLUMNS,
        present=present,
        sections=(
            ReportSection("top", "ABC classes"),
            ReportSection("products", "Products", rows=True, best=True),
            ReportSection("categories", "Categories", part_of="products"),
            ReportSection("margins", "Margins", part_of="products", of_costs=True),
            ReportSection("movers", "Gains and losses"),
        ),
        of_totals=measures.of_totals,
    ),
)
