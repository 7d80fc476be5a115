"""Who shows an API key, and what they may do.

A key is read for every request that shows it, so that one that is revoked opens nothing from the
next request on, on every host; and so is the role of whoever made it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Engine, or_, select, update

from accounts.api_keys import state_of
from accounts.key_format import digest_of, is_key
from accounts.memberships import TenantFacts, facts_of
from accounts.permissions import Permission, of_key
from common.db.accounts import Membership, Tenant
from common.db.across import find_on_any
from common.db.api_keys import ApiKey
from common.db.tenancy import Access, TenantSession, transaction

LAST_USED_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when a key was last used."""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A program that shows a key that is valid: what it is called, and what it may do."""

    key_id: UUID
    name: str
    tenant: TenantFacts
    permissions: frozenset[Permission]

    @property
    def author_name(self) -> str:
        """What the audit log and the share ledger call it."""
        return f"API key {self.name} ({self.key_id})"


def find_holder(engine: Engine, text: str, *, at: datetime) -> KeyHolder | None:
    """Who shows ``text``; None when it is no key, or one that is unknown, expired or revoked."""
    if not is_key(text):
        return None
    digest = digest_of(text)
    shown = select(ApiKey).filter_by(digest=digest)
    key = find_on_any(
        engine,
        Access(key_digest=digest),
        lambda session: session.scalar(shown),
        lambda found: found.tenant_id,
    )
    if key is None or state_of(key, now=at) != "active":
        return None
    query = (
        select(Tenant, Membership.role)
        .outerjoin(
            Membership,
            (Membership.tenant_id == Tenant.id) & (Membership.admin_id == key.created_by),
        )
        .where(Tenant.id == key.tenant_id)
    )
    with transaction(engine, Access(tenant_id=key.tenant_id)) as session:
        found = session.execute(query).one_or_none()
        if found is None or (key.created_by is not None and found.role is None):
            return None
        _note_use(session, key, at)
    return KeyHolder(key.id, key.name, facts_of(found.Tenant), of_key(key.scopes, found.role))


def _note_use(session: TenantSession, key: ApiKey, at: datetime) -> None:
    """Write that the key is used, unless that was written within the last minute."""
    before = at - LAST_USED_EVERY
    if key.last_used_at is not None and key.last_used_at > before:
        return
    session.execute(
        update(ApiKey)
        .where(
            ApiKey.tenant_id == key.tenant_id,
            ApiKey.id == key.id,
            or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= before),
        )
        .values(last_used_at=at)
    )
