"""Frozen reports: deleted from PostgreSQL once their link opens no more."""

import logging
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Engine, delete, exists, or_, text

from common.db.across import rows_of_all
from common.db.frozen_reports import FrozenReport
from common.db.rounds import Round
from common.db.shares import Share
from common.db.tenancy import Access, transaction

TASK: Final = "links.drop-frozen"
EVERY_SECONDS: Final = 600
_ENDED: Final = text("SELECT tenant_id FROM ended_frozen_reports(:at)")

_log = logging.getLogger(__name__)


def drop_ended(engine: Engine, *, now: datetime) -> int:
    """Delete the reports of links that have expired or were revoked; how many it were.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer; the next round goes on.
    """
    tenants = [row.tenant_id for row in rows_of_all(engine, _ENDED, {"at": now})]
    this = Round(engine)
    dropped = sum(this.work(each, partial(_drop, engine, each, now)) or 0 for each in tenants)
    if dropped:
        _log.info("frozen reports of ended links deleted", extra={"reports": dropped})
    return dropped


def _drop(engine: Engine, tenant_id: int, now: datetime) -> int:
    revoked = exists().where(
        Share.tenant_id == tenant_id,
        Share.link_id == FrozenReport.link_id,
        Share.revoked_at.is_not(None),
    )
    ended = delete(FrozenReport).where(
        FrozenReport.tenant_id == tenant_id, or_(FrozenReport.expires_at <= now, revoked)
    )
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return len(session.execute(ended.returning(FrozenReport.link_id)).all())
