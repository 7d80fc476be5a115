"""Refunds that webhooks told stay on their days, whatever an export's sum of them can say."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.integration.ingest.test_webhook_law import IN_ONE_DATABASE, bring_in
from tests.support.webhook_shop import WebhookShop
from tests.support.woocommerce_json import line, order

from ingest.import_files import FileKind

FIRST, SECOND = "2026-03-05", "2026-04-07"
BACK = """
    SELECT processed_at::date::text, sum(amount)::int FROM refunds GROUP BY 1 ORDER BY 1
"""


def told(engine: Engine, lines: list[tuple[int, int]], *refunds: tuple[str, int]) -> WebhookShop:
    """A shop that heard of an order, (pieces, cents) a line, and of refunds as they were made."""
    shop = WebhookShop(engine, "woocommerce")
    goods = [line(n, euros(cents), quantity=pieces) for n, (pieces, cents) in enumerate(lines, 1)]
    total = euros(sum(cents for _, cents in lines))
    shop.hear(("order.created", order(goods, total)))
    for last in range(1, len(refunds) + 1):
        listed = [
            {"id": 20 + n, "reason": "", "total": f"-{euros(cents)}"}
            for n, (_, cents) in enumerate(refunds[:last])
        ]
        at = f"{refunds[last - 1][0]}T10:00:00"
        shop.hear(("order.updated", order(goods, total, at=at, refunds=listed)))
    return shop


def euros(cents: int) -> str:
    return f"{cents / 100:.2f}"


def brought(shop: WebhookShop, lines: list[tuple[int, int]], back: int, **more: str) -> None:
    """An export that tells each line by the rounded cost of a piece, and refunds by their sum."""
    total = euros(sum(cents for _, cents in lines))
    sums = {"Order Number": "1", "Order Status": "Completed", "Order Date": "2026-03-02 10:00:00"}
    sums |= {"Order Subtotal Amount": total, "Order Total Amount": total}
    sums |= {"Cart Discount Amount": "0", "Order Refund Amount": euros(back)}
    rows = [
        sums | more | {"Item Name": f"P{n}", "SKU": f"P{n}", "Quantity": str(pieces)}
        | {"Item Cost": euros((2 * cents + pieces) // (2 * pieces))}
        for n, (pieces, cents) in enumerate(lines, 1)
    ]  # fmt: skip
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    content = written.getvalue().encode()
    bring_in(shop.engine, shop.id, "woocommerce", {FileKind.ORDERS: content})


def test_the_day_of_the_first_refund_is_that_of_no_other(service_engine: Engine) -> None:
    shop = told(service_engine, [(1, 3000)], (FIRST, 1000), (SECOND, 500))
    brought(shop, [(1, 3000)], 1500, **{"Date of first refund": f"{FIRST} 10:00:00"})
    assert shop.rows(BACK) == [(FIRST, 1000), (SECOND, 500)]


def test_the_first_refund_was_made_when_the_export_says(service_engine: Engine) -> None:
    """Webhooks told it a day later."""
    shop = told(service_engine, [(1, 3000)], (FIRST, 1000), (SECOND, 500))
    brought(shop, [(1, 3000)], 1500, **{"Date of first refund": "2026-03-04 10:00:00"})
    assert shop.rows(BACK) == [("2026-03-04", 1000), (SECOND, 500)]


def test_a_cent_between_two_lines_moves_no_refund(service_engine: Engine) -> None:
    """Five pieces of 10.02 are five of 2.00 in the file, and the two cents are spread."""
    lines = [(5, 1002), (1, 1000)]
    shop = told(service_engine, lines, (FIRST, 2002))
    brought(shop, lines, 2002)
    assert shop.rows(BACK) == [(FIRST, 2002)]


@IN_ONE_DATABASE
@given(
    lines=st.lists(st.tuples(st.integers(1, 7), st.integers(50, 9_000)), min_size=1, max_size=4),
    part=st.integers(1, 100),
)
def test_refunds_stay_on_their_days_where_the_sum_is_theirs(
    service_engine: Engine, lines: list[tuple[int, int]], part: int
) -> None:
    whole = sum(cents for _, cents in lines)
    first = max(whole * part // 100, 1)
    refunds = [each for each in ((FIRST, first), (SECOND, whole - first)) if each[1]]
    shop = told(service_engine, lines, *refunds)
    brought(shop, lines, whole)
    assert shop.rows(BACK) == refunds
