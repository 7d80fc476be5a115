"""The layout with a row an item says of an order what the one with a cell an item does."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.formats.woocommerce.test_reader import Read
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import (
    Line,
    Sold,
    export_items,
    orders,
    written,
)

from ingest.formats.detect import format_of
from ingest.formats.woocommerce.cell_values import fields
from ingest.sources import ImportFile

PARTS = {"name": "item_name", "sku": "item_sku", "quantity": "item_quantity",
         "total": "item_total", "sub_total": "item_subtotal"}  # fmt: skip
MUG, HAT = Line("Mug", "M", 2, 1_000, 100), Line("Hat", "H", 1, 3_000)


def item_rows(sold, *, filled=True, **cells):
    """What exporters write of orders by number, a row an item."""
    rows = []
    for order in csv.DictReader(io.StringIO(export_items(sold, **cells).decode())):
        items = [cell for name, cell in order.items() if name.startswith("line_item_") and cell]
        head = {name: cell for name, cell in order.items() if not name.startswith("line_item_")}
        for at, item in enumerate(items):
            told = {PARTS[name]: value for name, value in fields(item).items() if name in PARTS}
            first = head if filled or not at else {"order_id": head["order_id"]}
            rows.append(dict.fromkeys(head, "") | first | told)
    return written(list(rows[0]), rows)


def told(found):
    lines = [row._replace(position=0) for row in found.lines]
    refunds = [row._replace(position=0) for row in found.refunds]
    return lines, refunds, found.totals, found.reconciled, found.notes, found.faults


@pytest.mark.parametrize("filled", [True, False])
@given(sold=st.lists(orders(), min_size=1, max_size=3))
def test_it_says_what_the_other_layout_does(filled, sold):
    named = {str(number): order for number, order in enumerate(sold, 1)}
    rows = item_rows(named, filled=filled)
    assert told(Read(rows)) == told(Read(export_items(named)))
    assert format_of(ImportFile("orders.csv", [rows]))[0].name == "woocommerce"


def test_what_came_back_of_an_item_is_of_it():
    content = item_rows({"1": Sold((MUG, HAT), tax=931, refunded=1_130)}).decode()
    head, mug, hat, _ = content.split("\r\n")
    found = Read(f"{head},item_refunded,item_refunded_qty\n{mug},-9.50,-1\n{hat},0,0\n".encode())
    (back,) = found.refunds
    assert (back.line_id, back.quantity, back.amount, back.tax) == ("1", 1, 950, 180)


def test_rows_of_an_order_that_contradict_each_other_are_refused():
    content = item_rows({"1": Sold((MUG, HAT))}).replace(b"49.00", b"48.00", 1)
    (fault,) = Read(content).faults
    assert fault.startswith("orders.csv, line 3, order_total: '49.00' differs from '48.00'")


def test_an_order_that_stands_in_the_file_twice_in_a_row_is_taken_once():
    head, *rows = item_rows({"1": Sold((MUG, HAT))}).splitlines()
    found = Read(b"\n".join([head, *rows, *rows]))
    assert found.totals == {"1": 4_900}
    assert found.says("the order stands in the file twice")


@pytest.mark.parametrize(("name", "cell"), [("item_total", "x"), ("item_quantity", "")])
def test_an_item_that_is_none_is_said_by_its_line(name, cell):
    rows = list(csv.DictReader(io.StringIO(item_rows({"1": Sold((MUG, HAT))}).decode())))
    rows[1][name] = cell
    (fault,) = Read(written(list(rows[0]), rows)).faults
    assert fault.startswith("orders.csv, line 3, item_name: 'Hat'")


def test_the_names_of_another_exporter_are_read():
    """It calls the day of the order and its refunds otherwise."""
    sold = {"1": replace(Sold((MUG, HAT)), refunded=100)}
    content = item_rows(sold).replace(b"order_date", b"date").replace(b"refund_items", b"refunds")
    assert told(Read(content))[:3] == told(Read(export_items(sold)))[:3]
