"""Refunds that say when they were made and what for: their lines, and the money that was moved.

The money is the truth, the lines say where it belongs. What was moved beyond the lines is put on
what is left of the order as the export's one ``Refunded Amount`` is; what was kept back of them
comes off the goods first. No refund gives back more than is left of what was charged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from common.reports.money import currency_exponent
from ingest.csv.values import BadValueError, amounts, whole
from ingest.formats.allocate import spread
from ingest.formats.refund_parts import refund_of
from ingest.formats.shopify.order import BEYOND, EXTRAS_BACK, Order
from ingest.rows import RefundKind, RefundRow
from ingest.webhooks.payload import UnreadableEventError
from ingest.webhooks.platform import Shop

NO_SUCH_LINE = "a refund names a line that is none of its goods; its money alone was taken"


@dataclass(slots=True)
class _Left:
    """What is left of an order's charge after the refunds so far, in minor units."""

    paid: list[int]
    pieces: list[int]
    shipping: int
    tax: int
    tax_on_shipping: int
    extras: tuple[int, ...]


@dataclass(slots=True)
class _Back:
    """What a refund gives back, by line and besides."""

    goods: list[int]
    pieces: list[int]
    shipping: int = 0
    tax: int = 0

    @property
    def whole(self) -> int:
        """All of it."""
        return sum(self.goods) + self.shipping + self.tax


def money_back(content: Mapping[str, Any], currency: str) -> int | None:
    """What a refund moved, in minor units; None where it moved nothing.

    Raises:
        UnreadableEventError: an amount or a quantity of it is none.
    """
    amount = _amount(currency)
    for _, quantity, *sums in content["lines"]:
        _read(partial(whole, least=0), quantity)
        for each in sums:
            amount(each)
    amount(content["shipping"])
    amount(content["shippingTax"])
    return None if content["money"] is None else amount(content["money"])


def _amount(currency: str) -> Any:
    return partial(_read, amounts(currency_exponent(currency), empty=0, by_program=True))


def _read(convert: Any, text: str) -> int:
    try:
        return int(convert(text))
    except BadValueError as error:
        raise UnreadableEventError(f"a refund's value {error}") from None


def dated_refunds(
    order: Order,
    line_ids: Sequence[str],
    refunds: Mapping[str, Mapping[str, Any]],
    shop: Shop,
    *,
    included: bool,
) -> list[RefundRow]:
    """The rows of an order's refunds, by their ids; none while the order is not paid.

    ``line_ids`` are the platform's, of all lines in turn. ``included`` says that prices have the
    tax in them.
    """
    paid_at = order.paid_at
    if paid_at is None:
        return []
    numbers = {line_ids[line.number - 1]: n for n, line in enumerate(order.lines)}
    charged = order.amounts
    left = _Left(
        list(charged.paid),
        [line.quantity for line in order.lines],
        *(charged.shipping, charged.tax, charged.tax_on_shipping, charged.extras),
    )
    rows: list[RefundRow] = []
    for name, content in sorted(refunds.items(), key=lambda each: (each[1]["at"], each[0])):
        back = _of_lines(content, numbers, left, order, shop, included=included)
        money = money_back(content, shop.currency)
        if money is not None:
            _settle(back, money, left, order, shop)
        _take(back, left)
        at = max(datetime.fromisoformat(content["at"]), paid_at)
        rows += _rows(order, name, back, at, edit=money is None)
    return rows


def _of_lines(
    content: Mapping[str, Any],
    numbers: Mapping[str, int],
    left: _Left,
    order: Order,
    shop: Shop,
    *,
    included: bool,
) -> _Back:
    """What the refund's lines and its part of the shipping come to, as far as it is left."""
    amount = _amount(shop.currency)
    back = _Back([0] * len(left.paid), [0] * len(left.paid))
    tax = amount(content["shippingTax"])
    for line_id, quantity, subtotal, line_tax in content["lines"]:
        number = numbers.get(line_id)
        if number is None:
            shop.notes.add(NO_SUCH_LINE, order.head.name)
            continue
        net = amount(subtotal) - (amount(line_tax) if included else 0)
        room = left.pieces[number] - back.pieces[number]
        pieces = min(int(quantity or 0), room)
        most = left.paid[number] - back.goods[number]
        rest = pieces == room and abs(net - most) <= order.lines[number].quantity
        back.pieces[number] += pieces
        back.goods[number] += most if rest else min(max(net, 0), most)
        tax += amount(line_tax)
    back.shipping = min(amount(content["shipping"]), left.shipping)
    back.tax = min(tax, left.tax)
    return back


def _settle(back: _Back, money: int, left: _Left, order: Order, shop: Shop) -> None:
    """Make ``back`` come to the ``money`` that was moved."""
    missing = money - back.whole
    if missing < 0:
        kept = min(-missing, sum(back.goods))
        for number, part in enumerate(spread(kept, back.goods)):
            back.goods[number] -= part
        for name in ("shipping", "tax"):
            part = min(back.whole - money, getattr(back, name))
            setattr(back, name, getattr(back, name) - part)
        return
    if not missing:
        return
    rest = _Left(
        [paid - part for paid, part in zip(left.paid, back.goods, strict=True)],
        *([], left.shipping - back.shipping, left.tax - back.tax),
        *(min(left.tax_on_shipping, left.tax - back.tax), left.extras),
    )
    more = refund_of(rest, missing)
    back.goods = [part + extra for part, extra in zip(back.goods, more.goods, strict=True)]
    back.shipping += more.shipping
    back.tax += more.tax
    for said, part in ((EXTRAS_BACK, more.left_out), (BEYOND, more.beyond)):
        if part:
            shop.notes.add(said, order.head.name, part)


def _take(back: _Back, left: _Left) -> None:
    for number, (part, pieces) in enumerate(zip(back.goods, back.pieces, strict=True)):
        left.paid[number] -= part
        left.pieces[number] -= pieces
    left.shipping -= back.shipping
    left.tax -= back.tax
    left.tax_on_shipping = min(left.tax_on_shipping, left.tax)


def _rows(order: Order, name: str, back: _Back, at: datetime, *, edit: bool) -> list[RefundRow]:
    """A row a line, and one for shipping and tax."""
    kind: RefundKind = "edit" if edit else "return"
    rows = []
    if back.shipping or back.tax:
        rest = (0, 0, back.shipping, back.tax, order.platform_id)
        rows.append(RefundRow(0, name, order.head.name, None, at, kind, *rest))
    for line, pieces, part in zip(order.lines, back.pieces, back.goods, strict=True):
        if pieces or part:
            goods = (pieces, part, 0, 0, order.platform_id)
            rows.append(RefundRow(0, name, order.head.name, str(line.number), at, kind, *goods))
    return rows
