"""An order's columns and its lines, of the converted values of a row a product."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ingest.formats.woocommerce.cell_values import pieces
from ingest.formats.woocommerce.definition import FORMAT
from ingest.formats.woocommerce.order import Head
from ingest.formats.woocommerce.reconcile import Line, Sums


def line_of(position: int, number: int, told: Mapping[str, Any]) -> Line:
    """A line of its row's values, ``number`` in its order."""
    count = told["Quantity"] if told["Quantity"] is not None else told["Quantity (- Refund)"]
    quantity = 1 if count is None else count
    number_of_pieces, measured = pieces(quantity)
    cost, total = told["Item Cost"], told["Order Line Total"]
    by_cost = total is None
    return Line(
        *(position * FORMAT.rows_a_line, number, number_of_pieces),
        total=_half_up((cost or 0) * quantity) if by_cost else total,
        before=told["Order Line Subtotal"],
        title=told["Item Name"],
        sku=told["SKU"],
        unit_cost=cost or 0 if by_cost else None,
        measured=measured,
        measure=Decimal(quantity) if measured else None,
    )


def _half_up(amount: int | Decimal) -> int:
    return int(Decimal(amount).to_integral_value(ROUND_HALF_UP))


def head_of(position: int, values: Mapping[str, Any], codes: Mapping[str, None]) -> Head:
    """An order's columns of their values, and the ``codes`` of its lines."""
    discount, refunded = values["Cart Discount Amount"], values["Order Refund Amount"]
    return Head(
        position,
        values["Order Number"],
        values["Order Status"],
        values["Order Date"],
        values["Paid Date"],
        None,
        values["Email (Billing)"],
        None,
        values["Country Code (Shipping)"] or values["Country Code (Billing)"],
        values["State Code (Shipping)"] or values["State Code (Billing)"],
        ", ".join(codes) or None,
        Sums(
            values["Order Subtotal Amount"],
            None if discount is None else abs(discount),
            values["Order Shipping Amount"] or 0,
            values["Order Total Fee"] or 0,
            values["Order Total Tax Amount"] or 0,
            values["Order Shipping Tax Amount"] or 0,
            values["Order Total Amount"],
            abs(refunded or 0),
        ),
    )
