"""View transfer: brings what viewers counted into the share ledger, each view once.

A tenant's waiting batches are entered into its inbox (``view_batches``) and added up in one
transaction, by link and by link and day: a batch whose id is there already, because a worker was
killed after its commit or another works on it, adds nothing. Only then are they taken off the list
in Redis. A batch's views of a link are of the day, in the tenant's zone, of the last of them.

The ledger's rows are changed by revocations too: a revocation never waits for this, which gives up
at once and leaves the batches to the next round.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from psycopg.errors import LockNotAvailable
from redis import Redis
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from common import instants
from common.db.rounds import Round
from common.db.tenancy import Access, transaction
from common.links import view_counts
from common.links.view_counts import Batch
from worker.links import old_view_counts

TASK: Final = "views.transfer"
EVERY_SECONDS: Final = 10

_BATCHES_AT_ONCE: Final = 1000
_FIRST_VIEW: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""No link was seen before."""
_GIVE_UP_AT_ONCE = text("SET LOCAL lock_timeout = '100ms'")
# Also of a tenant that is gone: its batches are entered nowhere, and forgotten.
_ENTER = text(
    """
    INSERT INTO view_batches (tenant_id, id)
    SELECT t.id, b.id FROM tenants t, unnest(CAST(:ids AS uuid[])) AS b (id)
    WHERE t.id = :tenant_id
    ON CONFLICT DO NOTHING RETURNING id
    """
)
_ADD = text(
    """
    UPDATE shares s SET
        views = s.views + t.views,
        downloads = s.downloads + t.downloads,
        last_viewed_at = greatest(s.last_viewed_at, t.last)
    FROM unnest(CAST(:links AS uuid[]), CAST(:views AS bigint[]), CAST(:downloads AS bigint[]),
                CAST(:lasts AS timestamptz[])) AS t (link_id, views, downloads, last)
    WHERE s.tenant_id = :tenant_id AND s.link_id = t.link_id
    """
)
_ZONE = text("SELECT timezone FROM tenants WHERE id = :tenant_id")
# The rows of the links are locked by then: two workers cannot meet half-way.
_ADD_BY_DAY = text(
    """
    INSERT INTO daily_views (tenant_id, link_id, day, views)
    SELECT s.tenant_id, s.link_id, t.day, t.views
    FROM unnest(CAST(:links AS uuid[]), CAST(:days AS date[]), CAST(:views AS bigint[]))
        AS t (link_id, day, views)
    JOIN shares s ON s.tenant_id = :tenant_id AND s.link_id = t.link_id
    ON CONFLICT (tenant_id, link_id, day) DO UPDATE SET views = daily_views.views + excluded.views
    """
)

logger = logging.getLogger(__name__)


def transfer_views(engine: Engine, redis: Redis) -> int:
    """Bring all tenants' views over; of how many links.

    What was counted of a tenant whose server is one of several and away stays for the next round,
    and so does that of one whose rows are locked. A round that leaves none is noted.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer; what was counted stays for the next.
        redis.RedisError: Redis did not answer; likewise.
    """
    this, began = Round(engine), _now()
    found = [
        this.work(each, partial(_transfer, engine, redis, each))
        for each in view_counts.tenants(redis)
    ]
    if None not in found:
        view_counts.note_transfer(redis, began)
    return sum(each or 0 for each in found)


def _now() -> datetime:
    return instants.now()


def _transfer(engine: Engine, redis: Redis, tenant_id: int) -> int | None:
    """Bring a tenant's views over; of how many links, or None where the rest is left for a lock."""
    links = 0
    try:
        old_view_counts.adopt(engine, redis, tenant_id)
        while entries := view_counts.waiting(redis, tenant_id, _BATCHES_AT_ONCE):
            with transaction(engine, Access(tenant_id=tenant_id)) as session:
                links += _count(session, tenant_id, [entry.batch for entry in entries])
            view_counts.remove(redis, tenant_id, entries)
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        logger.info("views are left to the next round", extra={"tenant_id": tenant_id})
        return None
    view_counts.forget(redis, tenant_id)
    return links


def _count(session: Session, tenant_id: int, found: Sequence[Batch | None]) -> int:
    """Enter batches and add up those that are new; of how many links."""
    session.execute(_GIVE_UP_AT_ONCE)
    batches = {batch.id: batch for batch in found if batch is not None}
    if None in found:
        logger.error("batches of views cannot be read", extra={"tenant_id": tenant_id})
    entered = session.scalars(_ENTER, {"tenant_id": tenant_id, "ids": list(batches)})
    now = instants.now()
    new = [_in_time(batches[each], now) for each in entered]
    sums = view_counts.sums(new)
    if sums:
        session.execute(
            _ADD,
            {
                "tenant_id": tenant_id,
                "links": list(sums),
                "views": [each.views for each in sums.values()],
                "downloads": [each.downloads for each in sums.values()],
                "lasts": [each.last for each in sums.values()],
            },
        )
        zone = ZoneInfo(session.execute(_ZONE, {"tenant_id": tenant_id}).scalar_one())
        _add_by_day(session, tenant_id, _by_day(new, zone))
    return len(sums)


def _in_time(batch: Batch, now: datetime) -> Batch:
    """The batch with views at moments that there are: a clock may be wrong, a view is none less."""
    views = {
        link_id: replace(each, last=min(max(each.last, _FIRST_VIEW), now))
        for link_id, each in batch.views.items()
    }
    return replace(batch, views=views)


def _by_day(batches: Iterable[Batch], zone: ZoneInfo) -> Counter[tuple[UUID, date]]:
    """The views of links, by link and day of ``zone``."""
    found: Counter[tuple[UUID, date]] = Counter()
    for batch in batches:
        for link_id, each in batch.views.items():
            found[link_id, each.last.astimezone(zone).date()] += each.views
    return +found


def _add_by_day(session: Session, tenant_id: int, views: Counter[tuple[UUID, date]]) -> None:
    session.execute(
        _ADD_BY_DAY,
        {
            "tenant_id": tenant_id,
            "links": [link_id for link_id, _ in views],
            "days": [day for _, day in views],
            "views": list(views.values()),
        },
    )
