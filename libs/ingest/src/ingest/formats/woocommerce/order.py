"""An order of WooCommerce, whichever exporter wrote it, as the ledger's rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from common.reports.document.gaps import GapKind
from ingest.csv.notes import FUTURE, Notes
from ingest.csv.values import short_identity
from ingest.formats import gift_cards
from ingest.formats.customers import pseudonym
from ingest.formats.refund_parts import Part, in_turn
from ingest.formats.woocommerce.cell_values import BACK, SOLD, UNSOLD, status_of
from ingest.formats.woocommerce.net_amounts import Amounts, amounts_of
from ingest.formats.woocommerce.reconcile import Line, Sums
from ingest.gaps import Gaps
from ingest.rows import REFUNDED, OrderLineRow, RefundRow

FEES = "fees are no sales; they were left out"
UNEXPLAINED = (
    "the order's total is not what lines, discounts, shipping, fees and tax come to; the lines were"
    " taken as they stand"
)
NO_GOODS = "no goods are left in the order; it was left out with what was charged"
OTHER_STATUS = "its state is not one of WooCommerce's own; taken as sold"
UNDATED = "the export does not say when it was paid back; taken back when it was paid"
TOGETHER = "paid back several times; all of it was taken back when the last was"
EARLY = "paid back before it was paid; taken back when it was paid"
BESIDE = (
    "paid back; what the refunds' file tells of it is part of that, and the rest counts besides"
)
UNDATED_BESIDE = (
    "the export does not say when it was paid back; what the refunds' file does not tell of it is"
    " taken back when it was paid"
)
IN_LINES = (
    "quantities are told without what was paid back, and not of which lines; it was not taken again"
)
UNTOLD = (
    "its state says that it was paid back, and the export not how much; only what is known of it"
    " from elsewhere counts (a refunds.csv can bring it)"
)
SPREAD = "paid back; it was put on lines, shipping and tax in proportion"
EXTRAS_BACK = "fees were paid back; left out as they are"
BEYOND = "more was paid back than was charged; what is beyond was left out"
NO_LINES_BACK = "all was paid back, and the export has no quantities of it; the order was left out"


@dataclass(frozen=True, slots=True)
class Head:
    """The order's columns, converted.

    ``refunded_at`` is when the last refund was; with ``refunds_apart`` not all were then.
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
    refunds_apart: bool = False


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


def sold(order: Order, notes: Notes) -> bool:
    """Whether an order was sold; says why not."""
    status = status_of(order.head.status)
    if status in UNSOLD:
        notes.add(f"{status}: no sale; left out", order.head.id)
        return False
    if status and status not in SOLD:
        notes.add(OTHER_STATUS, order.head.id)
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
        )


def refund_rows(order: Order, amounts: Amounts, notes: Notes, *, others: bool) -> list[RefundRow]:
    """What was paid back; ``others`` says whether a file of refunds comes with the export."""
    head, refunded = order.head, order.head.sums.refunded
    if untold(order) and amounts.sold:
        notes.add(UNTOLD, head.id)
    if not refunded or not amounts.sold:
        return []
    if amounts.refund_in_lines:
        notes.add(IN_LINES, head.id, refunded)
        return []
    told = order.refunds
    if not told or any(amounts.extras):
        # What was paid back of extras is no sale, and how much that is their sum alone tells alike.
        last = max((each.at for each in told if each.at), default=head.refunded_at)
        told = (Refund(REFUNDED, refunded, last),)
    parts = list(in_turn(amounts, [each.amount for each in told]))
    left = sum(amounts.paid) + amounts.shipping + amounts.tax
    rows: list[RefundRow] = []
    for each, back in zip(told, parts, strict=True):
        whole = left > 0 or not rows
        left -= back.sales
        rows += _rows_back(head, amounts, each, back, whole=whole and not left)
    left_out = sum(back.left_out for back in parts)
    beyond = sum(back.beyond for back in parts)
    paid_at = head.paid_at or head.placed_at
    undated = any(each.at is None for each in told)
    for remark, amount, applies in (
        (BESIDE, refunded, others and not undated),
        (UNDATED_BESIDE if others else UNDATED, refunded, undated),
        (TOGETHER, refunded, head.refunds_apart and not order.refunds),
        (EARLY, refunded, any(each.at < paid_at for each in told if each.at)),
        (SPREAD, refunded, left > 0),
        (EXTRAS_BACK, left_out, bool(left_out)),
        (BEYOND, beyond, bool(beyond)),
    ):
        if applies:
            notes.add(remark, head.id, amount)
    return rows


def _rows_back(
    head: Head, amounts: Amounts, refund: Refund, back: Part, *, whole: bool
) -> list[RefundRow]:
    """A row a line that something is given back of; pieces come back with the refund that leaves
    nothing of the order. One that gives nothing back is a row all the same: what was told of it
    before is none any more.
    """
    paid_at = head.paid_at or head.placed_at
    at = max(refund.at or paid_at, paid_at)
    lines = range(len(amounts.sold)) if whole else sorted(back.goods) or [0]
    rows = [
        RefundRow(
            *(each.line.position, refund.id, head.id, str(each.line.number), at, "return"),
            *(each.line.quantity if whole else 0, back.goods.get(line, 0), 0, 0),
        )
        for line, each in ((line, amounts.sold[line]) for line in lines)
    ]
    return [rows[0]._replace(shipping=back.shipping, tax=back.tax), *rows[1:]]


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


def note_gaps(order: Order, amounts: Amounts, unexplained: int, gaps: Gaps) -> None:
    """Keep what the export does not tell of an order with its days."""
    head = order.head
    since, back = head.paid_at or head.placed_at, head.sums.refunded
    if unexplained:
        gaps.add(GapKind.UNRECONCILED_ORDERS, head.id, since, unexplained)
    if untold(order) and amounts.sold:
        gaps.add_untold(head.id, since, whole=all_back(order))
    if not back or not amounts.sold:
        return
    if amounts.refund_in_lines:
        gaps.add(GapKind.UNDATED_REFUNDS, head.id, since, back, until=head.refunded_at)
    elif head.refunded_at is None:
        gaps.add(GapKind.ASSUMED_REFUND_DATES, head.id, since, back)
