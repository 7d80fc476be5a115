"""Whether an order that the ledger calls by a name is the one that events say is no sale.

Where no other order of that name is known it is, whenever it was placed: files spell times by
the day, or by a clock elsewhere, and a shop sets it right. Two sites of one shop number their
orders alike, though. Then it is the order's that was placed as the ledger has it; and where that
fits several, as a day does, a sale's.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ingest.csv.notes import Notes
from ingest.ledger.remove_orders import Found
from ingest.webhooks.kept_facts import Known, Learned
from ingest.webhooks.payload import UnreadableEventError
from ingest.webhooks.platform import Shop
from ingest.webhooks.platforms import PLATFORMS

_MOMENT: Final = timedelta(microseconds=1)
_MINUTE: Final = timedelta(minutes=1)
_LONGEST_DAY: Final = timedelta(hours=25)
_ZONES_APART: Final = timedelta(hours=26)
"""How far clocks of two zones may be apart."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """When an order was placed, or paid, as its connections knew that; and whether it is a sale."""

    times: frozenset[datetime]
    is_sale: bool

    @classmethod
    def of(cls, order: Known, shop: Shop) -> "_Claim":
        """An order's; nothing is told of what does not suit the shop's settings any more."""
        platform = PLATFORMS[order.platform]
        quiet = replace(shop, notes=Notes(shop.currency))
        times: set[datetime] = set()
        is_sale = False
        for facts in (*order.heard, order.now):
            try:
                state = platform.state(order.order_id, facts, quiet)
            except UnreadableEventError:
                continue
            if state is not None:
                times |= {*state.times}
                is_sale = bool(state.lines)
        return cls(frozenset(times), is_sale)

    def fits(self, since: datetime, until: datetime) -> bool:
        """Whether it was placed then."""
        return any(since <= each < until for each in self.times)

    def apart(self, placed_at: datetime) -> timedelta:
        """How far from a time it was placed."""
        return min((abs(placed_at - each) for each in self.times), default=timedelta.max)


def taken_out(found: Collection[Found], learned: Learned, shop: Shop) -> list[int]:
    """The keys of those of ``found`` that are the order that ``learned`` says is no sale."""
    if not learned.others:
        return [each.key for each in found]
    before = learned.order._replace(heard=(learned.before, *learned.order.heard))
    own = _Claim.of(before, shop)
    others = [_Claim.of(each, shop) for each in learned.others]
    zone = ZoneInfo(shop.basis.timezone)
    return [each.key for each in found if each.by_id or _is_of(own, others, each.placed_at, zone)]


def _is_of(own: _Claim, others: Collection[_Claim], placed_at: datetime, zone: ZoneInfo) -> bool:
    for since, until in _meant(placed_at, zone):
        theirs = [each for each in others if each.fits(since, until)]
        if own.fits(since, until):
            return not any(each.is_sale for each in theirs)
        if theirs:
            return False
    return own.apart(placed_at) < min(each.apart(placed_at) for each in others)


def _meant(placed_at: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """When what was placed at a time of the ledger may have been: what is likelier comes first."""
    yield placed_at, placed_at + _MOMENT
    is_day = placed_at.astimezone(zone).time() == time.min
    if not is_day:
        yield placed_at, placed_at + _MINUTE
    whole = _LONGEST_DAY if is_day else _MINUTE
    yield placed_at - _ZONES_APART, placed_at + whole + _ZONES_APART
