"""Money given back for an order as a whole is put on what is left of its lines, one by one."""

from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.support.plan_rows import Explaining, counting

from ingest.formats.allocate import spread
from ingest.ledger import merge_refunds, spread_refunds
from ingest.ledger.load import load_sales
from ingest.ledger.temporary_tables import Cursor
from ingest.rows import OrderLineRow, RefundRow

SHARES = """
    SELECT r.external_id, r.line_no, r.amount FROM refunds r
    WHERE r.amount > 0 ORDER BY r.external_id, r.line_no
"""


def expected(prices: list[int], amounts: list[int]) -> list[tuple[str, int, int]]:
    """By refund and line, what the definition gives: each refund over what the ones before left."""
    rooms, found = list(prices), []
    for number, amount in enumerate(amounts):
        shares = spread(amount, rooms)
        rooms = [room - share for room, share in zip(rooms, shares, strict=True)]
        found += [(f"R{number:03}", line, share) for line, share in enumerate(shares, 1) if share]
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_each_is_spread_over_what_the_ones_before_it_left(
    service_engine: Engine, line: Any, refund: Any, data: st.DataObject
) -> None:
    prices = data.draw(st.lists(st.integers(1, 5_000), min_size=1, max_size=5))
    left, amounts = sum(prices), []
    for _ in range(data.draw(st.integers(1, 6))):
        amounts.append(data.draw(st.integers(1, max(left // 2, 1))))
        left -= amounts[-1]
        if left <= 0:
            break
    amounts = amounts if left >= 0 else amounts[:-1]
    shop = Shop(service_engine)
    load_sales(
        service_engine,
        shop.id,
        order_lines=lines_of(line, prices),
        refunds=refunds_of(refund, amounts),
    )
    assert shop.rows(SHARES) == expected(prices, amounts)


def lines_of(line: Any, prices: list[int]) -> list[OrderLineRow]:
    return [line("O1", f"L{number}", unit_price=price) for number, price in enumerate(prices)]


def refunds_of(refund: Any, amounts: list[int]) -> list[RefundRow]:
    return [
        refund(f"R{number:03}", "O1", None, amount=amount, quantity=0)
        for number, amount in enumerate(amounts)
    ]


def test_many_of_one_order_cost_what_they_are(
    monkeypatch: pytest.MonkeyPatch, service_engine: Engine, line: Any, refund: Any
) -> None:
    """Twice as many look at twice as many rows: each at the lines, none at what others gave."""
    looked: list[float] = []

    def explained(cursor: Cursor) -> None:
        spread_refunds.spread_goodwill(cast("Cursor", Explaining(cursor, looked)))

    for many in (100, 200):
        shop = Shop(service_engine)
        looked.append(0)
        with monkeypatch.context() as patched:
            patched.setattr(spread_refunds, "derive", counting(looked))
            patched.setattr(merge_refunds, "spread_goodwill", explained)
            load_sales(
                service_engine,
                shop.id,
                order_lines=lines_of(line, [10_000] * 20),
                refunds=refunds_of(refund, [100] * many),
            )
        assert len(shop.rows(SHARES)) == many * 20
    assert looked[1] < 2.5 * looked[0], looked
