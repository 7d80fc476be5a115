"""A Shopify export: its real columns, what is made of them, and what is said about the rest."""

import csv
import io
from contextlib import closing
from datetime import UTC, datetime

import pytest

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats.shopify.reader import ShopifyExport

COLUMNS = """
    Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,
    Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,
    Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,
    Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,
    Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,
    Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,
    Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,
    Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,
    Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,
    Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Phone
"""
FIELDS = [name.strip() for name in COLUMNS.replace("\n", " ").split(",")]


ORDER = {
    "Name": "#1001",
    "Email": "Ada@example.com",
    "Financial Status": "paid",
    "Paid at": "2026-03-01 10:22:33 +0100",
    "Created at": "2026-03-01 10:22:00 +0100",
    "Currency": "EUR",
    "Subtotal": "27.00",
    "Shipping": "4.90",
    "Taxes": "6.06",
    "Total": "37.96",
    "Discount Code": "SPRING",
    "Discount Amount": "3.00",
    "Source": "web",
    "Shipping Country": "DE",
    "Billing Country": "AT",
    "Lineitem quantity": "2",
    "Lineitem name": "Mug - blue",
    "Lineitem price": "10.00",
    "Lineitem sku": "M-1",
}
SECOND = {
    "Name": "#1001",
    "Email": "Ada@example.com",
    "Created at": "2026-03-01 10:22:00 +0100",
    "Lineitem quantity": "1",
    "Lineitem name": "Plate",
    "Lineitem price": "10.00",
}


ON_ALL_LINES = (
    "1 order (#1001): the export does not say which lines a discount on the order was for; it was"
    " put on all of them"
)


def read(*rows, currency="EUR"):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, FIELDS)
    writer.writeheader()
    writer.writerows(rows)
    faults, notes = Faults(50), Notes()
    with closing(ShopifyExport(currency, faults, notes)) as export:
        lines = list(export.order_lines("orders_export.csv", [buffer.getvalue().encode()]))
        return (
            lines,
            list(export.refunds_of_orders()),
            notes.lines(),
            [str(fault) for fault in faults.found],
        )


def net(lines):
    goods = sum(line.unit_price * line.quantity + line.remainder for line in lines)
    goods -= sum(line.line_discount for line in lines)
    return goods - lines[0].order_discount


def test_an_order_stands_on_its_first_line():
    lines, refunds, notes, faults = read(ORDER, SECOND)
    assert (refunds, notes, faults) == ([], (ON_ALL_LINES,), [])
    first, second = lines
    assert first.order_id == second.order_id == "#1001"
    assert first.paid_at == datetime(2026, 3, 1, 9, 22, 33, tzinfo=UTC)
    assert (first.line_id, first.product_id, first.product_title) == ("1", "M-1", "Mug - blue")
    assert (second.line_id, second.product_id) == ("2", "Plate")
    assert (first.country, first.channel, first.coupon_code) == ("DE", "web", "SPRING")
    assert (first.order_discount, first.shipping, first.tax) == (300, 490, 606)
    assert net(lines) == 2700
    assert "example.com" not in (first.customer_id or "")
    assert first.customer_id == second.customer_id


def test_the_subtotal_says_what_was_taken_off_the_goods():
    free_shipping = ORDER | {"Subtotal": "30.00", "Discount Amount": "4.90", "Taxes": "0"}
    lines, *_ = read(free_shipping | {"Total": "30.00", "Shipping": "0"}, SECOND)
    assert (lines[0].order_discount, net(lines)) == (0, 3000)
    reduced = ORDER | {"Lineitem discount": "1.00"}
    lines, *_ = read(reduced, SECOND)
    assert (lines[0].line_discount, lines[0].order_discount, net(lines)) == (100, 200, 2700)


def test_tax_in_the_prices_is_taken_out():
    order = ORDER | {"Taxes": "5.09", "Total": "31.90"}
    lines, _, notes, _ = read(order, SECOND)
    assert notes[0] == ON_ALL_LINES
    assert "prices include tax" in notes[1]
    # 27.00 + 4.90 paid, 5.09 of it tax: 4.31 in the goods and 0.78 in the shipping.
    assert (net(lines), lines[0].shipping, lines[0].tax) == (2269, 412, 509)
    assert net(lines) + lines[0].shipping + lines[0].tax == 3190


def test_a_refund_without_a_date_is_left_out_and_said():
    order = ORDER | {"Financial Status": "partially_refunded", "Refunded Amount": "10.00"}
    _, refunds, (_, note), _ = read(order, SECOND)
    assert refunds == []
    assert note.startswith("1 order (#1001): the export does not say when")


def test_a_cancelled_orders_refund_is_spread_over_what_was_paid():
    order = ORDER | {"Cancelled at": "2026-03-02 08:00:00 +0100", "Refunded Amount": "37.96"}
    lines, refunds, (_, note), faults = read(order, SECOND)
    assert faults == []
    assert "spread over what was paid" in note
    assert [(r.line_id, r.kind, r.quantity, r.amount) for r in refunds] == [
        ("1", "cancel", 2, 1800),
        ("2", "cancel", 1, 900),
    ]
    assert (refunds[0].shipping, refunds[0].tax, refunds[1].shipping) == (490, 606, 0)
    assert refunds[0].processed_at == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert net(lines) == sum(refund.amount for refund in refunds)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Currency": "USD"}, "line 2, Currency: 'USD' is not the shop's currency, EUR"),
        ({"Paid at": "yesterday"}, "line 2, Paid at: 'yesterday' is not a time of ISO 8601"),
        ({"Lineitem quantity": "two"}, "line 2, Lineitem quantity: 'two' is not a whole number"),
        (
            {"Lineitem name": "", "Lineitem sku": ""},
            "line 2, Lineitem name: '' is empty, and so is Lineitem sku",
        ),
        (
            {"Created at": "", "Paid at": ""},
            "line 2, Created at: is empty, and so is Paid at",
        ),
    ],
)
def test_what_cannot_be_is_named_by_the_exports_columns(change, message):
    lines, refunds, _, faults = read(ORDER | change, SECOND, ORDER | {"Name": "#1002"})
    assert [line.order_id for line in lines] == ["#1002"]
    assert refunds == []
    assert any(message in fault for fault in faults), faults


def test_a_currency_is_known_in_any_case():
    assert read(ORDER | {"Currency": "eur"}, SECOND) == read(ORDER, SECOND)


def test_what_had_to_be_assumed_is_said():
    unpaid = ORDER | {"Paid at": "", "Taxes": "0", "Total": "31.90"}
    lines, _, notes, _ = read(unpaid, SECOND)
    assert lines[0].paid_at == lines[0].placed_at
    assert "paid, without saying when" in notes[1]
    pending = unpaid | {"Financial Status": "pending"}
    assert read(pending, SECOND)[0][0].paid_at is None
    assert "a line of quantity 0" in read(ORDER, SECOND | {"Lineitem quantity": "0"})[2][0]
