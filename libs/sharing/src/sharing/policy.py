"""Sharing policy of a tenant: the longest life that a link of its may have.

The service has a bound for all; a tenant may set a lower one. It holds for every way to issue a
link. Links that were issued before keep their ends.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from common.db.accounts import Tenant
from common.db.audit import Action, Author, record
from common.db.tenancy import TenantDb, TenantSession
from sharing.issue_errors import LinkLifeError
from sharing.issuing_context import IssuingContext
from sharing.link_address import base_url_of

LEAST_SECONDS: Final = 60
"""The shortest bound that may be set."""


@dataclass(frozen=True, slots=True)
class SharingPolicy:
    """How long a tenant's links may live, in seconds; ``own`` is its own bound, None without."""

    max_seconds: int
    own: int | None


def policy_of(db: TenantDb, using: IssuingContext) -> SharingPolicy:
    """The bound that holds for the tenant now: its own, or that of the service if it is lower."""
    with db.transaction() as session:
        own = _own(session, db.tenant_id)
    return SharingPolicy(min(own or using.max_ttl_seconds, using.max_ttl_seconds), own)


def held_to_policy(using: IssuingContext, tenant_id: int) -> IssuingContext:
    """What links of a tenant are issued with: within its bound, the life by default too, and at the
    address of its links.
    """
    db = TenantDb(using.engine, tenant_id)
    most = policy_of(db, using).max_seconds
    return replace(
        using,
        max_ttl_seconds=most,
        ttl_seconds=min(using.ttl_seconds, most),
        public_base_url=base_url_of(db, using),
    )


def set_max_life(
    db: TenantDb, using: IssuingContext, seconds: int | None, *, author: Author, at: datetime
) -> SharingPolicy:
    """Set the bound of a tenant, or with None take it away; what is so already is not written.

    Raises:
        LinkLifeError: it is shorter than a minute, or longer than the service allows.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    require_max_life(seconds, using)
    with db.transaction() as session:
        row = select(Tenant).where(Tenant.id == db.tenant_id).with_for_update()
        before = session.scalars(row).one().max_link_seconds
        if before != seconds:
            changed = update(Tenant).where(Tenant.id == db.tenant_id)
            session.execute(changed.values(max_link_seconds=seconds))
            action = Action.LINK_LIFE_CHANGED
            record(session, db.tenant_id, action, author, at=at, seconds=seconds, before=before)
    return SharingPolicy(seconds or using.max_ttl_seconds, seconds)


def require_max_life(seconds: int | None, using: IssuingContext) -> None:
    """Refuse a bound that cannot be set.

    Raises:
        LinkLifeError: it is shorter than a minute, or longer than the service allows.
    """
    if seconds is not None and not LEAST_SECONDS <= seconds <= using.max_ttl_seconds:
        raise LinkLifeError(LEAST_SECONDS, using.max_ttl_seconds)


def _own(session: TenantSession, tenant_id: int) -> int | None:
    own: int | None = session.scalar(select(Tenant.max_link_seconds).where(Tenant.id == tenant_id))
    return own
