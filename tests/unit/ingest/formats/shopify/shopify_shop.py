"""Orders in the arithmetic of the platform, and the export that it writes of them.

What was charged is computed from what was sold, as a shop does; the export then holds the sums, and
the importer has to find back what they are made of.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

from common.reports.money import decimal_text

COLUMNS = (
    "Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes",
    "Total", "Discount Code", "Discount Amount", "Created at", "Lineitem quantity",
    "Lineitem name", "Lineitem price", "Lineitem sku", "Billing Country", "Shipping Country",
    "Cancelled at", "Payment Method", "Refunded Amount", "Outstanding Balance", "Id", "Source",
    "Lineitem discount", "Duties",
)  # fmt: skip
PAID = "2026-03-01 10:22:33 +0100"
CANCELLED = "2026-03-04 09:00:00 +0100"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was sold; ``discount`` is what was taken off this line alone."""

    title: str
    sku: str
    quantity: int
    price: int
    discount: int = 0


@dataclass(frozen=True, slots=True)
class Sold:
    """An order: money in minor units, ``code`` off the goods, ``off_shipping`` off the shipping."""

    lines: tuple[Line, ...]
    shipping: int = 0
    code: int = 0
    off_shipping: int = 0
    rate: Fraction = Fraction(0)
    tax_included: bool = False
    tip: int = 0
    tip_first: bool = False
    duties: int = 0
    refunded: int = 0
    told_by_line: bool = True

    @property
    def subtotal(self) -> int:
        """The goods after discounts, the tax in them where prices include it."""
        return sum(each.price * each.quantity - each.discount for each in self.lines) - self.code

    @property
    def taxes(self) -> int:
        """On goods and shipping, rounded to the minor unit."""
        taxed = self.subtotal + self.shipping - self.off_shipping
        rate = self.rate / (1 + self.rate) if self.tax_included else self.rate
        return round(taxed * rate)

    @property
    def sales(self) -> int:
        """What was charged for goods, shipping and tax."""
        on_top = 0 if self.tax_included else self.taxes
        return self.subtotal + self.shipping - self.off_shipping + on_top

    @property
    def total(self) -> int:
        """What was charged."""
        return self.sales + self.tip + self.duties

    @property
    def discounts(self) -> int:
        """Everything that was taken off."""
        return sum(line.discount for line in self.lines) + self.code + self.off_shipping


def rows(order: Sold, name: str, exponent: int = 2, currency: str = "EUR") -> list[dict[str, str]]:
    """The rows that the export has of an order; the tip is a line that is none of the goods."""

    def money(value: int) -> str:
        return decimal_text(value, exponent)

    lines = [
        {
            "Name": name,
            "Email": "ada@example.com",
            "Created at": PAID,
            "Lineitem quantity": str(line.quantity),
            "Lineitem name": line.title,
            "Lineitem price": money(line.price),
            "Lineitem sku": line.sku,
            "Lineitem discount": money(line.discount if order.told_by_line else 0),
        }
        for line in order.lines
    ]
    if order.tip:
        tip = lines[0] | {"Lineitem quantity": "1", "Lineitem name": "Tip", "Lineitem sku": ""}
        tip |= {"Lineitem price": money(order.tip), "Lineitem discount": money(0)}
        lines.insert(0 if order.tip_first else len(lines), tip)
    lines[0] |= {
        "Financial Status": "refunded" if order.refunded else "paid",
        "Paid at": PAID,
        "Currency": currency,
        "Subtotal": money(order.subtotal),
        "Shipping": money(order.shipping),
        "Taxes": money(order.taxes),
        "Total": money(order.total),
        "Discount Amount": money(order.discounts),
        "Cancelled at": CANCELLED if order.refunded else "",
        "Refunded Amount": money(order.refunded),
        "Duties": money(order.duties) if order.duties else "",
        "Source": "web",
    }
    return lines


def export(of: Sequence[dict[str, str]], columns: Sequence[str] = COLUMNS) -> str:
    """Rows as the file."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(of)
    return buffer.getvalue()


AMOUNT = st.integers(0, 50_000)
RATES = st.sampled_from([Fraction(0), Fraction(7, 100), Fraction(19, 100), Fraction(81, 1000)])


@st.composite
def orders(draw: st.DrawFn) -> Sold:
    """Any order that the platform could have charged."""
    lines = []
    for number in range(draw(st.integers(1, 5))):
        quantity, price = draw(st.integers(1, 9)), draw(AMOUNT)
        discount = draw(st.just(0) | st.integers(0, quantity * price))
        lines.append(Line(f"Product {number}", f"P-{number}", quantity, price, discount))
    left = sum(each.price * each.quantity - each.discount for each in lines)
    shipping = draw(st.just(0) | AMOUNT)
    tip = draw(st.just(0) | st.integers(1, 5_000))
    # A tip beside as much off a shipping that is not free looks like a product called Tip, given
    # away: no sum tells the two apart.
    parts = st.nothing() if tip else st.integers(0, shipping)
    order = Sold(
        tuple(lines),
        shipping,
        code=draw(st.just(0) | st.just(left) | st.integers(0, left)),
        off_shipping=draw(st.sampled_from([0, shipping]) | parts),
        rate=draw(RATES),
        tax_included=draw(st.booleans()),
        tip=tip,
        tip_first=draw(st.booleans()),
        duties=draw(st.just(0) | st.integers(1, 5_000)),
        told_by_line=draw(st.booleans()),
    )
    back = draw(st.just(0) | st.just(order.total) | st.integers(0, order.total))
    return Sold(**{name: getattr(order, name) for name in Sold.__slots__} | {"refunded": back})
