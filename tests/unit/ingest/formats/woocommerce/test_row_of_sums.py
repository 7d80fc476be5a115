"""A row of sums below WooCommerce's orders is no goods of the last one."""

import pytest
from tests.unit.ingest.formats.woocommerce.test_reader import Read
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import (
    EXACT,
    FEE,
    ROWS,
    Line,
    Sold,
    export_rows,
)

MUG, CUP = Line("Mug", "M-1", 2, 1000), Line("Cup", "", 1, 500)
ORDERS = {"1": Sold((MUG, CUP)), "2": Sold((CUP,))}
FIELDS = [*ROWS.split(","), FEE, *EXACT]
COUNTS = ("Quantity", "Quantity (- Refund)")
SAID = "has sums and no order; it was left out"


def row(**cells):
    told = {name.replace("_", " "): cell for name, cell in cells.items()}
    return ",".join(told.get(name, "") for name in FIELDS).encode() + b"\r\n"


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("name", ["Total", "Summe", "Gesamtsumme:", "合計"])
def test_sums_of_the_lines_alone_are_left_out_and_said(name, filled):
    """Two mugs at 10.00 and a cup at 5.00, and another cup: 4 pieces for 30.00."""
    below = row(Item_Name=name, Quantity="4", Order_Line_Total="30.00")
    found = Read(export_rows(ORDERS, filled=filled) + below)
    assert found.totals == {"1": 2500, "2": 500}
    assert found.says(f"line 5 {SAID}")
    assert found.reconciled.unexplained == ()


@pytest.mark.parametrize("orders", [{"1": Sold((MUG, CUP))}, {"1": Sold((MUG,))}])
def test_of_one_order_too(orders):
    pieces = sum(line.quantity for line in orders["1"].lines)
    worth = sum(line.total for line in orders["1"].lines)
    below = row(Item_Name="Total", Quantity=str(pieces), Order_Line_Total=f"{worth // 100}.00")
    assert Read(export_rows(orders) + below).totals == {"1": worth}


def test_a_line_that_costs_as_much_as_all_before_it_stays_one():
    """Its order's total tells that it is goods."""
    vase = Line("Vase", "", 3, 1000)
    found = Read(export_rows({"1": Sold((MUG, Line("Jug", "", 1, 1000), vase))}, filled=False))
    assert found.totals == {"1": 6000}
    assert not found.says(SAID)


def test_sums_that_are_not_those_of_the_file_are_a_line_that_is_listed():
    below = row(Item_Name="Total", Quantity="4", Order_Line_Total="31.00")
    found = Read(export_rows(ORDERS) + below)
    assert not found.says(SAID)
    assert found.reconciled.unexplained == (("2", -3100),)


QUANTITIES = [{"Quantity": "4"}, {"Quantity (- Refund)": "4"}, dict.fromkeys(COUNTS, "4")]
LINE_TOTAL = {"Quantity": "4", "Order Line Total": "30.00"}


def pieces(found):
    return sum(line.quantity for line in found.lines)


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("cells", QUANTITIES)
def test_a_sum_of_quantities_alone_is_no_product(cells, filled):
    found = Read(export_rows(ORDERS, filled=filled) + row(Item_Name="Total", **cells))
    assert (pieces(found), found.totals) == (4, {"1": 2500, "2": 500})
    assert found.says(f"line 5 {SAID}")


def test_a_gift_that_costs_nothing_stays_one():
    """It has a price, which is 0.00, and as many pieces as all before it."""
    given = Line("Sticker", "", 3, 0)
    found = Read(export_rows({"1": Sold((MUG, CUP, given))}, filled=False))
    assert pieces(found) == 6
    assert not found.says(SAID)


@pytest.mark.parametrize("cells", [*QUANTITIES, LINE_TOTAL])
@pytest.mark.parametrize("name", ["Average", ""])
def test_what_stands_below_a_row_of_sums_is_none_either(cells, name):
    """Of three rows 1.33 pieces and 10.00 each."""
    average = {each: {"30.00": "10.00"}.get(cell, "1.33") for each, cell in cells.items()}
    below = row(Item_Name="Total", **cells) + row(Item_Name=name, **average)
    found = Read(export_rows(ORDERS) + below)
    assert (pieces(found), found.totals) == (4, {"1": 2500, "2": 500})
    assert found.says(f"line 5 {SAID}")
    assert found.says(f"line 6 {SAID}") == bool(name)


@pytest.mark.parametrize("cells", [*QUANTITIES, LINE_TOTAL])
@pytest.mark.parametrize("total", ["4.00", "6.00"])
def test_an_order_that_does_not_reconcile_hides_no_row_of_sums(cells, total):
    """The last order has a cup at 5.00, and a total of 1.00 less or more."""
    first, last = (export_rows({n: ORDERS[n]}, filled=False) for n in ORDERS)
    last = last.split(b"\r\n", 1)[1].replace(b"5.00", total.encode(), 2)
    assert b"5.00" in last
    found = Read(first + last + row(Item_Name="Total", **cells))
    assert (pieces(found), found.says(f"line 5 {SAID}")) == (4, True)


def test_two_lines_that_are_alike_stay_two_where_the_total_is_that_of_neither():
    """Each has its price: 20.00 of goods, and 1.00 that nobody knows of."""
    jug = Line("Jug", "", 1, 1000)
    told = export_rows({"1": Sold((jug, jug))}, filled=False, **{"Order Total Amount": "9.00"})
    found = Read(told)
    assert (pieces(found), found.says(SAID)) == (2, False)
