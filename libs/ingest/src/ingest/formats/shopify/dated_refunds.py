"""Refunds that say when they were made and what for: their lines, and the money that was moved.

The money is the truth, the lines say where it belongs; what an edit took out of the order without
money counts then, and not again when it is paid back. What the order's total came down by says of
which money, and of which parts that none was moved for, that it is so. What was moved beyond the
lines is put on what is left of the order as the export's one ``Refunded Amount`` is; what was kept
back of them comes off the goods first. No refund gives back more than is left of what was charged.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from ingest.formats.gift_cards import is_card
from ingest.formats.shopify.cancelling import cancelling_of
from ingest.formats.shopify.order import BEYOND, EXTRAS_BACK, Order
from ingest.formats.shopify.refund_money import (
    extras_of,
    is_unknown,
    kept_back,
    money_back,
    parts_of,
    refund_amount,
)
from ingest.formats.shopify.refund_turns import Back, Left
from ingest.formats.shopify.refund_worths import Moved, worths
from ingest.formats.shopify.told_sums import Told
from ingest.rows import RefundKind, RefundRow
from ingest.webhooks.platform import Shop

NO_SUCH_LINE = "a refund names a line that is none of its goods; its money alone was taken"
NOT_LEFT = (
    "what its refunds leave is not what it is said to come to now; they were taken as they stand"
)


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
    in_turn = sorted(
        refunds.items(),
        key=lambda each: (not told.knows(each[0], each[1]["at"]), each[1]["at"], each[0]),
    )
    known = [content for name, content in in_turn if told.knows(name, content["at"])]
    left = Left.of(order, told.rounded_back if told.came_down is None else 0)
    worth = _worths(known, paid_at, told.came_down, shop.currency, included=included)
    others = {
        line_ids[line.number - 1]: 2 * is_card(line.title, line.card) for line in order.left_out
    }
    read = partial(_of_lines, numbers, others, left, order, shop, included=included)
    money_of = partial(money_back, currency=shop.currency, included=included)
    moved = [(datetime.fromisoformat(each["at"]), money_of(each)) for _, each in in_turn]
    cancelling = cancelling_of(order.head.cancelled_at, moved)
    rows: list[RefundRow] = []
    taken = 0
    for turn, ((name, content), (at, money)) in enumerate(zip(in_turn, moved, strict=True)):
        if turn == len(known):
            _as_told(left, told, cancelled=order.head.cancelled_at is not None)
        if cancelling.is_over(at):
            rows += cancelling.take_pieces(order, left)
        restocked = money is None and turn >= len(known) and cancelling.made(at)
        if restocked:
            continue
        back = read(content)
        known_worth = worth[turn] if turn < len(worth) else None
        _settle(back, money, known_worth, left, order, shop, rounded=told.rounded)
        left.owed += back.whole * (money is None and at >= paid_at)
        taken += back.whole * (turn < len(known))
        left.take(back)
        kind: RefundKind = "edit" if money is None else cancelling.kind(at)
        rows += _rows(order, name, back, max(at, paid_at), kind)
    differs = 0 if told.came_down is None else told.came_down - taken
    if differs not in (0, order.unexplained):
        shop.notes.add(NOT_LEFT, order.head.name, differs)
    return rows + cancelling.take_pieces(order, left)


def _worths(
    refunds: Collection[Mapping[str, Any]],
    paid_at: datetime,
    came_down: int | None,
    currency: str,
    *,
    included: bool,
) -> Sequence[int | None]:
    """How much each of the refunds took off the order, where its total tells.

    What moved no money may be of goods that are none of the order's: it is what is left of its
    lines, unless the total came down by what all refunds come to.
    """
    if came_down is None:
        return ()
    moved = [
        Moved(
            parts_of(each, currency, included=included),
            money_back(each, currency, included=included),
            max(-kept_back(each, currency), 0),
            owing=datetime.fromisoformat(each["at"]) >= paid_at,
            unknown=is_unknown(each, currency, included=included),
        )
        for each in refunds
    ]
    found = worths(moved, came_down)
    explained = sum(found) == came_down
    return [
        None if each.money is None and not explained else worth
        for each, worth in zip(moved, found, strict=True)
    ]


def _as_told(left: Left, told: Told, *, cancelled: bool) -> None:
    """Owe what the platform does: refunds to come pay that first.

    An edit is owed from when it was made until it is paid back. Where the order was paid after it,
    which no event may have told, nothing ever was: what is given later is goodwill. A total that
    was lowered otherwise is owed as an edit is. Of a cancelled order it was the last word before
    that, and the last of all knows how cash was rounded since.
    """
    left.rounded_back = told.rounded_back if cancelled else 0
    if told.owed is not None:
        left.owed = told.owed


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


def _settle(
    back: Back,
    money: int | None,
    worth: int | None,
    left: Left,
    order: Order,
    shop: Shop,
    *,
    rounded: int,
) -> None:
    """Make ``back`` come to its ``worth``, where that is known, or to the ``money`` moved.

    Money for what was taken out of the order before, when none was moved, was given back then.
    """
    if any(back.extras) and money is not None:
        shop.notes.add(EXTRAS_BACK, order.head.name, sum(back.extras))
    if worth is None:
        worth = back.whole if money is None else money - left.pay(money - back.whole)
    elif money is not None:
        left.owed = max(left.owed - max(money - worth, 0), 0)
    missing = worth - back.whole
    if missing < 0:
        back.keep(-missing)
    if missing <= 0:
        return
    more = left.give(back, missing)
    for said, part in ((EXTRAS_BACK, more.left_out), (BEYOND, more.beyond)):
        if part > (rounded if said is BEYOND else 0):
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
