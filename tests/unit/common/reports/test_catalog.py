"""The definitions, on small results whose figures can be checked by eye."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from common.reports import registry
from common.reports.catalog.product_performance.ranking import Ranking
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.catalog.sales_velocity.daily_rates import (
    moving_average,
    rate,
    weekday_profile,
)
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.schema import (
    BarChart,
    Document,
    LineChart,
    Movement,
    Pareto,
    Series,
    Waterfall,
    decode,
    encode,
)
from common.reports.document.tables import Table
from common.reports.model import Scope
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals, total
from common.reports.window import Period, window_of

NOW = datetime(2026, 5, 2, 8, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
SCOPE = Scope(1, "Shop", "EUR", ZONE, window_of(Period.WEEK, ZONE, now=NOW), NOW, 3)

DAY = Totals(orders=2, units_sold=5, gross=10_00, discounts=1_00, returns=50, shipping=4_90, tax=2)
NONE = Totals()


def product(name: str, net: int, previous: int | None = None, **facts: int) -> ProductTotals:
    before = NONE if previous is None else Totals(units_sold=1, gross=previous)
    return ProductTotals(
        name,
        f"Product {name}",
        None,
        None,
        Totals(**{"gross": net, "units_sold": 1, **facts}),
        before,
    )


def results(days: tuple[Totals, ...], products: tuple[ProductTotals, ...]) -> dict[str, Any]:
    return {
        "revenue-overview": RevenueOverview(days, (NONE,) * 7),
        "sales-velocity": SalesVelocity(days, (NONE,) * 7, products),
        "product-performance": ProductPerformance(products),
    }


def test_totals_follow_the_definitions() -> None:
    assert DAY.net == 10_00 - 1_00 - 50
    assert DAY.total == DAY.net + 4_90 + 2
    assert DAY.average_order_value == 450
    assert NONE.average_order_value is None
    assert total([DAY, DAY]) == DAY + DAY
    assert total([]) == NONE


def test_revenue_overview_adds_up_and_shows_returns_negative() -> None:
    definition = registry.find("revenue-overview")
    result = RevenueOverview((DAY, NONE, DAY, NONE, NONE, NONE, NONE), (DAY,) * 7)
    document = definition.present(result, SCOPE).document
    kpis = {kpi.key: kpi for kpi in document.kpis}
    assert kpis["net_sales"].value == 2 * DAY.net
    assert kpis["net_sales"].previous == 7 * DAY.net
    assert kpis["net_sales"].change == Change(ChangeKind.PERCENT, -7143)
    assert kpis["returns"].value == -100
    header = [column.key for column in definition.columns]
    rows = [dict(zip(header, row, strict=True)) for row in definition.present(result, SCOPE).rows]
    assert [row["date"] for row in rows] == [f"2026-04-{day}" for day in range(25, 31)] + [
        "2026-05-01"
    ]
    assert rows[0]["previous_date"] == "2026-04-18"
    assert sum(int(row["net_sales"] or 0) for row in rows) == kpis["net_sales"].value
    assert rows[1]["average_order_value"] is None


@pytest.mark.parametrize("slug", [each.slug for each in registry.implemented()])
@pytest.mark.parametrize(
    ("days", "products"),
    [
        ((NONE,) * 7, ()),
        ((NONE,) * 7, (product("a", 0, units_sold=0),)),
        ((DAY,) * 7, (product("a", 100, 50), product("b", 0, units_sold=0))),
    ],
)
def test_every_document_survives_the_cache(
    slug: str, days: tuple[Totals, ...], products: tuple[ProductTotals, ...]
) -> None:
    definition = registry.find(slug)
    result = results(days, products)[slug]
    document = definition.present(result, SCOPE).document
    assert decode(encode(document)) == document
    widths = {len(row) for row in definition.present(result, SCOPE).rows}
    assert widths <= {len(definition.columns)}
    assert_charts_are_whole(document)


def assert_charts_are_whole(document: Document) -> None:
    assert document.headline.kpi in {kpi.key for kpi in document.kpis}
    for section in document.sections:
        match section:
            case LineChart():
                assert_series_are_whole(section.series, len(section.labels))
                assert len(section.previous_labels) == len(section.labels)
                assert len(section.previous_weeks) == len(section.weeks)
                for each in section.series:
                    assert each.weekly is None or len(each.weekly) == len(section.weeks)
            case BarChart() | Pareto():
                assert_series_are_whole(section.series, len(section.labels))
            case Waterfall():
                assert section.steps[0].movement is Movement.LEVEL
            case Table():
                for row in (*section.rows, *(each.cells for each in section.footer)):
                    assert len(row) == len(section.columns)
                assert len(section.rows) <= section.of


def assert_series_are_whole(series: tuple[Series, ...], labels: int) -> None:
    for each in series:
        assert len(each.values) == labels
        assert each.previous is None or len(each.previous) == labels


def test_an_empty_window_is_said_to_be_empty() -> None:
    for slug, result in results((NONE,) * 7, ()).items():
        assert registry.find(slug).present(result, SCOPE).document.empty


def test_velocity_is_units_over_days() -> None:
    result = SalesVelocity((DAY,) * 7, (NONE,) * 7, (product("a", 100, units_sold=10),))
    document = registry.find("sales-velocity").present(result, SCOPE).document
    kpis = {kpi.key: kpi for kpi in document.kpis}
    assert kpis["units_per_day"].value == 500
    assert kpis["net_sales_per_day"].value == DAY.net
    assert kpis["units_per_day"].change == Change(ChangeKind.DIFFERENCE, 500), "from 0"
    header = [column.key for column in registry.find("sales-velocity").columns]
    (row,) = registry.find("sales-velocity").present(result, SCOPE).rows
    assert dict(zip(header, row, strict=True))["units_per_day"] == 143


def test_the_slowest_products_are_of_those_that_sold() -> None:
    sold = (product("a", 100), product("before", 0, 100, units_sold=0))
    never = product("never", 0, units_sold=0)
    result = SalesVelocity((DAY,) * 7, (NONE,) * 7, (*sold, never))
    presented = registry.find("sales-velocity").present(result, SCOPE)
    slowest = next(each for each in presented.document.sections if each.key == "slowest")
    assert isinstance(slowest, Table)
    assert [row[0] for row in slowest.rows] == ["Product before", "Product a"]
    assert len(list(presented.rows)) == 3, "the CSV has all of them"


def test_moving_average_reaches_back() -> None:
    assert moving_average((7,) * 7, (14,) * 7)[0] == 800
    assert moving_average((), (1, 2, 3, 4, 5, 6, 7)) == (None,) * 6 + (400,)


def test_weekday_profile_divides_by_occurrences() -> None:
    profile = tuple(map(rate, weekday_profile((10, 20, 3), (0, 0, 6))))
    assert profile == (1500, None, None, None, None, None, 300)


def test_abc_the_item_that_crosses_is_in_the_upper_class() -> None:
    ranked = tuple(Ranking([product("a", 79), product("b", 10), product("c", 6), product("d", 5)]))
    assert [(each.product.product_id, each.abc_class) for each in ranked] == [
        ("a", "A"),
        ("b", "A"),
        ("c", "B"),
        ("d", "C"),
    ]
    assert ranked[-1].cumulative_share == 100_00


def test_exactly_eighty_percent_closes_class_a() -> None:
    ranked = tuple(Ranking([product("a", 80), product("b", 15), product("c", 5)]))
    assert [each.abc_class for each in ranked] == ["A", "B", "C"]


def test_ties_go_by_id_and_ranks_move() -> None:
    ranked = tuple(Ranking([product("b", 10, 30), product("a", 10, 20), product("c", 5)]))
    assert [each.product.product_id for each in ranked] == ["a", "b", "c"]
    assert [each.rank_change for each in ranked] == [1, -1, None]


def test_without_positive_sales_there_are_no_shares() -> None:
    ranked = tuple(Ranking([product("a", 0), product("b", 0, returns=10)]))
    assert {each.share for each in ranked} == {None}
    assert {each.cumulative_share for each in ranked} == {None}
    assert {each.abc_class for each in ranked} == {None}


def test_the_page_sums_what_it_does_not_show() -> None:
    products = tuple(product(f"{n:03}", 1000 - n, 7) for n in range(100))
    result = ProductPerformance(products)
    document = registry.find("product-performance").present(result, SCOPE).document
    (table,) = [section for section in document.sections if isinstance(section, Table)]
    at = [column.key for column in table.columns].index("net_sales")
    rest, everything = table.footer
    assert sum(row[at] for row in table.rows) + rest.cells[at] == everything.cells[at]  # type: ignore[misc,operator]
    assert everything.cells[at] == sum(p.totals.net for p in products)
    assert (len(table.rows) + (rest.count or 0), table.of) == (100, 100)
