"""Restores a link's state in Redis from the share ledger, which alone decides.

A link that is frozen gets its reports back first: who is told that it opens finds it. A ledger that
was restored from a dump decides nothing until its revocations are back (``common.db.origin``).
"""

import logging

from sqlalchemy import Engine, select

from common.db import origin
from common.db.accounts import Tenant
from common.db.frozen_reports import frozen_fields
from common.db.shares import Share
from common.db.tenancy import Access, snapshot
from common.jobs.payloads import RestoreLink
from common.links import brand_ledger
from common.links.state import LinkRef, LinkState, LinkStateStore
from common.links.tenant_names import TenantName
from common.reports.window import Window
from common.reports_cache import copies
from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
)
from sharing.boards import reports_of
from sharing.options import options_of
from worker.operations import cache_eviction

logger = logging.getLogger(__name__)


def restore_link(
    engine: Engine, states: LinkStateStore, cache: ReportCache, job: RestoreLink
) -> None:
    """Write the state of the job's link; one that no ledger knows does not open.

    Nor does a frozen one of whose reports one is gone. In a restored copy the state stays unknown.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer; the state stays unknown.
    """
    epoch = states.epoch(job.tenant_id)
    with snapshot(engine, Access(tenant_id=job.tenant_id)) as session:
        if origin.is_restored_copy(session):
            logger.error("no link opens: the database is a restored copy (revocations import)")
            return
        entry = session.execute(
            select(Share, Tenant.name, Tenant.timezone)
            .join(Tenant, Tenant.id == Share.tenant_id)
            .where(Share.tenant_id == job.tenant_id, Share.link_id == job.link_id)
        ).one_or_none()
        brand = brand_ledger.read(session, job.tenant_id)
        shown = None if entry is None else options_of(entry.Share)
        frozen: dict[str, dict[str, bytes]] = {}
        if shown is not None and shown.frozen:
            frozen = frozen_fields(session, job.tenant_id, job.link_id)
    whole = entry is not None and (
        shown is None or not shown.frozen or frozen.keys() >= set(reports_of(entry.Share))
    )
    if entry is None or shown is None or not whole:
        states.reject_unknown(job.tenant_id, job.link_id)
        return
    share: Share = entry.Share
    states.store_tenant_name(job.tenant_id, TenantName(entry.name, entry.timezone))
    states.store_brand(job.tenant_id, *brand)
    if share.revoked_at is None:
        for report, fields in frozen.items():
            _bring_back(cache, share, report, fields)
    states.restore(
        LinkRef(job.tenant_id, job.link_id, share.expires_at),
        LinkState.ACTIVE if share.revoked_at is None else LinkState.REVOKED,
        shown,
        epoch=epoch,
    )


def _bring_back(cache: ReportCache, share: Share, report: str, fields: dict[str, bytes]) -> None:
    window = Window(share.window_from, share.window_to)
    key = ReportKey(share.tenant_id, report, window, share.link_id)
    cache_eviction.with_room(
        cache.redis,
        lambda: copies.bring_back(cache.redis, key, fields, seconds=cache.keep_seconds),
    )
