"""Orders in WooCommerce's arithmetic, and the files that two exporters write of them.

WooCommerce keeps lines before and after coupons without tax, and Total is what is left after
coupons with shipping, fees and tax.
"""

import csv
import io
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from common.reports.money import decimal_text

ROWS = (
    "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),"
    "Company (Billing),Address 1&2 (Billing),City (Billing),State Code (Billing),"
    "Postcode (Billing),Country Code (Billing),Email (Billing),Phone (Billing),"
    "Payment Method Title,Cart Discount Amount,Order Subtotal Amount,Shipping Method Title,"
    "Order Shipping Amount,Order Refund Amount,Order Total Amount,Order Total Tax Amount,SKU,"
    "Item #,Item Name,Quantity (- Refund),Item Cost,Coupon Code,Discount Amount,"
    "Discount Amount Tax"
)
FEE, EXACT = "Order Total Fee", ("Quantity", "Order Line Subtotal", "Order Line Total")
ITEMS = (
    "order_id,order_number,order_date,paid_date,status,shipping_total,shipping_tax_total,fee_total,"
    "fee_tax_total,tax_total,cart_discount,order_discount,discount_total,order_total,"
    "order_subtotal,order_currency,payment_method,customer_id,customer_email,billing_country,"
    "shipping_country,shipping_items,fee_items,tax_items,coupon_items,refund_items"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was sold, without tax; ``off`` is what coupons took off it.

    A plug-in that sells by weight or length has quantities with decimals.
    """

    title: str
    sku: str
    quantity: int | Decimal
    price: int
    off: int = 0

    @property
    def before(self):
        return int(self.quantity * self.price)

    @property
    def total(self):
        return self.before - self.off


@dataclass(frozen=True, slots=True)
class Sold:
    """An order, in minor units; ``tax`` includes that of the shipping."""

    lines: tuple[Line, ...]
    shipping: int = 0
    fees: int = 0
    tax: int = 0
    refunded: int = 0

    @property
    def total(self):
        return sum(each.total for each in self.lines) + self.shipping + self.fees + self.tax

    @property
    def subtotal(self):
        return sum(each.before for each in self.lines)

    @property
    def discount(self):
        return sum(each.off for each in self.lines)


@st.composite
def orders(draw):
    """An order with coupons, shipping, fees, tax and a refund, or without any of them."""
    lines = []
    for number in range(draw(st.integers(1, 4))):
        quantity, price = draw(st.integers(1, 7)), draw(st.integers(0, 20_000))
        off = draw(st.one_of(st.just(0), st.integers(0, quantity * price)))
        lines.append(Line(f"Thing {number}", draw(st.sampled_from(["", f"T{number}"])),
                          quantity, price, off))  # fmt: skip
    sold = Sold(
        tuple(lines),
        draw(st.sampled_from([0, 490])),
        draw(st.sampled_from([0, 250])),
        draw(st.sampled_from([0, 199, 1234])),
    )
    refunded = draw(st.sampled_from([0, 1, sold.total // 2, sold.total]))
    return Sold(sold.lines, sold.shipping, sold.fees, sold.tax, min(refunded, sold.total))


def written(fields, rows):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fields)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def export_rows(sold, *, exponent=2, exact=True, filled=True, **cells):
    """What Advanced Order Export writes of orders by number; ``exact`` with the columns that tell
    lines exactly, ``filled`` with the order's columns on all rows.
    """

    def text(amount):
        return decimal_text(amount, exponent)

    fields = [*ROWS.split(","), FEE, *(EXACT if exact else ())]
    rows = []
    for number, order in sold.items():
        head = {
            "Order Number": number,
            "Order Status": "Completed",
            "Order Date": "2026-03-01 10:22",
            "Email (Billing)": "Ada@example.com",
            "Country Code (Billing)": "DE",
            "Cart Discount Amount": text(order.discount),
            "Order Subtotal Amount": text(order.subtotal),
            "Order Shipping Amount": text(order.shipping),
            "Order Refund Amount": text(order.refunded),
            "Order Total Amount": text(order.total),
            "Order Total Tax Amount": text(order.tax),
            FEE: text(order.fees),
        } | cells
        for at, line in enumerate(order.lines):
            cost = int((2 * line.total + line.quantity) // (2 * line.quantity))
            told = {
                "SKU": line.sku,
                "Item #": at + 1,
                "Item Name": line.title,
                "Quantity (- Refund)": line.quantity,
                "Item Cost": text(cost),
            }
            if exact:
                told |= {"Quantity": line.quantity, "Order Line Total": text(line.total)}
                told["Order Line Subtotal"] = text(line.before)
            rows.append((head if filled or not at else {}) | told)
    return written(fields, rows)


def export_items(sold, *, exponent=2, **cells):
    """What an exporter with line_item columns writes of orders by number."""

    def text(amount):
        return decimal_text(amount, exponent)

    most = max(len(order.lines) for order in sold.values())
    rows = []
    for number, order in sold.items():
        back = f"amount:{text(order.refunded)}|reason:broken|date:2026-03-04 09:00:00"
        row = {
            "order_id": number,
            "order_date": "2026-03-01 10:22:33",
            "paid_date": "2026-03-01 10:25:00",
            "status": "completed",
            "order_currency": "EUR",
            "shipping_total": text(order.shipping),
            "fee_total": text(order.fees),
            "tax_total": text(order.tax),
            "discount_total": text(order.discount),
            "order_subtotal": text(order.subtotal),
            "order_total": text(order.total),
            "customer_id": "7",
            "refund_items": back if order.refunded else "",
        } | cells
        for at, line in enumerate(order.lines, 1):
            parts = {"name": line.title, "product_id": 7, "sku": line.sku}
            parts |= {"quantity": line.quantity, "total": text(line.total)}
            parts |= {"sub_total": text(line.before), "tax": "0.00", "tax_data": "a:1:{s:5:x}"}
            row[f"line_item_{at}"] = "|".join(f"{name}:{value}" for name, value in parts.items())
        rows.append(row)
    return written([*ITEMS.split(","), *(f"line_item_{n}" for n in range(1, most + 1))], rows)
