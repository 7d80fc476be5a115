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
from accounts.tenant_settings import Changed
from common.db.accounts import GiftCards
from common.db.audit import COMMAND_LINE
from common.infra.broker import broker_of
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
        done, cut_links = tenant_settings.set_timezone(
            engine, tenant=tenant, timezone=timezone, author=COMMAND_LINE
        )
        _tell(engine, redis_url, done.tenant_id)
    _name(redis_url, done.tenant_id, TenantName(done.name, timezone))
    return list(_said(tenant, done, cut_links))


def change_currency(service_url: str, redis_url: str, *, tenant: str, currency: str) -> None:
    """Set a tenant's currency (ISO 4217).

    Raises:
        AccountError: no such tenant or currency, it has amounts in another, or the database cannot
            be used.
    """
    with accounts_engine(service_url, statement_timeout_seconds=_PATIENCE_SECONDS) as engine:
        done = tenant_settings.set_currency(
            engine, tenant=tenant, currency=currency, author=COMMAND_LINE
        )
        _tell(engine, redis_url, done.tenant_id)


def change_gift_cards(service_url: str, redis_url: str, *, tenant: str, meaning: str) -> list[str]:
    """Set what gift cards are to a tenant (``GiftCards``), and say what that means, a line each.

    Raises:
        AccountError: no such tenant, or the database cannot be used.
    """
    with accounts_engine(service_url, statement_timeout_seconds=_PATIENCE_SECONDS) as engine:
        done = tenant_settings.set_gift_cards(
            engine, tenant=tenant, gift_cards=GiftCards(meaning), author=COMMAND_LINE
        )
        _tell(engine, redis_url, done.tenant_id)
    says = {
        GiftCards.PLATFORM: "as each platform has them: a liability in Shopify, a sale elsewhere",
        GiftCards.SALE: "a sale",
        GiftCards.LIABILITY: "a liability, and what is bought with them is the sale",
    }
    lines = [f"gift cards that {tenant} sells are {says[GiftCards(meaning)]}"]
    if done.before != meaning and done.has_sales:
        lines.append("orders of before stay as they were read: import their files again")
    return lines


def _said(tenant: str, done: Changed, cut_links: int) -> Iterator[str]:
    changed = done.before != done.after
    yield f"{tenant} counts the days of {done.after}{' now' if changed else ' already'}"
    if cut_links:
        links = "live link keeps its" if cut_links == 1 else "live links keep their"
        yield (
            f"{cut_links} {links} window, which is of days of another zone:"
            " issue anew for whole days"
        )
    if changed and done.has_sales:
        yield (
            f"times without an offset were read by the clocks of {done.before}:"
            " import files that have such again"
        )


def _tell(engine: Engine, redis_url: str, tenant_id: int) -> None:
    broker_url = broker_of(redis_url, os.environ.get("BROKER_URL"))
    data_version.loaded(engine, data_version.jobs_at(redis_url, broker_url), tenant_id)


def _name(redis_url: str, tenant_id: int, name: TenantName) -> None:
    """Have link previews tell days of the zone; the next link issued does so too."""
    try:
        with create_redis(redis_url, ADMIN) as redis:
            tenant_names.store(redis, tenant_id, name)
    except RedisError as error:
        logger.warning("previews of links name the old zone until a link is issued: %s", error)
