"""Warm-up at midnight: the windows of a new day, right after it begins where the shop is.

Admins share what they shared before. So for every report and period that is viewed the window that
ends today is computed once, as soon as today has begun; a report without viewers is not computed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from redis import Redis

from common.links import popularity
from common.links.popularity import ViewedReport
from common.links.ranges import ChosenRange, Range
from common.reports.window import Period, Window, window_of
from ingest import data_version
from ingest.data_version import TenantNow
from worker.warming import popular
from worker.warming.popular import WarmingContext

MIDNIGHT: Final = "warm.midnight"
EVERY_SECONDS: Final = 300
AT_ONCE: Final = 1000
"""How many tenants a server is asked for at once."""
_MONTHS: Final = (Range.THIS_MONTH, Range.LAST_MONTH)
_DAY_KEPT_SECONDS: Final = 3 * 24 * 3600


def warm_midnight(using: WarmingContext, *, now: datetime) -> int:
    """Ask for the windows of today of every tenant whose local day is new; how many were asked.

    On the way it is told which data there is: an announcement that was lost comes back by this.
    Each server is asked once for a thousand tenants. Tenants beyond the bound of a round are left
    to the next one.
    """
    most = using.per_minute * EVERY_SECONDS // popular.EVERY_SECONDS
    asked = 0
    for tenant_ids in _batches(popularity.tenants(using.redis)):
        if asked >= most:
            break
        tenants = data_version.tell_many(using.engine, using.cache, tenant_ids)
        for tenant_id, zone in _begun(using.redis, tenants, now):
            if asked >= most:
                break
            wanted = list(_of_today(using, tenant_id, zone, now))
            asked += sum(using.ask(tenant_id, each) for each in wanted)
            using.redis.set(day_key(tenant_id), _today(zone, now), ex=_DAY_KEPT_SECONDS)
    return asked


def _batches(tenant_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (tenant_ids[at : at + AT_ONCE] for at in range(0, len(tenant_ids), AT_ONCE))


def _begun(
    redis: Redis, tenants: Mapping[int, TenantNow], now: datetime
) -> Iterator[tuple[int, ZoneInfo]]:
    """Those whose windows of today were not asked for, with their zones."""
    with redis.pipeline(transaction=False) as pipe:
        for tenant_id in tenants:
            pipe.get(day_key(tenant_id))
        days = pipe.execute()
    for (tenant_id, tenant), day in zip(tenants.items(), days, strict=True):
        if day != _today(tenant.zone, now):
            yield tenant_id, tenant.zone


def _today(zone: ZoneInfo, now: datetime) -> bytes:
    return now.astimezone(zone).date().isoformat().encode("ascii")


def day_key(tenant_id: int) -> str:
    """Where the last local day is kept whose windows were asked for."""
    return f"{{{tenant_id}}}:warmed-day"


def _of_today(
    using: WarmingContext, tenant_id: int, zone: ZoneInfo, now: datetime
) -> Iterator[ViewedReport]:
    """Each report and period that is viewed, the most viewed first, over its window of today.

    So is a month that readers choose; what it is compared with stays as it is viewed.
    """
    seen = set()
    for viewed in popularity.top(using.redis, tenant_id, popularity.KEPT_PER_TENANT):
        today = _moved(viewed.window, zone, now)
        kind = viewed.report, today, viewed.comparison, viewed.hidden
        if today is None or kind in seen or not popular.is_computable(viewed):
            continue
        seen.add(kind)
        yield ViewedReport(viewed.report, today, viewed.comparison, viewed.hidden)


def _moved(window: Window, zone: ZoneInfo, now: datetime) -> Window | None:
    """The window of today for who viewed that one: of the period of as many days, or the month."""
    try:
        return window_of(Period(f"{window.nearest(zone).count}d"), zone, now=now)
    except ValueError:
        pass
    for kind in _MONTHS:
        yesterday = ChosenRange(kind).window(_MONTHS, zone, now=now - timedelta(days=1))
        if window == yesterday:
            return ChosenRange(kind).window(_MONTHS, zone, now=now)
    return None
