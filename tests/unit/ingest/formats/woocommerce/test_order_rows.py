"""Rows of one order in WooCommerce's export with a row a product: what they may and may not say."""

import pytest
from tests.unit.ingest.formats.woocommerce.test_reader import Read
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import (
    Line,
    Sold,
    export_items,
    export_rows,
)

MUG, HAT = Line("Mug", "M", 2, 1_000), Line("Hat", "H", 1, 3_000)
BOTH = Sold((MUG, HAT), tax=950)
MUGS = Sold((MUG,), tax=380)


def further(content, **cells):
    """The export with other cells on the second row of its order."""
    head, first, second, *rest = content.decode().splitlines()
    names, told = head.split(","), second.split(",")
    for name, cell in cells.items():
        told[names.index(name.replace("_", " "))] = cell
    return "\n".join([head, first, ",".join(told), *rest]).encode()


def repeated(content, times=2):
    head, *rows = content.decode().splitlines()
    return "\n".join([head, *(rows * times)]).encode()


@pytest.mark.parametrize(
    ("column", "cell", "was"),
    [
        ("Order Status", "Refunded", "Completed"),
        ("Order Status", "Cancelled", "Completed"),
        ("Order Refund Amount", "35.70", "0.00"),
        ("Order Total Amount", "60.00", "59.50"),
        ("Order Date", "2026-03-02 10:22", "2026-03-01 10:22"),
    ],
)
def test_rows_of_an_order_that_contradict_each_other_are_refused(column, cell, was):
    found = Read(further(export_rows({"1": BOTH}), **{column: cell}))
    (fault,) = found.faults
    assert fault.startswith(f"orders.csv, line 3, {column}: {cell!r} differs from {was!r}")


@pytest.mark.parametrize(
    "cells",
    [
        {"Order Status": "wc-completed"},
        {"Order Total Amount": "59.5"},
        {"Order Number": "", "Order Status": "", "Order Total Amount": ""},
    ],
)
def test_rows_of_an_order_that_say_the_same_otherwise_or_nothing_are_its_own(cells):
    found = Read(further(export_rows({"1": BOTH}), **cells))
    assert (found.faults, found.totals) == ([], {"1": 5_950})


def test_an_order_of_which_no_row_is_sold_refuses_nothing():
    content = export_rows({"1": BOTH}, **{"Order Status": "Cancelled"})
    found = Read(further(content, **{"Order Status": "Failed", "Order Total Amount": "x"}))
    assert (found.faults, found.lines) == ([], [])


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("total", ["Order Total Amount", "Not read"])
def test_an_order_that_stands_in_the_file_several_times_in_a_row_is_taken_once(times, total):
    content = export_rows({"1": BOTH}).replace(b"Order Total Amount", total.encode())
    found = Read(repeated(content, times))
    assert found.totals == {"1": 5_950}
    assert sum(line.quantity for line in found.lines) == 3
    assert found.says("the order stands in the file twice")


def test_two_lines_that_are_alike_are_two_where_the_total_has_both():
    found = Read(export_rows({"1": Sold((MUG, MUG), tax=760)}))
    assert [line.quantity for line in found.lines] == [2, 2]
    assert found.notes == Read(export_rows({"1": MUGS})).notes


def test_a_row_of_totals_is_no_product():
    content = export_rows({"1": MUGS, "2": MUGS})
    names = content.decode().splitlines()[0].split(",")
    cells = {
        "Order Total Amount": "47.60", "Order Subtotal Amount": "40.00", "Item Name": "Total",
        "Quantity": "4", "Order Line Total": "40.00",
    }  # fmt: skip
    found = Read(content + ",".join(cells.get(name, "") for name in names).encode())
    assert found.totals == {"1": 2_380, "2": 2_380}
    assert (found.faults, found.reconciled.unexplained) == ([], ())
    assert "line 4 has sums and no order; it was left out" in found.notes


@pytest.mark.parametrize("write", [export_rows, export_items])
def test_a_sku_that_was_rounded_names_no_two_products(write):
    sold = {n: Sold((Line(name, "4.06E+12", 1, 100),)) for n, name in enumerate(["Mug", "Hat"], 1)}
    (fault,) = Read(write(sold)).faults
    assert "was rounded by a spreadsheet, and names 'Mug' too" in fault
    found = Read(write({1: sold[1], 2: sold[1]}))
    assert found.faults == []
    assert found.says("holds ids that a spreadsheet rounded")


@pytest.mark.parametrize("write", [export_rows, export_items])
def test_an_order_whose_number_was_rounded_is_said(write):
    assert Read(write({"4.06E+12": MUGS})).says("an id of it was rounded by a spreadsheet")
    assert not Read(write({"4060": MUGS})).says("an id of it was rounded by a spreadsheet")


def test_differences_above_and_below_nothing_do_not_cancel_out():
    """A row of the first order moved to the second: 30.00 are missing, and 30.00 too many."""
    head, first, _, second = export_rows({"1": BOTH, "2": MUGS}).decode().splitlines()
    moved = export_rows({"2": Sold((HAT,), tax=380)}, filled=True).decode().splitlines()[1]
    cells = dict(zip(head.split(","), moved.split(","), strict=True))
    kept = {"SKU", "Item Name", "Quantity", "Item Cost", "Order Line Total", "Order Line Subtotal"}
    blank = ",".join(cells[name] if name in kept else "" for name in head.split(","))
    found = Read("\n".join([head, first, second, blank]).encode())
    assert found.reconciled.unexplained == (("1", 3_000), ("2", -3_000))
    assert found.says("(60.00 EUR)")


def test_a_line_without_a_quantity_is_told_by_that():
    found = Read(export_items({"1": MUGS}).replace(b"|quantity:2", b""))
    (fault,) = found.faults
    assert "has no quantity:" in fault
