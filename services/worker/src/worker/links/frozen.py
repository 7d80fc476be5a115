"""Frozen reports: read from PostgreSQL, and deleted once their link opens no more."""

import logging
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Engine, delete, exists, or_, select, text

from common.db.frozen_reports import FrozenReport
from common.db.shares import Share
from common.db.tenancy import Access, TenantSession, transaction

TASK: Final = "links.drop-frozen"
EVERY_SECONDS: Final = 600
_ENDED: Final = text("SELECT tenant_id FROM ended_frozen_reports(:at)")

_log = logging.getLogger(__name__)


def frozen_fields(
    session: TenantSession, tenant_id: int, link_id: UUID
) -> dict[str, dict[str, bytes]]:
    """The fields of a link's frozen reports, by report type."""
    query = select(FrozenReport.report, FrozenReport.fields).where(
        FrozenReport.tenant_id == tenant_id, FrozenReport.link_id == link_id
    )
    found = session.execute(query).all()
    return {row.report: msgspec.msgpack.decode(row.fields, type=dict[str, bytes]) for row in found}


def drop_ended(engine: Engine, *, now: datetime) -> int:
    """Delete the reports of links that have expired or were revoked; how many it were.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer; the next round goes on.
    """
    with transaction(engine, Access()) as session:
        tenants = list(session.scalars(_ENDED, {"at": now}))
    dropped = 0
    for tenant_id in tenants:
        revoked = exists().where(
            Share.tenant_id == FrozenReport.tenant_id,
            Share.link_id == FrozenReport.link_id,
            Share.revoked_at.is_not(None),
        )
        ended = delete(FrozenReport).where(
            FrozenReport.tenant_id == tenant_id, or_(FrozenReport.expires_at <= now, revoked)
        )
        with transaction(engine, Access(tenant_id=tenant_id)) as session:
            dropped += len(session.execute(ended.returning(FrozenReport.link_id)).all())
    if dropped:
        _log.info("frozen reports of ended links deleted", extra={"reports": dropped})
    return dropped
