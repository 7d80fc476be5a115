"""Random ledgers that a shop could have: what hypothesis draws the property tests from."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from tests.support.reference import spread

from ingest.rows import OrderLineRow, RefundRow

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia", "Asia/Tokyo")
CURRENCIES = ("EUR", "JPY", "KWD")
PRODUCTS = ("a", "b", "c", "d", "e")
KINDS = ("return", "cancel", "edit")


@dataclass(frozen=True)
class Ledger:
    """A shop's sales, the moment its window is taken at, and where it is."""

    timezone: str
    currency: str
    now: datetime
    lines: tuple[OrderLineRow, ...]
    refunds: tuple[RefundRow, ...]


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A ledger around the change of the clocks, a leap day or elsewhere in the year, and the year
    before."""
    now = draw(
        st.sampled_from(
            [
                datetime(2026, 3, 31, 9, tzinfo=UTC),
                datetime(2026, 10, 27, 23, 30, tzinfo=UTC),
                datetime(2026, 7, 1, tzinfo=UTC),
                datetime(2028, 3, 4, 12, tzinfo=UTC),
            ]
        )
    )
    lines: list[OrderLineRow] = []
    refunds: list[RefundRow] = []
    reach = draw(st.sampled_from([16, 75]))
    for number in range(draw(st.integers(0, 8))):
        placed = now - timedelta(
            days=draw(st.sampled_from([0, 0, 364])),
            minutes=draw(st.integers(0, reach * 24 * 60)),
        )
        order = _order(draw, f"o{number}", placed, len(lines))
        lines += order
        refunds += _refunds(draw, order, now, len(refunds))
    return Ledger(
        draw(st.sampled_from(ZONES)),
        draw(st.sampled_from(CURRENCIES)),
        now,
        tuple(lines),
        tuple(refunds),
    )


def _order(draw: st.DrawFn, order_id: str, placed: datetime, position: int) -> list[OrderLineRow]:
    paid = draw(st.sampled_from([placed, placed + timedelta(hours=7), None]))
    amounts = st.integers(0, 10**6)
    goods = [
        (draw(st.integers(1, 5)), draw(amounts), draw(st.fractions(0, 1)))
        for _ in range(draw(st.integers(1, 4)))
    ]
    reductions = [int(quantity * price * part) for quantity, price, part in goods]
    value = sum(q * p for q, p, _ in goods) - sum(reductions)
    discount = int(value * draw(st.fractions(0, 1)))
    shipping, tax = draw(amounts), draw(amounts)
    return [
        OrderLineRow(
            position=position + n + 1,
            order_id=order_id,
            placed_at=placed,
            paid_at=paid,
            channel=None,
            customer_id=None,
            country=None,
            region=None,
            coupon_code=None,
            order_discount=discount,
            shipping=shipping,
            tax=tax,
            line_id=f"l{n}",
            product_id=draw(st.sampled_from(PRODUCTS)),
            product_title=None,
            category=None,
            quantity=quantity,
            unit_price=price,
            line_discount=reduction,
        )
        for n, ((quantity, price, _), reduction) in enumerate(zip(goods, reductions, strict=True))
    ]


def _refunds(
    draw: st.DrawFn, order: list[OrderLineRow], now: datetime, position: int
) -> list[RefundRow]:
    """Partial, repeated and whole returns, never more than was sold, and never before payment."""
    paid_at = order[0].paid_at
    values = [line.unit_price * line.quantity - line.line_discount for line in order]
    left = [v - s for v, s in zip(values, spread(order[0].order_discount, values), strict=True)]
    pieces = [line.quantity for line in order]
    shipping, tax = order[0].shipping, order[0].tax
    refunds: list[RefundRow] = []
    for number in range(draw(st.integers(0, 3))):
        n = draw(st.integers(0, len(order) - 1))
        quantity, amount = draw(st.integers(0, pieces[n])), draw(st.integers(0, left[n]))
        back, taxed = draw(st.integers(0, shipping)), draw(st.integers(0, tax))
        pieces[n] -= quantity
        left[n] -= amount
        shipping -= back
        tax -= taxed
        later = timedelta(minutes=draw(st.integers(0, 10 * 24 * 60)))
        refunds.append(
            RefundRow(
                position=position + len(refunds) + 1,
                refund_id=f"r{number}",
                order_id=order[0].order_id,
                line_id=order[n].line_id,
                processed_at=(paid_at or now) + later,
                kind="cancel" if paid_at is None else draw(st.sampled_from(KINDS)),
                quantity=quantity,
                amount=amount,
                shipping=back,
                tax=taxed,
            )
        )
    return refunds
