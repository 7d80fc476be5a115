"""Spread an amount over parts in proportion, to the last minor unit: by largest remainder."""

from collections.abc import Sequence


def spread(amount: int, over: Sequence[int]) -> list[int]:
    """``amount`` in parts proportional to ``over``, whole units that add up to it.

    Every part gets the whole of its share; the units left over go to the largest remainders, ties
    to the earlier. Neither argument is negative; nothing is spread over nothing.

    Raises:
        ValueError: there is an amount and nothing to spread it over.
    """
    total = sum(over)
    if total == 0:
        if amount:
            raise ValueError("nothing to spread over")
        return [0] * len(over)
    shares = [amount * part // total for part in over]
    by_remainder = sorted(range(len(over)), key=lambda n: (-(amount * over[n] % total), n))
    for n in by_remainder[: amount - sum(shares)]:
        shares[n] += 1
    return shares
