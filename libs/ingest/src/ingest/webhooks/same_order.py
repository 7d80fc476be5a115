"""Whether an order that the ledger calls by a name is the one that events say is no sale.

Two sites of one shop number their orders alike, and a file has no more than the number. So an order
is known by when it was placed besides: as events tell it, or as files spell it, some only by the
day. Of orders of a name that are known the one that was placed nearest has it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ingest.csv.notes import Notes
from ingest.ledger.forget import Found
from ingest.webhooks.facts import Facts
from ingest.webhooks.kept_facts import Learned
from ingest.webhooks.platform import OrderState, Shop
from ingest.webhooks.platforms import PLATFORMS

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Times:
    """When an order that something was learned of was placed, or paid, and others of its name."""

    order_id: str
    learned: Learned
    shop: Shop

    def same(self, found: Collection[Found], state: OrderState) -> list[int]:
        """The keys of those of ``found`` that are the order, which ``state`` tells of.

        By the platform's id, or by when it was placed, as its connection knows that now or knew it.
        """
        keys = [each.key for each in found if each.by_id]
        if len(keys) == len(found):
            return keys
        own = _times([state, *self._states([self.learned.before])])
        others = self._states(self.learned.others)
        theirs = _times(each for each in others if set(each.names) & set(state.names))
        named = (each for each in found if not each.by_id)
        return keys + [each.key for each in named if _is_of(each.placed_at, own, theirs)]

    def _states(self, known: Iterable[Facts]) -> list[OrderState]:
        platform = PLATFORMS[self.learned.platform]
        shop = replace(self.shop, notes=Notes(self.shop.currency))
        states = (platform.state(self.order_id, each, shop) for each in known)
        return [each for each in states if each is not None]


def _is_of(placed_at: datetime, own: Iterable[datetime], others: Iterable[datetime]) -> bool:
    apart, nearest = (
        min((abs(placed_at - each) for each in times), default=timedelta.max)
        for times in (own, others)
    )
    return apart <= min(_A_DAY, nearest)


def _times(states: Iterable[OrderState]) -> frozenset[datetime]:
    return frozenset(time for each in states for time in each.times)
