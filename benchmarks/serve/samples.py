"""Finished reports of realistic size in Redis, as the worker stores them, and links to them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from redis import Redis

from common.links.link_claims import LinkClaims
from common.links.state import LinkRef, LinkStateStore
from common.links.token import KeyRing
from common.reports import registry
from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.model import Scope
from common.reports.totals.totals import Totals
from common.reports.window import Period, window_of
from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
    data_version_key,
)
from common.reports_cache.report_fields import (
    Meta,
    pack,
)
from worker.reports import csv_export

SECRET = "5f" * 16 + "a1" * 16
REPORT = "revenue-overview"
ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime.now(UTC).replace(microsecond=0)
EXPIRES = NOW + timedelta(days=1)
TENANTS = 100
_KEPT_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Link:
    """The paths of a link."""

    page: str

    @property
    def csv(self) -> str:
        """The path of its CSV."""
        return f"{self.page}/csv"


def store(redis: Redis) -> None:
    """Put a report of each tenant into the cache, and a worker's sign of life beside them."""
    for tenant in range(1, TENANTS + 1):
        _store(redis, tenant)
    redis.set("analytics:workers:alive", b"1")


def links(redis: Redis, count: int) -> Iterator[Link]:
    """``count`` links that open, spread over the tenants' reports."""
    ring, states = KeyRing(SECRET), LinkStateStore(redis)
    for number in range(count):
        claims = LinkClaims(
            link_id=UUID(int=number + 1),
            tenant_id=number % TENANTS + 1,
            report=REPORT,
            window=window_of(Period.MONTH, ZONE, now=NOW),
            issued_at=NOW,
            expires_at=EXPIRES,
        )
        states.activate(LinkRef(claims.tenant_id, claims.link_id, claims.expires_at))
        yield Link(f"/api/reports/{ring.issue(claims)}")


def _store(redis: Redis, tenant: int) -> None:
    window = window_of(Period.MONTH, ZONE, now=NOW)
    scope = Scope(
        tenant_id=tenant,
        tenant_name="Nordlicht & Söhne",
        currency="EUR",
        zone=ZONE,
        window=window,
        as_of=NOW,
        data_version=1,
    )
    chance = random.Random(tenant)
    days = tuple(_day(chance) for _ in window.dates(ZONE))
    before = tuple(_day(chance) for _ in scope.previous.dates(ZONE))
    definition = registry.find(REPORT)
    result = RevenueOverview(days=days, previous_days=before)
    meta = Meta(NOW, 1, NOW, csv_export.file_name(REPORT, scope))
    report = definition.present(result, scope)
    csv = csv_export.write(definition.columns, report.rows, scope.money_exponent)
    cache = ReportCache(redis, keep_seconds=_KEPT_SECONDS)
    key = ReportKey(tenant, REPORT, window)
    cache.store(key, pack(meta, report.document, csv))
    redis.set(data_version_key(tenant), b"1")


def _day(chance: random.Random) -> Totals:
    orders = chance.randint(40, 160)
    gross = orders * chance.randint(4_000, 9_000)
    return Totals(
        orders=orders,
        units_sold=orders * 2 + chance.randint(0, 40),
        units_returned=chance.randint(0, 9),
        gross=gross,
        discounts=gross // chance.randint(9, 30),
        returns=gross // chance.randint(20, 50),
        shipping=orders * 420,
        tax=gross // 6,
    )
