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
    charged, left = sum(over), sum(over) - sum(on_lines) - on_shipping
    bearing = bears[:-1] or [True] * len(lines)
    parts = []
    for (value, paid), tax, bears_some in zip(lines, on_lines, bearing, strict=True):
        net = paid - tax
        if paid == value:
            worth = net
        elif believed and paid:
            worth = value * net // paid
        else:  # as all that bears tax: exact where little was paid for it, or nothing
            worth = max(value * left // charged if bears_some and charged else value, net)
        parts.append((worth, net))
    return parts, on_shipping
