"""Each way in which a file can be wrong, and what a person reads then."""

import csv
import gzip
import io
import re
import zipfile

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.csv.values import BadValueError, amounts
from ingest.formats.own.reader import OwnFormat

HEADER = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price"
GOOD = "O1,2026-03-01T10:00:00+01:00,EUR,1,P1,1,12.50"


def found(content, kind="order_lines", currency="EUR", limit=50):
    """The findings in a file, and the rows that could be read."""
    data = content.encode() if isinstance(content, str) else content
    faults = Faults(limit)
    reader = getattr(OwnFormat(currency, faults), kind)
    # In small blocks, so that every boundary falls into something.
    rows = list(reader("orders.csv", (data[i : i + 7] for i in range(0, len(data), 7))))
    return faults, rows


def told(content, **given):
    return [str(fault) for fault in found(content, **given)[0].found]


def zipped():
    """The beginning of a workbook: a sheet in a zip archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("xl/worksheets/sheet1.xml"), "<worksheet/>" * 99)
    return held.getvalue()


def with_row(row, header=HEADER):
    return f"{header}\r\n{GOOD}\r\n{row}\r\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "orders.csv: is empty: it needs a header line"),
        (
            HEADER + "\n",
            "orders.csv: has a header and no rows: leave the file out if there are none",
        ),
        (
            "\ufeff" + HEADER,
            "orders.csv: has a header and no rows: leave the file out if there are none",
        ),
        ((HEADER + "\n" + GOOD).encode("utf-16"), "line 1: the file is UTF-16: save it as UTF-8"),
        ((HEADER + "\n" + GOOD).encode("utf-16-le"), "line 1: the file is UTF-16"),
        (zipped(), "line 1: the file is a workbook (xlsx, ods) or a zip archive: save its sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "the file is a workbook (xls)"),
        (
            gzip.compress(GOOD.encode(), mtime=0),
            "line 1: the file is compressed by gzip: unpack it",
        ),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "line 1: the file is a PDF: export CSV"),
        ("<!DOCTYPE html>\n<title>Log in</title>", "line 1: the file is a web page or XML"),
        ('\ufeff{"orders": []}', "line 1: the file is JSON: export CSV"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "line 1: the file is no text: export CSV"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "line 1: the file is no text: export CSV"),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff", "line 1: the file is no text: export CSV"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 \xff\x00", "line 1: the file is no text: export CSV"),
        ('[{"id": 1}]', "line 1: the file is JSON: export CSV"),
        (
            with_row(GOOD.replace("P1", "Tür").replace("O1", "O2")).encode("latin-1"),
            "orders.csv, line 3: byte 0xFC is not UTF-8: save the file as UTF-8",
        ),
        (
            with_row(GOOD.replace("P1", "湯呑").replace("O1", "O2")).encode("cp932"),
            "orders.csv, line 3: byte 0x93 is not UTF-8: save the file as UTF-8",
        ),
        (
            with_row(GOOD.replace("O1", "O2") + "é")[:-2].encode()[:-1],
            "line 3: byte 0xC3 is not UTF-8",
        ),
        (
            f"{HEADER};x\n{GOOD}\n".replace(",", ";"),
            "line 1: the columns are separated by semicolons: separate them by commas",
        ),
        (f"{HEADER}\n".replace(",", "\t"), "line 1: the columns are separated by tabs"),
        ("order_id,paid_at\nO1,\n", "orders.csv, line 1, currency: the column is missing"),
        (f"{HEADER},ordre_discount\n", "ordre_discount: is no column of this file: is it order_d"),
        (f"{HEADER},weather\n", "line 1, weather: is no column of this file: remove or rename it"),
        (f"{HEADER},tax,tax\n", "line 1, tax: stands twice in the header"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_at_once(content, message):
    assert any(message in each for each in told(content)), told(content)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("unit_price", '"12,50"', "has a decimal comma: write 12.50"),
        ("unit_price", '"1.234,50"', "has a decimal comma: write 1234.50"),
        ("unit_price", '"1,234.50"', "has a thousands separator: write 1234.50"),
        ("unit_price", "12.505", "has more than 2 decimals"),
        ("unit_price", "-1", "is negative"),
        ("unit_price", "", "is empty"),
        ("unit_price", "€5", "is not a decimal number, as 12.50"),
        ("unit_price", "1e3", "is not a decimal number, as 12.50"),
        ("unit_price", "١٢", "is not a decimal number, as 12.50"),
        ("unit_price", "9" * 400, "is too large"),
        ("quantity", "0", "is less than 1"),
        ("quantity", "-2", "is negative"),
        ("quantity", "1.5", "is not a whole number"),
        ("quantity", "2.000", "is not a whole number"),
        ("quantity", "2.", "is not a whole number"),
        ("quantity", "0.0", "is less than 1"),
        ("quantity", "9" * 5000, "is too large"),
        ("quantity", "", "is empty"),
        ("paid_at", "2026-03-01T10:00:00", "has no offset: write 2026-03-01T10:22:33+01:00"),
        ("paid_at", "01.03.2026", "is not a time of ISO 8601 with an offset"),
        ("paid_at", "0026-03-01T10:00:00Z", "is not between 1970 and 2200"),
        ("paid_at", "", "is empty, and so is placed_at: one of them is needed"),
        ("currency", "USD", "is not the shop's currency, EUR"),
        ("currency", "", "is empty"),
        ("order_id", "", "is empty"),
        ("order_id", "x" * 256, "is longer than 255 characters"),
        ("product_id", "P\0", "contains a NUL character"),
        ("line_id", " ", "is empty"),
    ],
)
def test_a_bad_cell_is_named_by_line_column_and_value(column, value, reason):
    cells = dict(zip(HEADER.split(","), GOOD.replace("O1", "O2").split(","), strict=True))
    cells[column] = value
    (message,) = told(with_row(",".join(cells.values())))
    assert message.startswith(f"orders.csv, line 3, {column}: ")
    assert reason in message
    assert len(message) < 200


@pytest.mark.parametrize("spelling", ["12", "12.0", "12.00", " 12.0 "])
def test_a_whole_number_may_be_written_as_a_float(spelling):
    rows = found(with_row(f"O2,2026-03-01T10:00:00+01:00,EUR,1,P1,{spelling},12.50"))[1]
    assert [row.quantity for row in rows] == [1, 12]


def test_a_currency_is_known_in_any_case():
    rows = "O2,2026-03-01T10:00:00+01:00,{},{},P1,1,1.00".format
    content = with_row(f"{rows('eur', '1')}\r\n{rows('EUR', '2')}")
    assert told(content) == []
    assert [row.order_id for row in found(content)[1]] == ["O1", "O2", "O2"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("O2,x", "has 2 fields where the header has 7 (text with a line break needs quotes;"),
        (GOOD + ",more", "has 8 fields where the header has 7"),
        ('O2,"a"b,EUR,1,P1,1,1', "a quote stands inside a field"),
        ('O2,"never closed', "a quote is never closed"),
        (f'O2,"{"x" * 200_000}",EUR,1,P1,1,1', "a field is longer than 131072 characters"),
    ],
)
def test_a_row_that_is_no_row_is_named_by_its_line(row, reason):
    (message,) = told(with_row(row))
    assert message.startswith("orders.csv, line 3: ")
    assert reason in message


def test_the_line_is_where_the_row_begins_whatever_its_cells_hold():
    content = (
        f'{HEADER},product_title\n{GOOD},"two\nlines"\n\n'
        f'{GOOD.replace("O1", "O2")},"a\r\nb"\n{GOOD.replace("O1", "O3").replace("12.50", "x")},c\n'
    )
    faults, rows = found(content)
    assert [row[0] for row in rows] == [2, 5]
    assert [fault.line for fault in faults.found] == [7]


def test_all_bad_rows_are_counted_and_the_first_named():
    rows = "".join(f"O{n},,EUR,1,P1,x,y\n" for n in range(100))
    faults, read = found(f"{HEADER}\n{rows}", limit=5)
    assert read == []
    assert faults.total == 300  # paid_at, quantity and unit_price of each
    assert [fault.line for fault in faults.found] == [2, 2, 2, 3, 3]
    with pytest.raises(Exception, match="and 295 more"):
        faults.refuse()


def test_lines_of_an_order_that_disagree_are_told_by_column():
    header = f"{HEADER},tax"
    rows = [f"{GOOD},1.00", f"{GOOD.replace(',1,P1', ',2,P1')},1", f"{GOOD},1.50", f"{GOOD},1.00"]
    faults, read = found("\n".join([header, *rows]))
    assert [str(fault) for fault in faults.found] == [
        "orders.csv, line 4, tax: '1.50' differs from '1' on another line of the order"
    ]
    assert [row[0] for row in read] == [2, 3, 5]


@pytest.mark.parametrize(
    ("currency", "price", "minor"),
    [
        *(("EUR", "12.5", 1250), ("EUR", "12.5000", 1250), ("EUR", "1234.500", 123450)),
        *(("EUR", "0.500", 50), ("JPY", "1200", 1200), ("JPY", "1200.00", 1200)),
        ("KWD", "1.234", 1234),
    ],
)
def test_amounts_are_exact_in_the_currencys_minor_unit(currency, price, minor):
    row = GOOD.replace("12.50", price).replace("EUR", currency)
    _, (read,) = found(f"{HEADER}\n{row}\n", currency=currency)
    assert read.unit_price == minor


@given(
    currency=st.sampled_from(["EUR", "COP", "IDR", "JPY", "CLP"]),
    thousands=st.integers(1, 999),
    rest=st.integers(0, 999),
)
def test_thousands_are_never_taken_for_decimals(currency, thousands, rest):
    """Spreadsheets of half the world write 2.000 for two thousand."""
    row = GOOD.replace("12.50", f"{thousands}.{rest:03}").replace("EUR", currency)
    faults, rows = found(f"{HEADER}\n{row}\n", currency=currency)
    assert (faults.total, rows) == (1, [])


@pytest.mark.parametrize(
    ("currency", "price", "reason"),
    [
        ("JPY", "2.000", "may have decimals or thousands: write 2 or 2000"),
        ("COP", "12.500", "may have decimals or thousands: write 12.50 or 12500"),
        ("EUR", '"1,500"', "may have decimals or thousands: write 1.50 or 1500"),
        ("KWD", '"12,500"', "may have decimals or thousands: write 12.500 or 12500"),
        ("EUR", "1.234", "has more than 2 decimals (if they are thousands, write 1234)"),
        ("JPY", "1.250", "the currency has none (if they are thousands, write 1250)"),
        ("JPY", '"1,250,000"', "has a thousands separator: write 1250000"),
        ("INR", '"1,23,456.50"', "has a thousands separator: write 123456.50"),
    ],
)
def test_what_may_be_thousands_is_told_with_both(currency, price, reason):
    row = GOOD.replace("12.50", price).replace("EUR", currency)
    assert reason in told(f"{HEADER}\n{row}", currency=currency)[0]


def _grouped(units, separator, size):
    """Digits in threes, or in groups of ``size`` before the last three."""
    head, groups = units[:-3], [units[-3:]]
    while separator and head:
        head, group = head[:-size], head[-size:]
        groups.insert(0, group)
    return separator.join(groups) if separator else units


@given(
    exponent=st.sampled_from([0, 2, 3]),
    minor=st.integers(1, 10**12),
    style=st.sampled_from([",.", ".,", " ,", "\u202f,", "'.", ".", ","]),
    size=st.sampled_from([2, 3]),
    without_decimals=st.booleans(),
    negative=st.booleans(),
)
def test_what_is_told_to_be_written_is_what_was_meant(
    exponent, minor, style, size, without_decimals, negative
):
    """However a country spells an amount: it is taken for what it is, or refused, and the advice
    is taken for what it is; where the text may be two amounts, both are told."""
    group, decimal = style[:-1], style[-1]
    if without_decimals:
        minor -= minor % 10**exponent
    whole, part = divmod(minor, 10**exponent)
    text = _grouped(str(whole), group, size)
    if exponent and not without_decimals:
        text += f"{decimal}{part:0{exponent}}"
    # Of three decimals a point is never asked about.
    assume(exponent != 3 or re.fullmatch(r"\d{1,3}\.\d{3}", text) is None or group != ".")
    text, minor = ("-" + text, -minor) if negative else (text, minor)
    convert = amounts(exponent, signed=True)
    try:
        taken, said = [convert(text)], ""
    except BadValueError as error:
        said = str(error)
        taken = [*map(convert, re.findall(r"-?[0-9][0-9.]*", said.partition("write ")[2]))]
    assert minor in taken
    assert len(taken) == 1 or " or " in said


def test_decimals_of_a_currency_without_any():
    row = GOOD.replace("EUR", "JPY")
    assert "has decimals, and the currency has none" in told(f"{HEADER}\n{row}", currency="JPY")[0]


def test_columns_stand_in_any_order_and_cells_are_trimmed():
    names = HEADER.split(",")[::-1]
    cells = [f" {cell} " for cell in GOOD.split(",")[::-1]]
    faults, (row,) = found(f"{','.join(names)}\n{','.join(cells)}\n")
    assert faults.total == 0
    assert (row.order_id, row.quantity, row.unit_price) == ("O1", 1, 1250)
    assert row.placed_at == row.paid_at


def test_an_order_never_paid_has_been_placed():
    header = f"{HEADER},placed_at"
    row = GOOD.replace("2026-03-01T10:00:00+01:00", "") + ",2026-03-01T10:00:00Z"
    _, (read,) = found(f"{header}\n{row}\n")
    assert (read.paid_at, read.placed_at.hour) == (None, 10)


def test_a_refund_is_a_return_or_a_cancellation():
    header = "refund_id,order_id,line_id,processed_at,kind,quantity,amount"
    base = "R1,O1,1,2026-03-09T10:00:00Z"
    faults, rows = found(
        f"{header}\n{base},return,1,2.00\n{base},,1,2.00\n{base},refund,1,2\n"
        "R2,O1,,2026-03-09T10:00:00Z,cancel,,5\nR3,O1,,2026-03-09T10:00:00Z,cancel,1,5\n",
        kind="refunds",
    )
    assert [row.kind for row in rows] == ["return", "return", "cancel"]
    assert [str(fault) for fault in faults.found] == [
        "orders.csv, line 4, kind: 'refund' is neither return, cancel nor edit",
        "orders.csv, line 6, line_id: '' is needed for a quantity",
    ]


def test_stock_may_be_below_nothing_and_costs_may_be_left_out():
    _, (count,) = found("product_id,counted_at,on_hand\nP1,2026-03-01T10:00Z,-3\n", kind="stock")
    assert count.on_hand == -3
    _, products = found("product_id,unit_cost\nP1,\nP2,4.20\n", kind="products")
    assert [row.unit_cost for row in products] == [None, 420]


def test_csv_limits_are_those_the_messages_name():
    assert csv.field_size_limit() == 131072


REFUNDS = "refund_id,order_id,line_id,processed_at,quantity,shipping"


@pytest.mark.parametrize(
    ("columns", "cells", "said"),
    [
        ("", "1,", ["there is no column amount:", "1 order (O1): a refund of it has no amount"]),
        ("", "1,4.90", ["there is no column amount:"]),
        (",amount", "1,,", ["1 order (O1): a refund of it has no amount"]),
        (",amount", "1,,0.00", ["1 order (O1): a refund of it has no amount"]),
        (",amount", "1,,12.05", []),
        (",amount", "1,4.90,", []),
    ],
)
def test_a_refund_without_money_is_said(columns, cells, said):
    faults, notes = Faults(5), Notes("EUR")
    content = f"{REFUNDS}{columns}\nR1,O1,1,2026-03-02T10:00:00Z,{cells}\n"
    rows = list(OwnFormat("EUR", faults, notes).refunds("refunds.csv", [content.encode()]))
    assert (len(rows), faults.total) == (1, 0)
    assert [any(line.startswith(each) for line in notes.lines()) for each in said] == [True] * len(
        said
    )
    assert len(notes.lines()) == len(said)
