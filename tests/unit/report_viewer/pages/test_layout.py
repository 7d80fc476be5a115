"""How sections are laid out, by what is in them."""

import pytest
from markupsafe import Markup
from tests.support.samples import document

from common.i18n.locales import ENGLISH
from common.i18n.report_words import formatter_of
from common.reports.document.schema import BarChart, LineChart, Section
from common.reports.document.tables import Table
from report_viewer.i18n.formatting import DocumentFormatter
from report_viewer.pages.layout import (
    columns_of,
    longest_of,
    looks_of,
    row_heading,
)
from report_viewer.pages.sections.registry import KINDS


def section(report: str, key: str, **about: object) -> Section:
    made = document(report, **about)  # type: ignore[arg-type]
    (found,) = (each for each in made.sections if each.key == key)
    return found


def table(report: str, key: str, **about: object) -> Table:
    found = section(report, key, **about)
    assert isinstance(found, Table)
    return found


@pytest.mark.parametrize(("count", "room"), [(1, "few"), (4, "few"), (8, "some"), (120, "many")])
def test_horizontal_bars_get_the_room_they_need(count: int, room: str) -> None:
    movers = section("product-performance", "movers", count=count)
    assert isinstance(movers, BarChart)
    assert len(movers.labels) <= count
    assert KINDS.of(movers).view.rows(movers) == room


def test_other_charts_are_as_high_with_any_number() -> None:
    for key, report in (("daily", "sales-velocity"), ("weekdays", "sales-velocity")):
        each = section(report, key)
        assert KINDS.of(each).view.rows(each) == ""


@pytest.mark.parametrize(
    ("report", "key", "entries"),
    [
        ("revenue-overview", "daily", 2),
        ("sales-velocity", "daily", 3),
        ("sales-velocity", "weekdays", 2),
        ("sales-velocity", "fastest", 0),
        ("product-performance", "top", 0),
        ("product-performance", "movers", 0),
    ],
)
def test_a_legend_has_room_for_what_is_drawn_at_first(report: str, key: str, entries: int) -> None:
    each = section(report, key)
    assert KINDS.of(each).view.legend(each) == entries


def test_kinds_are_the_tags_of_documents() -> None:
    kinds = [KINDS.of(each).tag for each in document("product-performance").sections]
    assert kinds == ["pareto", "bar", "table"]


def test_bars_in_cells_are_as_long_as_the_largest_allows() -> None:
    fastest = table("sales-velocity", "fastest")
    at = [column.key for column in fastest.columns].index("units_per_day")
    assert longest_of(fastest) == {"units_per_day": max(row[at] for row in fastest.rows)}  # type: ignore[type-var]
    assert longest_of(table("sales-velocity", "slowest")) == {}
    assert longest_of(table("sales-velocity", "fastest", count=0)) == {"units_per_day": 0}


def test_cells_look_as_their_column_does() -> None:
    products = table("product-performance", "products")
    keys = [column.key for column in products.columns]
    looks = dict(zip(keys, looks_of(products), strict=True))
    assert looks["net_sales"] == Markup("")
    assert looks["abc_class"] == Markup(' class="t"')
    assert looks["sku"] == Markup(' class="t minor"')
    assert looks_of(products, pinned=True)[row_heading(products)] == ' class="pinned t"'
    assert keys[row_heading(products)] == "product"


def test_a_charts_columns_are_its_series_and_what_came_before() -> None:
    made = document("sales-velocity")
    chart = made.sections[0]
    assert isinstance(chart, LineChart)
    figures = DocumentFormatter(made, formatter_of(ENGLISH))
    columns = columns_of(figures, chart.series[:2])
    assert [str(look) for look, _ in columns] == ["", ' class="before"', ""]
    units = chart.series[0]
    assert columns[0][1] == tuple(str(value) for value in units.values)
    weekly = columns_of(figures, chart.series[:1], weekly=True)
    assert weekly[0][1] == tuple(str(value) for value in units.weekly or ())
    assert [len(cells) for _, cells in weekly] == [len(chart.weeks)] * 2
