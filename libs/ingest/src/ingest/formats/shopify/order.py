"""A Shopify order as rows of the ledger, and what is to be said about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.csv.damaged_ids import rounded
from ingest.csv.notes import Notes
from ingest.formats.customers import pseudonym
from ingest.formats.money_back import back_called, plain
from ingest.formats.shopify.columns import LineColumns, OrderColumns
from ingest.formats.shopify.net_amounts import Amounts, Back, Goods, Sums, amounts_of, refund_of
from ingest.formats.shopify.tax_bearing import included_by_rate
from ingest.formats.shopify.tax_rates import rate_of, rated
from ingest.rows import CANCELLED, OrderLineRow, RefundRow

_BACK = frozenset({"partially_refunded", "refunded"})
_PAID = _BACK | {"paid"}
PART = "partially_paid"
NOT_PAID = frozenset({"authorized", "expired", "pending", "unpaid", "voided"})
KNOWN = _PAID | NOT_PAID | {PART, ""}

UNDATED = (
    "the export does not say when its Refunded Amount was paid back, nor for which lines;"
    " it was left out (a refunds.csv can bring it)"
)
DATED_ELSEWHERE = (
    "the export does not say when its Refunded Amount was paid back, nor for which lines;"
    " what the refunds' file says of it was taken"
)
NO_SALE = "has a Refunded Amount and is no sale; nothing was taken back"
ALL_AT_ONCE = (
    "cancelled; the export does not say when its Refunded Amount was paid back, nor for which"
    " lines; all of it counts when it was cancelled, spread over what was paid"
)
KEPT = "cancelled without a Refunded Amount; kept as it was"
EARLY = "cancelled before it was paid; taken back when it was paid"
EXTRAS_BACK = "tips or duties were paid back; left out as they are"
BEYOND = "more was paid back than was charged for what is known; what is beyond was left out"

_FEW = 5
"""Minor units: no balance of an order that somebody would ask for."""


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
        settled = self.status in _PAID or self.status == PART
        return self.head.paid_at or (self.placed_at if settled else None)

    @property
    def unexplained(self) -> int:
        """What of its Total is not in the ledger: all of it where there are no goods."""
        bare = 0 if self.lines else self.amounts.shipping + self.amounts.tax
        return self.amounts.unexplained + bare

    @property
    def rounding(self) -> int:
        """What is left open in the shop's currency of prices that were paid in another.

        Where nothing tells in which, a few minor units are taken for that.
        """
        most = (sum(line.quantity for line in self.lines) + 1) // 2
        if self.head.paid_in is None:
            return min(most, _FEW)
        return most if self.paid_in_another else 0

    @property
    def paid_in_another(self) -> bool:
        """Whether it was paid in another currency than the shop's."""
        return self.head.paid_in is not None and self.head.paid_in != self.head.currency.strip()

    @property
    def status(self) -> str:
        """Its state of payment, as the platform spells it."""
        own = plain(self.head.status).replace(" ", "_")
        return own if own in KNOWN else back_called(self.head.status, "partially_refunded") or own

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
    numbered = [line.numbered(number) for number, line in enumerate(lines, 1)]
    there = [line for line in numbered if line.quantity > 0]
    if len(there) < len(lines):
        notes.add("a line of quantity 0 was left out", head.name)
    goods = [
        Goods(
            *(line.quantity, line.price, line.discount, 0, line.title, line.sku),
            *(line.card, line.tip, line.tax, line.taxable is not False),
        )
        for line in there
    ]
    sums = Sums(
        *(head.subtotal, head.shipping, head.taxes, head.total, head.discount),
        *(head.refunded, head.duties),
        tax_included=tax_included,
        tips=head.tips,
        tax_on_shipping=head.tax_on_shipping,
        fees=head.fees,
        rate=rate_of(name for name, _ in head.taxes_named if name),
        by_rate=rated(head.taxes_named),
    )
    if tax_included is None:
        sums = replace(sums, tax_included=included_by_rate(sums, goods))
    amounts = amounts_of(sums, goods, gift_cards_are_sales=gift_cards_are_sales)
    only_cards = not amounts.sold and amounts.gift_cards > 0
    if only_cards:
        amounts = replace(amounts_of(sums, goods), gift_cards=amounts.gift_cards)
    kept = tuple(there[number] for number in amounts.sold)
    sold = frozenset(amounts.sold)
    others = tuple(line for number, line in enumerate(there) if number not in sold)
    return Order(head, kept, amounts, placed_at, gift_cards_are_sales, only_cards, others)


def line_rows(order: Order, *, cancellings_told: bool = False) -> Iterator[OrderLineRow]:
    """The order's lines; ``cancellings_told`` says that its source states what was cancelled."""
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
    states = cancellings_told and not order.only_cards
    stands = head.cancelled_at is None if states else None
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
            *(order.platform_id, stands, head.paid_at is None),
        )


def untold(order: Order) -> bool:
    """Whether its state alone tells of a refund."""
    return order.status in _BACK and not order.head.refunded and order.head.total != 0


def all_back(order: Order) -> bool:
    """Whether its state says that all of it was paid back."""
    return order.status == "refunded"


def refund_rows(
    order: Order, notes: Notes, *, others: bool, as_untold: bool = False
) -> list[RefundRow]:
    """A cancelled order's refund; of others it is said what the export does not tell.

    ``others`` says whether a file of refunds comes with the export, ``as_untold`` that its state
    alone was said to tell of a refund. Of an order without goods, which is left out, nothing comes
    back.
    """
    head = order.head
    if order.paid_at is None:
        return _no_sale_back(order, notes)
    if not order.lines:
        return []
    remark_on_cancelling(order, notes, as_untold=as_untold)
    if head.cancelled_at is None and head.refunded:
        notes.add(DATED_ELSEWHERE if others else UNDATED, head.name, head.refunded)
    if head.cancelled_at is None or not head.refunded:
        return []
    notes.add(ALL_AT_ONCE, head.name)
    back = refund_of(order.amounts, head.refunded)
    if back.left_out:
        notes.add(EXTRAS_BACK, head.name, back.left_out)
    if back.beyond:
        notes.add(BEYOND, head.name, back.beyond)
    return _rows_back(order, back, max(head.cancelled_at, order.paid_at))


def remark_on_cancelling(order: Order, notes: Notes, *, as_untold: bool) -> None:
    """Say of a cancelled order what it takes nothing back for, and what waits for its payment.

    ``as_untold`` says that it is not kept, as its state tells of a refund.
    """
    head = order.head
    if head.cancelled_at is None or order.paid_at is None:
        return
    if not head.refunded:
        if not as_untold:
            notes.add(KEPT, head.name)
    elif head.cancelled_at < order.paid_at:
        notes.add(EARLY, head.name)


def _no_sale_back(order: Order, notes: Notes) -> list[RefundRow]:
    """What the export tells to be paid back of an order that is none any more, if it ever was.

    A cancellation is told all the same: no event, it takes the place of one that was.
    """
    head = order.head
    if not head.refunded:
        return []
    notes.add(NO_SALE, head.name, head.refunded)
    if head.cancelled_at is None:
        return []
    return _rows_back(order, refund_of(order.amounts, head.refunded), head.cancelled_at)


def _rows_back(order: Order, back: Back, at: datetime) -> list[RefundRow]:
    rows = [
        RefundRow(
            *(line.position, CANCELLED, order.head.name, str(line.number), at, "cancel"),
            *(line.quantity, amount, 0, 0, order.platform_id),
        )
        for line, amount in zip(order.lines, back.goods, strict=True)
    ]
    return [rows[0]._replace(shipping=back.shipping, tax=back.tax), *rows[1:]] if rows else []
