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
    cost, total = told["Item Cost"], told["Order Line Total"]
    by_cost = total is None
    quantity = _quantity(told)
    number_of_pieces, measured = pieces(quantity)
    worth = _half_up((cost or 0) * quantity) if by_cost else total
    back, pieces_back = _back(told, worth, quantity)
    return Line(
        *(position * FORMAT.rows_a_line, number, number_of_pieces),
        total=worth,
        before=told["Order Line Subtotal"],
        title=told["Item Name"],
        sku=told["SKU"],
        unit_cost=cost or 0 if by_cost else None,
        measured=measured,
        measure=Decimal(quantity) if measured else None,
        back=back,
        pieces_back=pieces_back,
    )


def _quantity(told: Mapping[str, Any]) -> int | Decimal:
    """How much was sold of a line. A total is of all of it, also where the quantity leaves out what
    was paid back: then it is as many pieces as it is worth.
    """
    sold: int | Decimal | None = told["Quantity"]
    left: int | Decimal | None = told["Quantity (- Refund)"]
    total = told["Order Line Total"] or 0
    if sold is not None or left is None:
        return 1 if sold is None else sold
    if not isinstance(left, int) or left < 0 or total <= 0:
        return left
    cost = told["Item Cost"] or 0
    whole = _half_up(Decimal(total) / cost) if cost > 0 else 0
    if whole >= left and abs(total - whole * cost) <= (whole + 1) // 2:  # each is rounded
        return whole
    return max(left, 1)


def _back(told: Mapping[str, Any], total: int, sold: int | Decimal) -> tuple[int | None, int]:
    """What was paid back of a line, None where that is not told; and how many pieces of it."""
    left = told["Quantity (- Refund)"]
    gone = None if left is None or not 0 <= left <= sold else sold - left
    pieces_back = gone if isinstance(gone, int) else 0
    if told["Order Line Total Refunded"] is not None:
        return abs(told["Order Line Total Refunded"]), pieces_back
    if told["Order Line Total (- Refund)"] is not None:
        return max(total - told["Order Line Total (- Refund)"], 0), pieces_back
    if gone is None or not sold:
        return None, 0
    return _half_up(Decimal(total) * gone / sold), pieces_back


def _half_up(amount: int | Decimal) -> int:
    return int(Decimal(amount).to_integral_value(ROUND_HALF_UP))


def head_of(position: int, values: Mapping[str, Any], codes: Mapping[str, None]) -> Head:
    """An order's columns of their values, and the ``codes`` of its lines."""
    discount, refunded = values["Cart Discount Amount"], values["Order Refund Amount"]
    shipping, tax = values["Order Shipping Amount"] or 0, values["Order Total Tax Amount"] or 0
    return Head(
        position,
        values["Order Number"],
        values["Order Status"],
        values["Order Date"],
        values["Paid Date"],
        values["Date of first refund"],
        values["Email (Billing)"],
        None,
        values["Country Code (Shipping)"] or values["Country Code (Billing)"],
        values["State Code (Shipping)"] or values["State Code (Billing)"],
        ", ".join(codes) or None,
        Sums(
            values["Order Subtotal Amount"],
            None if discount is None else abs(discount),
            shipping,
            values["Order Total Fee"] or 0,
            tax,
            values["Order Shipping Tax Amount"] or 0,
            values["Order Total Amount"],
            abs(refunded or 0),
            shipping_back=_part_back(values, "Order Shipping Amount", shipping),
            tax_back=_part_back(values, "Order Total Tax Amount", tax),
        ),
        method=values["Payment Method Title"],
        first_refund_alone=values["Date of first refund"] is not None,
    )


def _part_back(values: Mapping[str, Any], name: str, whole: int) -> int | None:
    """What of a sum of the order was paid back; None where that is not told."""
    back, left = values[f"{name} Refunded"], values[f"{name} (- Refund)"]
    if back is None and left is not None:
        back = whole - left
    return None if back is None else abs(back)
