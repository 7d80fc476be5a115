"""Percentage points are told from percents in every form, as on the page."""

import io
from dataclasses import replace

import pytest
from msgspec import structs
from openpyxl.reader.excel import load_workbook
from tests.support.forms import source

from common.i18n.locales import TAGS
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
