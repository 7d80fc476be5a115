"""What WooCommerce's exports say of an order's sums and of its refunds is true, or not said."""

import pytest
from tests.unit.ingest.formats.woocommerce.test_reader import DENIED, Read
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import ITEMS, ROWS, written

TOGETHER = "paid back several times"
FIELDS = [*ITEMS.split(","), "line_item_1", "line_item_2"]
HEAD = {
    "order_id": "1", "order_date": "2026-03-01 10:22:33", "paid_date": "2026-03-01 10:25:00",
    "status": "completed", "order_currency": "EUR", "shipping_total": "0", "fee_total": "0",
    "discount_total": "0", "tax_total": "0",
}  # fmt: skip


def item(total, before, *, name="Mug", quantity=1):
    return f"name:{name}|sku:{name}|quantity:{quantity}|total:{total}|sub_total:{before}"


def items(first, second="", **cells):
    return Read(written(FIELDS, [HEAD | {"line_item_1": first, "line_item_2": second} | cells]))


@pytest.mark.parametrize("total", ["15.00", "10.02"])
def test_a_line_dearer_than_it_was_worth_is_no_line_that_is_missing(total):
    for subtotal in ("10.00", total):
        found = items(item(total, "10.00"), order_subtotal=subtotal, order_total=total)
        assert not found.says(DENIED)
    assert items(item(total, "10.00"), order_subtotal="20.00", order_total=total).says(DENIED)


@pytest.mark.parametrize(
    ("total", "discount", "tax"), [("11.90", "0.00", "1.90"), ("10.71", "1.00", "1.71")]
)
def test_sums_without_the_tax_that_lines_carry_are_theirs(total, discount, tax):
    cells = {"discount_total": discount, "tax_total": tax, "order_total": total}
    line = item(total, "11.90")
    found = items(line, order_subtotal="10.00", **cells)
    assert found.says("prices include tax")
    assert not found.says(DENIED)
    assert items(line, order_subtotal="11.00", **cells).says(DENIED)


def test_sums_with_the_tax_that_lines_carry_are_theirs():
    cells = {"order_subtotal": "11.90", "tax_total": "1.90", "order_total": "11.90"}
    assert not items(item("11.90", "11.90"), **cells).says(DENIED)


def test_of_an_order_that_nothing_explains_that_alone_is_said():
    found = items(item("10.00", "10.00"), order_subtotal="20.00", order_total="20.00")
    assert found.reconciled.unexplained == (("1", 1000),)
    assert not found.says(DENIED)


@pytest.mark.parametrize(
    "other", [item("-2.00", "-2.00", name="Rabatt"), item("-2.00", "-2.00", quantity=0)]
)
def test_a_line_that_is_no_goods_denies_nothing(other):
    found = items(item("10.00", "10.00"), other, order_subtotal="8.00", order_total="8.00")
    assert not found.says(DENIED)


@pytest.mark.parametrize(("subtotal", "said"), [("7.95", False), ("8.20", True)])
def test_a_line_known_by_the_cost_of_a_piece_is_rounded_with_each_piece(subtotal, said):
    row = {
        "Order Number": "1", "Order Status": "Completed", "Order Date": "2026-03-01 10:22",
        "Item Name": "Bead", "Quantity (- Refund)": "24", "Item Cost": "0.33",
        "Order Subtotal Amount": subtotal, "Cart Discount Amount": "0",
        "Order Total Amount": "7.92", "Order Total Tax Amount": "0", "Order Refund Amount": "0",
    }  # fmt: skip
    assert Read(written(ROWS.split(","), [row])).says(DENIED) == said


ONE = "amount:5.00|reason:{}|date:2026-03-04 09:00:00"
NOTHING = "amount:0.00|reason:restock|date:2026-03-20 09:00:00"


@pytest.mark.parametrize(
    "cell",
    [
        ONE.format("broken; late"),
        ONE.format("a;b;c"),
        ONE.format("") + ";",
        ONE.format("") + " ; ",
        f"{ONE.format('')};{NOTHING}",
        f"{NOTHING};{ONE.format('x; y')}",
        "date:2026-03-04 09:00:00|amount:5.00|reason:a; b;",
    ],
)
def test_what_was_paid_back_once_counts_on_its_day_alone(cell):
    sums = {"order_subtotal": "10.00", "order_total": "10.00"}
    found = items(item("10.00", "10.00"), refund_items=cell, **sums)
    ((amount, at),) = {(row.amount, row.processed_at.date().isoformat()) for row in found.refunds}
    assert (amount, at) == (500, "2026-03-04")
    assert not found.says(TOGETHER)
    assert not found.says("does not say when")
    later = ONE.format("z").replace("03-04", "03-07")
    if cell.startswith("amount"):
        found = items(item("10.00", "10.00"), refund_items=f"{cell};{later}", **sums)
        assert {row.processed_at.date().isoformat() for row in found.refunds} == {"2026-03-07"}
        assert found.says(TOGETHER)


def test_a_refund_in_the_moment_of_the_payment_is_none_before_it():
    cell = "amount:5.00|reason:|date:2026-03-01 10:25:00"
    sums = {"order_subtotal": "10.00", "order_total": "10.00"}
    found = items(item("10.00", "10.00"), refund_items=cell, **sums)
    assert not found.says("paid back before it was paid")
