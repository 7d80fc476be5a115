"""View counter: views and downloads by link, in memory, added up in Redis every few seconds.

A view is what a page says of itself once a person sees it; a download is a CSV sent to a person,
whole or as 304. A GET of a page counts nothing: previews, searches and prefetches are GETs. The
same counts say how often a link was viewed, which the worker brings into the ledger, and which
reports to keep warm. With Redis gone they are lost; no request waits.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

from common import instants
from common.infra.redis import VIEW_COUNTS, create_redis
from common.links import popularity, view_counts
from common.links.link_claims import LinkClaims
from common.links.popularity import ViewedReport
from common.links.view_counts import Views
from report_viewer.tasks import BackgroundTask

FLUSH_SECONDS: Final = 2.0
MOST_COUNTED: Final = 10_000
"""How many links may have views that are not yet added up; those of more are not counted."""


_log = logging.getLogger(__name__)


class ViewTally:
    """What people did with one link since the last time that it was added up.

    ``warmed`` are the reports that it showed and that are kept ready, with how often: neither
    frozen ones, which are never computed again, nor those of days that one reader named.
    """

    __slots__ = ("downloads", "last", "views", "warmed")

    def __init__(self, now: datetime) -> None:
        self.warmed: Counter[ViewedReport] = Counter()
        self.views = 0
        self.downloads = 0
        self.last = now

    def show(self, claims: LinkClaims) -> None:
        """Count what the link shows."""
        if not claims.frozen and not claims.choice.names_days:
            kept = ViewedReport(claims.report, claims.window, claims.comparison, claims.hidden)
            self.warmed[kept] += 1


ViewTallies = Mapping[tuple[int, UUID], ViewTally]


class ViewCounter:
    """Counts views and downloads by link.

    Args:
        write: adds tallies up in Redis; called from a thread, may fail.
    """

    def __init__(self, write: Callable[[ViewTallies], None]) -> None:
        self._write = write
        self._tallies: dict[tuple[int, UUID], ViewTally] = {}
        self._flushing = BackgroundTask(self._flush_for_ever)

    def view(self, claims: LinkClaims) -> None:
        """Count a page that a person sees."""
        tally = self._tally(claims)
        if tally is not None:
            tally.views += 1

    def download(self, claims: LinkClaims) -> None:
        """Count a CSV that a person gets."""
        tally = self._tally(claims)
        if tally is not None:
            tally.downloads += 1

    def take(self) -> dict[tuple[int, UUID], ViewTally]:
        """What was counted since the last time."""
        tallies, self._tallies = self._tallies, {}
        return tallies

    async def flush(self) -> None:
        """Add the counts up in Redis; they are lost when it is gone."""
        tallies = self.take()
        if not tallies:
            return
        try:
            await asyncio.to_thread(self._write, tallies)
        except (RedisError, OSError) as error:
            _log.warning("views of %d links were not counted: %s", len(tallies), error)

    def start(self) -> None:
        """Begin to flush, on the running event loop."""
        self._flushing.start()

    async def close(self) -> None:
        """Stop, and flush a last time."""
        await self._flushing.close()
        await self.flush()

    def _tally(self, claims: LinkClaims) -> ViewTally | None:
        link, now = (claims.tenant_id, claims.link_id), instants.now()
        tally = self._tallies.get(link)
        if tally is not None:
            tally.last = now
        elif len(self._tallies) < MOST_COUNTED:
            tally = self._tallies[link] = ViewTally(now)
        if tally is not None:
            tally.show(claims)
        return tally

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()


def recorder(redis_url: str) -> Callable[[ViewTallies], None]:
    """Writes tallies to Redis. Connects on use; bounded in time."""
    redis = create_redis(redis_url, VIEW_COUNTS)
    return lambda tallies: record(redis, tallies)


def record(redis: Redis, tallies: ViewTallies) -> None:
    """Add tallies up: by link for the ledger, by report for what is kept warm."""
    links = {link: Views(each.views, each.downloads, each.last) for link, each in tallies.items()}
    view_counts.append(redis, links)
    reports: Counter[tuple[int, ViewedReport]] = Counter()
    for (tenant_id, _), each in tallies.items():
        reports.update({(tenant_id, viewed): often for viewed, often in each.warmed.items()})
    popularity.record(redis, reports)
