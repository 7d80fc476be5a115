"""The orders of a day: who bought what, when, at which discounts, and what it came to.

An order belongs to the day it is paid on, in the shop's zone, so that a day once loaded is
complete. All money is in the shop's minor unit, ex tax.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from analytics.demo.customers import Customer, buyer
from analytics.demo.demand import (
    WELCOME,
    Campaign,
    campaign_on,
    hours_of,
    in_clearance,
    order_count,
)
from analytics.demo.products import Product, range_on
from analytics.demo.seeded_random import Weighted, chance
from analytics.demo.shops import Shop

_LINES = Weighted((1, 2, 3, 4, 5, 6), (42, 26, 16, 9, 5, 2))
_PIECES = Weighted((1, 2, 3, 4, 6), (78, 15, 4, 2, 1))
_CLEARED = Weighted((0, 15, 20, 30), (62, 16, 14, 8))
_BULK_FROM, _BULK_PERCENT = 3, 5
_NEVER_PAID = 0.007
_BY_TRANSFER = 0.09
_STORE = "store"


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of a product; ``order_discount`` is its share of the order's."""

    product: Product
    quantity: int
    unit_price: int
    line_discount: int
    order_discount: int = 0

    @property
    def net(self) -> int:
        """What the customer pays for the goods."""
        return self.unit_price * self.quantity - self.line_discount - self.order_discount


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a demo shop; ``paid_at`` is None when it never was."""

    order_id: str
    placed_at: datetime
    paid_at: datetime | None
    channel: str
    customer: Customer
    coupon_code: str | None
    discount: int
    shipping: int
    tax: int
    lines: tuple[Line, ...]


def orders_of(shop: Shop, day: date) -> Iterator[tuple[Order, Random]]:
    """The orders paid on ``day`` (and those placed on it and never paid), by time.

    With each comes the generator to draw its later fate from.
    """
    random = chance(shop.slug, day, "orders")
    count = order_count(shop, day)
    products = range_on(shop, day)
    mix = Weighted(products, [product.pull_on(day) for product in products])
    channels = Weighted(*zip(*shop.channels, strict=True))
    numbers = list(range(count))
    random.shuffle(numbers)
    for sequence, paid_at in enumerate(_instants(shop, day, count, random), 1):
        customer = buyer(shop, day, numbers[sequence - 1], random)
        order = _order(
            shop,
            day,
            f"{shop.prefix}-{day:%y%m%d}-{sequence:04d}",
            paid_at,
            channels.at(random.random()),
            customer,
            tuple(_basket(shop, day, mix, random)),
            random,
        )
        yield order, random


def _instants(shop: Shop, day: date, count: int, random: Random) -> list[datetime]:
    """``count`` instants of ``day`` in the shop's zone, in order."""
    hours, zone = hours_of(day), shop.zone
    return sorted(
        datetime.combine(
            day,
            time(hours.at(random.random()), int(random.random() * 60), int(random.random() * 60)),
            zone,
        ).astimezone(UTC)
        for _ in range(count)
    )


def _basket(shop: Shop, day: date, mix: Weighted[Product], random: Random) -> Iterator[Line]:
    clearance = in_clearance(day)
    taken: set[str] = set()
    for _ in range(_LINES.at(random.random())):
        product = mix.at(random.random())
        quantity = _PIECES.at(random.random())
        percent = _CLEARED.at(random.random()) if clearance else 0
        if quantity >= _BULK_FROM:
            percent = max(percent, _BULK_PERCENT)
        if product.product_id in taken:
            continue
        taken.add(product.product_id)
        price = product.price_on(shop, day)
        yield Line(product, quantity, price, price * quantity * percent // 100)


def _order(
    shop: Shop,
    day: date,
    order_id: str,
    paid_at: datetime,
    channel: str,
    customer: Customer,
    lines: tuple[Line, ...],
    random: Random,
) -> Order:
    goods = sum(line.net for line in lines)
    campaign = _coupon(day, customer, random)
    discount = _discount(shop, campaign, goods)
    lines = spread(discount, lines)
    carried = channel != _STORE and goods - discount < shop.free_shipping_from
    shipping = shop.shipping if carried else 0
    rate = customer.home.tax_rate
    return Order(
        order_id=order_id,
        placed_at=paid_at - _time_to_pay(random),
        paid_at=None if random.random() < _NEVER_PAID else paid_at,
        channel=channel,
        customer=customer,
        coupon_code=campaign.code if campaign else None,
        discount=discount,
        shipping=shipping,
        tax=((goods - discount + shipping) * rate + 5000) // 10_000,
        lines=lines,
    )


def _time_to_pay(random: Random) -> timedelta:
    if random.random() < _BY_TRANSFER:
        return timedelta(seconds=int(86_400 * (0.8 + 2.4 * random.random())))
    return timedelta(seconds=int(15 + 300 * random.random() ** 3))


def _coupon(day: date, customer: Customer, random: Random) -> Campaign | None:
    campaign, draw = campaign_on(day), random.random()
    if campaign is not None and draw < campaign.uptake:
        return campaign
    return WELCOME if customer.is_new and random.random() < WELCOME.uptake else None


def _discount(shop: Shop, campaign: Campaign | None, goods: int) -> int:
    if campaign is None:
        return 0
    if campaign.percent is None:
        return min(shop.voucher, goods)
    return goods * campaign.percent // 100


def spread(discount: int, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """``lines`` with ``discount`` spread by value, by largest remainder, as the ledger does it."""
    total = sum(line.net for line in lines)
    if not discount or not total:
        return lines
    shares = [divmod(discount * line.net, total) for line in lines]
    left_over = discount - sum(whole for whole, _ in shares)
    turns = sorted(range(len(lines)), key=lambda index: -shares[index][1])[:left_over]
    return tuple(
        replace(line, order_discount=shares[index][0] + (index in turns))
        for index, line in enumerate(lines)
    )
