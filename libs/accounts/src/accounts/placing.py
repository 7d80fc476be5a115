"""Placing tenants on several servers: which there are for a command, and which takes a new one."""

import os
from functools import partial
from typing import Final

from sqlalchemy import Engine, text

from accounts.errors import UnknownServerError
from common.database_servers import named_servers
from common.db.shards import TenantAwayError, directory_of, servers_of
from common.db.tenancy import Access, transaction

_COUNT: Final = text("SELECT count_tenants()")
_NEXT_ID: Final = text("SELECT nextval(pg_get_serial_sequence('tenants', 'id'))")
_HOLDS: Final = text("SELECT holds_tenant(:tenant_id)")


def next_tenant_id(engine: Engine) -> int:
    """An id for a new tenant: the home gives it, and no server has a tenant of it.

    One that the home's sequence gives may be another server's, where the home was restored.

    Raises:
        TenantAwayError: a server does not answer, which may have a tenant of it.
    """
    while True:
        with transaction(engine, Access()) as session:
            tenant_id = int(session.scalars(_NEXT_ID).one())
        if not _is_taken(engine, tenant_id):
            return tenant_id


def _is_taken(engine: Engine, tenant_id: int) -> bool:
    directory = directory_of(engine)
    if directory is None:
        return False

    def has(server: Engine) -> bool:
        with transaction(server, Access()) as session:
            return session.scalar(_HOLDS, {"tenant_id": tenant_id}) is not None

    answers = directory.ask({name: partial(has, each) for name, each in servers_of(engine).items()})
    if answers.away:
        raise TenantAwayError(None, f"no answer from {', '.join(answers.away)}")
    return any(answers.given.values())


def place_for_tenant(engine: Engine, name: str | None) -> Engine:
    """The server of that name, else the one that holds the fewest tenants.

    Raises:
        UnknownServerError: there is no server of that name.
        sqlalchemy.exc.DBAPIError: one does not answer.
    """
    servers = servers_of(engine)
    if name is not None and name not in servers:
        raise UnknownServerError(name, tuple(servers))
    if len(servers) == 1:
        return engine
    counts = {}
    for each, server in servers.items() if name is None else ():
        with transaction(server, Access()) as session:
            counts[each] = session.scalars(_COUNT).one()
    return servers[name or min(counts, key=counts.__getitem__)]


def servers_beside(service_url: str) -> dict[str, str]:
    """The further servers of the environment, by name, where its home is at that URL.

    Raises:
        ValueError: the setting cannot be used.
    """
    told = os.environ if os.environ.get("DATABASE_URL", "").strip() == service_url else {}
    try:
        return named_servers(told.get("DATABASE_SHARD_URLS", ""))
    except ValueError as error:
        raise ValueError(f"DATABASE_SHARD_URLS {error}") from None
