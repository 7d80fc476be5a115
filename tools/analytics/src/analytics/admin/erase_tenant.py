"""Erases a tenant: its rows of every table, its keys in Redis, and people who ran no other shop.

The tables are those of the database's catalogue that have a ``tenant_id``; what is left in any of
them undoes the whole. Its links are closed first, for viewers that hold a page of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from redis import Redis, RedisError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from analytics.admin.tenant_tables import (
    delete_person,
    delete_tenant,
    is_member,
    on_behalf_of,
    rows_of,
)
from analytics.moving.errors import MoveError
from analytics.moving.fence import close_fence, limit_waits
from common.db.engine import create_database_engine
from common.db.origin import is_restored_copy
from common.infra.nodes import scan
from common.infra.redis import WORKER, create_redis
from common.links import popularity, view_counts
from common.links.state import LinkRef, LinkStateStore

_PATIENCE_SECONDS: Final = 3600
_AT_ONCE: Final = 1000
_LINKS: Final = text(
    "SELECT link_id, expires_at FROM shares WHERE tenant_id = :tenant_id AND expires_at > :now"
)
_NAMED: Final = text("SELECT id FROM tenants WHERE slug = :slug AND NOT arriving")
_NAMED_OF_SEVERAL: Final = text("SELECT id FROM tenants WHERE slug = :slug AND holds_tenant(id)")
_LOCK: Final = text("SELECT id FROM tenants WHERE id = :tenant_id AND NOT arriving FOR UPDATE")
_SLUG: Final = text("SELECT slug FROM tenants WHERE id = :tenant_id")
_FENCE_SECONDS: Final = 60
_MEMBERS: Final = text("SELECT admin_id FROM memberships WHERE tenant_id = :tenant_id")


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
    owner_urls: Sequence[str], redis_url: str, *, slug: str, really: bool, now: datetime
) -> Erased:
    """Erase the tenant of that slug, or without ``really`` only count.

    ``owner_urls`` are the databases of the deployment, the home first: each is needed, to know
    whether people run another shop.

    Raises:
        EraseError: there is no such tenant, or a server cannot be used; nothing is erased then.
    """
    try:
        with ExitStack() as stack, create_redis(redis_url, WORKER) as redis:
            databases = [stack.enter_context(_owner(url)) for url in owner_urls]
            connection, found = _holder(databases, slug)
            if really:
                _keep(connection, found, alone=len(databases) > 1)
            on_behalf_of(connection, found)
            rows = rows_of(connection, found)
            if not really:
                return Erased(rows, sum(1 for _ in _keys(redis, found)), 0, sum(rows.values()), 0)
            _close(connection, redis, found, now)
            _drop_copies((each for each in databases if each is not connection), found, slug)
            members = connection.scalars(_MEMBERS, {"tenant_id": found}).all()
            delete_tenant(connection, found)
            left = {name: count for name, count in rows_of(connection, found).items() if count}
            if left:
                raise EraseError(f"rows are left in {', '.join(left)}: nothing was erased")
            people = _delete_people(databases, members)
            for each in (connection, *databases):
                each.commit()
            keys = _forget(redis, found)
            return Erased(rows, keys, people, 0, sum(1 for _ in _keys(redis, found)))
    except MoveError as error:
        raise EraseError(str(error)) from error
    except DBAPIError as error:
        raise EraseError(str(error.orig).strip().splitlines()[0]) from error
    except (RedisError, OSError) as error:
        raise EraseError(f"Redis does not answer: {type(error).__name__}") from error


def _holder(databases: Sequence[Connection], slug: str) -> tuple[Connection, int]:
    """The database that holds the tenant of that slug, and its id; nothing is locked.

    Raises:
        EraseError: none does.
    """
    named = _NAMED_OF_SEVERAL if len(databases) > 1 else _NAMED
    for database in databases:
        found = database.scalar(named, {"slug": slug})
        if found is not None:
            return database, int(found)
    raise EraseError(f"there is no tenant {slug!r}{_hint(databases)}")


def _hint(databases: Sequence[Connection]) -> str:
    if len(databases) > 1 and any(is_restored_copy(each) for each in databases):
        return ": a restored server holds none until `analytics revocations import`"
    return ""


def _keep(database: Connection, tenant_id: int, *, alone: bool) -> None:
    """Let the tenant stay where it is until the transaction ends.

    ``alone`` takes its fence first, as the services do, in turns that hold up nobody for long.

    Raises:
        EraseError: it was moved or erased meanwhile.
        MoveError: somebody still acts for it.
    """
    if alone:
        close_fence(database, tenant_id, patience_seconds=_FENCE_SECONDS)
        limit_waits(database, _PATIENCE_SECONDS)
    if database.scalar(_LOCK, {"tenant_id": tenant_id}) is None:
        raise EraseError("the shop was moved or erased meanwhile: look again")


def _close(connection: Connection, redis: Redis, tenant_id: int, now: datetime) -> None:
    """Tell viewers that none of its links opens."""
    states = LinkStateStore(redis)
    links = connection.execute(_LINKS, {"tenant_id": tenant_id, "now": now})
    for part in links.partitions(_AT_ONCE):
        states.revoke(LinkRef(tenant_id, row.link_id, row.expires_at) for row in part)


def _drop_copies(databases: Iterable[Connection], tenant_id: int, slug: str) -> None:
    """Drop what a killed move of the tenant left: ended later, it would bring the tenant back.

    Raises:
        EraseError: one has another tenant of that id.
    """
    for database in databases:
        on_behalf_of(database, tenant_id)
        other = database.scalar(_SLUG, {"tenant_id": tenant_id})
        if other is not None and other != slug:
            raise EraseError(f"another server has a tenant {other!r} of the same id, {tenant_id}")
        delete_tenant(database, tenant_id)
        database.commit()


def _delete_people(databases: Sequence[Connection], people: Iterable[int]) -> int:
    """Delete those who are members nowhere now, and copies of accounts that no member needs."""
    home, *_ = databases
    gone = 0
    for admin_id in sorted(people):
        left = [each for each in databases if not is_member(each, admin_id)]
        nowhere = len(left) == len(databases)
        for database in left:
            if nowhere or database is not home:
                delete_person(database, admin_id)
        gone += nowhere
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
