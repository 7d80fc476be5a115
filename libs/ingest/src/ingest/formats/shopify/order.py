"""A Shopify order as rows of the ledger, and what is to be said about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from common.reports.document.gaps import GapKind
from ingest.csv.damaged_ids import rounded
from ingest.csv.notes import FUTURE, Notes
from ingest.formats import gift_cards
from ingest.formats.customers import pseudonym
from ingest.formats.shopify.amounts import Amounts, Back, Goods, Sums, amounts_of, refund_of
from ingest.formats.shopify.columns import LineColumns, OrderColumns
from ingest.formats.shopify.tax_bearing import included_by_rate
from ingest.formats.shopify.tax_rates import rate_of, rated
from ingest.gaps import Gaps
from ingest.rows import OrderLineRow, RefundRow

_PAID = frozenset({"paid", "partially_refunded", "refunded"})
_PART = "partially_paid"

TIPS = "tips are no sales; they were left out"
DUTIES = "duties are no sales; they were left out"
UNEXPLAINED = (
    "Total is not what lines, discounts, shipping, tax, tips and duties come to; the lines were"
    " taken as they stand"
)
NO_GOODS = "no goods are left in the order; it was left out with what was charged"
UNDATED = (
    "the export does not say when its Refunded Amount was paid back, nor for which lines;"
    " it was left out (a refunds.csv can bring it)"
)
DATED_ELSEWHERE = (
    "the export does not say when its Refunded Amount was paid back, nor for which lines;"
    " what the refunds' file says of it was taken"
)
CANCELLED = "cancelled; its Refunded Amount was spread over what was paid"
KEPT = "cancelled without a Refunded Amount; kept as it was"
EARLY = "cancelled before it was paid; taken back when it was paid"
EXTRAS_BACK = "tips or duties were paid back; left out as they are"
BEYOND = "more was paid back than was charged for what is known; what is beyond was left out"
UNDATED_PAYMENT = "paid, without saying when; taken as paid when created"
PART_PAYMENT = (
    "partly settled, without saying when; the whole order counts as sold when it was created"
)
OUTSTANDING = "an Outstanding Balance is open; the whole order counts as sold"
OWED = (
    "the Outstanding Balance is below nothing: more was paid than the order comes to; the order"
    " counts as it is now"
)
OTHER_CURRENCY = "paid in another currency; the amounts in the shop's were taken"


@dataclass(frozen=True, slots=True)
class Order:
    """An order's columns, its lines that are goods, and their amounts.

    ``left_out`` are lines that are no goods: tips and gift cards. ``cards_are_sales`` says what
    gift cards are to the shop; with ``only_cards`` the lines are cards, which are none.
    """

    head: OrderColumns
    lines: tuple[LineColumns, ...]
    amounts: Amounts
    placed_at: datetime
    cards_are_sales: bool = True
    only_cards: bool = False
    left_out: tuple[LineColumns, ...] = ()

    @property
    def paid_at(self) -> datetime | None:
        """When it became a sale: where only its state says so, when it was created."""
        if self.only_cards:
            return None
        settled = self.status in _PAID or self.status == _PART
        return self.head.paid_at or (self.placed_at if settled else None)

    @property
    def unexplained(self) -> int:
        """What of its Total is not in the ledger: all of it where there are no goods."""
        bare = 0 if self.lines else self.amounts.shipping + self.amounts.tax
        return self.amounts.unexplained + bare

    @property
    def rounding(self) -> int:
        """What is left open in the shop's currency of prices that were paid in another."""
        return (sum(line.quantity for line in self.lines) + 1) // 2

    @property
    def status(self) -> str:
        """Its state of payment."""
        return (self.head.status or "").lower()

    @property
    def platform_id(self) -> str | None:
        """The platform's id, unless a spreadsheet has spoilt it."""
        return None if self.head.id is None or rounded(self.head.id) else self.head.id


def order_of(
    head: OrderColumns,
    lines: Sequence[LineColumns],
    placed_at: datetime,
    notes: Notes,
    *,
    gift_cards_are_sales: bool,
    tax_included: bool | None = None,
) -> Order:
    """An order of its columns: reconciled, its lines numbered, and those of goods kept.

    ``tax_included`` is whether prices are told to include tax; None where only rates may tell.
    """
    numbered = [line._replace(number=number) for number, line in enumerate(lines, 1)]
    there = [line for line in numbered if line.quantity > 0]
    if len(there) < len(lines):
        notes.add("a line of quantity 0 was left out", head.name)
    goods = [
        Goods(
            *(line.quantity, line.price, line.discount, 0, line.title, line.sku),
            *(line.card, line.tip, line.tax, line.taxable),
        )
        for line in there
    ]
    rate = rate_of(name for name, _ in head.taxes_named if name)
    sums = Sums(
        *(head.subtotal, head.shipping, head.taxes, head.total, head.discount),
        *(head.refunded, head.duties),
        tax_included=included_by_rate(head, goods, rate) if tax_included is None else tax_included,
        tips=head.tips,
        tax_on_shipping=head.tax_on_shipping,
        fees=head.fees,
        rate=rate,
        by_rate=rated(head.taxes_named),
    )
    amounts = amounts_of(sums, goods, gift_cards_are_sales=gift_cards_are_sales)
    only_cards = not amounts.sold and amounts.gift_cards > 0
    if only_cards:
        amounts = replace(amounts_of(sums, goods), gift_cards=amounts.gift_cards)
    kept = tuple(there[number] for number in amounts.sold)
    sold = frozenset(amounts.sold)
    others = tuple(line for number, line in enumerate(there) if number not in sold)
    return Order(head, kept, amounts, placed_at, gift_cards_are_sales, only_cards, others)


def line_rows(order: Order) -> Iterator[OrderLineRow]:
    """The order's lines."""
    head, amounts = order.head, order.amounts
    shared = (
        head.name,
        order.placed_at,
        order.paid_at,
        head.source,
        pseudonym(head.email),
        head.shipping_country or head.billing_country,
        head.shipping_province or head.billing_province,
        head.coupon_code,
        amounts.order_discount,
        amounts.shipping,
        amounts.tax,
    )
    for line, goods in zip(order.lines, amounts.goods, strict=True):
        yield OrderLineRow(
            line.position,
            *shared,
            str(line.number),
            line.product_id,
            line.title,
            None,
            goods.quantity,
            goods.unit_price,
            goods.discount,
            line.sku,
            goods.remainder,
            order.platform_id,
        )


def refund_rows(order: Order, notes: Notes, *, others: bool) -> list[RefundRow]:
    """A cancelled order's refund; of others it is said what the export does not tell.

    ``others`` says whether a file of refunds comes with the export.
    """
    head = order.head
    if head.cancelled_at is None:
        if head.refunded:
            notes.add(DATED_ELSEWHERE if others else UNDATED, head.name, head.refunded)
        return []
    if not head.refunded:
        notes.add(KEPT, head.name)
        return []
    notes.add(CANCELLED, head.name)
    back = refund_of(order.amounts, head.refunded)
    if back.left_out:
        notes.add(EXTRAS_BACK, head.name, back.left_out)
    if back.beyond:
        notes.add(BEYOND, head.name, back.beyond)
    at = head.cancelled_at
    if order.paid_at is not None and at < order.paid_at:
        notes.add(EARLY, head.name)
        at = order.paid_at
    return _rows_back(order, back, at)


def _rows_back(order: Order, back: Back, at: datetime) -> list[RefundRow]:
    rows = [
        RefundRow(
            *(line.position, "cancelled", order.head.name, str(line.number), at, "cancel"),
            *(line.quantity, amount, 0, 0, order.platform_id),
        )
        for line, amount in zip(order.lines, back.goods, strict=True)
    ]
    return [rows[0]._replace(shipping=back.shipping, tax=back.tax), *rows[1:]] if rows else []


def remark(order: Order, notes: Notes, now: datetime) -> None:
    """Say what had to be assumed of an order."""
    head, amounts, name = order.head, order.amounts, order.head.name
    for each in amounts.remarks:
        notes.add(each, name)
    differs = UNEXPLAINED if order.lines else NO_GOODS
    for each, amount in (
        (TIPS, amounts.tips),
        (gift_cards.ALONE if order.only_cards else gift_cards.LEFT_OUT, amounts.gift_cards),
        (DUTIES, amounts.duties),
        (differs, order.unexplained),
    ):
        if amount:
            notes.add(each, name, amount)
    if head.paid_at is None and order.paid_at is not None:
        notes.add(PART_PAYMENT if order.status == _PART else UNDATED_PAYMENT, name)
    if abs(head.outstanding) > order.rounding and order.paid_at is not None:
        owed = head.outstanding < 0
        notes.add(OWED if owed else OUTSTANDING, name, abs(head.outstanding))
    if max(order.placed_at, order.paid_at or order.placed_at) > now:
        notes.add(FUTURE, name)
    _remark_on_cards(order, notes)
    if head.paid_in is not None and head.paid_in != head.currency.strip():
        notes.add(OTHER_CURRENCY, name)


def note_gaps(order: Order, gaps: Gaps) -> None:
    """Keep what the export does not tell of an order with its days."""
    head, since = order.head, order.paid_at or order.placed_at
    for kind, amount, applies in (
        (GapKind.UNDATED_REFUNDS, head.refunded, head.cancelled_at is None),
        (GapKind.UNRECONCILED_ORDERS, order.unexplained, order.paid_at is not None),
    ):
        if amount and applies:
            gaps.add(kind, head.name, since, amount, platform_id=order.platform_id)


def _remark_on_cards(order: Order, notes: Notes) -> None:
    """Where gift cards count as sold, what is bought with them counts again."""
    if not order.cards_are_sales:
        return
    if any(gift_cards.is_card(line.title, line.card) for line in order.lines):
        notes.add(gift_cards.COUNTED, order.head.name)
    if gift_cards.called_gift_card(order.head.payment_method):
        notes.add(gift_cards.PAID_WITH, order.head.name)
