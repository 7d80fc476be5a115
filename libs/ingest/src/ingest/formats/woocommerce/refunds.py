"""What was paid back of an order, by its sum: as rows for the ledger, and what is said of it."""

from ingest.csv.notes import Notes
from ingest.formats.refund_parts import Part, in_turn
from ingest.formats.woocommerce.net_amounts import Amounts
from ingest.formats.woocommerce.order import UNTOLD, Head, Order, Refund, untold
from ingest.formats.woocommerce.reconcile import Line
from ingest.formats.woocommerce.told_parts import told_part
from ingest.rows import REFUNDED, RefundRow

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
SPREAD = "paid back; it was put on lines, shipping and tax in proportion"
EXTRAS_BACK = "fees were paid back; left out as they are"
BEYOND = "more was paid back than was charged; what is beyond was left out"
FIRST = "the export tells when it was paid back first; all of it was taken back then"
GONE = "goods that were paid back are not in the export; they were not taken back again"


def refund_rows(
    order: Order, amounts: Amounts, notes: Notes, *, others: bool, known: int = 0
) -> list[RefundRow]:
    """What was paid back; ``others`` says whether a file of refunds comes with the export, and
    ``known`` how much of it rows of their own tell.
    """
    head, refunded = order.head, order.head.sums.refunded
    if untold(order) and amounts.sold and not known:
        notes.add(UNTOLD, head.id)
    if not refunded or not amounts.sold:
        return []
    if amounts.refund_in_lines:
        notes.add(IN_LINES, head.id, refunded)
        return []
    told, parts, spread_out = _parts(order, amounts)
    left = sum(amounts.paid) + amounts.shipping + amounts.tax
    rows: list[RefundRow] = []
    for each, back in zip(told, parts, strict=True):
        whole = left > 0 or not rows
        left -= back.sales
        rows += _rows_back(head, amounts, each, back, whole=whole and not left)
    if known < refunded:
        _say(
            *(order, told, parts, notes),
            others=others,
            spread_out=spread_out and left > 0,
            known=known + gone_of(order, amounts),
            gone=gone_of(order, amounts),
        )
    return rows


def gone_of(order: Order, amounts: Amounts) -> int:
    """What of an order's refunds came back for goods that the export lacks, with their tax."""
    if not amounts.gone:
        return 0
    refunded = order.head.sums.refunded
    part = told_part(amounts, order.head.sums)
    if part is None:
        return 0
    return amounts.gone if part[1] else refunded


def _parts(order: Order, amounts: Amounts) -> tuple[tuple[Refund, ...], list[Part], bool]:
    """The refunds, what each gives back, and whether that was put on all in proportion."""
    told, refunded = order.refunds, order.head.sums.refunded
    if not told or any(amounts.extras):
        # What was paid back of extras is no sale, and how much that is their sum alone tells alike.
        last = max((each.at for each in told if each.at), default=order.head.refunded_at)
        told = (Refund(REFUNDED, refunded, last),)
    by_line = None if order.refunds else told_part(amounts, order.head.sums)
    if by_line is not None:
        return told, [by_line[0]], by_line[1]
    return told, list(in_turn(amounts, [each.amount for each in told])), True


def _say(
    order: Order,
    told: tuple[Refund, ...],
    parts: list[Part],
    notes: Notes,
    *,
    others: bool,
    spread_out: bool,
    known: int,
    gone: int,
) -> None:
    """Say what had to be assumed of what is not ``known``; ``gone`` is what of that came back of
    goods that the export lacks.
    """
    head, refunded = order.head, max(order.head.sums.refunded - known, 0)
    left_out = sum(back.left_out for back in parts)
    beyond = sum(back.beyond for back in parts)
    paid_at = head.paid_at or head.placed_at
    undated = refunded > 0 and any(each.at is None for each in told)
    for remark, amount, applies in (
        (BESIDE, refunded, others and not undated),
        (UNDATED_BESIDE if others else UNDATED, refunded, undated),
        (TOGETHER, refunded, head.refunds_apart and not order.refunds),
        (FIRST, refunded, head.first_refund_alone and not undated),
        (EARLY, refunded, any(each.at < paid_at for each in told if each.at)),
        (SPREAD, refunded, spread_out),
        (GONE, gone, bool(gone)),
        (EXTRAS_BACK, left_out, bool(left_out)),
        (BEYOND, beyond, bool(beyond)),
    ):
        if applies:
            notes.add(remark, head.id, amount)


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
            *(_pieces(each.line, whole=whole, goods=goods), goods, 0, 0),
        )
        for each, goods in ((amounts.sold[line], back.goods.get(line, 0)) for line in lines)
    ]
    if head.first_refund_alone and refund.id == REFUNDED:
        rows = [row._replace(first_alone=True) for row in rows]
    return [rows[0]._replace(shipping=back.shipping, tax=back.tax), *rows[1:]]


def _pieces(line: Line, *, whole: bool, goods: int) -> int:
    return line.quantity if whole else min(line.pieces_back, line.quantity) if goods else 0
