"""Erases a tenant: its rows of every table, its keys in Redis, and people who ran no other shop.

The tables are those of the database's catalogue that have a ``tenant_id``; what is left in any of
them undoes the whole. Its links are closed first, for viewers that hold a page of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from redis import Redis, RedisError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from analytics.admin.tenant_tables import delete_rows, on_behalf_of, rows_of
from common.db.engine import create_database_engine, settle
from common.db.ledger_writer import by_statements
from common.db.tenancy import Access, settings_of
from common.infra.nodes import scan
from common.infra.redis import WORKER, create_redis
from common.links import popularity, view_counts
from common.links.state import LinkRef, LinkStateStore

_SALES: Final = tuple(
    text(f"DELETE FROM {table} WHERE tenant_id = :tenant_id")  # noqa: S608 - names of ours
    for table in ("refunds", "order_lines", "orders", "customers", "shares", "imports")
)
"""Each before what it refers to; links and imports refer to who made them."""
_PATIENCE_SECONDS: Final = 3600
_AT_ONCE: Final = 1000
_LINKS: Final = text(
    "SELECT link_id, expires_at FROM shares WHERE tenant_id = :tenant_id AND expires_at > :now"
)
_MEMBERS: Final = text("SELECT admin_id FROM memberships WHERE tenant_id = :tenant_id")
_ELSEWHERE: Final = text("SELECT admin_id FROM memberships WHERE admin_id = :admin_id LIMIT 1")


class EraseError(Exception):
    """Nothing was erased."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What there was: rows by table, keys in Redis, people; and how many of each are left."""

    rows: dict[str, int]
    keys: int
    people: int
    rows_left: int
    keys_left: int


def erase_tenant(
    owner_url: str, redis_url: str, *, slug: str, really: bool, now: datetime
) -> Erased:
    """Erase the tenant of that slug, or without ``really`` only count.

    Raises:
        EraseError: there is no such tenant, or a server cannot be used; nothing is erased then.
    """
    try:
        with _owner(owner_url) as connection, create_redis(redis_url, WORKER) as redis:
            found = connection.execute(
                text("SELECT id FROM tenants WHERE slug = :slug FOR UPDATE"), {"slug": slug}
            ).scalar()
            if found is None:
                raise EraseError(f"there is no tenant {slug!r}")
            on_behalf_of(connection, found)
            rows = rows_of(connection, found)
            if not really:
                return Erased(rows, sum(1 for _ in _keys(redis, found)), 0, sum(rows.values()), 0)
            _close(connection, redis, found, now)
            people = _delete(connection, found)
            left = {name: count for name, count in rows_of(connection, found).items() if count}
            if left:
                raise EraseError(f"rows are left in {', '.join(left)}: nothing was erased")
            connection.commit()
            keys = _forget(redis, found)
            return Erased(rows, keys, people, 0, sum(1 for _ in _keys(redis, found)))
    except DBAPIError as error:
        raise EraseError(str(error.orig).strip().splitlines()[0]) from error
    except (RedisError, OSError) as error:
        raise EraseError(f"Redis does not answer: {type(error).__name__}") from error


def _close(connection: Connection, redis: Redis, tenant_id: int, now: datetime) -> None:
    """Tell viewers that none of its links opens."""
    states = LinkStateStore(redis)
    links = connection.execute(_LINKS, {"tenant_id": tenant_id, "now": now})
    for part in links.partitions(_AT_ONCE):
        states.revoke(LinkRef(tenant_id, row.link_id, row.expires_at) for row in part)


def _delete(connection: Connection, tenant_id: int) -> int:
    """Delete the tenant and what is below it, and people who are members nowhere then."""
    people = connection.scalars(_MEMBERS, {"tenant_id": tenant_id}).all()
    mine = {"tenant_id": tenant_id}
    with by_statements(connection.exec_driver_sql):
        for statement in _SALES:
            connection.execute(statement, mine)
        connection.execute(text("DELETE FROM tenants WHERE id = :tenant_id"), mine)
        delete_rows(connection, tenant_id)  # of tables that do not refer to it
    gone = 0
    for admin_id in people:
        settle(connection, settings_of(Access(tenant_id=tenant_id, admin_id=admin_id)))
        if connection.scalar(_ELSEWHERE, {"admin_id": admin_id}) is None:
            person = {"admin_id": admin_id}
            connection.execute(text("DELETE FROM admins WHERE id = :admin_id"), person)
            gone += 1
    return gone


def _keys(redis: Redis, tenant_id: int) -> Iterator[bytes]:
    """Every key that carries the tenant as its hash tag."""
    yield from scan(redis, f"*{{{tenant_id}}}*", count=_AT_ONCE)


def _forget(redis: Redis, tenant_id: int) -> int:
    """Forget the tenant's keys; how many they were."""
    count = 0
    keys = _keys(redis, tenant_id)
    while part := list(islice(keys, _AT_ONCE)):
        count += int(redis.unlink(*part))
    for name in (popularity.TENANTS, view_counts.TENANTS):
        redis.srem(name, str(tenant_id))
    return count


@contextmanager
def _owner(owner_url: str) -> Iterator[Connection]:
    engine = create_database_engine(
        owner_url,
        application_name="analytics-erase",
        pool_size=1,
        statement_timeout_seconds=_PATIENCE_SECONDS,
    )
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
