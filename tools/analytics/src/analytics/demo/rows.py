"""A span of a demo shop's days as the rows the loader takes, made while they are read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from analytics.demo.demand import expected_orders
from analytics.demo.orders import Order, orders_of
from analytics.demo.products import Product, range_on
from analytics.demo.returns import LONGEST_DELAY_DAYS, Refund, refunds_of
from analytics.demo.seeded_random import chance
from analytics.demo.shops import Shop
from ingest.rows import OrderLineRow, ProductRow, RefundRow, StockRow

COUNTED_AT: Final = time(22)
PIECES_AN_ORDER: Final = 2.8
LASTS_DAYS: Final = (4, 75)


@dataclass
class Feed:
    """The sales of ``shop`` from ``first`` to ``last`` (both included), in its zone.

    ``opened`` is the first day ever loaded: refunds of orders since then that are processed in the
    span belong to it. Read ``order_lines`` to its end before ``refunds``.
    """

    shop: Shop
    first: date
    last: date
    opened: date
    _refunds: list[RefundRow] = field(default_factory=list, init=False, repr=False)

    def products(self) -> Iterator[ProductRow]:
        """Every product on sale in the span, once."""
        known: dict[str, Product] = {}
        for day in days(self.first, self.last):
            for product in range_on(self.shop, day):
                known.setdefault(product.product_id, product)
        for position, product in enumerate(known.values(), 1):
            yield product.row(position)

    def order_lines(self) -> Iterator[OrderLineRow]:
        """The lines of the span's orders, day by day."""
        self._refunds.clear()
        positions, refund_positions = count(1), count(1)
        zone = self.shop.zone
        earliest = max(self.opened, self.first - timedelta(days=LONGEST_DELAY_DAYS))
        for day in days(earliest, self.last):
            for order, random in orders_of(self.shop, day):
                refunds = refunds_of(self.shop, day, order, random)
                if refunds:
                    self._keep(order, refunds, refund_positions, zone)
                if day >= self.first:
                    yield from _line_rows(order, positions)

    def refunds(self) -> Iterator[RefundRow]:
        """The refunds processed in the span."""
        return iter(self._refunds)

    def stock(self) -> Iterator[StockRow]:
        """A count of what is on sale, on the evening of the last day."""
        counted_at = datetime.combine(self.last, COUNTED_AT, self.shop.zone).astimezone(UTC)
        on_sale = range_on(self.shop, self.last)
        pulls = [product.pull_on(self.last) for product in on_sale]
        pieces_a_day = expected_orders(self.shop, self.last) * PIECES_AN_ORDER / (sum(pulls) or 1)
        for position, (product, pull) in enumerate(zip(on_sale, pulls, strict=True), 1):
            random = chance("stock", self.shop.slug, product.product_id, self.last)
            pieces = round(pieces_a_day * pull * random.uniform(*LASTS_DAYS))
            yield StockRow(position, product.product_id, counted_at, max(1, pieces))

    def _keep(
        self, order: Order, refunds: list[Refund], positions: Iterator[int], zone: ZoneInfo
    ) -> None:
        self._refunds += (
            RefundRow(
                next(positions),
                refund.refund_id,
                order.order_id,
                None if refund.line_no is None else str(refund.line_no),
                *(refund.processed_at, refund.kind, refund.quantity, refund.amount),
                *(refund.shipping, refund.tax),
            )
            for refund in refunds
            if self.first <= refund.processed_at.astimezone(zone).date() <= self.last
        )


def days(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included."""
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def _line_rows(order: Order, positions: Iterator[int]) -> Iterator[OrderLineRow]:
    home = order.customer.home
    for number, line in enumerate(order.lines, 1):
        yield OrderLineRow(
            next(positions),
            order.order_id,
            order.placed_at,
            order.paid_at,
            order.channel,
            order.customer.customer_id,
            home.country,
            home.region,
            order.coupon_code,
            order.discount,
            order.shipping,
            order.tax,
            str(number),
            line.product.product_id,
            None,
            None,
            line.quantity,
            line.unit_price,
            line.line_discount,
        )
