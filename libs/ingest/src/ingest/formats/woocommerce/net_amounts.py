"""From a reconciled WooCommerce order to the ledger's amounts, which are without tax."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.formats.allocate import spread
from ingest.formats.gift_cards import called_gift_card
from ingest.formats.included_tax import take_out
from ingest.formats.woocommerce.reconcile import Line, Reading, Sums, reading_of

IN_PRICES = "prices include tax; it was taken out of lines and shipping in proportion"
SPREAD = "the file does not say which lines a coupon was for; its discount was put on all of them"
BELOW = "a fee or a line below nothing was taken as a discount"
"""Of the goods; what is more than they cost is off the shipping, and then off the tax."""
NO_PIECES = "a line of quantity 0 was left out"
MEASURED = "a quantity that is no whole number counts as one piece"
DENIED = "the order's subtotal or discount is not what its lines come to; the lines were taken"
NO_TOTAL = "there is no order total to check the lines with"


@dataclass(frozen=True, slots=True)
class Sold:
    """A line that is goods: ``worth`` before discounts, ``paid`` after them, without tax."""

    line: Line
    worth: int
    paid: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """An order's amounts without tax; ``fees`` and ``gift_cards`` are left out.

    ``refund_in_lines`` says that the lines already lack what was paid back; ``gone`` is what lines
    came to that the export lacks, as they were paid back.
    """

    sold: tuple[Sold, ...]
    shipping: int
    tax: int
    tax_on_shipping: int
    fees: int
    unexplained: int
    remarks: tuple[str, ...]
    refund_in_lines: bool = False
    gift_cards: int = 0
    gone: int = 0

    @property
    def extras(self) -> tuple[int, ...]:
        """What was charged besides and is no sale."""
        return self.fees, self.gift_cards

    @property
    def paid(self) -> list[int]:
        """What was paid for each line after all discounts."""
        return [each.paid for each in self.sold]


def amounts_of(
    sums: Sums,
    lines: Sequence[Line],
    *,
    less_refunds: bool = False,
    gift_cards_are_sales: bool = True,
) -> Amounts:
    """The ledger's amounts of an order."""
    reading = reading_of(sums, lines, less_refunds=less_refunds)
    remarks = [] if reading.remark is None else [reading.remark]
    if sums.total is None:
        remarks.append(NO_TOTAL)
    there = [line for line in reading.lines if line.quantity > 0]
    goods = [line for line in there if line.total >= 0]
    dropped = sum(line.total for line in reading.lines) - sum(line.total for line in there)
    if len(there) < len(reading.lines):
        remarks.append(NO_PIECES)
    if any(line.measured for line in there):
        remarks.append(MEASURED)
    below = min(sums.shipping, 0) + min(reading.tax, 0)
    tax = max(reading.tax, 0)
    parts = _discounted(sums, reading, goods, remarks)
    whole = not reading.unexplained and len(goods) == len(reading.lines)
    if whole and all(_denied(sums, goods, each) for each in _as_sums_have(sums, reading, parts)):
        remarks.append(DENIED)
    unexplained = reading.unexplained + dropped + below
    fees_below = min(sums.fees, 0) if sums.fees_below is None else sums.fees_below
    fees = sums.fees - fees_below
    off = sum(line.total for line in goods) - sum(line.total for line in there) - fees_below
    shipping = max(sums.shipping, 0)
    paid = sum(each for _, each in parts)
    room = paid + shipping + (-tax if reading.tax_included else tax)
    if 0 < off <= room:
        parts = _off(min(off, paid), parts)
        beyond = off - min(off, paid)
        off_shipping = min(beyond, shipping)
        shipping, tax = shipping - off_shipping, tax - (beyond - off_shipping)
        remarks.append(BELOW)
    else:
        unexplained -= off
    gift_cards = 0
    if not gift_cards_are_sales:
        goods, parts, gift_cards = _without_cards(goods, parts)
    if reading.tax_included and tax <= shipping + sum(each for _, each in parts):
        parts, tax_on_shipping = take_out(tax, shipping, parts)
        shipping -= tax_on_shipping
        remarks.append(IN_PRICES)
    else:
        net = sum(each for _, each in parts)
        tax_on_shipping = sums.tax_on_shipping
        if not tax_on_shipping and net + shipping:
            tax_on_shipping = spread(tax, [net, shipping])[1]
        tax_on_shipping = min(max(tax_on_shipping, 0), tax)
    sold = tuple(Sold(line, worth, each) for line, (worth, each) in zip(goods, parts, strict=True))
    return Amounts(
        *(sold, shipping, tax, tax_on_shipping, fees, unexplained, tuple(remarks)),
        refund_in_lines=less_refunds and sums.refunded > 0 and reading.unexplained > 0,
        gift_cards=gift_cards,
        gone=0 if less_refunds else _gone(sums, reading),
    )


def _off(off: int, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts, ``off`` less paid for in all."""
    cuts = spread(off, [paid for _, paid in parts])
    return [(worth, paid - cut) for (worth, paid), cut in zip(parts, cuts, strict=True)]


def _gone(sums: Sums, reading: Reading) -> int:
    """What lines came to that the order's sums have, and that are not told; as far as it came back:
    exporters may leave out what was paid back whole.
    """
    if sums.subtotal is None or not 0 < reading.unexplained <= sums.refunded:
        return 0
    worth = sum(line.total if line.before is None else line.before for line in reading.lines)
    missing = sums.subtotal - worth
    return reading.unexplained if missing + len(reading.lines) >= reading.unexplained else 0


def _without_cards(
    goods: list[Line], parts: list[tuple[int, int]]
) -> tuple[list[Line], list[tuple[int, int]], int]:
    """The goods and their parts without gift cards, and what was paid for these."""
    both = list(zip(goods, parts, strict=True))
    kept = [(line, part) for line, part in both if not called_gift_card(line.title)]
    worth = sum(paid for line, (_, paid) in both if called_gift_card(line.title))
    return [line for line, _ in kept], [part for _, part in kept], worth


def _discounted(
    sums: Sums, reading: Reading, goods: Sequence[Line], remarks: list[str]
) -> list[tuple[int, int]]:
    """Each line's worth before and after coupons."""
    totals = [line.total for line in goods]
    if reading.off:
        cuts = spread(min(reading.off, sum(totals)), totals)
        return [(total, total - cut) for total, cut in zip(totals, cuts, strict=True)]
    if all(line.before is not None for line in goods):
        return [(max(line.before or 0, line.total), line.total) for line in goods]
    discount = sums.discount or 0
    if not discount or not goods or not _off_goods(discount, sums.subtotal, sum(totals)):
        return [(total, total) for total in totals]
    if len(goods) > 1:
        remarks.append(SPREAD)
    over = totals if sum(totals) else [line.quantity for line in goods]
    cuts = spread(discount, over)
    return [(total + cut, total) for total, cut in zip(totals, cuts, strict=True)]


def _off_goods(discount: int, subtotal: int | None, goods: int) -> bool:
    """Whether ``discount`` is what the ``goods`` cost less than ``subtotal``.

    The three are rounded, each by itself: where prices are entered with tax they are off by one.
    """
    return subtotal is not None and abs(subtotal - discount - goods) <= 1


def _as_sums_have(
    sums: Sums, reading: Reading, parts: list[tuple[int, int]]
) -> Iterator[list[tuple[int, int]]]:
    """The ``parts`` as the order's sums may have them: where tax is in them, without it too."""
    yield parts
    shipping = max(sums.shipping, 0)
    if reading.tax_included and 0 < reading.tax <= shipping + sum(paid for _, paid in parts):
        yield take_out(reading.tax, shipping, parts)[0]


def _denied(sums: Sums, goods: Sequence[Line], parts: Sequence[tuple[int, int]]) -> bool:
    """Whether the order's sums tell other ``parts`` than its ``goods`` do: a line may be missing.

    Each line is rounded, and each sum; a line that is told by the cost of a piece, with each piece.
    A line that cost more than it was worth may be in the subtotal with either.
    """
    most = 1 + sum(1 if line.unit_cost is None else line.quantity for line in goods)
    worth, paid = (sum(each) for each in zip(*parts, strict=True)) if parts else (0, 0)
    above = sum(max(line.total - line.before, 0) for line in goods if line.before is not None)
    told = ((sums.subtotal, (worth, worth - above)), (sums.discount, (worth - paid,)))
    return any(
        stated is not None and all(abs(stated - each) > most for each in possible)
        for stated, possible in told
    )
