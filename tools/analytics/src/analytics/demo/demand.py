"""How many orders a day brings, at what hours, and which campaigns run: the shops' calendar."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import sqrt

from analytics.demo.seeded_random import Weighted, chance
from analytics.demo.shops import OPENED, Shop

_GROWTH_A_YEAR = 0.055
_WEEKDAYS = (1.12, 1.02, 0.98, 0.97, 0.90, 0.88, 1.13)
_MONTHS = (0.92, 0.86, 0.90, 0.94, 0.96, 0.86, 0.82, 0.86, 0.97, 1.06, 1.38, 1.47)
_DAYS_A_MONTH = 30.44
_QUIET_DAYS = {(12, 24): 0.4, (12, 25): 0.45, (12, 26): 0.7, (12, 31): 0.55, (1, 1): 0.6}
_LATE_DECEMBER = 0.62
_LAST_POSTING_DAY = 20
_NOISE = 0.07

_WEEKDAY_HOURS = (4, 2, 1, 1, 1, 3, 9, 18, 27, 33, 36, 38, 44, 38, 34, 33, 35, 40)
_EVENING = (50, 62, 70, 62, 38, 15)
_WEEKEND_HOURS = (
    6,
    4,
    2,
    1,
    1,
    2,
    4,
    9,
    20,
    36,
    47,
    50,
    46,
    42,
    42,
    45,
    48,
    50,
    54,
    60,
    66,
    56,
    33,
)
_SATURDAY = 5
_HOURS_WEEKDAY = Weighted(range(24), _WEEKDAY_HOURS + _EVENING)
_HOURS_WEEKEND = Weighted(range(24), (*_WEEKEND_HOURS, 14))


@dataclass(frozen=True, slots=True)
class Campaign:
    """A coupon that runs every year from one (month, day) to another, both included.

    ``percent`` off the goods, or the shop's voucher value where it is None. ``uptake`` is the
    share of orders that use it, ``lift`` what it does to the number of orders.
    """

    code: str
    begins: tuple[int, int]
    ends: tuple[int, int]
    percent: int | None
    uptake: float
    lift: float

    def runs_on(self, day: date) -> bool:
        """Whether the coupon is valid on ``day``."""
        return self.begins <= (day.month, day.day) <= self.ends


CAMPAIGNS = (
    Campaign("WINTER10", (1, 8), (1, 21), 10, 0.22, 1.10),
    Campaign("SPRING15", (3, 20), (4, 2), 15, 0.26, 1.16),
    Campaign("SUMMER20", (6, 21), (6, 28), 20, 0.34, 1.30),
    Campaign("HOMECOMING", (9, 8), (9, 16), None, 0.24, 1.10),
    Campaign("BLACKWEEK25", (11, 21), (11, 30), 25, 0.52, 1.75),
    Campaign("ADVENT5", (12, 1), (12, 12), None, 0.20, 1.06),
)
WELCOME = Campaign("WELCOME10", (1, 1), (12, 31), 10, 0.14, 1.0)
"""For a customer's first order, all year."""


def campaign_on(day: date) -> Campaign | None:
    """The campaign that runs on ``day``, if one does."""
    return next((campaign for campaign in CAMPAIGNS if campaign.runs_on(day)), None)


def in_clearance(day: date) -> bool:
    """Whether the winter or the summer clearance is on."""
    return (1, 2) <= (day.month, day.day) <= (1, 24) or (7, 1) <= (day.month, day.day) <= (7, 24)


def expected_orders(shop: Shop, day: date) -> float:
    """The orders that ``day`` would bring on average."""
    growth = 1 + _GROWTH_A_YEAR * (day - OPENED).days / 365.25
    campaign = campaign_on(day)
    lift = campaign.lift if campaign else 1.0
    if in_clearance(day):
        lift *= 1.12
    quiet = _QUIET_DAYS.get((day.month, day.day), 1.0)
    if day.month == len(_MONTHS) and day.day > _LAST_POSTING_DAY:
        quiet *= _LATE_DECEMBER
    return shop.orders_a_day * growth * _WEEKDAYS[day.weekday()] * _season(day) * lift * quiet


def _season(day: date) -> float:
    """The year's curve, drawn smoothly through the middles of the months."""
    place = day.month - 1 + (day.day - 1) / _DAYS_A_MONTH - 0.5
    left, share = int(place // 1), place % 1
    return _MONTHS[left % 12] * (1 - share) + _MONTHS[(left + 1) % 12] * share


@lru_cache(maxsize=16_384)
def order_count(shop: Shop, day: date) -> int:
    """The orders of ``day``: around the expected number, at least one."""
    expected = expected_orders(shop, day)
    random = chance(shop.slug, day, "count")
    spread = sqrt(expected + (_NOISE * expected) ** 2)
    return max(1, round(expected + spread * random.gauss(0, 1)))


def hours_of(day: date) -> Weighted[int]:
    """When on ``day`` people buy: working days peak at lunch and in the evening."""
    return _HOURS_WEEKEND if day.weekday() >= _SATURDAY else _HOURS_WEEKDAY
