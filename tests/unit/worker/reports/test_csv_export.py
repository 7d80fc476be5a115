import csv
import gzip
import io
import sys
import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.reports.document.metrics import DAY, NET, ORDERS, Figure, Unit
from common.reports.model import Row, Scope
from common.reports.window import Window
from worker.reports import csv_export

TITLE = Figure("title", "Title", Unit.TEXT, "A title.")
COLUMNS = (DAY, TITLE, NET, ORDERS)

# A file cannot carry lone surrogates, and csv.reader refuses NUL.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def read(data: bytes) -> list[list[str]]:
    text = gzip.decompress(data).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@given(st.lists(st.tuples(texts, st.integers(), st.none() | st.integers())))
def test_what_was_written_is_what_a_reader_sees(cells: list[tuple[str, int, int | None]]) -> None:
    rows: list[Row] = [("2026-05-01", title, net, orders) for title, net, orders in cells]
    header, *read_rows = read(csv_export.write(COLUMNS, rows, 2))
    assert header == ["date", "title", "net_sales", "orders"]
    for (title, net, orders), row in zip(cells, read_rows, strict=True):
        assert row[1].removeprefix("'") == title.removeprefix("'") or row[1] == f"'{title}"
        assert round(float(row[2]) * 100) == net if abs(net) < 10**12 else True
        assert row[3] == ("" if orders is None else str(orders))


@given(st.lists(st.none() | st.integers(-9, 9), max_size=60))
def test_cells_are_spelled_alike_together_and_alone(cells: list[int | None]) -> None:
    rows: list[Row] = [("2026-05-01", each and f"={each}", each, each) for each in cells]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(csv_export, "_ROWS_AT_ONCE", 7)
        whole = csv_export.write(COLUMNS, rows, 2)
    alone = [read(csv_export.write(COLUMNS, [row], 2))[1] for row in rows]
    assert read(whole)[1:] == alone


def test_text_that_a_spreadsheet_would_run_is_defused_and_numbers_are_not() -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"]
    rows: list[Row] = [("2026-05-01", title, -5, -1) for title in hostile]
    _, *written = read(csv_export.write(COLUMNS, rows, 2))
    assert [row[1] for row in written] == [f"'{title}" for title in hostile]
    assert {(row[2], row[3]) for row in written} == {("-0.05", "-1")}


def test_every_character_that_is_another_form_of_a_formulas_first_is_guarded() -> None:
    """Spreadsheets of East Asia read full-width forms as the plain ones (compatibility, NFKC)."""
    forms = [
        each
        for each in map(chr, range(sys.maxunicode + 1))
        if unicodedata.normalize("NFKC", each).startswith(("=", "+", "-", "@"))
    ]
    assert {*"\uff1d\uff0b\uff0d\uff20"} < {*forms}
    rows: list[Row] = [("2026-05-01", f"{form}1+1", 1, 1) for form in forms]
    _, *written = read(csv_export.write(COLUMNS, rows, 2))
    assert [row[1] for row in written] == [f"'{form}1+1" for form in forms]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", ":", "\u061b", "\u060c", "\u3001"])
def test_text_with_a_separator_of_any_locale_is_quoted_and_numbers_are_not(separator: str) -> None:
    row: Row = ("2026-05-01", f"a{separator}b", -5, -1)
    text = gzip.decompress(csv_export.write(COLUMNS, [row], 2)).decode("utf-8-sig")
    assert text.endswith(f'\r\n2026-05-01,"a{separator}b",-0.05,-1\r\n')


def test_plain_text_is_not_quoted() -> None:
    row: Row = ("2026-05-01", "Tea pot (blue) & lid", 5, 1)
    text = gzip.decompress(csv_export.write(COLUMNS, [row], 2)).decode("utf-8-sig")
    assert text.endswith("\r\n2026-05-01,Tea pot (blue) & lid,0.05,1\r\n")


def test_bytes_are_rfc_4180_with_a_bom() -> None:
    text = gzip.decompress(csv_export.write(COLUMNS, [("2026-05-01", 'a "b", c', 1, None)], 0))
    assert text == b'\xef\xbb\xbfdate,title,net_sales,orders\r\n2026-05-01,"a ""b"", c",1,\r\n'


def test_the_file_is_named_by_the_days_of_the_shop() -> None:
    zone = ZoneInfo("Asia/Tokyo")
    window = Window(datetime(2026, 4, 24, 15, tzinfo=UTC), datetime(2026, 5, 1, 15, tzinfo=UTC))
    scope = Scope(1, "Shop", "JPY", zone, window, window.end, 1)
    name = csv_export.file_name("sales-velocity", scope)
    assert name == "sales-velocity-2026-04-25-2026-05-02.csv"


def test_a_file_of_parts_of_days_is_named_by_them_all() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")  # the week from 23 to 29 November of New York
    window = Window(datetime(2026, 11, 23, 5, tzinfo=UTC), datetime(2026, 11, 30, 5, tzinfo=UTC))
    scope = Scope(1, "Shop", "JPY", tokyo, window, window.end, 1)
    assert window.dates(tokyo)[-1] == date(2026, 11, 30)
    name = csv_export.file_name("sales-velocity", scope)
    assert name == "sales-velocity-2026-11-23-2026-12-01.csv"
