"""The columns of the export with a row a product, and what is not known where they are missing."""

from collections.abc import Collection, Mapping
from typing import Final

from common.reports.document.gaps import GapKind
from common.reports.money import currency_exponent
from ingest.csv.damaged_ids import undamaged
from ingest.csv.headers import folded
from ingest.csv.records import Record
from ingest.csv.values import Remembered, identity, title, words
from ingest.formats.cells import local_instant, sold_in
from ingest.formats.column_notes import Missing
from ingest.formats.woocommerce.cell_values import quantity_of, rounding
from ingest.formats.woocommerce.column_labels import COLUMNS

REQUIRED: Final = frozenset({"Order Number", "Order Status", "Order Date", "Item Name"})
SPELLINGS: Final[Mapping[str, str]] = {
    "order currency": "Currency", "currency code": "Currency", "qty": "Quantity",
    "item sku": "SKU", "product sku": "SKU", "order total": "Order Total Amount",
    "order line (w/o tax)": "Order Line Total",
}  # fmt: skip
_NAME: Final = "name"
_TOTAL, _WITHOUT_TAX = "Order Line Total", "Order Line (w/o tax)"
_OF_PRODUCTS: Final = frozenset({"product", "productname", "producttitle", "itemtitle", "title"})
MISSING: Final[Missing] = {
    "Currency": "all amounts were taken as in the shop's currency",
    "Paid Date": "orders are taken as paid when they were placed, unless it is known",
    "Email (Billing)": "customers are not known",
    "Country Code (Billing)": "countries are those of the shipping addresses",
    ("Country Code (Billing)", "Country Code (Shipping)"): "countries are not known",
    "SKU": "products are told apart by their names",
    "Quantity": "Quantity (- Refund) was taken, which leaves out what was paid back",
    ("Quantity", "Quantity (- Refund)"): "each line is taken as one piece",
    "Item Cost": "lines are only known by Order Line Total",
    "Order Line Total": "lines are taken as Quantity times Item Cost, which is rounded",
    "Order Line Subtotal": "what coupons took off each line is not known",
    "Order Subtotal Amount": "lines that are rounded cannot be set right",
    "Cart Discount Amount": "what coupons took off is not known",
    "Order Shipping Amount": "what was charged for it is not known",
    "Order Total Fee": "fees are not known, and orders with one are listed as not explained",
    "Order Total Tax Amount": "what was charged for it is not known",
    "Order Total Amount": "no order's total could be checked",
    "Order Refund Amount": "what was paid back is not known",
    "Coupon Code": "which codes were used is not known",
}
"""Columns that may be missing, and what cannot be known then."""
GAPS: Final[Mapping[str, GapKind]] = {
    "Cart Discount Amount": GapKind.DISCOUNTS_NOT_KNOWN,
    "Order Shipping Amount": GapKind.SHIPPING_NOT_KNOWN,
    "Order Total Tax Amount": GapKind.TAX_NOT_KNOWN,
    "Order Refund Amount": GapKind.REFUNDS_NOT_KNOWN,
}
"""Of those, what reports of the orders' days say."""


def spellings_of(names: Collection[str]) -> Mapping[str, str]:
    """Other spellings of the columns in a header, whose ``names`` are folded: labels in other
    languages too.

    Older versions called the item ``Name``. Beside another column that may name it, that may be the
    customer's. What is of a line without tax is its total, unless that stands beside it.
    """
    labels = {label: name for label, name in COLUMNS.items() if folded(label) in names}
    if _TOTAL in labels.values() or folded(_TOTAL) in names:
        labels = {label: name for label, name in labels.items() if name != _WITHOUT_TAX}
    labels = {label: _TOTAL if name == _WITHOUT_TAX else name for label, name in labels.items()}
    if not _OF_PRODUCTS.isdisjoint(names):
        return {**SPELLINGS, **labels}
    return {**SPELLINGS, **labels, _NAME: "Item Name"}


def records_of(currency: str, timezone: str) -> tuple[Record, Record]:
    """The order's and the line's columns with their converters."""
    money = Remembered(rounding(currency_exponent(currency))).__getitem__
    text = Remembered(words).__getitem__
    code = sold_in(currency)
    count = Remembered(lambda cell: quantity_of(cell) if cell else None).__getitem__
    at = local_instant(timezone)
    order = Record(
        {
            "Order Number": lambda cell: undamaged(identity(cell)),
            "Order Status": text,
            "Order Date": at,
            "Paid Date": at,
            "Payment Method Title": text,
            "Date of first refund": at,
            "Currency": lambda cell: code(cell) if cell.strip() else None,
            "Email (Billing)": words,
            "Country Code (Billing)": text,
            "Country Code (Shipping)": text,
            "State Code (Billing)": text,
            "State Code (Shipping)": text,
            **dict.fromkeys(
                (
                    *("Order Subtotal Amount", "Cart Discount Amount", "Order Shipping Amount"),
                    *("Order Shipping Tax Amount", "Order Total Fee", "Order Total Tax Amount"),
                    *("Order Total Amount", "Order Refund Amount"),
                    *("Order Shipping Amount Refunded", "Order Shipping Amount (- Refund)"),
                    *("Order Total Tax Amount Refunded", "Order Total Tax Amount (- Refund)"),
                ),
                money,
            ),
        }
    )
    line = Record(
        {
            "Item Name": Remembered(title).__getitem__,
            "SKU": Remembered(lambda cell: undamaged(words(cell))).__getitem__,
            "Quantity": count,
            "Quantity (- Refund)": count,
            "Item Cost": money,
            "Order Line Total": money,
            "Order Line Subtotal": money,
            "Order Line Total Refunded": money,
            "Order Line Total (- Refund)": money,
            "Coupon Code": text,
        }
    )
    return order, line
