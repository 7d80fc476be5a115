"""A row of sums below WooCommerce's orders is no goods of the last one."""

import pytest
from tests.unit.ingest.formats.test_woocommerce import Read
from tests.unit.ingest.formats.woocommerce_shop import EXACT, FEE, ROWS, Line, Sold, export_rows

MUG, CUP = Line("Mug", "M-1", 2, 1000), Line("Cup", "", 1, 500)
ORDERS = {"1": Sold((MUG, CUP)), "2": Sold((CUP,))}
FIELDS = [*ROWS.split(","), FEE, *EXACT]
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
