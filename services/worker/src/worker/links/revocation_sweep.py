"""Revocation sweep: brings every revocation of the ledger to Redis.

A revocation is committed to the ledger and then written where viewers look. That second step is
lost when Redis is out of reach at that moment, or when it goes back in time without starting anew.
So every few seconds the revocations since the last sweep are compared with Redis, and those it does
not know are written again. Up to when that is done is kept in Redis, with the run of the server: in
a new run, and in an emptied one, all revoked links whose time is not over are compared once. They
come in the order of their revocation, and how far it has come is noted as it goes: a sweep that is
ended goes on there. Each sweep asks the Sentinels, where there are any, which server viewers read.
Of a cluster each node is swept by itself, for the tenants it owns: it has a run and a note of its
own, and one that is away leaves the others swept. With several databases a node has a note of
each: what was swept of one says nothing of another that did not answer.
"""

import logging
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from redis import Redis, RedisError
from sqlalchemy import Engine, text

from common.db.origin import is_restored_copy
from common.db.shards import SERVER_AWAY, servers_of
from common.db.tenancy import Access, transaction
from common.infra.nodes import Node, on_each
from common.infra.redis import leave_deposed_primary
from common.infra.refusals import refusal_of, told_of
from common.links.state import INFORM, LinkRef, LinkState, LinkStateStore, parse_epoch
from worker.links.change_sweep import sweep_changes
from worker.operations.shared_state import swept_key

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
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer, or one of several servers, or one of
            their tenants is on its way, once the others are swept; the next sweep begins where this
            did.
        redis.RedisError: likewise, once the other nodes of a cluster are swept.
    """
    missing = 0
    failed: Exception | None = None
    for name, server in servers_of(engine).items():
        try:
            with transaction(server, Access()) as session:
                if is_restored_copy(session):
                    continue
            leave_deposed_primary(redis)
            database = _Database(engine, server, swept_key(name))
            for found, left in on_each(redis, partial(_sweep, database, redis, now=now)):
                missing += found
                failed = failed or left
        except SERVER_AWAY as error:
            facts = {"server": name, "error": type(error).__name__}
            logger.warning("a database was not swept", extra=facts)
            failed = error
    if failed is not None:
        raise failed
    return missing


@dataclass(frozen=True, slots=True)
class _Database:
    """One server of those of ``engine``; ``note`` is where it is noted how far it was swept."""

    engine: Engine
    server: Engine
    note: str


def _sweep(
    database: _Database, redis: Redis, node: Node, *, now: datetime
) -> tuple[int, Exception | None]:
    """Write the revocations that one server does not know; how many it were.

    With what was raised for a tenant that is on its way: then it is not noted how far this came.
    """
    states = LinkStateStore(redis)  # which finds also what is on its way to another node
    epoch = parse_epoch(node.redis.eval(INFORM, 0))
    noted = node.key(database.note)
    missing, since = 0, _swept(node, noted, epoch)
    left = sweep_changes(
        database.engine, database.server, states, node.owns, epoch, since=since, now=now
    )
    with closing(_revoked(database.server, since=since, now=now)) as parts:
        for part, until in parts:
            links = [each for each in part if node.owns(each.tenant_id)]
            known = zip(links, states.read(links), strict=True)
            unknown = [link for link, state in known if state is not LinkState.REVOKED]
            states.revoke(unknown)
            missing += len(unknown)
            if left is None:
                _note(node, noted, epoch, min(until, now))
    if left is None:
        _note(node, noted, epoch, now)
    if missing:
        logger.warning("revocations were missing in Redis", extra={"links": missing})
    return missing, left


def _note(node: Node, key: str, epoch: str, until: datetime) -> None:
    """Note up to when this run of the server knows every revocation, if it takes the note."""
    try:
        node.redis.set(key, f"{epoch} {until.timestamp()} {node.share}".rstrip())
    except RedisError as error:
        if refusal_of(error) is None:
            raise
        logger.warning("the sweep was not noted: %s", told_of(error))


def _swept(node: Node, key: str, epoch: str) -> datetime:
    """Since when revocations have to be looked at in this run of the server.

    Of a node that has other slots since it was swept, since ever: what came to it was believed
    elsewhere, or here while nobody looked.
    """
    known = node.redis.get(key)
    try:
        parts = known.decode("ascii").split() if isinstance(known, bytes) else list[str]()
        named, seconds, *share = parts
        moment = datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return _EVER
    same = named == epoch and "".join(share) == node.share
    return moment - _OVERLAP if same else _EVER


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
