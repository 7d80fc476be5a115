"""Freshness of cached reports: current, stale, overdue, or not computable at present.

A report that newer data has overtaken is shown at once while it is computed again, which takes a
moment. Only when that does not come about, or no worker is there to do it, is the reader told.
"""

import time
from collections.abc import Callable
from typing import Final

from cachetools import LRUCache

from common import instants
from common.reports_cache.report_fields import (
    Meta,
    is_stale,
)
from report_viewer.loading.redis_store import Snapshot
from report_viewer.model import Freshness

_TRACKED: Final = 10_000


class FreshnessTracker:
    """Compares reports with the version of their data.

    Since when a report is stale is counted from the first time that it was seen so here: Redis
    tells that there are newer data, and not since when.

    Args:
        overdue_seconds: how long a report may be stale before its reader is told.
        workers_gone: whether no worker takes jobs at present.
        served: told how fresh a report was, and how long ago in seconds it was computed.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self,
        *,
        overdue_seconds: float,
        workers_gone: Callable[[], bool],
        served: Callable[[Freshness, float], None] = lambda _freshness, _age: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._overdue_seconds = overdue_seconds
        self._workers_gone = workers_gone
        self._served = served
        self._clock = clock
        self._stale_since: LRUCache[str, float] = LRUCache(_TRACKED)

    def assess(self, name: str, meta: Meta, snapshot: Snapshot) -> tuple[Freshness, bool]:
        """How fresh the report with the key ``name`` is, and whether newer data wait for it."""
        freshness, stale = self._assess(name, meta, snapshot)
        self._served(freshness, (instants.now() - meta.computed_at).total_seconds())
        return freshness, stale

    def _assess(self, name: str, meta: Meta, snapshot: Snapshot) -> tuple[Freshness, bool]:
        if snapshot.claims.frozen:
            return Freshness.FROZEN, False
        stale = is_stale(meta, snapshot.data_version)
        overdue = self._overdue(name) if stale else self._is_current(name)
        if self._workers_gone():
            return Freshness.UNREACHABLE, stale
        if overdue:
            return Freshness.OVERDUE, stale
        return (Freshness.STALE if stale else Freshness.CURRENT), stale

    def _overdue(self, name: str) -> bool:
        now = self._clock()
        return now - self._stale_since.setdefault(name, now) >= self._overdue_seconds

    def _is_current(self, name: str) -> bool:
        self._stale_since.pop(name, None)
        return False
