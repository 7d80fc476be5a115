"""What an export tells of a refund besides its money: of which lines, of shipping, of tax.

Lines may tell what came back of them, by money or by pieces, and the order how much of it was
shipping and tax. Where the tax is not told, it is the lines' share of it. A refund of the shipping
with its tax, beside what came back of lines or alone, is of that. What more there is, is of all
that is left, in proportion.
"""

from collections.abc import Sequence
from typing import Final

from ingest.formats.allocate import spread
from ingest.formats.refund_parts import Back, Left, Part, refund_of
from ingest.formats.woocommerce.net_amounts import Amounts, Sold
from ingest.formats.woocommerce.reconcile import Sums

_SLACK: Final = 1


def told_part(amounts: Amounts, sums: Sums) -> tuple[Part, bool] | None:
    """What an order's refunds give back, and whether any of it was put on all in proportion; None
    where the export tells nothing of that, or where it is the whole.
    """
    sales = sum(amounts.paid) + amounts.shipping + amounts.tax
    if sums.refunded - amounts.gone >= sales:
        return None
    back = _gone(amounts) if amounts.gone else _told(amounts, sums)
    if back is None:
        return None
    rest = sums.refunded - back.sales - amounts.gone
    if rest <= _slack(amounts, back.goods):
        rest = 0
    else:
        back = back.plus(refund_of(Left.of(amounts, back), rest))
    goods = {line: part for line, part in enumerate(back.goods) if part}
    return Part.of(goods, back), rest > 0


def _slack(amounts: Amounts, goods: Sequence[int]) -> int:
    """What rounding each line, and the tax, may make."""
    return _SLACK + (len(amounts.sold) if any(goods) else 0)


def _gone(amounts: Amounts) -> Back:
    """The tax of goods that were left out of the export as they were paid back."""
    worth = sum(amounts.paid) + amounts.shipping + amounts.gone
    tax = spread(amounts.tax, [amounts.gone, worth - amounts.gone])[0]
    return Back((0,) * len(amounts.sold), 0, tax, (0,) * len(amounts.extras))


def _told(amounts: Amounts, sums: Sums) -> Back | None:
    goods = [_of_line(each) for each in amounts.sold]
    net = sum(goods)
    on_goods = amounts.tax - amounts.tax_on_shipping
    of_goods = spread(on_goods, [net, sum(amounts.paid) - net])[0] if net else 0
    shipping, on_shipping = amounts.shipping, amounts.tax_on_shipping
    slack = _slack(amounts, goods)
    if sums.shipping_back is not None:
        back = min(sums.shipping_back, shipping)
        on_shipping = spread(on_shipping, [back, shipping - back])[0] if shipping else 0
        shipping = back
    elif not shipping or abs(sums.refunded - net - of_goods - shipping - on_shipping) > slack:
        shipping = on_shipping = 0
    tax = of_goods + on_shipping if sums.tax_back is None else min(sums.tax_back, amounts.tax)
    if not net + shipping + tax:
        return None
    rest = sums.refunded - net - shipping - tax
    if rest < 0 <= tax + rest or (0 < rest <= slack and tax + rest <= amounts.tax):
        tax += rest
    elif rest < 0:
        *goods, shipping, tax = spread(sums.refunded, [*goods, shipping, tax])
    return Back(tuple(goods), shipping, tax, (0,) * len(amounts.extras))


def _of_line(sold: Sold) -> int:
    """What came back of a line, as the ledger has it: without tax that is in its price."""
    line = sold.line
    if not line.back or line.total <= 0:
        return 0
    return min((2 * line.back * sold.paid + line.total) // (2 * line.total), sold.paid)
