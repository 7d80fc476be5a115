"""Claims: who asks for a computation, one of all who want it, on every host.

A claim covers the time in the queue alone. From its first moment a worker holds a lease on the
report (``worker.reports.lease``), and while that lasts no viewer asks again; when a worker dies, it
lapses.
"""

from enum import StrEnum
from uuid import uuid4

from redis import Redis

from common.reports_cache import scripts
from common.reports_cache.cache import (
    ReportKey,
    brand_key,
    data_version_key,
)


class CachePolicy(StrEnum):
    """With what in the cache an asker is content, so that nothing is computed."""

    NOTHING = "nothing"
    ANY = "any"
    FRESH = "fresh"
    SAME = "same"
    """A form of the very report that is cached."""


class Claims:
    """Claims in Redis. ``redis`` is a client that returns bytes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def claim(
        self,
        key: ReportKey,
        *,
        seconds: int,
        enough: CachePolicy,
        lasting_seconds: int = 0,
        mark: bool = True,
    ) -> str | None:
        """Ask for the computation on behalf of everybody; None when there is nothing to ask for.

        That is: another has already asked, a worker is at it, it failed a moment ago, or what is
        cached is ``enough`` (as fresh, for at least ``lasting_seconds`` more). The claim ends when
        a worker begins, or by ``release``, and lapses after ``seconds``. Without ``mark`` it keeps
        no other from asking.
        """
        token = uuid4().hex
        claimed = self._redis.eval(
            scripts.CLAIM,
            7,
            *(key.requested, key.computing, key.failed, key.cached),
            *(data_version_key(key.tenant_id), key.report_key.cached, brand_key(key.tenant_id)),
            token if mark else "",
            str(seconds * 1000),
            enough.value,
            str(lasting_seconds * 1000),
        )
        return token if claimed else None

    def release(self, key: ReportKey, token: str) -> None:
        """Withdraw one's own claim, so that the next one may ask again."""
        self._redis.eval(scripts.RELEASE, 1, key.requested, token)
