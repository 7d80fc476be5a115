"""What had to be assumed of a Shopify order, and what is not known of it, as it is told."""

from collections.abc import Collection
from datetime import datetime
from itertools import filterfalse

from common.reports.document.gaps import GapKind
from ingest.csv.notes import FUTURE, Notes
from ingest.formats import gift_cards
from ingest.formats.shopify.order import KNOWN, NOT_PAID, PART, Order, all_back, untold
from ingest.gaps import Gaps

TIPS = "tips are no sales; they were left out"
DUTIES = "duties are no sales; they were left out"
UNEXPLAINED = (
    "Total is not what lines, discounts, shipping, tax, tips and duties come to; the lines were"
    " taken as they stand"
)
NO_GOODS = "no goods are left in the order; it was left out with what was charged"
UNDATED_PAYMENT = "paid, without saying when; taken as paid when created"
PART_PAYMENT = (
    "partly settled, without saying when; the whole order counts as sold when it was created"
)
OUTSTANDING = "an Outstanding Balance is open; the whole order counts as sold"
OWED = (
    "the Outstanding Balance is below nothing: more was paid than the order comes to; the order"
    " counts as it is now"
)
UNTOLD = (
    "its state says that it was paid back, and Refunded Amount not how much; only what is known of"
    " it from elsewhere counts (a refunds.csv can bring it)"
)
DENIED = "its Financial Status is none of a paid order, but it has a Paid at; taken as paid"
OTHER_STATUS = (
    "its Financial Status is not one of Shopify's own; taken as paid where it has a Paid at, and as"
    " not paid else"
)
BEYOND_SHOWN = (
    "Discount Amount is more than Subtotal and Shipping show: it is of a shipping that is told"
    " without it, or of lines that are missing; what is beyond was left out"
)
OFF_CARDS = (
    "the export does not say whether a discount on the order was for its gift cards too; their part"
    " of it was left out with them"
)
OTHER_CURRENCY = "paid in another currency; the amounts in the shop's were taken"


def remark(order: Order, notes: Notes, now: datetime, *, said: Collection[str] = ()) -> None:
    """Say what had to be assumed of an order, but for what is ``said`` of the whole file."""
    head, amounts, name = order.head, order.amounts, order.head.name
    for each in filterfalse(said.__contains__, amounts.remarks):
        notes.add(each, name)
    differs = UNEXPLAINED if order.lines else NO_GOODS
    rounded = order.rounding if order.paid_in_another else 0
    for each, amount in (
        (TIPS, amounts.tips),
        (gift_cards.ALONE if order.only_cards else gift_cards.LEFT_OUT, amounts.gift_cards),
        (DUTIES, amounts.duties),
        (BEYOND_SHOWN, amounts.discount_beyond if amounts.discount_beyond > rounded else 0),
        (OFF_CARDS, amounts.off_cards),
        (differs, order.unexplained),
    ):
        if amount:
            notes.add(each, name, amount)
    if head.paid_at is None and order.paid_at is not None:
        notes.add(PART_PAYMENT if order.status == PART else UNDATED_PAYMENT, name)
    if head.paid_at is not None and order.status in NOT_PAID and not order.only_cards:
        notes.add(DENIED, name)
    if order.status not in KNOWN and not order.only_cards:
        notes.add(OTHER_STATUS, name)
    if abs(head.outstanding) > order.rounding and order.paid_at is not None:
        owed = head.outstanding < 0
        notes.add(OWED if owed else OUTSTANDING, name, abs(head.outstanding))
    if max(order.placed_at, order.paid_at or order.placed_at) > now:
        notes.add(FUTURE, name)
    _remark_on_cards(order, notes)
    if order.paid_in_another:
        notes.add(OTHER_CURRENCY, name)


def note_gaps(order: Order, gaps: Gaps) -> None:
    """Keep what the export does not tell of an order with its days."""
    head, since = order.head, order.paid_at
    if since is None:
        return
    undated = head.cancelled_at is None and bool(order.lines)
    for kind, amount, applies in (
        (GapKind.UNDATED_REFUNDS, head.refunded, undated),
        (GapKind.UNRECONCILED_ORDERS, order.unexplained, True),
    ):
        if amount and applies:
            gaps.add(kind, head.name, since, amount, platform_id=order.platform_id)


def note_untold(order: Order, notes: Notes, gaps: Gaps) -> bool:
    """Say of an order whose state alone tells of a refund that no more is known of it.

    Whether it was said. Where the ledger knows, or comes to know, what came back, it is no gap.
    """
    if not untold(order) or order.paid_at is None or not order.lines:
        return False
    notes.add(UNTOLD, order.head.name)
    gaps.add_untold(
        *(order.head.name, order.paid_at), whole=all_back(order), platform_id=order.platform_id
    )
    return True


def _remark_on_cards(order: Order, notes: Notes) -> None:
    """Where gift cards count as sold, what is bought with them counts again."""
    if not order.cards_are_sales:
        return
    if any(gift_cards.is_card(line.title, line.card) for line in order.lines):
        notes.add(gift_cards.COUNTED, order.head.name)
    if gift_cards.called_gift_card(order.head.payment_method):
        notes.add(gift_cards.PAID_WITH, order.head.name)
