"""How sections are laid out, by what is in them."""

import pytest
from markupsafe import Markup
from tests.support.samples import document

from common.reports.document.schema import BarChart, Section
from common.reports.document.tables import Table
from report_pages.layout import (
    looks_of,
    row_heading,
)
from report_pages.sections.registry import KINDS


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
    assert kinds == ["pareto", "table", "table", "bar"]


def test_cells_look_as_their_column_does() -> None:
    products = table("product-performance", "products")
    keys = [column.key for column in products.columns]
    looks = dict(zip(keys, looks_of(products), strict=True))
    assert looks["net_sales"] == Markup("")
    assert looks["abc_class"] == looks["sku"] == Markup(' class="t"')
    assert looks_of(products, pinned=True)[row_heading(products)] == ' class="pinned t"'
    assert keys[row_heading(products)] == "product"
