"""An order of WooCommerce, whichever exporter wrote it, as the ledger's rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from ingest.csv.notes import FUTURE, Notes
from ingest.csv.values import short_identity
from ingest.formats import gift_cards
from ingest.formats.customers import pseudonym
from ingest.formats.woocommerce.cell_values import BACK, SOLD, UNSOLD, on_delivery, status_of
from ingest.formats.woocommerce.net_amounts import Amounts, amounts_of
from ingest.formats.woocommerce.reconcile import Line, Sums
from ingest.rows import OrderLineRow

FEES = "fees are no sales; they were left out"
UNEXPLAINED = (
    "the order's total is not what lines, discounts, shipping, fees and tax come to; the lines were"
    " taken as they stand"
)
NO_GOODS = "no goods are left in the order; it was left out with what was charged"
OTHER_STATUS = "its state is not one of WooCommerce's own; taken as sold"
NOT_PAID = (
    "its state is not one of WooCommerce's own, and the column or field of payments tells none of"
    " it: no sale; left out"
)
UNTOLD = (
    "its state says that it was paid back, and the export not how much; only what is known of it"
    " from elsewhere counts (a refunds.csv can bring it)"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The order's columns, converted.

    ``method`` is how it was to be paid. ``refunded_at`` is when the last refund was; with
    ``refunds_apart`` not all were then. With ``first_refund_alone`` it is when the first was, and
    nobody knows of others.
    """

    position: int
    id: str
    status: str | None
    placed_at: datetime
    paid_at: datetime | None
    refunded_at: datetime | None
    email: str | None
    customer_id: str | None
    country: str | None
    region: str | None
    coupon_code: str | None
    sums: Sums
    method: str | None = None
    refunds_apart: bool = False
    first_refund_alone: bool = False


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as it was told; ``at`` is None where its time was not."""

    id: str
    amount: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Order:
    """An order with its lines; ``less_refunds`` says that their quantities leave refunds out.

    ``refunds`` are in turn; where none is told, the order's sum is one.
    """

    head: Head
    lines: tuple[Line, ...]
    less_refunds: bool = False
    refunds: tuple[Refund, ...] = ()


def sold(order: Order, notes: Notes, *, payments_told: bool) -> bool:
    """Whether an order was sold; says why not.

    One in a state that is not known was where its source tells no payments, or tells one of it
    (``payments_told``), or none yet as it is paid when it comes.
    """
    status = status_of(order.head.status)
    if status in UNSOLD:
        notes.add(f"{status}: no sale; left out", order.head.id)
        return False
    if status and status not in SOLD:
        head = order.head
        if payments_told and head.paid_at is None and not on_delivery(head.method):
            notes.add(NOT_PAID, head.id)
            return False
        notes.add(OTHER_STATUS, head.id)
    return True


def sold_amounts(order: Order, *, gift_cards_are_sales: bool) -> tuple[Amounts, bool]:
    """An order's amounts, and whether it is of gift cards alone, which are no sales here."""
    read = partial(amounts_of, order.head.sums, order.lines, less_refunds=order.less_refunds)
    amounts = read(gift_cards_are_sales=gift_cards_are_sales)
    if amounts.sold or not amounts.gift_cards:
        return amounts, False
    return replace(read(), gift_cards=amounts.gift_cards), True


def line_rows(order: Order, amounts: Amounts, *, unpaid: bool = False) -> Iterator[OrderLineRow]:
    """The order's lines; ``unpaid`` where it is no sale all the same."""
    head = order.head
    for each in amounts.sold:
        line = each.line
        price, remainder = divmod(each.worth, line.quantity)
        yield OrderLineRow(
            position=line.position,
            order_id=head.id,
            placed_at=head.placed_at,
            paid_at=None if unpaid else head.paid_at or head.placed_at,
            channel=None,
            customer_id=head.customer_id or pseudonym(head.email),
            country=head.country,
            region=head.region,
            coupon_code=head.coupon_code,
            order_discount=0,
            shipping=amounts.shipping,
            tax=amounts.tax,
            line_id=str(line.number),
            product_id=short_identity(line.sku or line.title or ""),
            product_title=line.title,
            category=None,
            quantity=line.quantity,
            unit_price=price,
            line_discount=each.worth - each.paid,
            product_sku=line.sku,
            remainder=remainder,
            paid_assumed=head.paid_at is None,
        )


def remark(
    order: Order,
    amounts: Amounts,
    unexplained: int,
    notes: Notes,
    now: datetime,
    *,
    only_cards: bool = False,
) -> None:
    """Say what had to be assumed of an order; with ``only_cards`` it is of gift cards alone."""
    head = order.head
    for each in amounts.remarks:
        notes.add(each, head.id)
    differs = UNEXPLAINED if amounts.sold else NO_GOODS
    cards = gift_cards.ALONE if only_cards else gift_cards.LEFT_OUT
    for each, amount in (
        (FEES, amounts.fees),
        (cards, amounts.gift_cards),
        (differs, abs(unexplained)),
    ):
        if amount:
            notes.add(each, head.id, amount)
    if max(head.placed_at, head.paid_at or head.placed_at) > now:
        notes.add(FUTURE, head.id)


def untold(order: Order) -> bool:
    """Whether its state alone tells of a refund."""
    head = order.head
    back = status_of(head.status) in BACK
    return back and not head.sums.refunded and head.sums.total != 0


def all_back(order: Order) -> bool:
    """Whether its state says that all of it was paid back."""
    return status_of(order.head.status) == "refunded"
