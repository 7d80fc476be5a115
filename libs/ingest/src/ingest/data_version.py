"""The data version in Redis, told on as the database has it after an import.

A load tells by itself once it has committed. What it could not tell, because it was killed at that
moment or Redis was away, is told by whoever looks next: a computation, the round at midnight.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from common.db.accounts import Tenant
from common.db.across import rows_of_all
from common.db.sales import LedgerVersion
from common.db.tenancy import Access, TenantSession, snapshot
from common.infra.redis import LOADING, create_redis
from common.jobs.celery_config import create_celery
from common.jobs.publisher import JobPublisher, JobsUnavailableError
from common.links import brand, brand_ledger, tenant_names
from common.links.tenant_names import TenantName
from common.reports_cache.cache import ReportCache

_NOW: Final = text(
    "SELECT tenant_id, name, timezone, data_version FROM tenants_now(CAST(:ids AS integer[]))"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TenantNow:
    """A tenant's name and zone, and the version of its data; 0 before its first load."""

    name: str
    zone: ZoneInfo
    data_version: int


def look(engine: Engine, tenant_id: int) -> TenantNow | None:
    """How the tenant is now; None when it is gone.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    with snapshot(engine, Access(tenant_id=tenant_id)) as session:
        return _now(session, tenant_id)


def _now(session: TenantSession, tenant_id: int) -> TenantNow | None:
    row = session.execute(
        select(Tenant.name, Tenant.timezone, func.coalesce(LedgerVersion.version, 0))
        .outerjoin(LedgerVersion, LedgerVersion.tenant_id == Tenant.id)
        .where(Tenant.id == tenant_id)
    ).one_or_none()
    return None if row is None else TenantNow(row[0], ZoneInfo(row[1]), row[2])


def tell(engine: Engine, cache: ReportCache, tenant_id: int) -> TenantNow | None:
    """Look, and tell everyone which data there is, how the tenant and its zone are called, and its
    brand.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
        redis.RedisError: Redis did not answer.
    """
    with snapshot(engine, Access(tenant_id=tenant_id)) as session:
        now = _now(session, tenant_id)
        shown, logo = brand_ledger.read(session, tenant_id)
    if now is not None:
        tenant_names.store(cache.redis, tenant_id, TenantName(now.name, now.zone.key))
        if shown.revision:
            brand.store(cache.redis, tenant_id, shown, logo)
        if now.data_version:
            cache.announce_data(tenant_id, now.data_version)
    return now


def tell_many(
    engine: Engine, cache: ReportCache, tenant_ids: Sequence[int]
) -> Mapping[int, TenantNow]:
    """As ``tell`` for many tenants, by one question to each server; those that are gone lack.

    Raises: what ``tell`` raises.
    """
    rows = rows_of_all(engine, _NOW, {"ids": list(tenant_ids)})
    found = {
        row.tenant_id: TenantNow(row.name, ZoneInfo(row.timezone), row.data_version) for row in rows
    }
    names = {each: TenantName(now.name, now.zone.key) for each, now in found.items()}
    tenant_names.store_many(cache.redis, names)
    cache.announce_many({each: now.data_version for each, now in found.items()})
    return found


def loaded(engine: Engine, jobs: JobPublisher, tenant_id: int) -> None:
    """Tell what a load has brought, and have popular reports made anew. Fails nobody's load."""
    try:
        now = look(engine, tenant_id)
        if now is not None and now.data_version:
            jobs.announce_data_version(tenant_id, now.data_version)
    except (JobsUnavailableError, SQLAlchemyError) as error:
        logger.warning("new data was not told, it will be: %s", error)


def jobs_at(redis_url: str, broker_url: str) -> JobPublisher:
    """The way to tell, for a command that loads by itself. Connects on use, bounded in time."""
    redis = create_redis(redis_url, LOADING)
    cache = ReportCache(redis, keep_seconds=1)  # stores nothing
    return JobPublisher(create_celery(broker_url), cache)
