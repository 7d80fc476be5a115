"""Take the tax out of prices that include it, in proportion to what was paid."""

from collections.abc import Sequence

from ingest.formats.allocate import spread


def take_out(
    taxes: int, shipping: int, lines: Sequence[tuple[int, int]]
) -> tuple[list[tuple[int, int]], int]:
    """Each line's worth before and after discounts without tax, and the tax on the shipping.

    ``lines`` are the same two with tax; all in minor units.
    """
    *on_lines, on_shipping = spread(taxes, [*(paid for _, paid in lines), shipping])
    whole = sum(paid for _, paid in lines)
    left = whole - sum(on_lines)
    parts = []
    for (value, paid), tax in zip(lines, on_lines, strict=True):
        net = paid - tax
        if paid == value:
            worth = net
        elif paid:
            worth = value * net // paid
        else:  # taken off in whole: by what the others are worth without tax
            worth = value * left // whole if whole else value
        parts.append((worth, net))
    return parts, on_shipping
