"""Take the tax out of prices that include it: in proportion to what was paid, or as stated."""

from collections.abc import Sequence

from ingest.formats.allocate import spread


def take_out(
    taxes: int,
    shipping: int,
    lines: Sequence[tuple[int, int]],
    *,
    own: Sequence[int] = (),
    bears: Sequence[bool] = (),
) -> tuple[list[tuple[int, int]], int]:
    """Each line's worth before and after discounts without tax, and the tax on the shipping.

    ``lines`` are the same two with tax; all in minor units. ``own`` is the tax that was stated of
    each line and of the shipping: believed where it comes to ``taxes`` and is in no part more than
    was paid for it. ``bears`` says of the same whether it bears tax at all; what does was paid at
    least as much as the tax.
    """
    over = [*(paid for _, paid in lines), shipping]
    stated = len(own) == len(over) and sum(own) == taxes
    believed = stated and all(0 <= tax <= paid for tax, paid in zip(own, over, strict=True))
    if bears:
        over = [paid * each for paid, each in zip(over, bears, strict=True)]
    *on_lines, on_shipping = own if believed else spread(taxes, over)
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
