"""Rate limits: counted in Redis, for all processes of all hosts together.

The window moves: at no moment are there more than ``amount`` within the last ``seconds``. Counting
and deciding are one step, so that many at once do not slip through together. A count lapses with
its window, and holds no more than what was admitted: what Redis keeps is bounded by the limit.

A limit that Redis does not count raises, and the caller decides what that means.
"""

import math
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import Redis

from common.http.problem import Problem
from common.http.wording import Wording

KEYS: Final = "limits"
"""What the names of all counts begin with."""

_SITE_PREFIX: Final = 64
"""An IPv6 site has that many bits of its own: its addresses count as one."""


class RateLimitExceededError(Problem):
    """Too often; another attempt is worth making after ``retry_after`` seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    type = "too-many-requests"
    title = "Too many requests"
    retry_after: int
    what = Wording("Too many attempts.")

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            Wording(
                "%(what)s Try again in %(seconds)s seconds.", what=self.what, seconds=retry_after
            )
        )
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """So many within so many seconds; ``name`` tells its counts from those of other limits."""

    name: str
    amount: int
    seconds: int
    _item: RateLimitItem = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        item = RateLimitItemPerSecond(self.amount, self.seconds, self.name)
        object.__setattr__(self, "_item", item)

    @property
    def item(self) -> RateLimitItem:
        """The limit as the library has it."""
        return self._item


class _Storage(RedisStorage):
    """Counts by a client of ours, whatever it talks to. Each count is one key."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        super().__init__("redis://", key_prefix=KEYS)

    def get_connection(self, readonly: bool = False) -> Any:  # noqa: ARG002 - the library's signature
        return self._redis


class RateLimiter:
    """Counts in Redis, by one round trip each."""

    def __init__(self, redis: Redis) -> None:
        self._limiter = MovingWindowRateLimiter(_Storage(redis))

    def hit(self, limit: Limit, whom: str, count: int = 1) -> int | None:
        """Count one more of ``whom``, or so many; the seconds to wait when that is too many.

        What is refused is not counted, not in part either.

        Raises:
            redis.RedisError: it could not be counted.
        """
        if self._limiter.hit(limit.item, whom, cost=count):
            return None
        reset = self._limiter.get_window_stats(limit.item, whom).reset_time
        return max(1, math.ceil(reset - time.time()))

    def check(
        self, limit: Limit, whom: str, error: type[RateLimitExceededError], count: int = 1
    ) -> None:
        """Count one more of ``whom``, or so many, or refuse it.

        Raises:
            RateLimitExceededError: as ``error``: it is too many.
            redis.RedisError: it could not be counted.
        """
        seconds = self.hit(limit, whom, count)
        if seconds is not None:
            raise error(seconds)

    def is_exhausted(self, limit: Limit, whom: str) -> bool:
        """Whether one more of ``whom`` would be one too many.

        Raises:
            redis.RedisError: it is not known.
        """
        remaining: int = self._limiter.get_window_stats(limit.item, whom).remaining
        return remaining == 0

    def reset(self, limit: Limit, whom: str) -> None:
        """Begin to count ``whom`` anew.

        Raises:
            redis.RedisError: the count stays.
        """
        self._limiter.clear(limit.item, whom)


def tenant_bucket(tenant_id: int) -> str:
    """The name of a tenant's counts; they live where its other keys do."""
    return f"{{{tenant_id}}}"


def address_network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((parsed, _SITE_PREFIX), strict=False))
    return str(parsed)
