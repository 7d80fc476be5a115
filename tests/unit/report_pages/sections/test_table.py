"""A table by one measure shows what the CSV has of each row, beside the days before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from tests.support.samples import finished

from common.i18n.locales import ENGLISH
from common.i18n.report_words import formatter_of
from common.reports import registry
from common.reports.document.metrics import Unit
from common.reports.document.tables import Cell, Table
from report_pages.formatting import DocumentFormatter
from report_pages.sections.table.all_cells import all_cells
from report_pages.sections.table.view import VIEW


@pytest.mark.parametrize("count", [1, 2, 30, 3_000])
@pytest.mark.parametrize(
    ("report", "key", "measure", "change"),
    [
        ("product-performance", "products", "net_sales", "net_sales_change_percent"),
        ("sales-velocity", "fastest", "units_per_day", "units_per_day_change_percent"),
    ],
)
def test_a_row_is_that_of_the_csv(
    report: str, key: str, measure: str, change: str, count: int
) -> None:
    made = finished(report, count=count)
    header = [column.key for column in registry.find(report).columns]
    (table,) = (s for s in made.document.sections if isinstance(s, Table) and s.key == key)
    figures = DocumentFormatter(made.document, formatter_of(ENGLISH))
    shown = VIEW.measure(table, figures)
    assert shown is not None
    assert shown.column.key == measure
    unit = shown.column.unit
    told = VIEW.compared(table, shown, figures)
    assert len(told) == len(table.rows) + len(table.footer)
    for each, cells in zip(told[: len(table.rows)], made.rows, strict=False):
        row = dict(zip(header, cells, strict=True))
        now, before = row[measure], row[f"previous_{measure}"]
        assert (each.now, each.before) == (figures.cell(now, unit), figures.cell(before, unit))
        if isinstance(now, int) and isinstance(before, int):
            assert each.difference == figures.signed(now - before, unit)
        if row[change] is not None:
            assert each.change.endswith("%") or each.change.endswith("times")
    bars = [each.bar.length for each in told if each.bar]
    assert len(bars) == len(table.rows)
    assert 0 < max(bars) <= 1_000


def test_only_the_first_table_that_lacks_rows_is_given_them() -> None:
    for count, explored in ((3, []), (120, ["fastest"])):
        made = finished("sales-velocity", count=count).document
        tables = [each for each in made.sections if isinstance(each, Table)]
        assert [each.key for each in tables if VIEW.is_explored(each, made)] == explored


@given(st.text(max_size=20))
def test_what_a_shop_calls_a_product_is_text(name: str) -> None:
    made = finished("product-performance", count=3).document
    (table,) = (s for s in made.sections if isinstance(s, Table) and s.key == "products")
    figures = DocumentFormatter(made, formatter_of(ENGLISH))
    columns = VIEW.columns(table, figures)
    measure = VIEW.measure(table, figures)
    assert measure is not None
    at = [column.key for column in table.columns].index("sku")
    row = [*table.rows[0][:at], name, *table.rows[0][at + 1 :]]
    cells = all_cells(figures, row, columns, measure)
    assert f'<td class="all t"><bdi>{escape(name)}</bdi>' in cells
    assert cells.count("<td") == len(columns)
    assert cells.count("data-change") == 1, "that of the measure shown"


def test_days_are_sorted_as_days_and_not_by_the_names_of_weekdays() -> None:
    made = finished("sales-velocity", count=3).document
    (table,) = (s for s in made.sections if isinstance(s, Table) and s.key == "fastest")
    figures = DocumentFormatter(made, formatter_of(ENGLISH))
    columns = VIEW.columns(table, figures)
    measure = VIEW.measure(table, figures)
    assert measure is not None
    places = [n for n, column in enumerate(table.columns) if column.unit is Unit.DATE]
    row: list[Cell] = list(table.rows[0])
    for place in places:
        row[place] = "2026-11-27"
    cells = all_cells(figures, row, columns, measure)
    assert places
    assert cells.count('data-value="2026-11-27"><bdi>Fri, 27 Nov 2026</bdi>') == len(places)


def test_a_text_among_the_figures_is_refused() -> None:
    made = finished("product-performance", count=3).document
    (table,) = (s for s in made.sections if isinstance(s, Table) and s.key == "products")
    figures = DocumentFormatter(made, formatter_of(ENGLISH))
    measure = VIEW.measure(table, figures)
    assert measure is not None
    row = [*table.rows[0]]
    row[measure.place] = '"><script>'
    with pytest.raises(ValueError, match="format code"):
        all_cells(figures, row, VIEW.columns(table, figures), measure)
