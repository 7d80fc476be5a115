"""Changes tell their unit in every form, as on the page: points, percents, amounts."""

import io
from dataclasses import replace

import pytest
from msgspec import structs
from openpyxl.reader.excel import load_workbook
from tests.support.forms import source

from common.i18n.locales import TAGS
from common.reports.comparison import Comparison
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.metrics import Unit
from report_pages.formatting import DocumentFormatter
from worker.forms import workbook
from worker.forms.grids import key_figures
from worker.forms.source import Source
from worker.forms.spelling import spelled

CHANGE = Change(ChangeKind.POINTS, 122_22)


def of_rate(tag: str) -> Source:
    """A report whose refund rate went from 0 % to 122.22 %."""
    made = source("revenue-overview", tag)
    rate = next(each for each in made.document.kpis if each.unit is Unit.PERCENT)
    rate = structs.replace(rate, value=122_22, previous=0, change=CHANGE)
    return replace(made, document=structs.replace(made.document, kpis=(rate,), sections=()))


@pytest.mark.parametrize("tag", TAGS)
def test_points_are_told_as_the_page_tells_them(tag: str) -> None:
    made = of_rate(tag)
    on_page = DocumentFormatter(made.document, made.words).exact_change(CHANGE, Unit.PERCENT)
    ((_, now, before, change, *_),) = key_figures(made.document, made.words).rows
    assert spelled(change, made) == on_page
    assert spelled(change, made) not in {spelled(now, made), spelled(before, made)}
    sheet = load_workbook(io.BytesIO(workbook.write(made))).worksheets[0]
    cell = sheet.cell(row=2, column=4)
    assert cell.value == 122.22
    around = on_page.split(made.words.numerals.number(122_22, 2))
    assert [each for each in cell.number_format.split("#,##0.00") if each] == [
        f'"{each}"' for each in around if each
    ]
    assert any(around)


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("value", [-1_49, 0, 12_34])
def test_a_difference_of_amounts_is_told_with_its_currency(tag: str, value: int) -> None:
    change = Change(ChangeKind.DIFFERENCE, value)
    made = source("revenue-overview", tag)
    sales = next(each for each in made.document.kpis if each.unit is Unit.MONEY)
    sales = structs.replace(sales, change=change)
    made = replace(made, document=structs.replace(made.document, kpis=(sales,), sections=()))
    on_page = DocumentFormatter(made.document, made.words).exact_change(change, Unit.MONEY)
    ((_, now, _, told, *_),) = key_figures(made.document, made.words).rows
    assert spelled(told, made) == on_page
    assert spelled(now, made) == made.words.numerals.number(sales.value or 0, 2)
    cell = load_workbook(io.BytesIO(workbook.write(made))).worksheets[0].cell(row=2, column=4)
    assert cell.value == value / 100
    code = cell.number_format.split(";")[value < 0]
    number = made.words.numerals.number(abs(value), 2)
    assert code.replace("#,##0.00", number).replace('"', "") == on_page


@pytest.mark.parametrize("comparison", Comparison)
@pytest.mark.parametrize("beside", [False, True])
def test_last_year_has_a_column_where_it_is_told_and_one_alone(
    comparison: Comparison, beside: bool
) -> None:
    made = source("revenue-overview")
    days = made.document.previous_days if beside else None
    document = structs.replace(made.document, comparison=comparison, last_year_days=days)
    grid = key_figures(document, made.words)
    compared = "Last year" if comparison is Comparison.LAST_YEAR else "Before"
    assert grid.heads[2:-1] == (compared, "Change", *(["Last year"] if beside else []))
    assert {len(row) for row in grid.rows} == {len(grid.heads)}
