"""Shops of a few orders, given in days before they are seen, and what their reports say."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from common.reports.document.headlines import Kpi
from common.reports.document.schema import Document

SEEN = datetime(2026, 11, 28, 8, tzinfo=UTC)
ORDERS = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price\n"
REFUNDS = "refund_id,order_id,line_id,processed_at,kind,quantity,amount\n"
STOCK = "product_id,counted_at,on_hand\n"
Read = Callable[..., tuple[Document, dict[str, dict[str, str]]]]
Shop = Callable[..., Read]


def ago(days: int) -> date:
    return SEEN.date() - timedelta(days=days)


def orders(*sold: tuple[int, str, int, str]) -> str:
    """A file of orders, each so many days ago: a product, how many, and their price."""
    return ORDERS + "".join(
        f"o{n},{ago(days)}T12:00:00Z,EUR,1,{product},{pieces},{price}\n"
        for n, (days, product, pieces, price) in enumerate(sold)
    )


def daily(pieces: int, days: Iterable[int]) -> list[tuple[int, str, int, str]]:
    return [(day, "p1", pieces, "5.00") for day in days]


def kpi(document: Document, key: str) -> Kpi:
    (found,) = (each for each in document.kpis if each.key == key)
    return found
