"""Whether a tenant shares at all: turning sharing off revokes every link, and on revives none.

Off is a row of its own, not a column of the tenant: whatever holds the tenant's row, a long import
above all, must not keep an admin from ending all links at once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from common.db.audit import Action, record
from common.db.shares import SharingStop
from common.db.tenancy import Access, TenantDb, TenantSession, transaction
from common.links.state import LinkStateStore
from sharing.revoking import Revocation, hold_revocations, revoke_active, write


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether links can be issued and open; ``off_since`` is None while they can."""

    off_since: datetime | None
    revoked: int = 0


def sharing_of(db: TenantDb) -> Sharing:
    """Whether the tenant shares now."""
    with db.transaction() as session:
        return Sharing(_off_since(session, db.tenant_id))


def off_since(session: TenantSession, tenant_id: int) -> datetime | None:
    """Since when the tenant does not share; it stays so until the transaction has ended."""
    hold_revocations(session, tenant_id)
    return _off_since(session, tenant_id)


def turn_off(revocation: Revocation, engine: Engine, states: LinkStateStore) -> Sharing:
    """Revoke every active link of the tenant, and issue none until sharing is on again.

    Raises:
        RevocationUnavailableError: sharing is off; Redis did not take all revocations yet.
    """
    with transaction(engine, Access(tenant_id=revocation.tenant_id)) as session:
        revoked = revoke_active(session, revocation)
        since = session.scalar(
            insert(SharingStop)
            .values(tenant_id=revocation.tenant_id, since=revocation.at)
            .on_conflict_do_nothing()
            .returning(SharingStop.since)
        )
        if since is not None:
            record(
                session,
                revocation.tenant_id,
                Action.SHARING_OFF,
                revocation.author,
                at=revocation.at,
                links=revoked.count,
            )
        since = since or _off_since(session, revocation.tenant_id)
    write(states, revoked.links)
    return Sharing(since, revoked.count)


def turn_on(change: Revocation, engine: Engine) -> Sharing:
    """Let links be issued again; those revoked stay so."""
    with transaction(engine, Access(tenant_id=change.tenant_id)) as session:
        stop = delete(SharingStop).where(SharingStop.tenant_id == change.tenant_id)
        if session.scalar(stop.returning(SharingStop.since)) is not None:
            record(session, change.tenant_id, Action.SHARING_ON, change.author, at=change.at)
    return Sharing(None)


def _off_since(session: TenantSession, tenant_id: int) -> datetime | None:
    return session.scalar(select(SharingStop.since).where(SharingStop.tenant_id == tenant_id))
