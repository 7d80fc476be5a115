"""The webhook sweep: asks for events whose message was lost or that are due, and clears old ones.

Tenants are found by ids alone; their rows are touched in transactions of their own.
"""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Engine, text

from common.db.across import rows_of_all
from common.db.rounds import Round
from common.db.tenancy import TenantDb
from common.jobs.publisher import JobPublisher, JobsUnavailableError
from ingest.webhooks import inbox

SWEEP: Final = "webhooks.sweep"
EVERY_SECONDS: Final = 30
_DUE: Final = text("SELECT tenant_id FROM due_webhooks(:at)")
_ENDED: Final = text("SELECT tenant_id FROM ended_webhooks(:at)")

_log = logging.getLogger(__name__)


def sweep_webhooks(engine: Engine, jobs: JobPublisher, *, keep_days: int, now: datetime) -> None:
    """Ask for what is due, and delete what ended longer than ``keep_days`` ago.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    before = now - timedelta(days=keep_days)
    due = [row.tenant_id for row in rows_of_all(engine, _DUE, {"at": now})]
    ended = [row.tenant_id for row in rows_of_all(engine, _ENDED, {"at": before})]
    try:
        for tenant_id in due:
            jobs.request_webhooks(tenant_id)
    except JobsUnavailableError as error:
        _log.warning("webhooks were not asked for, they will be: %s", error)
    this = Round(engine)
    for tenant_id in ended:
        count = this.work(
            tenant_id, partial(inbox.clear, TenantDb(engine, tenant_id), before=before)
        )
        if count is not None:
            _log.info("old webhooks deleted", extra={"tenant_id": tenant_id, "events": count})
