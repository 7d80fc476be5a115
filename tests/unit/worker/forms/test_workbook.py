"""A workbook has the numbers of the report as numbers, its days as dates, its texts as texts."""

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from openpyxl.reader.excel import load_workbook
from tests.support.forms import source
from tests.support.hypothesis_profiles import examples
from tests.support.samples import HOSTILE

from common.i18n.locales import TAGS
from common.reports import registry
from common.reports.document.metrics import Figure, Unit
from common.reports.window import Period
from worker.forms import workbook
from worker.forms.source import Source
from worker.reports import csv_export

SLUGS = [each.slug for each in registry.implemented()]
FORMULAS = ("=1+1", "+1", "-1+2", "@SUM(A1)", '=HYPERLINK("http://x.example")', "http://x.example")


def opened(data: bytes) -> Any:
    return load_workbook(io.BytesIO(data))


def csv_of(made: Source) -> list[list[str]]:
    text = gzip.decompress(made.csv).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def rows_of(book: Any, titles: Sequence[str]) -> list[tuple[Any, ...]]:
    return [row for title in titles for row in book[title].iter_rows(min_row=2)]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_data_rows_are_those_of_the_csv(slug: str) -> None:
    made = source(slug)
    rows = rows_of(opened(workbook.write(made)), ["All rows"])
    for cells, spelled in zip(rows, csv_of(made), strict=True):
        for cell, text, column in zip(cells, spelled, made.columns, strict=True):
            if not text:
                assert cell.value is None
            elif column.unit is Unit.TEXT:
                assert (cell.data_type, cell.value) == ("s", text)
            elif column.unit is Unit.DATE:
                assert cell.is_date
                assert cell.value == datetime.fromisoformat(text)
            else:
                share = 100 if column.unit is Unit.PERCENT else 1
                assert cell.data_type == "n"
                assert round(cell.value * share, 3) == float(text)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("tag", TAGS)
def test_a_sheet_a_section_in_the_readers_language(slug: str, tag: str) -> None:
    made = source(slug, tag)
    book = opened(workbook.write(made))
    words = made.words
    titles = [
        "Key figures", *(each.title for each in made.document.sections), "All rows", "Notes",
    ]  # fmt: skip
    assert len(book.sheetnames) == len(set(book.sheetnames)) == len(titles)
    for name, title in zip(book.sheetnames, titles, strict=True):
        assert words.text(title).startswith(name[:20])
        assert len(name) <= 31
        assert bool(book[name].sheet_view.rightToLeft) is (words.direction == "rtl")
    assert book.worksheets[0].freeze_panes == "B2"
    notes = [cell.value for row in book.worksheets[-1].iter_rows() for cell in row]
    assert {made.document.tenant_name, made.document.timezone, "EUR"} <= set(notes)
    for kpi, row in zip(made.document.kpis, rows_of(book, book.sheetnames[:1]), strict=True):
        assert row[0].value == words.text(kpi.label)
        if kpi.value is not None:
            scale = made.document.exponent(kpi.unit) + (2 if kpi.unit is Unit.PERCENT else 0)
            assert row[1].value == kpi.value / 10**scale


@pytest.mark.parametrize("text", [*FORMULAS, HOSTILE, "'quoted", "\x00\x07", "é" * 40_000])
def test_nothing_that_a_shop_named_is_run(text: str) -> None:
    made = source("product-performance", title=text, count=3)
    data = workbook.write(made)
    book = opened(data)
    with ZipFile(io.BytesIO(data)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert not [name for name in sheets if re.search(rb"<f[ >]|<hyperlink", parts.read(name))]
    told = [cell for row in rows_of(book, ["All rows"]) for cell in row]
    assert "f" not in {cell.data_type for cell in told}
    if text in FORMULAS:
        assert text in [cell.value for cell in told]


@given(
    amounts=st.lists(st.integers(-(10**15), 10**15), min_size=1),
    exponent=st.sampled_from([0, 2, 3]),
)
@settings(max_examples=examples(20))
def test_an_amount_is_the_double_nearest_to_its_decimal(amounts: list[int], exponent: int) -> None:
    made = source("revenue-overview")
    column = Figure("net_sales", "Net sales", Unit.MONEY, "")
    spelled = csv_export.write((column,), [(each,) for each in amounts], exponent)
    currency = replace_exponent(made, exponent, spelled)
    rows = rows_of(opened(workbook.write(currency)), ["All rows"])
    for (cell,), amount in zip(rows, amounts, strict=True):
        assert cell.value == float(f"{amount / 10**exponent:.16G}")
        assert cell.number_format == {0: "#,##0", 2: "#,##0.00", 3: "#,##0.000"}[exponent]


def replace_exponent(made: Source, exponent: int, rows: bytes) -> Source:
    document = structs.replace(made.document, money_exponent=exponent)
    return replace(made, document=document, csv=rows)


def test_more_rows_than_a_sheet_takes_go_onto_others() -> None:
    made = source("product-performance", count=45)
    book = opened(workbook.write(made, most_rows=20))
    titles = [name for name in book.sheetnames if name.startswith("All rows")]
    assert titles == ["All rows", "All rows 2", "All rows 3"]
    told = [str(row[0].value) for row in rows_of(book, titles)]
    assert told == [row[0] for row in csv_of(made)]
    assert len(told) == 45


def test_the_same_source_gives_the_same_bytes() -> None:
    made = source("revenue-overview", period=Period.QUARTER)
    data = workbook.write(made)
    assert workbook.write(made) == data
    assert zipfile.is_zipfile(io.BytesIO(data))


def test_a_report_without_sales_is_a_workbook_too() -> None:
    for slug in SLUGS:
        assert len(opened(workbook.write(source(slug, empty=True))).sheetnames) >= 3


@pytest.mark.parametrize("slug", SLUGS)
def test_printed_a_sheet_is_one_page_wide_and_repeats_its_head(slug: str) -> None:
    made = source(slug)
    book = opened(workbook.write(made, most_rows=2))
    for sheet in book.worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.page_setup.paperSize == 9
        head = None if sheet.title == "Notes" else "$1:$1"
        assert sheet.print_title_rows == head
        # A first column of 24 and columns of 14 characters: 24 + 6 x 14 = 108 are more than 100.
        if head and not sheet.title.startswith("All rows"):
            wide = sheet.max_column > 6
            assert (sheet.page_setup.orientation == "landscape") == wide, sheet.title
