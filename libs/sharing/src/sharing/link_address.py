"""Addresses of a tenant's links: its own, where the operator gave it one, else that of all tenants.

An address counts as long as the operator allows it (``TENANT_BASE_URLS``): no admin writes one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from redis import Redis
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from common.db.accounts import Tenant
from common.db.across import find_on_any, one_at_a_time
from common.db.audit import Action, Author, record
from common.db.shards import further_servers
from common.db.tenancy import Access, TenantDb
from common.http.link_hosts import LinkHosts
from common.links import brand_ledger
from sharing.brand_revisions import bump, held, tell
from sharing.issuing_context import IssuingContext

_OWNER_OF: Final = text("SELECT tenant_of_link_base_url(:url)")
_UNIQUE: Final = "uq_tenants_link_base_url"


class LinkAddressError(ValueError):
    """A tenant cannot have the address."""


def base_url_of(db: TenantDb, using: IssuingContext) -> str:
    """Where the links of a tenant point to now."""
    own = _own(db) if using.link_hosts else None
    return own if own is not None and using.link_hosts.allows(own) else using.public_base_url


def own_base_url(db: TenantDb, hosts: LinkHosts) -> str | None:
    """The address that a tenant's links have of their own; None where they have that of all."""
    own = _own(db) if hosts else None
    return own if own is not None and hosts.allows(own) else None


def set_base_url(
    db: TenantDb,
    redis: Redis,
    base_url: str | None,
    hosts: LinkHosts,
    *,
    author: Author,
    at: datetime,
) -> None:
    """Give a tenant's links an address of their own, or with None that of all tenants.

    Links that were sent open at their tenant's address of now, and at that of all tenants.

    Raises:
        LinkAddressError: it is not allowed, or another tenant's.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    if base_url is not None and not hosts.allows(base_url):
        raise LinkAddressError(f"{base_url} is not among TENANT_BASE_URLS")
    try:
        with _kept_free(db, base_url), db.transaction() as session:
            row = held(session, db.tenant_id)
            mine = Tenant.id == db.tenant_id
            before = session.scalar(select(Tenant.link_base_url).where(mine))
            bump(session, row, at)  # also where the ledger is a copy older than what Redis has
            if before != base_url:
                session.execute(update(Tenant).where(mine).values(link_base_url=base_url))
                action = Action.LINK_ADDRESS_CHANGED
                record(
                    session, db.tenant_id, action, author, at=at, subject=base_url, before=before
                )
            found = brand_ledger.read(session, db.tenant_id)
    except IntegrityError as error:
        if _UNIQUE not in str(error.orig):
            raise
        raise LinkAddressError(f"{base_url} is another shop's") from None
    tell(redis, db.tenant_id, found)


@contextmanager
def _kept_free(db: TenantDb, base_url: str | None) -> Iterator[None]:
    """Keep others from taking the address: of several servers one's unique key knows no other's."""
    if base_url is None or not further_servers(db.engine):
        yield
        return
    given = {"url": base_url}
    with one_at_a_time(db.engine):
        owner = find_on_any(db.engine, Access(), lambda each: each.scalar(_OWNER_OF, given), int)
        if owner not in {None, db.tenant_id}:
            raise LinkAddressError(f"{base_url} is another shop's")
        yield


def _own(db: TenantDb) -> str | None:
    with db.transaction() as session:
        own: str | None = session.scalar(
            select(Tenant.link_base_url).where(Tenant.id == db.tenant_id)
        )
    return own
