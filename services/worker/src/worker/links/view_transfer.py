"""View transfer: brings what viewers counted into the share ledger, each view once.

A batch of a tenant's views is taken under a lock that its other transfers wait for. What the
ledger's numbers shall be is noted in the batch before it is written, so that a transfer that was
killed, before or after its commit, is done again to the same effect (``common.links.view_counts``).
The ledger's rows are changed by revocations too: who revokes never waits for this, which gives up
at once and leaves the batch to the next round.
"""

import logging
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from psycopg.errors import LockNotAvailable
from redis import Redis
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from common.db.tenancy import Access, transaction
from common.links import view_counts
from common.links.view_counts import Batch, BatchGoneError, Views

TASK: Final = "views.transfer"
EVERY_SECONDS: Final = 10

_LOCK_CLASS: Final = 0x0D1128
_LOCK = text("SELECT pg_advisory_xact_lock(:class, :tenant_id)")
_PATIENCE = text("SET LOCAL lock_timeout = '100ms'")
_READ = text(
    """
    SELECT link_id, views, downloads FROM shares
    WHERE tenant_id = :tenant_id AND link_id = ANY(CAST(:links AS uuid[]))
    """
)
_WRITE = text(
    """
    UPDATE shares s SET
        views = greatest(s.views, t.views),
        downloads = greatest(s.downloads, t.downloads),
        last_viewed_at = greatest(s.last_viewed_at, t.last)
    FROM unnest(CAST(:links AS uuid[]), CAST(:views AS bigint[]), CAST(:downloads AS bigint[]),
                CAST(:lasts AS timestamptz[])) AS t (link_id, views, downloads, last)
    WHERE s.tenant_id = :tenant_id AND s.link_id = t.link_id
    """
)

logger = logging.getLogger(__name__)


def transfer_views(engine: Engine, redis: Redis) -> int:
    """Bring all tenants' views over; of how many links.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer; what was counted stays for the next.
        redis.RedisError: Redis did not answer; likewise.
    """
    return sum(_transfer(engine, redis, tenant_id) for tenant_id in view_counts.tenants(redis))


def _transfer(engine: Engine, redis: Redis, tenant_id: int) -> int:
    try:
        with transaction(engine, Access(tenant_id=tenant_id)) as session:
            session.execute(_PATIENCE)
            session.execute(_LOCK, {"class": _LOCK_CLASS, "tenant_id": tenant_id})
            batch = view_counts.set_aside(redis, tenant_id)
            if batch is not None:
                _write(session, tenant_id, _totals(session, redis, batch))
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        logger.info("views are left to the next round", extra={"tenant_id": tenant_id})
        return 0
    except BatchGoneError:
        return 0
    if batch is None:
        view_counts.forget(redis, tenant_id)
        return 0
    view_counts.drop(redis, batch)
    return len(batch.views)


def _totals(session: Session, redis: Redis, batch: Batch) -> Mapping[UUID, Views]:
    """What the ledger's numbers shall be: noted before, or what they are and the batch's."""
    if batch.totals is not None:
        return batch.totals
    known = session.execute(_READ, {"tenant_id": batch.tenant_id, "links": list(batch.views)})
    totals = {
        link_id: batch.views[link_id].after(views, downloads) for link_id, views, downloads in known
    }
    return view_counts.note(redis, batch, totals)


def _write(session: Session, tenant_id: int, totals: Mapping[UUID, Views]) -> None:
    session.execute(
        _WRITE,
        {
            "tenant_id": tenant_id,
            "links": list(totals),
            "views": [each.views for each in totals.values()],
            "downloads": [each.downloads for each in totals.values()],
            "lasts": [each.last for each in totals.values()],
        },
    )
