"""From the sums of a Shopify order to the ledger's amounts.

The export gives sums of the order and a price a line; the ledger wants goods without tax. In turn:

- Discounts. Σ price × quantity − Subtotal is what was taken off the goods, whatever kind of
  discount it was; what ``Lineitem discount`` does not explain is the order's.
- Tax. Where Total is Subtotal + Shipping, prices include the tax: it is taken out of the lines and
  of the shipping in proportion to what was paid for them.
- Refunds. ``Refunded Amount`` is one sum: it is spread over goods, shipping and tax in proportion
  to what was paid for them.

Every spreading is by largest remainder, so the parts add up to the sums of the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.formats.shopify.allocate import spread


class SumsDisagreeError(ValueError):
    """The order's sums contradict each other in a way that no reading explains."""


@dataclass(frozen=True, slots=True)
class Sums:
    """An order's sums in minor units; None where the export has no such column or cell."""

    subtotal: int | None
    shipping: int
    taxes: int
    total: int | None
    discount: int
    refunded: int


@dataclass(frozen=True, slots=True)
class Goods:
    """A line's: ``discount`` is the whole line's."""

    quantity: int
    unit_price: int
    discount: int

    @property
    def paid(self) -> int:
        """What the line costs after its own discount."""
        return self.unit_price * self.quantity - self.discount


@dataclass(frozen=True, slots=True)
class Amounts:
    """An order without tax in its prices; ``remarks`` say what had to be assumed."""

    goods: tuple[Goods, ...]
    order_discount: int
    shipping: int
    tax: int
    remarks: tuple[str, ...]


def amounts_of(sums: Sums, goods: Sequence[Goods]) -> Amounts:
    """The ledger's amounts of an order.

    Raises:
        SumsDisagreeError: discounts are larger than the goods.
    """
    remarks: list[str] = []
    lines, order_discount = _discounts(sums, list(goods), remarks)
    if sum(line.paid for line in lines) < order_discount or any(line.paid < 0 for line in lines):
        raise SumsDisagreeError("the discounts are larger than the goods")
    shipping = sums.shipping
    if _includes_tax(sums, sum(line.paid for line in lines) - order_discount, remarks):
        lines, shipping = _without_tax(lines, order_discount, sums)
        order_discount = 0
        remarks.append("prices include tax; it was taken out of lines and shipping in proportion")
    return Amounts(tuple(lines), order_discount, shipping, sums.taxes, tuple(remarks))


def _discounts(sums: Sums, goods: list[Goods], remarks: list[str]) -> tuple[list[Goods], int]:
    """The lines, and what was taken off beyond their own discounts."""
    value = sum(line.unit_price * line.quantity for line in goods)
    own = sum(line.discount for line in goods)
    if sums.subtotal is None:
        return goods, sums.discount
    off = value - sums.subtotal
    if off >= own:
        return goods, off - own
    if off >= 0:
        remarks.append("Lineitem discount is more than Subtotal shows; taken as the order's")
        return [Goods(line.quantity, line.unit_price, 0) for line in goods], off
    remarks.append("Subtotal is more than the lines' prices; the lines were taken")
    return goods, min(sums.discount, value - own)


def _includes_tax(sums: Sums, paid: int, remarks: list[str]) -> bool:
    if sums.taxes == 0:
        return False
    subtotal = paid if sums.subtotal is None else sums.subtotal
    if sums.total is None:
        remarks.append("there is no Total to tell whether prices include tax; taken as without")
        return False
    if sums.total == subtotal + sums.shipping:
        return sums.taxes <= paid + sums.shipping
    if sums.total != subtotal + sums.shipping + sums.taxes:
        remarks.append(
            "Total is not Subtotal, Shipping and Taxes together (tips, duties?);"
            " prices were taken as without tax"
        )
    return False


def _without_tax(lines: list[Goods], order_discount: int, sums: Sums) -> tuple[list[Goods], int]:
    """Lines and shipping less the tax in them; the order's discount goes into the lines'."""
    shares = spread(order_discount, [line.paid for line in lines])
    paid = [line.paid - share for line, share in zip(lines, shares, strict=True)]
    *taxes, on_shipping = spread(sums.taxes, [*paid, sums.shipping])
    whole = sum(paid)
    left = whole - sum(taxes)
    net_lines = []
    for line, before, tax in zip(lines, paid, taxes, strict=True):
        net, of = (before - tax, before) if before else (left, whole or 1)
        value = line.unit_price * line.quantity
        gross = value * net // of if of else value
        # A price for one piece, rounded up: what that is too much goes off as discount.
        price = -(-gross // line.quantity)
        net_lines.append(Goods(line.quantity, price, price * line.quantity - (before - tax)))
    return net_lines, sums.shipping - on_shipping


def refund_of(amounts: Amounts, refunded: int) -> tuple[list[int], int, int]:
    """``refunded`` as parts of the lines, of the shipping and of the tax.

    Raises:
        SumsDisagreeError: more than was paid.
    """
    shares = spread(amounts.order_discount, [line.paid for line in amounts.goods])
    paid = [line.paid - share for line, share in zip(amounts.goods, shares, strict=True)]
    parts = [*paid, amounts.shipping, amounts.tax]
    if refunded > sum(parts):
        raise SumsDisagreeError("the Refunded Amount is more than goods, shipping and tax")
    *lines, shipping, tax = spread(refunded, parts)
    return lines, shipping, tax
