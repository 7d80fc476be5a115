"""Rows of refunds in WooCommerce's export with a row a product: known by themselves alone."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from tests.unit.ingest.formats.woocommerce.test_reader import Read
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import Line, Sold, export_rows

from ingest.rows import LINE_UNTOLD, REFUNDED

MUG, HAT = Line("Mug", "M", 2, 1_000), Line("Hat", "H", 1, 1_500)
DAY, LATER = datetime(2026, 3, 5, 8, tzinfo=UTC), datetime(2026, 3, 9, 8, tzinfo=UTC)
BACK = {"Order Status": "Refunded", "Order Refund Amount": "0.00"}
WAYS = [(exact, filled) for exact in (True, False) for filled in (True, False)]


def rows(number, sold, *, exact=True, filled=True, **cells):
    """The header and the rows of one order, or of a refund: that is one below nothing."""
    head, *told = export_rows({number: sold}, exact=exact, filled=filled, **cells).split(b"\r\n")
    return head, [row for row in told if row]


def refund(number, *lines, tax=0, shipping=0, at="2026-03-05 09:00", exact=True, filled=True):
    back = Sold(lines, shipping=shipping, tax=tax)
    cells = {"Order Date": at, **BACK}
    return rows(number, back, exact=exact, filled=filled, **cells)


def file(*groups):
    return b"\n".join([groups[0][0], *(row for _, told in groups for row in told)])


def parts(found, *, of=None):
    """What came back by refund, without sums."""
    return sorted(
        (each.order_id, each.line_id, each.processed_at, each.quantity, each.amount, each.shipping,
         each.tax)
        for each in found.refunds
        if each.refund_id != REFUNDED and (of is None or each.order_id == of)
    )  # fmt: skip


@pytest.mark.parametrize(("exact", "filled"), WAYS)
@pytest.mark.parametrize("turn", list(permutations(range(3))))
def test_a_refund_is_on_its_line_and_day_wherever_its_rows_stand(turn, exact, filled):
    """One mug of 10.00 with 1.90 tax, of an order of two mugs and a hat."""
    way = {"exact": exact, "filled": filled}
    sold = Sold((MUG, HAT), tax=665, refunded=1_190)
    groups = [
        rows("1", sold, **way),
        refund("1", Line("Mug", "M", -1, 1_000), tax=-190, **way),
        rows("2", Sold((HAT,)), **way),
    ]
    found = Read(file(*(groups[each] for each in turn)))
    assert found.faults == []
    assert found.totals == {"1": sold.total, "2": 1_500}
    assert found.reconciled.unexplained == ()
    assert parts(found) == [("1", "1", DAY, 1, 1_000, 0, 190)]
    assert not found.says("does not say when")
    assert not found.says("in proportion")


def test_all_lines_of_a_refund_are_of_it_and_two_refunds_are_two():
    sold = Sold((MUG, HAT), shipping=500, refunded=3_500)
    found = Read(
        file(
            rows("1", sold, filled=False),
            refund("1", Line("Mug", "M", -1, 1_000), Line("Hat", "H", -1, 1_500), filled=False),
            refund("1", Line("Mug", "M", -1, 1_000), at="2026-03-09 09:00", filled=False),
        )
    )
    assert found.faults == []
    assert parts(found) == [
        ("1", "1", DAY, 1, 1_000, 0, 0),
        ("1", "1", LATER, 1, 1_000, 0, 0),
        ("1", "2", DAY, 1, 1_500, 0, 0),
    ]


@pytest.mark.parametrize(
    ("cells", "back"),
    [
        ({"Order Total Amount": "-11.90"}, (0, 1_000, 0, 190)),  # 23.80: 20.00 and 3.80
        ({"Order Total Amount": "-11.90", "Item Name": "Mug", "SKU": "M", "Quantity": "0",
          "Order Total Tax Amount": "-1.90"}, (0, 1_000, 0, 190)),
        ({"Order Total Amount": "-11.90", "Item Name": "Mug", "SKU": "M", "Quantity": "1",
          "Order Line Total": "-10.00", "Order Total Tax Amount": "-1.90"}, (1, 1_000, 0, 190)),
        ({"Order Total Amount": "-23.80"}, (2, 2_000, 0, 380)),
    ],
)  # fmt: skip
def test_a_refund_without_goods_or_pieces_is_of_what_it_comes_to(cells, back):
    head, sold = rows("1", Sold((MUG,), tax=380, refunded=1_190))
    told = {"Order Number": "1", "Order Date": "2026-03-05 09:00", **BACK, **cells}
    row = ",".join(told.get(name, "") for name in head.decode().split(","))
    found = Read(b"\n".join([head, row.encode(), *rows("2", MUGLESS)[1], *sold]))
    assert parts(found) == [("1", "1", DAY, *back)]


MUGLESS = Sold((HAT,))


def test_what_rows_of_refunds_leave_of_the_sum_has_no_day():
    """Of 17.85, 11.90 have one; the sum is told too, and the ledger weighs it beside them."""
    sold = Sold((MUG, HAT), tax=665, refunded=1_785)
    found = Read(file(rows("1", sold), refund("1", Line("Mug", "M", -1, 1_000), tax=-190)))
    summed = [each for each in found.refunds if each.refund_id == REFUNDED]
    assert sum(each.amount + each.shipping + each.tax for each in summed) == 1_785
    assert parts(found) == [("1", "1", DAY, 1, 1_000, 0, 190)]
    assert found.says("taken back when it was paid (5.95 EUR)")


def test_a_refund_of_more_than_is_left_is_of_that_and_said():
    sold = Sold((MUG,), refunded=2_000)
    found = Read(file(rows("1", sold), refund("1", Line("Mug", "M", -3, 1_000))))
    assert parts(found) == [("1", "1", DAY, 2, 2_000, 0, 0)]
    assert found.says("more was paid back than was charged")


def test_a_refund_before_the_payment_is_taken_back_with_it_and_said():
    early = refund("1", Line("Mug", "M", -1, 1_000), at="2026-02-05 09:00")
    found = Read(file(rows("1", Sold((MUG,), refunded=1_000)), early))
    assert {at for _, _, at, *_ in parts(found)} == {datetime(2026, 3, 1, 9, 22, tzinfo=UTC)}
    assert found.says("paid back before it was paid")


def test_a_refund_without_its_order_is_for_the_ledger_by_its_products():
    groups = [
        refund("7", Line("Mug", "M", -1, 1_000), tax=-190, shipping=-500),
        refund("8", Line("Hat", "H", -1, 1_500), shipping=1_000),
        rows("2", MUGLESS),
    ]
    found = Read(file(*groups))
    assert found.faults == []
    assert parts(found) == [
        ("7", f"{LINE_UNTOLD}M", DAY, 1, 1_000, 500, 190),
        ("8", LINE_UNTOLD, DAY, 0, 500, 0, 0),
    ]
    assert found.totals == {"2": 1_500}


def test_a_cell_of_a_refund_that_is_no_value_is_said_by_its_line():
    bad = refund("1", Line("Mug", "M", -1, 1_000), at="soon")
    (fault,) = Read(file(rows("2", MUGLESS), bad)).faults
    assert fault.startswith("orders.csv, line 3, Order Date: 'soon'")
