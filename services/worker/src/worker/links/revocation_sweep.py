"""Revocation sweep: brings every revocation of the ledger to Redis.

A revocation is committed to the ledger and then written where viewers look. That second step is
lost when Redis is out of reach at that moment, or when it goes back in time without starting anew.
So every few seconds the revocations since the last sweep are compared with Redis, and those it does
not know are written again. Up to when that is done is kept in Redis, with the run of the server: in
a new run, and in an emptied one, all revoked links whose time is not over are compared once. They
come in the order of their revocation, and how far it has come is noted as it goes: a sweep that is
ended goes on there. Each sweep asks the Sentinels, where there are any, which server viewers read.
"""

import logging
from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Final

from redis import Redis, RedisError
from sqlalchemy import Engine, text

from common.db.origin import is_restored_copy
from common.db.tenancy import Access, transaction
from common.infra.redis import leave_deposed_primary
from common.infra.refusals import refusal_of, told_of
from common.links.state import LinkRef, LinkState, LinkStateStore
from worker.links.change_sweep import sweep_changes
from worker.operations.shared_state import SWEPT

TASK: Final = "links.sweep-recalls"
EVERY_SECONDS: Final = 5
_OVERLAP: Final = timedelta(minutes=10)
"""How long a transaction may have taken, and how far the clocks of two hosts may be apart."""
_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
_AT_ONCE: Final = 1000
_REVOKED: Final = text(
    "SELECT tenant_id, link_id, expires_at, revoked_at FROM revoked_links(:since, :moment)"
).execution_options(stream_results=True, yield_per=_AT_ONCE)

logger = logging.getLogger(__name__)


def sweep_revocations(engine: Engine, redis: Redis, *, now: datetime) -> int:
    """Write the revocations that Redis does not know; how many it were.

    None from a restored copy: what Redis knows is what tells that it knows more than the copy.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer; the next sweep begins where this did.
        redis.RedisError: likewise.
    """
    with transaction(engine, Access()) as session:
        if is_restored_copy(session):
            return 0
    leave_deposed_primary(redis)
    states = LinkStateStore(redis)
    epoch = states.epoch()
    missing, since = 0, _swept(redis, epoch)
    sweep_changes(engine, states, epoch, since=since, now=now)
    with closing(_revoked(engine, since=since, now=now)) as parts:
        for links, until in parts:
            known = zip(links, states.read(links), strict=True)
            unknown = [link for link, state in known if state is not LinkState.REVOKED]
            states.revoke(unknown)
            missing += len(unknown)
            _note(redis, epoch, min(until, now))
    _note(redis, epoch, now)
    if missing:
        logger.warning("revocations were missing in Redis", extra={"links": missing})
    return missing


def _note(redis: Redis, epoch: str, until: datetime) -> None:
    """Note up to when this run of the server knows every revocation, if it takes the note."""
    try:
        redis.set(SWEPT, f"{epoch} {until.timestamp()}")
    except RedisError as error:
        if refusal_of(error) is None:
            raise
        logger.warning("the sweep was not noted: %s", told_of(error))


def _swept(redis: Redis, epoch: str) -> datetime:
    """Since when revocations have to be looked at in this run of the server."""
    known = redis.get(SWEPT)
    try:
        named, seconds = known.decode("ascii").split() if isinstance(known, bytes) else ("", "")
        moment = datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return _EVER
    return moment - _OVERLAP if named == epoch else _EVER


def _revoked(
    engine: Engine, *, since: datetime, now: datetime
) -> Generator[tuple[list[LinkRef], datetime], None, None]:
    """The revoked links of all tenants whose time is not over, by so many at once.

    With each part, when its last link was revoked: those before it have all been told.
    """
    with (
        transaction(engine, Access()) as session,
        session.execute(_REVOKED, {"since": since, "moment": now}) as rows,
    ):
        for part in rows.partitions(_AT_ONCE):
            links = [LinkRef(row.tenant_id, row.link_id, row.expires_at) for row in part]
            yield links, part[-1].revoked_at
