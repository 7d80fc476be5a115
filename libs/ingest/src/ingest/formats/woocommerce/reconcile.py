"""Reconcile a WooCommerce order: goods + shipping + fees + tax = Total, by rules tried in order.

WooCommerce keeps all without tax: a line has what it was worth before coupons and after them, and
Total is the sum of lines after coupons, shipping, fees and tax. Exporters leave some of it out, so:

- The goods are the lines as they stand; or the lines before coupons less the order's discount; or
  Subtotal less the discount, where that is within what rounding each line, or each piece's cost,
  can make; or Total less all that is no goods, within the same, where prices were entered with tax;
  or the lines with the pieces that were paid back, where the quantity was told without them.
- The tax is on top; the shipping's may stand beside it; or it is in the prices.

The first that gives Total to the minor unit is the order's. Where none does, the lines are taken as
they stand and the tax on top, and what is left is the order's unexplained amount.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from math import ceil

from ingest.formats.allocate import spread


@dataclass(frozen=True, slots=True)
class Line:
    """A line: ``total`` after coupons, ``before`` them where it is told; ``unit_cost`` where the
    total is only known by it, so that it may be off by half a unit a piece. ``measured`` where it
    is one piece, sold by weight or length; ``measure`` is how much of it, which the cost is of.
    ``back`` is what of the total was paid back, and ``pieces_back`` how many; None where not told.
    """

    position: int
    number: int
    quantity: int
    total: int
    before: int | None
    title: str | None
    sku: str | None
    unit_cost: int | None = None
    measured: bool = False
    measure: Decimal | None = None
    back: int | None = None
    pieces_back: int = 0

    @property
    def rounded(self) -> int:
        """How many times half a minor unit its total may be off."""
        if self.unit_cost is None:
            return 1
        return self.quantity if self.measure is None else 2 * ceil(self.measure / 2)

    def with_back(self, missing: int) -> "Line":
        """The line with the pieces put back that ``missing`` is the cost of, or with as much of
        what was measured.
        """
        if not missing or not self.unit_cost:
            return self
        total = self.total + missing
        if self.measure is None:
            pieces = missing // self.unit_cost
            whole = replace(self, quantity=self.quantity + pieces, total=total)
            return replace(whole, back=missing, pieces_back=pieces)
        measure = self.measure + Decimal(missing) / self.unit_cost
        return replace(self, total=total, measure=measure, back=missing)


@dataclass(frozen=True, slots=True)
class Sums:
    """An order's sums in minor units; None where the file has no such column or cell.

    ``fees_below`` is what of ``fees`` is below nothing, where each fee is told. With
    ``entered_with_tax`` lines are known to be rounded by themselves. ``shipping_back`` and
    ``tax_back`` are parts of ``refunded``.
    """

    subtotal: int | None
    discount: int | None
    shipping: int
    fees: int
    tax: int
    tax_on_shipping: int
    total: int | None
    refunded: int
    fees_below: int | None = None
    entered_with_tax: bool = False
    shipping_back: int | None = None
    tax_back: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the sums are made of: the lines with what was paid for each, ``off`` them all in all,
    the tax and whether it is in the prices; ``unexplained`` is what is left of Total.
    """

    lines: tuple[Line, ...]
    off: int
    tax: int
    tax_included: bool
    unexplained: int
    remark: str | None = None


AS_BEFORE = "the lines are told before coupons; the order's discount was taken off them"
ROUNDED = "lines are rounded by themselves; the goods were taken as the order's sums have them"
_MOST_TRIED = 1_000
"""Sums of lines' pieces that are looked at for an order."""
PIECES_BACK = "quantities are told without what was paid back; those pieces were put back"


def reading_of(sums: Sums, lines: Sequence[Line], *, less_refunds: bool = False) -> Reading:
    """How an order's sums are to be read: the first rule that explains Total, or what is left.

    ``less_refunds`` says that quantities leave out the pieces that were paid back.
    """
    standing: list[Reading] = []
    for reading in _readings(sums, lines, less_refunds=less_refunds):
        if not reading.unexplained:
            return reading
        if reading.remark is None and not reading.tax_included:
            standing.append(reading)
    return min(standing, key=lambda reading: abs(reading.unexplained))


def _readings(sums: Sums, lines: Sequence[Line], *, less_refunds: bool) -> Iterator[Reading]:
    taxes = [(sums.tax, False)]
    if sums.tax_on_shipping:
        taxes.append((sums.tax + sums.tax_on_shipping, False))
    if sums.tax:
        taxes.append((sums.tax, True))
    for (goods, off, remark), (tax, included) in product(
        list(_goods(sums, lines, less_refunds=less_refunds)), taxes
    ):
        paid = sum(line.total for line in goods) - off
        charged = paid + sums.shipping
        if included and tax > charged:
            continue
        whole = charged + sums.fees + (0 if included else tax)
        left = 0 if sums.total is None else sums.total - whole
        yield Reading(tuple(goods), off, tax, included, left, remark)


Goods = tuple[Sequence[Line], int, str | None]


def _goods(sums: Sums, lines: Sequence[Line], *, less_refunds: bool) -> Iterator[Goods]:
    """The lines, what is off them together, and what was assumed for that."""
    yield lines, 0, None
    whole = sum(line.total for line in lines)
    if sums.subtotal is None or sums.discount is None or sums.discount > sums.subtotal:
        return
    if sums.discount and whole == sums.subtotal:
        yield lines, sums.discount, AS_BEFORE
    net = sums.subtotal - sums.discount
    rounded = sum(line.rounded for line in lines)
    for goods in (net, net + 1, net - 1) if sums.discount else (net,):  # both are rounded too
        if whole and 0 < abs(goods - whole) <= rounded // 2:
            yield _exact(goods, lines), 0, ROUNDED
    if sums.entered_with_tax and sums.total is not None:
        goods = sums.total - sums.tax - sums.fees - sums.shipping
        if whole and 0 < abs(goods - whole) <= (len(lines) + 1) // 2:  # the tax is rounded too
            yield _exact(goods, lines), 0, ROUNDED
    if less_refunds and sums.refunded and net > whole:
        yield from _pieces_back(net - whole, lines)


def _exact(net: int, lines: Sequence[Line]) -> list[Line]:
    """The lines with totals that come to ``net``; no coupon appears where there was none."""
    exact = []
    for line, total in zip(lines, spread(net, [line.total for line in lines]), strict=True):
        before = total if line.before == line.total else line.before
        exact.append(replace(line, total=total, before=before))
    return exact


def _pieces_back(missing: int, lines: Sequence[Line]) -> Iterator[Goods]:
    """The lines with pieces put back, of one or of several, where only these can be meant."""
    backs = _only_way(missing, lines)
    if backs:
        put = [line.with_back(backs.get(number, 0)) for number, line in enumerate(lines)]
        yield put, 0, PIECES_BACK


def _only_way(missing: int, lines: Sequence[Line]) -> dict[int, int] | None:
    """What of ``missing`` is of which line: the cost of whole pieces, or all of it of one that was
    measured. None where it could be otherwise, or where that takes long to tell.
    """
    ways: dict[int, dict[int, int] | None] = {0: {}}
    for number, line in enumerate(lines):
        if line.measure is not None or not line.unit_cost or line.unit_cost > missing:
            continue
        if len(ways) * (missing // line.unit_cost + 1) > _MOST_TRIED:
            return None
        found = dict(ways)
        for told, backs in ways.items():
            for back in range(line.unit_cost, missing - told + 1, line.unit_cost):
                one = backs is not None and told + back not in found
                found[told + back] = {**(backs or {}), number: back} if one else None
        ways = found
    measured = [n for n, line in enumerate(lines) if line.measure is not None and line.unit_cost]
    if len(measured) + (missing in ways) > 1:
        return None
    return {measured[0]: missing} if measured else ways.get(missing)
