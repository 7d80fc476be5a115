"""A shop with a few sales, its cache in a real Redis, and jobs that reach the real broker."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import Engine

from accounts.provisioning import create_tenant
from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.jobs.celery_config import create_celery
from common.jobs.payloads import ComputeReport
from common.jobs.publisher import JobPublisher
from common.reports.window import Period, Window, window_of
from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
)
from common.reports_cache.report_fields import Meta
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow
from worker.warming.popular import WarmingContext

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
KEEP_SECONDS = 1000


def window(
    zone: str = "Europe/Berlin", period: Period = Period.WEEK, now: datetime = NOW
) -> Window:
    return window_of(period, ZoneInfo(zone), now=now)


@dataclass(frozen=True)
class Shop:
    """A tenant, and what is known of its reports."""

    tenant_id: int
    engine: Engine
    cache: ReportCache

    def job(self, report: str = "revenue-overview", **given: object) -> ComputeReport:
        return ComputeReport(self.tenant_id, report, window(), **given)  # type: ignore[arg-type]

    def key(self, report: str = "revenue-overview") -> ReportKey:
        return self.job(report).key

    def load(self, order_id: str = "o1") -> int:
        """Load an order; the version of the data after it."""
        paid = NOW - timedelta(days=2)
        line = OrderLineRow(
            position=1, order_id=order_id, line_id="1", placed_at=paid, paid_at=paid,
            channel="web", customer_id=None, country=None, region=None, coupon_code=None,
            order_discount=0, shipping=0, tax=0, product_id="P1", product_title=None,
            category=None, quantity=1, unit_price=1000, line_discount=0,
        )  # fmt: skip
        version = load_sales(self.engine, self.tenant_id, order_lines=[line]).version
        assert version is not None
        return version

    def issue(self, *, at: datetime = NOW, revoked: bool = False, **options: Any) -> UUID:
        """Enter a link of seven days into the ledger; its link id."""
        link_id = uuid4()
        with transaction(self.engine, Access(tenant_id=self.tenant_id)) as session:
            session.add(
                Share(
                    tenant_id=self.tenant_id,
                    id=uuid4(),
                    link_id=link_id,
                    report="revenue-overview",
                    period="7d",
                    window_from=window().start,
                    window_to=window().end,
                    key_id="k",
                    issued_at=at,
                    expires_at=at + timedelta(days=7),
                    revoked_at=at + timedelta(days=6) if revoked else None,
                    **options,
                )
            )
        return link_id

    def meta(self, report: str = "revenue-overview") -> Meta | None:
        return self.cache.meta(self.key(report))


@pytest.fixture
def cache(redis_client: Redis) -> ReportCache:
    return ReportCache(redis_client, keep_seconds=KEEP_SECONDS)


@pytest.fixture
def make_shop(service_engine: Engine, cache: ReportCache) -> Callable[..., Shop]:
    def make(zone: str = "Europe/Berlin") -> Shop:
        tenant_id = create_tenant(
            service_engine,
            slug=f"shop-{uuid4().hex[:12]}",
            name="A shop",
            currency="EUR",
            timezone=zone,
        )
        return Shop(tenant_id, service_engine, cache)

    return make


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop()


@pytest.fixture
def jobs(redis_url: str, cache: ReportCache) -> JobPublisher:
    return JobPublisher(create_celery(redis_url), cache)


@pytest.fixture
def warming(service_engine: Engine, cache: ReportCache, jobs: JobPublisher) -> WarmingContext:
    return WarmingContext(service_engine, cache, jobs, most_viewed=3, per_minute=4)
