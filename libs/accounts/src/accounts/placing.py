"""Placing tenants on several servers: which there are for a command, and which takes a new one."""

import os
from typing import Final

from sqlalchemy import Engine, text

from accounts.errors import UnknownServerError
from common.database_servers import named_servers
from common.db.shards import servers_of
from common.db.tenancy import Access, transaction

_COUNT: Final = text("SELECT count_tenants()")


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
