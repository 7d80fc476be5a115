"""Which live links depend on which signing key: before one is retired, and after.

Keys are named as the ledger names them, by ids that give nothing of a key away.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import ValidationError
from sqlalchemy import Engine, select, text

from accounts.memberships import find_tenant
from accounts.provisioning import accounts_engine
from common.db.across import rows_of_all
from common.db.audit import COMMAND_LINE, Action, AuditEntry, record
from common.db.tenancy import Access, transaction
from common.links.token import KeyRing
from common.settings import SigningSettings

_LIVE: Final = text(
    "SELECT key_id, tenant_id, links, until FROM live_links_by_key(:now) ORDER BY tenant_id"
)


class KeySettingsError(Exception):
    """The keys in use are not known here."""


class KeyUse(StrEnum):
    """What a key is good for: links of one that is not in the ring do not open."""

    SIGNS = "signs"
    VERIFIES = "verifies"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class TenantLinks:
    """The links of a shop that a key signed and that would live until ``until`` at the latest."""

    tenant_id: int
    tenant: str
    links: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Key:
    """A key and the shops whose links, neither expired nor revoked, it signed."""

    key_id: str
    use: KeyUse
    tenants: tuple[TenantLinks, ...]

    @property
    def links(self) -> int:
        """How many links depend on it."""
        return sum(tenant.links for tenant in self.tenants)

    @property
    def until(self) -> datetime | None:
        """When the last of them expires."""
        return max((tenant.until for tenant in self.tenants), default=None)


def key_ring(secret: str | None = None) -> KeyRing:
    """The keys of the environment; ``secret`` is the one that signs, where it is known otherwise.

    Raises:
        KeySettingsError: there is none, or one is unusable.
    """
    name = "ANALYTICS_SHARE_SIGNING_SECRET"
    try:
        ring = SigningSettings.model_validate({} if secret is None else {name: secret}).key_ring()
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        reasons = (f"{each['loc'][0]}: {each['msg']}" for each in found)
        raise KeySettingsError("; ".join(reasons)) from None
    if ring is None:
        raise KeySettingsError(f"{name} is not set: the keys in use are not known here")
    return ring


def keys_in_use(service_url: str, ring: KeyRing, *, now: datetime) -> list[Key]:
    """The keys of the ring, and those that are in it no more but signed links that still live.

    Raises:
        AccountError: the database cannot be used.
    """
    with accounts_engine(service_url) as engine:
        return _keys(engine, ring, now)


def record_retired(service_url: str, ring: KeyRing, *, now: datetime) -> int:
    """Tell the audit log of each shop concerned, once, that a key of its live links was retired.

    Answers how many entries were written.

    Raises:
        AccountError: the database cannot be used.
    """
    written = 0
    with accounts_engine(service_url) as engine:
        for key in _keys(engine, ring, now):
            if key.use is KeyUse.RETIRED:
                written += sum(_record(engine, key.key_id, tenant, now) for tenant in key.tenants)
    return written


def _keys(engine: Engine, ring: KeyRing, now: datetime) -> list[Key]:
    rows = rows_of_all(engine, _LIVE, {"now": now}, whole=True)
    tenants: defaultdict[str, list[TenantLinks]] = defaultdict(list)
    for row in rows:
        tenant = find_tenant(engine, row.tenant_id)
        if tenant is not None:
            tenants[row.key_id].append(TenantLinks(tenant.id, tenant.slug, row.links, row.until))
    known = ring.key_ids
    uses = dict.fromkeys(known, KeyUse.VERIFIES) | {ring.key_id: KeyUse.SIGNS}
    uses |= dict.fromkeys(sorted(tenants.keys() - set(known)), KeyUse.RETIRED)
    return [Key(key_id, use, tuple(tenants[key_id])) for key_id, use in uses.items()]


def _record(engine: Engine, key_id: str, tenant: TenantLinks, now: datetime) -> bool:
    told = select(AuditEntry.id).where(
        AuditEntry.tenant_id == tenant.tenant_id,
        AuditEntry.action == Action.KEY_RETIRED,
        AuditEntry.subject == key_id,
    )
    with transaction(engine, Access(tenant_id=tenant.tenant_id)) as session:
        if session.scalar(told.limit(1)) is not None:
            return False
        record(
            session,
            tenant.tenant_id,
            Action.KEY_RETIRED,
            COMMAND_LINE,
            at=now,
            subject=key_id,
            links=tenant.links,
        )
    return True
