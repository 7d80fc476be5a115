"""Exports what was revoked, and brings it into a database that was restored from a dump."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import psycopg
from redis import RedisError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from analytics.admin.tenant_tables import newest_entry, on_behalf_of, owns_tables
from analytics.moving.home_ids import highest_ids, pass_ids_of_all
from analytics.restoring import apply, collect
from analytics.restoring.apply import Applied
from analytics.restoring.check import Contents, look
from analytics.restoring.revocation_file import Fact, Head, TenantFact, lines
from analytics.restoring.schema_parts import missing
from common.db import origin, revisions
from common.db.engine import create_database_engine, psycopg_url
from common.infra.redis import WORKER, create_redis

_PATIENCE_SECONDS = 1800
_TOLD = 5
"""So many missing parts are named."""


class RestoreError(Exception):
    """Revocations cannot be exported, or brought into a copy."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What was taken away; ``states`` is how many states of links Redis still had."""

    applied: list[Applied]
    states: int
    adopted: bool


@dataclass(frozen=True, slots=True)
class _Beside:
    """Of another database: the tenants it holds, and the highest id of each table."""

    held: Sequence[int]
    highest: dict[str, int]


def export(owner_url: str) -> Iterator[str]:
    """The lines of a file of everything that is revoked now, as one moment has it.

    Raises:
        RestoreError: the database cannot be used.
    """
    with _owner(owner_url) as connection:
        if origin.is_restored_copy(connection):
            raise RestoreError("this database is a restored copy: what was revoked is not in it")
        head = collect.head_of(connection)
        yield from lines(head, collect.facts_of(connection, head.at))


def check(owner_url: str, database: str) -> Contents:
    """What another database of the same server holds, restored there on trial.

    Raises:
        RestoreError: the database cannot be used, or is not whole.
    """
    url = psycopg_url(owner_url).set(database=database).render_as_string(hide_password=False)
    compared = True
    with _owner(url, any_schema=True) as connection:
        try:
            lacks = _lacks(connection, owner_url)
        except psycopg.errors.InsufficientPrivilege:
            lacks, compared = [], False
        if lacks:
            told = ", ".join(lacks[:_TOLD]) + (" and more" if len(lacks) > _TOLD else "")
            raise RestoreError(f"it lacks {len(lacks)} parts of its schema: {told}")
        found = look(connection)
    if found.faults:
        raise RestoreError("; ".join(found.faults))
    return replace(found, compared=compared)


def _lacks(connection: Connection, owner_url: str) -> list[str]:
    revision = revisions.current(connection)
    if revision is None or revision > revisions.head():
        return []
    try:
        return missing(connection, owner_url, revision)
    except psycopg.errors.InsufficientPrivilege:
        raise
    except (psycopg.Error, DBAPIError) as error:
        raise RestoreError(f"no database to compare with: {error}") from error


def bring_back(
    owner_url: str,
    redis_url: str | None,
    files: Iterable[tuple[Head, list[Fact]]],
    *,
    accept_loss: bool,
    now: datetime,
    others: Iterable[str] = (),
    is_home: bool = False,
) -> Brought:
    """Bring revocations of files and of what Redis still knows into a copy, and adopt it.

    ``others`` are the databases beside it, of a deployment with several: a tenant that one of them
    holds has moved there since, and does not count here any more. With ``is_home`` it gives ids
    for all: none that another has by now.

    Raises:
        RestoreError: nothing says what was revoked after the dump, and that is not accepted; or a
            server cannot be used.
    """
    given = list(files)
    beside = [_beside(other) for other in others]
    elsewhere = [tenant_id for each in beside for tenant_id in each.held]
    with _owner(owner_url) as connection:
        copy = origin.is_restored_copy(connection)
        _require_shops(connection, given)
        newest = _newest(connection)
        states, known = _surviving(redis_url, now)
        later = [head for head, _ in given if newest is None or head.at >= newest]
        if copy and not (later or states or accept_loss):
            reason = (
                "each file is older than what the database knows"
                if given
                else "no file is given and Redis knows no link"
            )
            raise RestoreError(
                f"{reason}: what was revoked after the dump would be alive."
                " Give a later file, or say --accept-loss"
            )
        _set_aside(connection, elsewhere)
        applied = [
            apply.apply(connection, facts, made=head.at, now=now, whole=True)
            for head, facts in given
        ]
        applied.append(apply.apply(connection, known, made=now, now=now, whole=False))
        if is_home and beside:
            pass_ids_of_all(connection, [each.highest for each in beside])
        origin.adopt(connection)
        connection.commit()
    return Brought(applied, states, copy)


def step_home_ids(home_url: str, others: Iterable[str]) -> None:
    """Let the home give no id of a tenant or an account that another of several servers has.

    Raises:
        RestoreError: a server cannot be used, or two hold the same tenant.
    """
    beside = [_beside(other) for other in others]
    if not beside:
        return
    with _owner(home_url) as home:
        held = Counter(_held(home))
        pass_ids_of_all(home, [each.highest for each in beside])
        home.commit()
    for each in beside:
        held.update(each.held)
    if twice := [str(tenant_id) for tenant_id, count in sorted(held.items()) if count > 1]:
        raise RestoreError(
            f"two servers hold the shops of the ids {', '.join(twice)}: one went back to before"
            " they moved, which gives them up by `analytics revocations import --server`"
        )


def _beside(owner_url: str) -> _Beside:
    """What another database has."""
    with _owner(owner_url) as connection:
        return _Beside(_held(connection), highest_ids(connection))


def _held(connection: Connection) -> Sequence[int]:
    """The tenants that a database holds: none where it is a restored copy."""
    if origin.is_restored_copy(connection):
        return []
    return connection.scalars(text("SELECT id FROM tenants WHERE NOT arriving")).all()


def _set_aside(connection: Connection, elsewhere: Iterable[int]) -> None:
    """Let tenants that another database holds be no tenants of this one."""
    for tenant_id in elsewhere:
        on_behalf_of(connection, tenant_id)
        here = text("UPDATE tenants SET arriving = true WHERE id = :tenant_id")
        connection.execute(here, {"tenant_id": tenant_id})


def _require_shops(connection: Connection, files: Iterable[tuple[Head, list[Fact]]]) -> None:
    """Refuse a file without any shop that does not say so, where there are some: it closes all.

    Raises:
        RestoreError: a file is no export of everything.
    """
    if not connection.scalar(text("SELECT count(*) FROM tenants")):
        return
    for head, facts in files:
        if head.shops is None and not any(isinstance(fact, TenantFact) for fact in facts):
            raise RestoreError(
                f"the file of {head.at.isoformat()} names no shop, and this database has some: it"
                " was not exported by the role that owns the tables"
            )


def _newest(connection: Connection) -> datetime | None:
    """When the last thing happened that the database tells of."""
    found: list[datetime] = []
    for tenant_id in connection.scalars(text("SELECT id FROM tenants")).all():
        on_behalf_of(connection, tenant_id)
        at = newest_entry(connection, tenant_id)
        if at is not None:
            found.append(at)
    return max(found, default=None)


def _surviving(redis_url: str | None, now: datetime) -> tuple[int, list[Fact]]:
    if redis_url is None:
        return 0, []
    try:
        with create_redis(redis_url, WORKER) as redis:
            states, facts = collect.surviving(redis, now)
    except (RedisError, OSError) as error:
        raise RestoreError(f"Redis does not answer: {type(error).__name__}") from error
    return states, [*facts]


@contextmanager
def _owner(owner_url: str, *, any_schema: bool = False) -> Iterator[Connection]:
    """A transaction of the role that owns the tables, which sees one moment."""
    engine = create_database_engine(
        owner_url,
        application_name="analytics-revocations",
        pool_size=1,
        statement_timeout_seconds=_PATIENCE_SECONDS,
    ).execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            if not owns_tables(connection):
                raise RestoreError(
                    "row-level security hides shops from this role: DATABASE_OWNER_URL has to name"
                    " the role that owns the tables"
                )
            schema = revisions.read(connection)
            if not (any_schema or schema.supports(revisions.head())):
                raise RestoreError(
                    f"the database is at schema {schema.revision}: run `analytics migrate` first"
                )
            yield connection
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise RestoreError(reason) from error
    finally:
        engine.dispose()
