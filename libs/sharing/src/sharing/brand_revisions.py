"""Revisions of a tenant's brand in the ledger: held, counted up, and told to the viewers."""

import logging
from datetime import datetime
from typing import Any

from redis import Redis, RedisError
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from common.db.brands import BrandRow
from common.db.tenancy import TenantSession
from common.links import brand as told
from common.links.brand_ledger import LedgerBrand

_log = logging.getLogger(__name__)


def held(session: TenantSession, tenant_id: int) -> BrandRow:
    """The entry of a tenant, which nobody else changes until the transaction ends."""
    made = insert(BrandRow).values(tenant_id=tenant_id, revision=0).on_conflict_do_nothing()
    session.execute(made)
    row = select(BrandRow).where(BrandRow.tenant_id == tenant_id).with_for_update()
    return session.scalars(row).one()


def bump(session: TenantSession, row: BrandRow, at: datetime, **values: Any) -> None:
    """Change an entry that is held, and count its revision up.

    It is no less than the milliseconds since 1970: what a copy of the ledger that was restored says
    from then on is later than what Redis was told before.
    """
    revision = max(row.revision + 1, int(at.timestamp() * 1000))
    changed = update(BrandRow).where(BrandRow.tenant_id == row.tenant_id)
    session.execute(changed.values(revision=revision, **values))


def tell(redis: Redis, tenant_id: int, found: LedgerBrand) -> None:
    """Say to the viewers what a tenant's links show from now on, as far as Redis takes part."""
    if not found.brand.revision:
        return
    try:
        told.store(redis, tenant_id, found.brand, found.logo)
    except (RedisError, OSError) as error:
        _log.warning("a brand was not told, it will be: %s", type(error).__name__)
