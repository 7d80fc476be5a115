"""Counts which reports are viewed, in memory, and adds it up in Redis every few seconds.

A view is a page shown to a GET: whole, or as 304 to a browser that has it already, for somebody
looks at it again. HEAD shows nothing, a CSV is no page, and programs that fetch a link to draw a
preview of it, or to search it, are nobody who looks. Pages that a gateway shows again for a moment
are not counted: what is viewed ten times a second is popular enough.

The counts say what to keep warm and nothing else. With Redis gone they are lost; no request waits.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from common.popularity import ViewedReport, record
from common.signing import LinkClaims
from report_viewer.ending import end

FLUSH_SECONDS: Final = 5.0
MOST_COUNTED: Final = 10_000
"""How many links may have views that are not yet added up; those of more are not counted."""

_ANSWER_SECONDS: Final = 2
_BOTS: Final = re.compile(
    rb"(?<!cu)bot\b|crawl|spider|preview|facebookexternalhit|whatsapp|embedly|slurp"
    rb"|skypeuripreview|vkshare|pinterest|headlesschrome|monitor|curl/|wget/|python-|go-http",
    re.IGNORECASE,
)
_AGENTS_REMEMBERED: Final = 1024
_LONGEST_AGENT: Final = 512

Views = Mapping[tuple[int, ViewedReport], int]

_log = logging.getLogger(__name__)


class ViewCount:
    """The views of one link that are not yet added up."""

    __slots__ = ("_counting", "count", "viewed")

    def __init__(self, counting: "Counting", viewed: tuple[int, ViewedReport]) -> None:
        self._counting = counting
        self.viewed = viewed
        self.count = 0

    def add(self) -> None:
        """Count a view."""
        self.count += 1
        if self.count == 1:
            self._counting.note(self)


class Counting:
    """Views by tenant, report and window.

    Args:
        write: adds views up in Redis; called from a thread, may fail.
    """

    def __init__(self, write: Callable[[Views], None]) -> None:
        self._write = write
        self._counts: list[ViewCount] = []
        self._agents: dict[bytes, bool] = {}
        self._flushing: asyncio.Task[None] | None = None

    def of(self, claims: LinkClaims) -> ViewCount:
        """A count for a link."""
        return ViewCount(self, (claims.tenant_id, ViewedReport(claims.report, claims.window)))

    def note(self, count: ViewCount) -> None:
        """Have ``count`` added up next time."""
        if len(self._counts) < MOST_COUNTED:
            self._counts.append(count)
        else:
            count.count = 0

    def is_bot(self, agent: bytes) -> bool:
        """Whether a User-Agent is that of a program that looks by itself."""
        known = self._agents.get(agent)
        if known is None:
            known = _BOTS.search(agent[:_LONGEST_AGENT]) is not None
            if len(self._agents) >= _AGENTS_REMEMBERED:
                self._agents.clear()
            if len(agent) <= _LONGEST_AGENT:
                self._agents[agent] = known
        return known

    def take(self) -> dict[tuple[int, ViewedReport], int]:
        """The views counted since the last time."""
        views: dict[tuple[int, ViewedReport], int] = {}
        counts, self._counts = self._counts, []
        for each in counts:
            views[each.viewed] = views.get(each.viewed, 0) + each.count
            each.count = 0
        return views

    async def flush(self) -> None:
        """Add the views up in Redis; they are lost when it is gone."""
        views = self.take()
        if not views:
            return
        try:
            await asyncio.to_thread(self._write, views)
        except (RedisError, OSError) as error:
            _log.warning("views of %d reports were not counted: %s", len(views), error)

    def start(self) -> None:
        """Begin to flush, on the running event loop."""
        self._flushing = asyncio.create_task(self._flush_for_ever())

    async def close(self) -> None:
        """Stop, and flush a last time."""
        await end(self._flushing)
        await self.flush()

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()


def recorder(redis_url: str) -> Callable[[Views], None]:
    """Writes views to Redis. Connects on use; bounded in time."""
    redis = Redis.from_url(
        redis_url, max_connections=1, socket_connect_timeout=1, socket_timeout=_ANSWER_SECONDS
    )
    return lambda views: record(redis, views)
