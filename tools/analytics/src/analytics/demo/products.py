"""A demo shop's products on a day: a standing range, and new ones each quarter that later go.

Launches follow the calendar without end, so that a range looks alike whenever the demo runs: a
product's id, title, launch and price on a date never depend on the day of the load.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from analytics.demo.product_names import CATEGORIES, Category
from analytics.demo.seeded_random import chance
from analytics.demo.shops import OPENED, Shop
from ingest.rows import ProductRow

_QUARTERS_ON_SALE = 6
_QUARTER_NAMES = ("Winter", "Spring", "Summer", "Autumn")
_STARS = 6
_PRICE_STEP_PERCENT = 3
_LAUNCH_RUSH_DAYS = 28


@dataclass(frozen=True, slots=True)
class Product:
    """A product: ``cents`` its first price in euro cents, ``weight`` its pull beside others.

    On sale from ``launched`` (inclusive) to ``retired`` (exclusive); ``unit_cost`` in minor units.
    """

    product_id: str
    title: str
    sku: str
    category: Category
    cents: int
    unit_cost: int
    weight: float
    launched: date
    retired: date
    price_month: int

    def price_on(self, shop: Shop, day: date) -> int:
        """The price ex tax on ``day``, in minor units: up a little each year, in one step."""
        rises = self._rises_by(day) - self._rises_by(self.launched)
        return shop.price(self.cents * (100 + _PRICE_STEP_PERCENT * rises) // 100)

    def _rises_by(self, day: date) -> int:
        """How often, since year 0, the month in which its price rises had begun by ``day``."""
        return (day.year * 12 + day.month - self.price_month) // 12

    def pull_on(self, day: date) -> float:
        """How much it attracts on ``day``: the season's, and the rush and fading of a launch."""
        season = self.category.season[day.month - 1]
        if self.launched == OPENED:
            return self.weight * season
        age = (day - self.launched).days
        rush = 2.2 if age < _LAUNCH_RUSH_DAYS else max(0.5, 1.3 - age / 500)
        return self.weight * season * rush

    def row(self, position: int) -> ProductRow:
        """The product as the loader takes it."""
        return ProductRow(
            position, self.product_id, self.title, self.sku, self.category.name, self.unit_cost
        )


def range_on(shop: Shop, day: date) -> list[Product]:
    """The products on sale on ``day``, in the order of their ids."""
    quarter = day.year * 4 + (day.month - 1) // 3
    recent = [
        product
        for number in range(quarter - _QUARTERS_ON_SALE, quarter + 1)
        for product in _launched_in(shop, number)
        if product.launched <= day < product.retired
    ]
    return [*_standing(shop), *recent]


@lru_cache(maxsize=8)
def _standing(shop: Shop) -> tuple[Product, ...]:
    """The range that is always there: few stars, a long tail."""
    random = chance(shop.slug, "standing range")
    articles = [
        (category, name, finish, cents)
        for category in CATEGORIES
        for name, cents in category.articles
        for finish in category.finishes
    ]
    random.shuffle(articles)
    return tuple(
        _product(
            shop,
            f"{rank:04d}",
            category,
            f"{name} – {finish}",
            cents,
            weight=_weight(rank),
            launched=OPENED,
            retired=date.max,
        )
        for rank, (category, name, finish, cents) in enumerate(articles[: shop.core_products], 1)
    )


def _weight(rank: int) -> float:
    """A long tail after a head of stars."""
    tail: float = (rank + 12.0) ** -0.85
    return tail * 2.6 if rank <= _STARS else tail


@lru_cache(maxsize=256)
def _launched_in(shop: Shop, quarter: int) -> tuple[Product, ...]:
    """The new products of a quarter (counted from year 0): a named edition of known articles."""
    random = chance(shop.slug, "launches", quarter)
    year, index = divmod(quarter, 4)
    begin = date(year, index * 3 + 1, 1)
    edition = f"{_QUARTER_NAMES[index]} {year}"
    articles = [
        (category, name, cents) for category in CATEGORIES for name, cents in category.articles
    ]
    chosen = random.sample(articles, shop.launches_a_quarter)
    launches = []
    for number, (category, name, cents) in enumerate(chosen):
        launched = begin + timedelta(days=int(random.random() * 80))
        launches.append(
            _product(
                shop,
                f"{year % 100:02d}{index + 1}{number:02d}",
                category,
                f"{name} – {edition} Edition",
                cents * 115 // 100,
                weight=_weight(1 + int(random.random() ** 1.5 * 120)),
                launched=launched,
                retired=launched + timedelta(days=91 * (_QUARTERS_ON_SALE - 1)),
            )
        )
    return tuple(launches)


def _product(
    shop: Shop,
    number: str,
    category: Category,
    title: str,
    cents: int,
    *,
    weight: float,
    launched: date,
    retired: date,
) -> Product:
    random = chance(shop.slug, "product", number)
    return Product(
        product_id=f"{shop.prefix}-P{number}",
        title=title,
        sku=f"{category.code}-{number}",
        category=category,
        cents=cents,
        unit_cost=shop.price(cents) * (34 + int(random.random() * 22)) // 100,
        weight=weight,
        launched=launched,
        retired=retired,
        price_month=(2, 4, 9)[int(random.random() * 3)],
    )
