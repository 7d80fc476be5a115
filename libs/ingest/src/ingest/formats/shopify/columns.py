"""The columns of a Shopify orders export that are read, and how.

The export spells times ``2026-03-01 10:22:33 +0100``; amounts are in major units. Columns beyond
these are passed over: Shopify adds some from time to time.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from common.reports.document.gaps import GapKind
from common.reports.money import currency_exponent
from ingest.csv.damaged_ids import undamaged
from ingest.csv.records import Record
from ingest.csv.values import (
    Remembered,
    amounts,
    identity,
    optional_instant,
    title,
    truth,
    whole,
    words,
)
from ingest.formats.cells import sold_in
from ingest.formats.column_notes import Missing
from ingest.formats.gift_cards import is_card
from ingest.formats.shopify.decimals import if_value

REQUIRED = frozenset(
    {"Name", "Paid at", "Currency", "Lineitem quantity", "Lineitem name", "Lineitem price"}
)
SPELLINGS: Final[Mapping[str, str]] = {
    "canceled at": "Cancelled at",
    "e-mail": "Email",
    "line item quantity": "Lineitem quantity",
    "line item name": "Lineitem name",
    "line item price": "Lineitem price",
    "line item sku": "Lineitem sku",
    "line item discount": "Lineitem discount",
}
"""Other spellings of the columns, in lower case."""
MISSING: Final[Missing] = {
    "Email": "customers are not known",
    "Financial Status": "orders without a Paid at are taken as not paid",
    "Created at": "orders are taken as placed when they were paid",
    "Cancelled at": "no cancellation is known, and no Refunded Amount can be dated",
    "Subtotal": "tips are taken as goods, and discounts as Discount Amount says",
    "Shipping": "what was charged for it is not known",
    "Taxes": "what was charged for them is not known",
    "Total": "prices are taken as without tax, unless its rate tells, and no total was checked",
    "Discount Code": "which codes were used is not known",
    "Discount Amount": "what Subtotal is below the lines' prices is taken as discount",
    "Refunded Amount": "what was paid back is not known",
    "Lineitem sku": "products are told apart by their titles",
    "Lineitem discount": "the lines' own discounts are taken as the order's",
    "Outstanding Balance": "what is still owed of an order is not known",
    "Payment Method": "test orders count as sold, and what was paid with gift cards is not known",
    "Source": "channels are not known",
    "Shipping Country": "countries are those of the billing addresses",
    "Billing Country": "countries are those of the shipping addresses",
    ("Shipping Country", "Billing Country"): "countries are not known",
    "Id": "two orders of one name cannot be told apart",
}
"""Columns that may be missing, and what cannot be known then. Older exports lack further ones."""
GAPS: Final[Mapping[str, GapKind]] = {
    "Shipping": GapKind.SHIPPING_NOT_KNOWN,
    "Taxes": GapKind.TAX_NOT_KNOWN,
    "Refunded Amount": GapKind.REFUNDS_NOT_KNOWN,
}
"""Of those, what reports of the orders' days say."""

_OF_TESTS: Final = re.compile(r"(?<![^\W_])bogus(?![^\W_])", re.IGNORECASE)

TAX_NAMES: Final = tuple(f"Tax {number} Name" for number in range(1, 6))
TAX_VALUES: Final = tuple(f"Tax {number} Value" for number in range(1, 6))


class OrderColumns(NamedTuple):
    """The order's columns, converted.

    ``tips``, ``tax_on_shipping`` and ``fees`` are what a webhook states besides.
    """

    name: str
    email: str | None
    status: str | None
    paid_at: datetime | None
    created_at: datetime | None
    cancelled_at: datetime | None
    currency: str
    subtotal: int | None
    shipping: int
    taxes: int
    total: int | None
    coupon_code: str | None
    discount: int | None
    refunded: int
    source: str | None
    billing_country: str | None
    billing_province: str | None
    shipping_country: str | None
    shipping_province: str | None
    id: str | None
    duties: int
    outstanding: int
    payment_method: str | None
    paid_in: str | None
    tax_1: str | None = None
    tax_2: str | None = None
    tax_3: str | None = None
    tax_4: str | None = None
    tax_5: str | None = None
    value_1: int | None = None
    value_2: int | None = None
    value_3: int | None = None
    value_4: int | None = None
    value_5: int | None = None
    tips: int = 0
    tax_on_shipping: int | None = None
    fees: int = 0

    @property
    def taxes_named(self) -> tuple[tuple[str | None, int | None], ...]:
        """What its taxes are called, and what each comes to."""
        names = (self.tax_1, self.tax_2, self.tax_3, self.tax_4, self.tax_5)
        values = (self.value_1, self.value_2, self.value_3, self.value_4, self.value_5)
        return tuple(zip(names, values, strict=True))


class LineColumns(NamedTuple):
    """A line's columns, converted, and where it stands; either title or SKU may be missing.

    ``product_id`` is the SKU, or the title where there is none; ``number`` is the row's in its
    order, from 1: rows of tips and of removed lines count, so that no other line's number changes.
    ``taxable`` is whether the shop charges tax on it, where that is told.
    ``card``, ``tip`` and ``tax`` are what a webhook states besides.
    """

    position: int
    quantity: int
    title: str | None
    price: int
    sku: str | None
    discount: int
    taxable: bool | None = None
    product_id: str = ""
    number: int = 0
    card: bool | None = None
    tip: bool = False
    tax: int | None = None

    def numbered(self, number: int) -> "LineColumns":
        """The line with its number, and whether it is a gift card where that is not stated."""
        card = is_card(self.title, self.card, taxable=self.taxable)
        return self._replace(number=number, card=card)


def records_of(currency: str, *, by_program: bool = False) -> tuple[Record, Record]:
    """The order's and the line's columns with their converters; see ``values.amounts``."""
    number = partial(amounts, currency_exponent(currency), by_program=by_program)
    known = number()
    amount = Remembered(known).__getitem__
    zero = Remembered(number(empty=0)).__getitem__
    maybe = Remembered(lambda text: known(text) if text else None).__getitem__
    balance = Remembered(number(empty=0, signed=True)).__getitem__
    text = Remembered(words).__getitem__

    order = Record(
        {
            "Name": lambda cell: undamaged(identity(cell)),
            "Email": words,
            "Financial Status": text,
            "Paid at": shopify_instant,
            "Created at": shopify_instant,
            "Cancelled at": shopify_instant,
            "Currency": sold_in(currency),
            "Subtotal": maybe,
            "Shipping": zero,
            "Taxes": zero,
            "Total": maybe,
            "Discount Code": text,
            "Discount Amount": maybe,
            "Refunded Amount": zero,
            "Source": text,
            "Billing Country": text,
            "Billing Province": text,
            "Shipping Country": text,
            "Shipping Province": text,
            "Id": lambda cell: undamaged(words(cell)),
            "Duties": zero,
            "Outstanding Balance": balance,
            "Payment Method": text,
            "Presentment Currency": text,
            **dict.fromkeys(TAX_NAMES, text),
            **dict.fromkeys(TAX_VALUES, Remembered(partial(if_value, known)).__getitem__),
        }
    )
    line = Record(
        {
            "Lineitem quantity": Remembered(partial(whole, least=0)).__getitem__,
            "Lineitem name": Remembered(title).__getitem__,
            "Lineitem price": amount,
            "Lineitem sku": Remembered(lambda cell: undamaged(words(cell))).__getitem__,
            "Lineitem discount": zero,
            "Lineitem taxable": _taxable,
        }
    )
    return order, line


def of_test(payment_method: str) -> bool:
    """Whether an order was paid at the gateway for tests: its name is written in several ways."""
    return _OF_TESTS.search(payment_method) is not None


def _taxable(text: str) -> bool | None:
    return truth(text) if text.strip() else None


def shopify_instant(text: str) -> datetime | None:
    """A time as the export spells it, ``2026-03-01 10:22:33 +0100``, or none."""
    text = text.strip()
    day, _, rest = text.partition(" ")
    return optional_instant(f"{day}T{rest.replace(' ', '')}" if rest else text)
