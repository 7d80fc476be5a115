"""Places for connections: how many clients may be there at once, and how many of one address.

When there is no place left, those that have asked nothing for longest give up theirs; only where
nobody is idle is a newcomer refused. Proxies that are trusted hold connections for many clients:
they are not counted by their address.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import ip_address, ip_network
from typing import Final, Protocol

from common.infra.rate_limit import address_network

_FEW: Final = 256
"""So many connections are looked through whenever a place is wanted; more of them, ten times a
second, and more places are made at once: a flood of newcomers must not keep the process looking."""
_LOOK_SECONDS: Final = 0.1
_SHARE_GIVEN_UP: Final = 16


class Refusal(Enum):
    """Why a connection gets no place."""

    ALL = "Too many connections are open."
    ADDRESS = "Too many connections of your address are open."


class Holder(Protocol):
    """A connection that may have a place."""

    def idle_since(self) -> float | None:
        """Since when it asks nothing, by the loop's clock; None while something is under way."""

    def give_up(self) -> None:
        """End it."""


@dataclass(slots=True, eq=False)
class _Held:
    """Places that are taken, and when it was looked last who of them is idle."""

    by: set[Holder] = field(default_factory=set)
    looked_at: float = float("-inf")


class ConnectionPlaces:
    """The places of one server.

    Args:
        total: how many there are.
        per_address: how many of them one address may have, an IPv6 /64 being one.
        exempt: addresses or networks that are not counted, comma separated: trusted proxies.
    """

    def __init__(self, total: int, per_address: int, *, exempt: str = "") -> None:
        self._total = total
        self._per_address = per_address
        self._exempt = [ip_network(each.strip()) for each in exempt.split(",") if each.strip()]
        self._all = _Held()
        self._of: dict[str, _Held] = {}
        self._address_of: dict[Holder, str] = {}

    def take(self, holder: Holder, address: str, *, now: Callable[[], float]) -> Refusal | None:
        """Give a connection a place, or say why there is none.

        ``address`` is empty where there is none, as on a Unix socket; ``now`` is the loop's clock.
        """
        key = "" if self.is_exempt(address) else address_network(address)
        if not self._has_room(self._of.get(key), self._per_address, now):
            return Refusal.ADDRESS
        if not self._has_room(self._all, self._total, now):
            return Refusal.ALL
        self._all.by.add(holder)
        if key:
            self._of.setdefault(key, _Held()).by.add(holder)
            self._address_of[holder] = key
        return None

    def leave(self, holder: Holder) -> None:
        """Take back the place of a connection, if it has one."""
        self._all.by.discard(holder)
        key = self._address_of.pop(holder, None)
        if key is not None:
            held = self._of[key]
            held.by.discard(holder)
            if not held.by:
                del self._of[key]

    def is_exempt(self, address: str) -> bool:
        """Whether an address is a trusted proxy's, or there is none."""
        if not address or not self._exempt:
            return not address
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(mapped in network for network in self._exempt)

    def _has_room(self, held: _Held | None, most: int, now: Callable[[], float]) -> bool:
        return held is None or len(held.by) < most or self._make_room(held, now)

    def _make_room(self, held: _Held, now: Callable[[], float]) -> bool:
        """Have those who were idle for longest give up their places; whether there were any."""
        if len(held.by) > _FEW:
            if now() < held.looked_at + _LOOK_SECONDS:
                return False
            held.looked_at = now()
        idle = (
            (since, id(each), each) for each in held.by if (since := each.idle_since()) is not None
        )
        wanted = max(1, len(held.by) // _SHARE_GIVEN_UP if len(held.by) > _FEW else 1)
        given_up = heapq.nsmallest(wanted, idle)
        for _, _, each in given_up:
            self.leave(each)
            each.give_up()
        return bool(given_up)
