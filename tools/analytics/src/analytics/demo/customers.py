"""Who buys: new customers every day, and earlier ones who come back.

A customer is the day of the first order and a number on that day, so that one who returns can be
named without looking up a single stored row.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from analytics.demo.demand import order_count
from analytics.demo.seeded_random import Weighted
from analytics.demo.shops import OPENED, Place, Shop

_NEW_PERCENT = 58
_DAYS_UNTIL_RETURN = 130
_SOONEST_RETURN_DAYS = 5
_LOYALTY = 2.2  # above 1: some customers of a day come back far more often than others
_SCATTER = 2_654_435_761  # Knuth's multiplicative hash: neighbours live in different places
_WORD = 2**32


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's id, home, and whether this is the first order."""

    customer_id: str
    home: Place
    is_new: bool


def new_customers(shop: Shop, day: date) -> int:
    """How many of the day's orders are somebody's first."""
    return max(1, order_count(shop, day) * _NEW_PERCENT // 100)


def buyer(shop: Shop, day: date, number: int, random: Random) -> Customer:
    """Who places the day's order of that number: the first ones are new customers."""
    if number < new_customers(shop, day):
        return _customer(shop, day, number, is_new=True)
    since = _SOONEST_RETURN_DAYS + int(random.expovariate(1 / _DAYS_UNTIL_RETURN))
    first = max(OPENED, day - timedelta(days=since))
    index = int(random.random() ** _LOYALTY * new_customers(shop, first))
    return _customer(shop, first, index, is_new=False)


def _customer(shop: Shop, first: date, number: int, *, is_new: bool) -> Customer:
    key = (first - OPENED).days * 1000 + number
    home = _homes(shop).at(key * _SCATTER % _WORD / _WORD)
    return Customer(f"{shop.prefix}-C{key}", home, is_new)


@lru_cache(maxsize=8)
def _homes(shop: Shop) -> Weighted[Place]:
    return Weighted(shop.places, [place.weight for place in shop.places])
