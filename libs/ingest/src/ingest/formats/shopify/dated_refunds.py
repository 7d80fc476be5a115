"""Refunds that say when they were made and what for: their lines, and the money that was moved.

The money is the truth, the lines say where it belongs; what an edit took out of the order without
money counts then, and not again when it is paid back. What was moved beyond the lines is put on
what is left of the order as the export's one ``Refunded Amount`` is; what was kept back of them
comes off the goods first. No refund gives back more than is left of what was charged.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from ingest.formats.gift_cards import is_card
from ingest.formats.shopify.cancelling import cancelling_of
from ingest.formats.shopify.order import BEYOND, EXTRAS_BACK, Order
from ingest.formats.shopify.refund_money import extras_of, money_back, parts_of, refund_amount
from ingest.formats.shopify.refund_turns import Back, Left
from ingest.rows import RefundKind, RefundRow
from ingest.webhooks.platform import Shop

NO_SUCH_LINE = "a refund names a line that is none of its goods; its money alone was taken"


@dataclass(frozen=True, slots=True)
class Told:
    """What the platform says of an order as it was ``at``, in minor units; None where it does not.

    ``came_down`` is by how much the total had, with all refunds until then: what of it no line
    explains was given back beside them. ``owed`` is what was to be paid back still.
    """

    at: str
    came_down: int | None
    owed: int | None


def dated_refunds(
    order: Order,
    line_ids: Sequence[str],
    refunds: Mapping[str, Mapping[str, Any]],
    shop: Shop,
    *,
    told: Told,
    included: bool,
) -> list[RefundRow]:
    """The rows of an order's refunds, by their ids; none while the order is not paid.

    ``line_ids`` are the platform's, of all lines in turn. ``included`` says that prices have the
    tax in them. What a cancelling takes back besides is a refund ``CANCELLED``.
    """
    paid_at = order.paid_at
    if paid_at is None:
        return []
    numbers = {line_ids[line.number - 1]: n for n, line in enumerate(order.lines)}
    in_turn = sorted(refunds.items(), key=lambda each: (each[1]["at"], each[0]))
    known = [content for _, content in in_turn if content["at"] <= told.at]
    left = Left.of(order, _settled(known, told.came_down, shop.currency, included=included))
    others = {
        line_ids[line.number - 1]: 2 * is_card(line.title, line.card) for line in order.left_out
    }
    read = partial(_of_lines, numbers, others, left, order, shop, included=included)
    money_of = partial(money_back, currency=shop.currency, included=included)
    moved = [(datetime.fromisoformat(each["at"]), money_of(each)) for _, each in in_turn]
    cancelling = cancelling_of(order.head.cancelled_at, moved)
    rows: list[RefundRow] = []
    for turn, ((name, content), (at, money)) in enumerate(zip(in_turn, moved, strict=True)):
        if turn == len(known):
            _as_told(left, told)
        if cancelling.is_over(at):
            rows += cancelling.take_pieces(order, left)
        restocked = money is None and turn >= len(known) and cancelling.made(at)
        if restocked:
            continue
        back = read(content)
        if money is not None:
            _settle(back, money, left, order, shop)
        elif at >= paid_at:
            left.owed += back.whole
        left.take(back)
        kind: RefundKind = "edit" if money is None else cancelling.kind(at)
        rows += _rows(order, name, back, max(at, paid_at), kind)
    return rows + cancelling.take_pieces(order, left)


def _settled(
    refunds: Collection[Mapping[str, Any]],
    came_down: int | None,
    currency: str,
    *,
    included: bool,
) -> int | None:
    """How much of the money moved paid for what refunds without money had taken out before."""
    if came_down is None:
        return None
    parts = partial(parts_of, currency=currency, included=included)
    money = partial(money_back, currency=currency, included=included)
    moved = [(each, money(each)) for each in refunds]
    return sum(parts(each) if back is None else back for each, back in moved) - came_down


def _as_told(left: Left, told: Told) -> None:
    """Owe no more than the platform does; refunds to come may pay that and not what was settled.

    An edit is owed from when it was made until it is paid back. Where the order was paid after it,
    which no event may have told, nothing ever was: what is given later is goodwill.
    """
    left.settled = None
    if told.owed is not None:
        left.owed = min(left.owed, told.owed)


def _of_lines(
    numbers: Mapping[str, int],
    others: Mapping[str, int],
    left: Left,
    order: Order,
    shop: Shop,
    content: Mapping[str, Any],
    *,
    included: bool,
) -> Back:
    """What the refund's lines and its part of the shipping come to, as far as it is left.

    ``numbers`` are the lines of goods, ``others`` those of tips and gift cards, by their place
    among the extras.
    """
    amount = refund_amount(shop.currency)
    back = Back([0] * len(left.extras))
    back.extras[1] = min(extras_of(content, shop.currency), left.extras[1])
    tax = amount(content["shippingTax"])
    for line_id, quantity, subtotal, line_tax in content["lines"]:
        if line_id in others:
            extra = others[line_id]
            given = back.extras[extra] + amount(subtotal) + amount(line_tax) * (not included)
            back.extras[extra] = min(given, left.extras[extra])
            continue
        number = numbers.get(line_id)
        if number is None:
            shop.notes.add(NO_SUCH_LINE, order.head.name)
            continue
        net = amount(subtotal) - (amount(line_tax) if included else 0)
        room = left.pieces[number] - back.pieces.get(number, 0)
        pieces = min(int(quantity or 0), room)
        most = left.paid[number] - back.goods.get(number, 0)
        rest = pieces == room and abs(net - most) <= order.lines[number].quantity
        back.add(number, most if rest else min(max(net, 0), most), pieces)
        tax += amount(line_tax)
    back.shipping = min(amount(content["shipping"]), left.shipping)
    back.tax = min(tax, left.tax)
    return back


def _settle(back: Back, money: int, left: Left, order: Order, shop: Shop) -> None:
    """Make ``back`` come to the ``money`` that was moved.

    Money for what was taken out of the order before, when none was moved, was given back then.
    """
    if any(back.extras):
        shop.notes.add(EXTRAS_BACK, order.head.name, sum(back.extras))
    missing = money - back.whole
    if missing < 0:
        back.keep(-missing)
        return
    known = left.owed if left.settled is None else left.settled
    before = max(min(missing, left.owed, known), 0)
    left.owed -= before
    left.settled = None if left.settled is None else left.settled - before
    missing -= before
    if not missing:
        return
    more = left.give(back, missing)
    for said, part in ((EXTRAS_BACK, more.left_out), (BEYOND, more.beyond)):
        if part:
            shop.notes.add(said, order.head.name, part)


def _rows(
    order: Order, name: str, back: Back, at: datetime, kind: RefundKind
) -> Iterator[RefundRow]:
    """A row a line that something is given back of, and one for shipping and tax."""
    if back.shipping or back.tax:
        rest = (0, 0, back.shipping, back.tax, order.platform_id)
        yield RefundRow(0, name, order.head.name, None, at, kind, *rest)
    for line in sorted({*back.goods, *back.pieces}):
        pieces, part = back.pieces.get(line, 0), back.goods.get(line, 0)
        if pieces or part:
            known_by, goods = str(order.lines[line].number), (pieces, part, 0, 0)
            yield RefundRow(
                *(0, name, order.head.name, known_by, at, kind, *goods), order.platform_id
            )
