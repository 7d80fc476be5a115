"""Whether a tenant shares at all: turning sharing off recalls every link, and on revives none.

Off is a row of its own, not a column of the tenant: whatever holds the tenant's row, a long import
above all, must not keep an admin from ending all links at once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from common.db.audit import Action, record
from common.db.shares import SharingStop
from common.db.tenancy import Access, TenantSession, transaction
from common.links.state import LinkStates
from sharing.revoking import Recall, hold_recalls, recall_active, write


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether links can be issued and open; ``off_since`` is None while they can."""

    off_since: datetime | None
    revoked: int = 0


def sharing_of(engine: Engine, tenant_id: int) -> Sharing:
    """Whether the tenant shares now."""
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return Sharing(_off_since(session, tenant_id))


def off_since(session: TenantSession, tenant_id: int) -> datetime | None:
    """Since when the tenant does not share; it stays so until the transaction has ended."""
    hold_recalls(session, tenant_id)
    return _off_since(session, tenant_id)


def turn_off(recall: Recall, engine: Engine, states: LinkStates) -> Sharing:
    """Recall every active link of the tenant, and issue none until sharing is on again.

    Raises:
        RecallUnavailableError: sharing is off; Redis did not take all recalls yet.
    """
    with transaction(engine, Access(tenant_id=recall.tenant_id)) as session:
        recalled = recall_active(session, recall)
        since = session.scalar(
            insert(SharingStop)
            .values(tenant_id=recall.tenant_id, since=recall.at)
            .on_conflict_do_nothing()
            .returning(SharingStop.since)
        )
        if since is not None:
            record(
                session,
                recall.tenant_id,
                Action.SHARING_OFF,
                recall.author,
                at=recall.at,
                links=recalled.count,
            )
        since = since or _off_since(session, recall.tenant_id)
    write(states, recalled.links)
    return Sharing(since, recalled.count)


def turn_on(change: Recall, engine: Engine) -> Sharing:
    """Let links be issued again; those recalled stay so."""
    with transaction(engine, Access(tenant_id=change.tenant_id)) as session:
        stop = delete(SharingStop).where(SharingStop.tenant_id == change.tenant_id)
        if session.scalar(stop.returning(SharingStop.since)) is not None:
            record(session, change.tenant_id, Action.SHARING_ON, change.author, at=change.at)
    return Sharing(None)


def _off_since(session: TenantSession, tenant_id: int) -> datetime | None:
    return session.scalar(select(SharingStop.since).where(SharingStop.tenant_id == tenant_id))
