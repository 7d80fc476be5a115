"""Order discounts spread by PostgreSQL against the rule written out slowly."""

from fractions import Fraction

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support import hypothesis_profiles


def spread_slowly(discount: int, values: list[int]) -> list[int]:
    """Largest remainder: whole parts first, then one unit each to the largest remainders."""
    total = sum(values)
    if total == 0:
        return [0] * len(values)
    exact = [Fraction(discount * value, total) for value in values]
    shares = [share.numerator // share.denominator for share in exact]
    waiting = list(range(len(values)))
    while sum(shares) < discount:
        luckiest = max(waiting, key=lambda index: (exact[index] - shares[index], -index))
        waiting.remove(luckiest)
        shares[luckiest] += 1
    return shares


LINE = st.tuples(
    st.integers(1, 9),
    st.integers(0, 30) | st.integers(0, 10**17),
    st.fractions(0, 1, max_denominator=7),
)


@st.composite
def orders(draw):
    """The lines (quantity, unit price, line discount) of an order, and its discount."""
    lines = [
        (quantity, price, int(quantity * price * part))
        for quantity, price, part in draw(st.lists(LINE, min_size=1, max_size=9))
    ]
    worth = sum(quantity * price - discount for quantity, price, discount in lines)
    return lines, draw(st.integers(0, min(worth, 2**63 - 1)))


@settings(
    max_examples=hypothesis_profiles.examples(120),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batch=st.lists(orders(), min_size=1, max_size=12))
@example(batch=[([(1, 1, 0), (1, 1, 0), (1, 1, 0)], 2)])
@example(batch=[([(9, 10**18, 0), (9, 10**18, 1), (1, 1, 1)], 9 * 10**18 + 1)])
def test_order_discounts_are_spread_by_largest_remainder(load, read, line, batch):
    load(
        order_lines=[
            line(
                f"O{number}",
                f"{index}",
                quantity=quantity,
                unit_price=price,
                line_discount=line_discount,
                order_discount=discount,
            )
            for number, (lines, discount) in enumerate(batch)
            for index, (quantity, price, line_discount) in enumerate(lines)
        ]
    )
    stored: dict[str, list[int]] = {}
    for order, share in read(
        "SELECT o.external_id, l.order_discount FROM order_lines l"
        " JOIN orders o ON o.id = l.order_id ORDER BY o.id, l.line_no"
    ):
        stored.setdefault(order, []).append(share)
    for number, (lines, discount) in enumerate(batch):
        values = [quantity * price - reduced for quantity, price, reduced in lines]
        assert stored[f"O{number}"] == spread_slowly(discount, values)
