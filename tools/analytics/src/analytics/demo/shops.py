"""The two demo shops and what makes them different: zone, currency, size, customers.

The second one is there so that isolation, another time zone and a currency without decimals are
exercised wherever the demo runs.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

OPENED = date(2020, 1, 1)
"""Both shops opened then; trends count from here and customers may date back to it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where customers live: their share of them, and the tax there in hundredths of a percent."""

    country: str
    region: str
    weight: float
    tax_rate: int


@dataclass(frozen=True, slots=True, eq=False)  # by identity: a key of many caches, hashed often
class Shop:
    """A demo shop. All money is in minor units of ``currency``.

    A price is a multiple of ``price_step`` plus ``price_ending``, made from euro cents by
    ``cents_to_minor`` (a numerator and a denominator).
    """

    slug: str
    name: str
    currency: str
    timezone: str
    prefix: str
    orders_a_day: float
    core_products: int
    launches_a_quarter: int
    cents_to_minor: tuple[int, int]
    price_step: int
    price_ending: int
    shipping: int
    free_shipping_from: int
    voucher: int
    channels: tuple[tuple[str, float], ...]
    places: tuple[Place, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    def price(self, cents: int) -> int:
        """A price as this shop would write it, for a value in euro cents."""
        numerator, denominator = self.cents_to_minor
        steps = cents * numerator // (denominator * self.price_step)
        return steps * self.price_step + self.price_ending


NORDLICHT = Shop(
    slug="nordlicht",
    name="Nordlicht Home",
    currency="EUR",
    timezone="Europe/Berlin",
    prefix="NL",
    orders_a_day=61.5,
    core_products=290,
    launches_a_quarter=10,
    cents_to_minor=(1, 1),
    price_step=100,
    price_ending=90,
    shipping=490,
    free_shipping_from=7900,
    voucher=500,
    channels=(("web", 56), ("marketplace", 19), ("social", 12), ("newsletter", 8), ("store", 5)),
    places=(
        Place("DE", "DE-NW", 15, 1900),
        Place("DE", "DE-BY", 13, 1900),
        Place("DE", "DE-BE", 12, 1900),
        Place("DE", "DE-BW", 9, 1900),
        Place("DE", "DE-HH", 8, 1900),
        Place("DE", "DE-HE", 6, 1900),
        Place("DE", "DE-SN", 4, 1900),
        Place("AT", "AT-9", 6, 2000),
        Place("AT", "AT-6", 3, 2000),
        Place("CH", "CH-ZH", 5, 0),
        Place("NL", "NL-NH", 5, 2100),
        Place("FR", "FR-IDF", 4, 2000),
        Place("DK", "DK-84", 3, 2500),
        Place("SE", "SE-AB", 3, 2500),
        Place("PL", "PL-MZ", 2, 2300),
        Place("US", "US-NY", 1, 0),
    ),
)

KOMOREBI = Shop(
    slug="komorebi",
    name="Komorebi Goods",
    currency="JPY",
    timezone="Asia/Tokyo",
    prefix="KG",
    orders_a_day=2.05,
    core_products=60,
    launches_a_quarter=2,
    cents_to_minor=(16, 10),
    price_step=100,
    price_ending=80,
    shipping=660,
    free_shipping_from=11000,
    voucher=800,
    channels=(("web", 62), ("marketplace", 22), ("social", 16)),
    places=(
        Place("JP", "JP-13", 34, 1000),
        Place("JP", "JP-27", 17, 1000),
        Place("JP", "JP-14", 13, 1000),
        Place("JP", "JP-23", 10, 1000),
        Place("JP", "JP-40", 8, 1000),
        Place("JP", "JP-01", 6, 1000),
        Place("TW", "TW-TPE", 7, 0),
        Place("SG", "SG-01", 5, 0),
    ),
)

SHOPS = (NORDLICHT, KOMOREBI)
"""The first one is the shop of the demo's link."""
