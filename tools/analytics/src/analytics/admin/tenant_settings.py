"""Set a shop's time zone or currency right, and tell the services that its reports are stale.

What Redis could not be told is told by whoever computes a report of the shop next.
"""

import logging
import os
from collections.abc import Iterator
from typing import Final

from redis import RedisError
from sqlalchemy import Engine

from accounts import tenant_settings
from accounts.provisioning import accounts_engine
from accounts.tenant_settings import TimezoneChange
from common.db.audit import COMMAND_LINE
from common.infra.redis import ADMIN, create_redis
from common.links import tenant_names
from common.links.tenant_names import TenantName
from ingest import data_version

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS: Final = 1800
"""Loads are waited for, and every day with events is marked in one statement."""


def change_timezone(service_url: str, redis_url: str, *, tenant: str, timezone: str) -> list[str]:
    """Set a tenant's IANA zone, and say what that means, a line each.

    Raises:
        AccountError: no such tenant or zone, or the database cannot be used.
    """
    with accounts_engine(service_url, statement_timeout_seconds=_PATIENCE_SECONDS) as engine:
        done = tenant_settings.set_timezone(
            engine, tenant=tenant, timezone=timezone, author=COMMAND_LINE
        )
        _tell(engine, redis_url, done.tenant_id)
    _name(redis_url, done.tenant_id, TenantName(done.name, timezone))
    return list(_said(tenant, done))


def change_currency(service_url: str, redis_url: str, *, tenant: str, currency: str) -> None:
    """Set a tenant's currency (ISO 4217).

    Raises:
        AccountError: no such tenant or currency, it has amounts in another, or the database cannot
            be used.
    """
    with accounts_engine(service_url, statement_timeout_seconds=_PATIENCE_SECONDS) as engine:
        tenant_id = tenant_settings.set_currency(
            engine, tenant=tenant, currency=currency, author=COMMAND_LINE
        )
        _tell(engine, redis_url, tenant_id)


def _said(tenant: str, done: TimezoneChange) -> Iterator[str]:
    changed = done.before != done.timezone
    yield f"{tenant} counts the days of {done.timezone}{' now' if changed else ' already'}"
    if done.cut_links:
        links = "live link keeps its" if done.cut_links == 1 else "live links keep their"
        yield (
            f"{done.cut_links} {links} window, which is of days of another zone:"
            " issue anew for whole days"
        )
    if changed and done.has_sales:
        yield (
            f"times without an offset were read by the clocks of {done.before}:"
            " import files that have such again"
        )


def _tell(engine: Engine, redis_url: str, tenant_id: int) -> None:
    broker_url = os.environ.get("BROKER_URL") or redis_url
    data_version.loaded(engine, data_version.jobs_at(redis_url, broker_url), tenant_id)


def _name(redis_url: str, tenant_id: int, name: TenantName) -> None:
    """Have link previews tell days of the zone; the next link issued does so too."""
    try:
        with create_redis(redis_url, ADMIN) as redis:
            tenant_names.store(redis, tenant_id, name)
    except RedisError as error:
        logger.warning("previews of links name the old zone until a link is issued: %s", error)
