"""Restores a link's state in Redis from the share ledger, which alone decides."""

from sqlalchemy import Engine, select

from common.db.accounts import Tenant
from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.jobs.payloads import RestoreLink
from common.links.state import LinkRef, LinkState, LinkStateStore
from common.links.tenant_names import TenantName
from sharing.options import options_of


def restore_link(engine: Engine, states: LinkStateStore, job: RestoreLink) -> None:
    """Write the state of the job's link; one that no ledger knows does not open.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer; the state stays unknown.
    """
    epoch = states.epoch()
    with transaction(engine, Access(tenant_id=job.tenant_id)) as session:
        entry = session.execute(
            select(Share, Tenant.name, Tenant.timezone)
            .join(Tenant, Tenant.id == Share.tenant_id)
            .where(Share.tenant_id == job.tenant_id, Share.link_id == job.link_id)
        ).one_or_none()
    if entry is None:
        states.reject_unknown(job.tenant_id, job.link_id)
        return
    states.store_tenant_name(job.tenant_id, TenantName(entry.name, entry.timezone))
    states.restore(
        LinkRef(job.tenant_id, job.link_id, entry.Share.expires_at),
        LinkState.ACTIVE if entry.Share.revoked_at is None else LinkState.REVOKED,
        options_of(entry.Share),
        epoch=epoch,
    )
