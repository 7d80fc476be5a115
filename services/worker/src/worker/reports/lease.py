"""Leases: one computation of a report at a time, on every host.

A thread renews the lease, so that it may be short: when its worker is killed no viewer waits for
longer than it lasts. A worker that was stopped for so long that it lost its lease goes on; what it
stores is right all the same, and never replaces a report of later data.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final
from uuid import uuid4

from redis import Redis, RedisError

from common.reports_cache import scripts
from common.reports_cache.cache import (
    ReportKey,
    data_version_key,
)
from common.reports_cache.report_fields import (
    Meta,
    UnreadableReportError,
    unpack_meta,
)

LEASE_SECONDS: Final = 10.0
_RENEWALS: Final = 4
"""How often a lease is renewed in its time: a few may fail."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease, and what was cached and told at the moment it was taken.

    ``whole`` says whether a CSV was cached with it, and ``joined`` when that joined a page of
    before, in Unix milliseconds; 0 for one that came with its page.
    """

    token: str
    cached: Meta | None
    told_version: bytes | None
    whole: bool
    joined: int = 0


class Leases:
    """Leases in Redis. ``redis`` is a client that returns bytes."""

    def __init__(self, redis: Redis, *, seconds: float = LEASE_SECONDS) -> None:
        self._redis = redis
        self._seconds = seconds

    @contextmanager
    def hold(self, key: ReportKey) -> Iterator[Lease | None]:
        """The lease on ``key`` for as long as the block lasts; None when another holds it.

        Raises:
            redis.RedisError: Redis did not answer when it was taken.
        """
        lease = self._take(key)
        if lease is None:
            yield None
            return
        done = Event()
        renewing = Thread(
            target=self._renew, args=(key, lease.token, done), name="lease", daemon=True
        )
        renewing.start()
        try:
            yield lease
        finally:
            done.set()
            self._release(key, lease.token)

    def _take(self, key: ReportKey) -> Lease | None:
        token = uuid4().hex
        taken, *found = self._redis.eval(
            scripts.TAKE,
            4,
            *(key.computing, key.requested, key.cached, data_version_key(key.tenant_id)),
            token,
            self._milliseconds,
        )
        if not taken:
            return None
        meta, told, whole, joined = found
        return Lease(token, _read(meta), told, bool(whole), int(joined or 0))

    def _renew(self, key: ReportKey, token: str, done: Event) -> None:
        while not done.wait(self._seconds / _RENEWALS):
            try:
                held = self._redis.eval(scripts.RENEW, 1, key.computing, token, self._milliseconds)
            except (RedisError, OSError) as error:
                logger.warning("a lease was not renewed: %s", error)
                continue
            if not held and not done.is_set():
                logger.warning("a lease was lost", extra={"report": key.report})
                return

    def _release(self, key: ReportKey, token: str) -> None:
        try:
            self._redis.eval(scripts.RELEASE, 1, key.computing, token)
        except (RedisError, OSError) as error:
            logger.warning("a lease was not given back, it lapses: %s", error)

    @property
    def _milliseconds(self) -> str:
        return str(int(self._seconds * 1000))


def _read(meta: bytes | None) -> Meta | None:
    try:
        return unpack_meta(meta) if meta is not None else None
    except UnreadableReportError:
        return None
