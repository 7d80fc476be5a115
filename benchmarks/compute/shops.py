"""The shops of the benchmark: fifty, sized by Zipf's law, the same whatever the number of orders.

The k-th shop has a share of the orders proportional to 1/k: the largest 22.2 %, the 25th, called
the median, 0.89 %. A catalogue grows with the shop and not with the orders, so that the growth
from one size to another is about orders: 5,000 products × (the shop's share ÷ the largest's)^¾,
which leaves the median shop 447 and the smallest 266. Demand within a catalogue is Zipf's again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

COUNT: Final = 50
LARGEST_CATALOGUE: Final = 5_000
ZONES: Final = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC")
START: Final = datetime(2024, 3, 1, tzinfo=UTC)
END: Final = START + timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop; its products have the ids ``first_product`` and on, the best seller first."""

    id: int
    share: float
    first_product: int
    products: int
    zone: ZoneInfo


def _shops() -> tuple[Shop, ...]:
    whole = sum(1 / rank for rank in range(1, COUNT + 1))
    sizes = [round(LARGEST_CATALOGUE * rank**-0.75) for rank in range(1, COUNT + 1)]
    firsts = [1, *(1 + past for past in accumulate(sizes))]
    return tuple(
        Shop(rank, 1 / rank / whole, first, size, ZoneInfo(ZONES[(rank - 1) % len(ZONES)]))
        for rank, (first, size) in enumerate(zip(firsts, sizes, strict=False), start=1)
    )


SHOPS: Final = _shops()
LARGEST: Final = SHOPS[0]
MEDIAN: Final = SHOPS[COUNT // 2 - 1]
