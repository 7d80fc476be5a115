"""Address limit: how often one client address may do a thing in a minute, in this process.

For what anybody may send and nobody has to be refused for: what is over the limit is not counted.
"""

import time
from collections.abc import Callable, Hashable
from typing import Final

from cachetools import TTLCache

from common.infra.rate_limit import address_network

WINDOW_SECONDS: Final = 60.0
_REMEMBERED: Final = 20_000
"""How many addresses are remembered: a few megabytes."""


class AddressLimit:
    """A rate limit by fixed window and network of the address.

    Args:
        most: how often within ``WINDOW_SECONDS``.
    """

    def __init__(self, most: int, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._counts: TTLCache[Hashable, list[int]] = TTLCache(
            _REMEMBERED, WINDOW_SECONDS, timer=timer
        )

    def allows(self, address: str | None, about: Hashable = None) -> bool:
        """Count one, of what it is ``about``; whether it is within the limit.

        Those without an address count as one address.
        """
        count = self._counts.setdefault((address_network(address or ""), about), [0])
        count[0] += 1
        return count[0] <= self._most
